"""The agreement: signed by all, obeyed by every node, for as long as it stands.

Text and terms stand in the same document and are hashed and signed together, so nobody can
say afterwards that the machine followed other words than those that were signed. The
document has one canonical form (RFC 8785), therefore one hash, and every party signs it
with its own key. All have signed: it is in force. An amendment is a whole new version that
names the hash of the one before it and needs all signatures again.

    draft → offered → in force → amended (a newer version is in force)
                        │   ↑
                        │   └ suspended by one party, at once, until that party resumes it
                        └ ended, by its last day or by one party's notice

    one = sign(document, key=key, party=ror, name="…", office="Dean", at=now)
    signing(assemble(document, [one, two, three])).is_complete

A node holds each version as a `StandingAgreement`. For decisions it is read once into an
`Index`: a private copy made from the canonical bytes that gave the hash, so that nothing
that happens to the caller's document afterwards changes an answer. The first and the last
day both count as days in force, in UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache

from hansa.lib import shapes
from hansa.lib.canonical import JSON, canonical, decode64, digest, digest_bytes, parse
from hansa.lib.document import AMENDABLE_KEYS, check, check_parties, check_structure, check_valid
from hansa.lib.errors import InvalidError, RefusedError, SignatureError
from hansa.lib.keys import SigningKey, VerifyingKey
from hansa.lib.signatures import assemble, sign_general, verify_general
from hansa.lib.terms import Clause, Vocabularies, Vocabulary, check_terms, read_clause

KIND = "agreement"


class State(StrEnum):
    """Name the states in the life of one version of an agreement."""

    DRAFT = "draft"
    OFFERED = "offered"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    AMENDED = "amended"
    ENDED = "ended"
    DECLINED = "declined"


@dataclass(frozen=True)
class Signatory:
    """Tell who signed for a party, in which office, by whose leave and when."""

    party: str
    name: str
    office: str
    delegation: str
    at: str


@dataclass(frozen=True)
class Signing:
    """Tell which parties have signed one version of an agreement, and which have not."""

    document: JSON
    hash: str
    signatories: Mapping[str, Signatory]
    missing: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Tell whether every party has signed."""
        return not self.missing


def amend(document: JSON, changes: Mapping[str, JSON], *, vocabularies: Vocabularies) -> JSON:
    """Return the next version with these changes; it names the hash of this one."""
    shapes.mapping(changes, "changes", allowed=AMENDABLE_KEYS)
    amended = {**document, **changes}
    if canonical(amended) == canonical(document):
        raise InvalidError("changes: nothing would change.", "Change a text, a term, a party or the validity.")
    amended |= {"version": document["version"] + 1, "previous": digest(document)}
    check(amended, vocabularies=vocabularies)
    return amended


def check_follows(document: JSON, *, previous: JSON) -> None:
    """Refuse a document that is not the next version of the previous one, or leaves out a party of it.

    Whoever is no party of the new version does not sign it, so it could not set aside what binds them.
    """
    expected = {"id": previous["id"], "version": previous["version"] + 1, "previous": digest(previous)}
    for key, value in expected.items():
        if document[key] != value:
            raise InvalidError(
                f"{key}: this is not the next version of the agreement held here.",
                "Ask the partner for the versions in between.",
            )
    kept = {party["id"] for party in document["parties"]}
    for party in previous["parties"]:
        if party["id"] not in kept:
            raise InvalidError(
                f"parties: {party['name']} is a party of the version before this one, and left out here.",
                "Keep every party; to go on without one, end the agreement and draft another with an id of its own.",
            )


def party_of(document: JSON, institution: str) -> JSON:
    """Return the party with this id, or raise RefusedError."""
    for party in document["parties"]:
        if party["id"] == institution:
            return party
    raise RefusedError(
        f"{institution} is no party of the agreement.", "Amend the agreement to accept it, or ask one of the parties."
    )


def sign(document: JSON, *, key: SigningKey, party: str, name: str, office: str, at: datetime) -> dict[str, str]:
    """Return the signature of one party, which binds who signed it in which office and when."""
    holder = party_of(document, party)
    if holder["signing_key"] != key.public.text:
        raise SignatureError(
            f"The agreement names another signing key for {party}.",
            "Amend the agreement to the new key, or sign on the node that holds the named one.",
        )
    for signatory in holder["signatories"]:
        if (signatory["name"], signatory["office"]) == (name, office):
            header = {"party": party, **signatory, "at": _moment(at)}
            return sign_general(document, key=key, kind=KIND, header=header)
    raise RefusedError(
        f"The agreement does not let this person sign for {party} in this office.",
        "Let one of the named signatories sign, or amend the agreement.",
    )


def _moment(at: datetime) -> str:
    if at.tzinfo is None:
        raise InvalidError("The time of a signature has no time zone.", "Give it in UTC.")
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def signing(signed: JSON) -> Signing:
    """Verify all signatures under an agreement and tell who has signed, or raise SignatureError.

    `signed` is the General JSON form. One signature that does not hold spoils all. Whether
    the document is an agreement this node can obey is for check() to say.
    """
    document, data = _payload(signed)
    check_parties(document.get("parties"))
    keys = [VerifyingKey.from_text(party["signing_key"]) for party in document["parties"]]
    owners = {key.kid: party for key, party in zip(keys, document["parties"], strict=True)}
    headers = verify_general(signed, keys={key.kid: key for key in keys}, kind=KIND)
    signatories = {owners[kid]["id"]: _signatory(header, party=owners[kid]) for kid, header in headers.items()}
    missing = tuple(party["id"] for party in document["parties"] if party["id"] not in signatories)
    return Signing(document, digest_bytes(data), signatories, missing)


def signing_of(document: JSON, signatures: list[dict[str, str]]) -> Signing:
    """Tell who has signed a document whose signatures are kept beside it."""
    return signing(assemble(document, signatures))


def _payload(signed: JSON) -> tuple[JSON, bytes]:
    payload = signed.get("payload") if isinstance(signed, Mapping) else None
    if not isinstance(payload, str):
        raise InvalidError("This is no signed agreement.", "Ask the partner for the General JSON form.")
    data = decode64(payload)
    document = parse(data)
    if not isinstance(document, Mapping):
        raise InvalidError("What was signed is no agreement.", "Ask the partner for the signed agreement.")
    return document, data


def _signatory(header: Mapping[str, str], *, party: JSON) -> Signatory:
    told = {key: value for key, value in header.items() if key not in ("party", "at")}
    if header.get("party") != party["id"] or told not in party["signatories"]:
        raise SignatureError(
            f"The signature for {party['id']} names a person or an office that the agreement does not.",
            "Let one of the named signatories sign.",
        )
    return Signatory(at=_checked_moment(header.get("at")), party=party["id"], **told)


def _checked_moment(value: object) -> str:
    try:
        if isinstance(value, str) and _moment(datetime.fromisoformat(value)) == value:
            return value
    except (ValueError, InvalidError):
        pass
    raise SignatureError("A signature does not tell when it was made.", "Sign again; the node writes the time in UTC.")


class Index:
    """Find the checked clauses of one document."""

    def __init__(self, data: bytes) -> None:
        self._document: JSON = parse(data)
        check_structure(self._document)
        self.id: str = self._document["id"]
        self.version: int = self._document["version"]
        self.title: str = self._document["title"]["en"]
        self.first, self.last = check_valid(self._document["valid"])
        self.names: Mapping[str, str] = {party["id"]: party["name"] for party in self._document["parties"]}
        self.clause_ids = tuple(str(clause["id"]) for clause in self._document["clauses"])
        self._read_before: tuple[Mapping[str, Vocabulary], Mapping[str, Clause]] | None = None

    def clauses(self, vocabularies: Vocabularies) -> Mapping[str, Clause]:
        """Return the clauses that carry terms, by id; one that is invalid makes all invalid."""
        # Equal dictionaries of the same vocabularies compare by identity, in about a microsecond.
        before = self._read_before
        if before is None or before[0] != vocabularies:
            before = self._read_before = (dict(vocabularies), self._read(vocabularies))
        return before[1]

    def _read(self, vocabularies: Vocabularies) -> Mapping[str, Clause]:
        clauses = {}
        for position, clause in enumerate(self._document["clauses"]):
            place, vocabulary = f"clauses[{position}]", vocabularies.get(clause["area"])
            if vocabulary is None:
                check_terms(clause, place, vocabulary=None)
            else:
                clauses[clause["id"]] = read_clause(
                    clause, place, vocabulary=vocabulary, institutions=frozenset(self.names)
                )
        return clauses


@lru_cache(maxsize=64)
def index_of(data: bytes) -> Index:
    """Return the index of a document in its canonical form; equal bytes are read once."""
    return Index(data)


@dataclass(frozen=True)
class StandingAgreement:
    """Hold one version of an agreement as a node holds it: the document and where it stands."""

    document: JSON
    hash: str
    state: str
    suspended_by: str = ""
    ends_on: date | None = None

    @cached_property
    def index(self) -> Index:
        """Return the checked index of the clauses, or raise InvalidError if the text is not the one hashed."""
        data = canonical(self.document)
        if digest_bytes(data) != self.hash:
            raise InvalidError(
                "The agreement's text is not the one that its hash names.",
                "Fetch the signed agreement again from a partner.",
            )
        return index_of(data)

    @property
    def last_day(self) -> date | None:
        """Return the last day in force, by the agreement itself or by notice, whichever is earlier."""
        return min((day for day in (self.index.last, self.ends_on) if day is not None), default=None)


def stand(signed: JSON, *, vocabularies: Vocabularies) -> StandingAgreement:
    """Return a signed agreement as in force if every party's signature holds, else as offered."""
    found = signing(signed)
    check(found.document, vocabularies=vocabularies)
    return StandingAgreement(found.document, found.hash, State.IN_FORCE if found.is_complete else State.OFFERED)


def day_of(now: datetime) -> date:
    """Return the day in UTC, or raise InvalidError for a time without zone."""
    if now.tzinfo is None:
        raise InvalidError("The time given has no time zone.", "Give it in UTC.")
    return now.astimezone(UTC).date()


def is_in_force(standing: StandingAgreement, now: datetime) -> bool:
    """Tell whether a standing agreement is in force at this moment."""
    today, last = day_of(now), standing.last_day
    return (
        standing.state == State.IN_FORCE
        and not standing.suspended_by
        and standing.index.first <= today
        and (last is None or today <= last)
    )


def suspend(standing: StandingAgreement, *, by: str) -> StandingAgreement:
    """Suspend an agreement in force at once, on the word of one party."""
    party_of(standing.document, by)
    if standing.state != State.IN_FORCE:
        raise RefusedError("Only an agreement in force can be suspended.", "Nothing needs to be done.")
    return replace(standing, state=State.SUSPENDED, suspended_by=by)


def resume(standing: StandingAgreement, *, by: str) -> StandingAgreement:
    """Put a suspended agreement back in force; only the party that suspended it can."""
    if standing.state != State.SUSPENDED or standing.suspended_by != by:
        raise RefusedError("Only the party that suspended the agreement can resume it.", "Ask that party to resume it.")
    return replace(standing, state=State.IN_FORCE, suspended_by="")


def give_notice(standing: StandingAgreement, *, by: str, on: date) -> StandingAgreement:
    """Let an agreement end after its notice, counted in days from the day the notice was given."""
    party_of(standing.document, by)
    if standing.state not in (State.IN_FORCE, State.SUSPENDED):
        raise RefusedError(
            "Only an agreement in force or suspended can be ended by notice.", "Nothing needs to be done."
        )
    ends_on = on + timedelta(days=standing.document["valid"]["notice_days"])
    return replace(standing, ends_on=min(ends_on, standing.ends_on or ends_on))
