"""The checks of a bundle, in the order in which each rests on those before it.

Every check returns what it looked at, or raises an error that names the place in the
bundle. What a check finds out (keys, letters, positions in the ledger) is there for the
checks after it and for none before.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from hansa.lib import checkpoints, rotation
from hansa.lib.agreement import StandingAgreement, State, signing
from hansa.lib.bundle_form import Bundle, Entry, Witnessed
from hansa.lib.canonical import JSON, parse_canonical
from hansa.lib.decision import decide
from hansa.lib.document import check
from hansa.lib.errors import HansaError, InvalidError, ProofError, SignatureError
from hansa.lib.keys import Identity, VerifyingKey
from hansa.lib.letters import Letter, Receipt, Statement, instant
from hansa.lib.merkle import leaf_hash, verify_consistency, verify_inclusion
from hansa.lib.signatures import payload_of, payload_of_general, verify_general
from hansa.lib.terms import Vocabularies

RESULT = "result"
APPLIED, REFUSED = "applied", "refused"
MASKED = 3  # between fewer parties contributions are not masked, and stay out of a bundle
S = TypeVar("S", bound=Statement)
T = TypeVar("T")
_EXPORT_AGAIN = "Ask the institution that exported the bundle for a new one."


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """Say what the kinds of letters of the areas mean.

    `permits` gives for each kind the action that a clause has to permit, or None for no clause.
    Letters of the kinds `withheld` stay out; in the states `finished`, by noun, there is a result.
    """

    permits: Mapping[str, str | None]
    approves: frozenset[str]
    contributes: frozenset[str]
    withheld: frozenset[str] = frozenset()
    finished: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Answered:
    """Hold a letter that was read, with its token and receipt, and where it stands in the bundle."""

    place: str
    letter: Letter
    receipt: str

    @property
    def way(self) -> tuple[str, str]:
        return self.letter.sender, self.letter.recipient


class Examination:
    """Hold what the checks have found out so far."""

    def __init__(
        self, bundle: Bundle, *, kinds: Kinds, vocabularies: Vocabularies, trusted: Collection[str] | None
    ) -> None:
        self.bundle = bundle
        self.kinds = kinds
        self.vocabularies = vocabularies
        self.trusted = trusted
        self.held: dict[str, StandingAgreement] = {}
        self.named: dict[str, dict[str, Identity]] = {}
        self.identities: dict[str, Identity] = {}
        self.later: dict[VerifyingKey, VerifyingKey] = {}
        self.letters: list[_Answered] = []
        self.read: dict[str, Letter] = {}
        self.refused: set[str] = set()
        self.parties: frozenset[str] = frozenset()
        self.ledger = checkpoints.Checkpoint("", 0, b"")
        self.told: dict[str, int] = {}
        self.state = ""

    def steps(self) -> tuple[tuple[str, str, Callable[[], str]], ...]:
        """Return every check with its name and what it shows, in order."""
        return (
            ("agreements", "Every agreement is well formed and signed by all its parties", self.check_agreements),
            ("identities", "The keys are those that the agreements name", self.check_identities),
            ("letters", "Every letter was signed by a party of its agreement", self.check_letters),
            ("receipts", "Every letter was answered by its addressee", self.check_receipts),
            ("sequence", "The letters of each party are in the order of their numbers", self.check_sequence),
            ("clauses", "A clause in force permitted every letter that was applied", self.check_clauses),
            ("checkpoint", "The ledger's checkpoint is signed by its institution", self.check_checkpoint),
            ("entries", "The entries are in the ledger and tell of every letter", self.check_entries),
            ("approvals", "Every party approved before the first contribution", self.check_approvals),
            ("cosignatures", "Partners cosigned the ledger", self.check_cosignatures),
            ("result", "Every party signed the same result", self.check_result),
        )

    def check_agreements(self) -> str:
        """Check the agreements and their signatures."""
        for number, signed in enumerate(self.bundle.agreements):
            with _within(f"agreements[{number}]"):
                found = signing(signed)
                check(found.document, vocabularies=self.vocabularies)
                if not found.is_complete:
                    raise SignatureError(f"The signature of {found.missing[0]} is missing.", _EXPORT_AGAIN)
                self.held[found.hash] = StandingAgreement(found.document, found.hash, State.IN_FORCE)
                self.named[found.hash] = {party["id"]: _identity(party) for party in found.document["parties"]}
        return f"{len(self.held)} agreements"

    def check_identities(self) -> str:
        """Check the keys against the agreements and those trusted."""
        for number, identity in enumerate(self.bundle.identities):
            with _within(f"identities[{number}]"):
                self._check_identity(identity)
                self.identities[identity.id] = identity
        missing = {party for named in self.named.values() for party in named} - set(self.identities)
        if missing or self.bundle.institution not in self.identities:
            raise InvalidError("identities: a party of an agreement, or the exporter, is missing.", _EXPORT_AGAIN)
        self._follow_rotations()
        return "; ".join(f"{identity.id} {identity.fingerprint}" for identity in self.bundle.identities)

    def _follow_rotations(self) -> None:
        """Note which key took the place of which, in statements that begin at a key which an agreement names."""
        known = [identity for named in self.named.values() for identity in named.values()]
        for number, token in enumerate(self.bundle.rotations):
            with _within(f"rotations[{number}]"):
                claims = payload_of(token)
                previous = next((one for one in known if claims.get("previous") == one.to_json()), None)
                if previous is None:
                    raise InvalidError("The rotation is of keys that no agreement names.", _EXPORT_AGAIN)
                following = rotation.read(token, previous=previous)
                self.later[previous.signing] = following.signing
                known.append(following)

    def _since(self, named: VerifyingKey) -> list[VerifyingKey]:
        """Return a key and those that took its place."""
        keys = [named]
        while (following := self.later.get(keys[-1])) is not None and following not in keys:
            keys.append(following)
        return keys

    def _by_one_of(self, named: VerifyingKey, check: Callable[[VerifyingKey], T]) -> T:
        """Return what a check finds with a key or one that took its place."""
        for key in self._since(named)[1:]:
            with suppress(SignatureError):
                return check(key)
        return check(named)

    def _check_identity(self, identity: Identity) -> None:
        if not any(named.get(identity.id) == identity for named in self.named.values()):
            raise InvalidError("No agreement names this institution with these keys.", _EXPORT_AGAIN)
        if identity.id in self.identities:
            raise InvalidError("This institution is there twice.", _EXPORT_AGAIN)
        if self.trusted is not None and identity.fingerprint not in self.trusted:
            raise SignatureError(
                f"The fingerprint {identity.fingerprint} of {identity.id} is not one of those you trust.",
                "Ask that institution for the fingerprint of its node.",
            )

    def check_letters(self) -> str:
        """Check who signed each letter."""
        for number, one in enumerate(self.bundle.letters):
            place = f"letters[{number}].letter"
            with _within(place):
                claims = payload_of(one.letter)
                if not isinstance(claims, dict):
                    raise InvalidError("This is not a letter.", _EXPORT_AGAIN)
                letter = self._read(Letter, one.letter, key=self._key(claims.get("sender"), claims.get("agreement")))
                if letter.record != self.bundle.record:
                    raise InvalidError("The letter is about another record.", _EXPORT_AGAIN)
                if self.bundle.institution not in (letter.sender, letter.recipient):
                    raise InvalidError(
                        "The letter is neither by nor for the institution that exported it.", _EXPORT_AGAIN
                    )
                if letter.id in self.read:
                    raise InvalidError("The letter is there twice.", _EXPORT_AGAIN)
                self.read[letter.id] = letter
                self.letters.append(_Answered(place, letter, one.receipt))
        return f"{len(self.letters)} letters"

    def check_receipts(self) -> str:
        """Check the answer to each letter."""
        for number, one in enumerate(self.letters):
            with _within(f"letters[{number}].receipt"):
                letter = one.letter
                receipt = self._read(Receipt, one.receipt, key=self._key(letter.recipient, letter.agreement))
                about = (receipt.letter, receipt.digest_of_letter, receipt.sender, receipt.recipient)
                if about != (letter.id, letter.digest, letter.recipient, letter.sender):
                    raise InvalidError("The receipt is for another letter.", _EXPORT_AGAIN)
                if receipt.outcome not in (APPLIED, REFUSED):
                    raise InvalidError("The receipt says neither applied nor refused.", _EXPORT_AGAIN)
                if receipt.outcome == REFUSED:
                    self.refused.add(letter.id)
        return f"{len(self.letters) - len(self.refused)} applied, {len(self.refused)} refused"

    def check_sequence(self) -> str:
        """Check the order of the letters."""
        last: dict[tuple[str, str], int] = {}
        for one in self.letters:
            if one.letter.sequence <= last.get(one.way, 0):
                raise InvalidError(f"{one.place}: the letter is out of order.", _EXPORT_AGAIN)
            last[one.way] = one.letter.sequence
        return f"{len(last)} directions"

    def check_clauses(self) -> str:
        """Ask the agreement again about each letter that was applied."""
        cited: set[str] = set()
        for one in self._applied():
            with _within(one.place):
                if one.letter.kind not in self.kinds.permits:
                    raise InvalidError(
                        f"No area here knows letters of the kind '{one.letter.kind}'.",
                        "Check the bundle with a version of Hansa that has this area.",
                    )
                permit = self.kinds.permits[one.letter.kind]
                if permit is not None:
                    cited.add(self._demand(one.letter, permit))
        return "clauses " + ", ".join(sorted(cited))

    def _demand(self, letter: Letter, permit: str) -> str:
        request = letter.request(permit)
        # Only the agreement which the letter cites: a later version in the bundle was not in force yet.
        cited = [self.held[letter.agreement]] if letter.agreement in self.held else []
        decision = decide(cited, request, now=instant(letter.created), vocabularies=self.vocabularies)
        if not decision.permitted:
            raise InvalidError(decision.reason, decision.remedy)
        parties = frozenset(request.parties) | {request.party}
        if self.parties and parties != self.parties:
            raise InvalidError("The letter names other parties than the letters before it.", _EXPORT_AGAIN)
        self.parties = parties
        return str(decision.clause)

    def check_checkpoint(self) -> str:
        """Check the signature of the checkpoint."""
        exporter = self.identities[self.bundle.institution]
        with _within("checkpoint"):
            self.ledger = self._checkpoint(self.bundle.checkpoint, by=exporter)
        return f"{self.ledger.size} entries"

    def check_entries(self) -> str:
        """Check that the entries are in the ledger and tell of every letter, in order."""
        before = -1
        for number, entry in enumerate(self.bundle.entries):
            with _within(f"entries[{number}]"):
                if entry.position <= before:
                    raise InvalidError("The entry is out of order, or there twice.", _EXPORT_AGAIN)
                before = entry.position
                self._check_entry(entry)
        last: dict[tuple[str, str], int] = {}
        for one in self.letters:
            position = self.told.get(one.letter.id)
            if position is None:
                raise ProofError(f"{one.place}: no entry of the ledger tells of this letter.", _EXPORT_AGAIN)
            if position < last.get(one.way, 0):
                raise ProofError(f"{one.place}: the ledger tells of it before an earlier letter.", _EXPORT_AGAIN)
            last[one.way] = position
        return f"{len(self.bundle.entries)} entries"

    def _check_entry(self, entry: Entry) -> None:
        verify_inclusion(
            leaf_hash(entry.body.encode()),
            index=entry.position,
            size=self.ledger.size,
            proof=checkpoints.read_hashes(entry.proof),
            root=self.ledger.root,
        )
        body = parse_canonical(entry.body)
        if not isinstance(body, dict):
            raise InvalidError("The entry is not an object.", _EXPORT_AGAIN)
        for letter in self._told_in(body):
            self.told.setdefault(letter, entry.position)
        self._check_nothing_left_out(body)

    def _check_nothing_left_out(self, body: Mapping[str, JSON]) -> None:
        """Refuse an entry from which follows that another entry, or a letter that was applied, was left out."""
        came_from, went_to = body.get("moves", {}).get(self.bundle.record, (self.state, self.state))
        if came_from != self.state:
            raise ProofError("The entry before it, which moved the record, was left out.", _EXPORT_AGAIN)
        self.state = went_to
        kind, sender, letter = body.get("kind"), body.get("from"), body.get("letter", body.get("receipt"))
        is_hidden = kind in self.kinds.withheld or (kind in self.kinds.contributes and len(self.parties) < MASKED)
        is_due = body.get("outcome") == APPLIED and body.get("record") == self.bundle.record and not is_hidden
        if is_due and sender in self.parties and body.get("agreement") in self.held and letter not in self.read:
            raise ProofError("The letter that it tells of was left out.", _EXPORT_AGAIN)

    def _told_in(self, body: Mapping[str, JSON]) -> Iterator[str]:
        """Yield the letters which an entry says were sent, or received as exactly these."""
        received = self.read.get(str(body.get("letter")))
        if received is not None and body.get("digest") == received.digest:
            yield received.id
        own = self.bundle.institution
        yield from (one for one in body.get("letters", ()) if one in self.read and self.read[one].sender == own)

    def check_approvals(self) -> str:
        """Check that every party approved before the first contribution."""
        contributed = [self.told[one.letter.id] for one in self._applied() if one.letter.kind in self.kinds.contributes]
        if not contributed and self.bundle.result is None:
            return "nothing was contributed"
        first = min(contributed, default=self.ledger.size)
        approved = {
            one.letter.sender
            for one in self._applied()
            if one.letter.kind in self.kinds.approves and self.told[one.letter.id] < first
        }
        if not self.parties:
            raise ProofError("No letter names the parties of the record.", _EXPORT_AGAIN)
        if missing := sorted(self.parties - approved):
            raise ProofError(f"{missing[0]} had not approved before the first contribution.", _EXPORT_AGAIN)
        return f"{len(approved)} parties approved"

    def check_cosignatures(self) -> str:
        """Check what partners cosigned against the ledger."""
        for number, one in enumerate(self.bundle.cosignatures):
            with _within(f"cosignatures[{number}]"):
                exporter, partner = self.identities[self.bundle.institution], self.identities.get(one.institution)
                if partner is None or partner == exporter:
                    raise InvalidError("The cosignature is not by a partner.", _EXPORT_AGAIN)
                seen = self._checkpoint(one.checkpoint, by=exporter)
                self._check_cosignature(one, seen=seen, partner=partner)
                verify_consistency(
                    seen.root,
                    self.ledger.root,
                    old_size=seen.size,
                    new_size=self.ledger.size,
                    proof=checkpoints.read_hashes(one.proof),
                )
        if self.letters and not self.bundle.cosignatures:
            raise ProofError("No partner cosigned the ledger.", _EXPORT_AGAIN)
        return f"{len(self.bundle.cosignatures)} cosignatures"

    def check_result(self) -> str:
        """Check the signatures of the result."""
        document = self.bundle.result
        if document is None:
            if self.state in self.kinds.finished.get(self.bundle.record.split(":")[2], ()):
                raise ProofError("The record has a result, which was left out.", _EXPORT_AGAIN)
            return "no result yet"
        with _within("result"):
            self._check_signers(document)
            result = payload_of_general(document)
            if not isinstance(result, dict) or self.bundle.record not in result.values():
                raise InvalidError("The result is that of another record.", _EXPORT_AGAIN)
        return f"{len(self.parties)} signatures"

    def _check_signers(self, document: JSON) -> None:
        owners = self._owners()
        headers = verify_general(document, keys={key.kid: key for key in owners}, kind=RESULT)
        names = {key.kid: owner for key, owner in owners.items()}
        if any(header.get("party") != names[kid] for kid, header in headers.items()):
            raise SignatureError("A signature names another party than the owner of its key.", _EXPORT_AGAIN)
        if missing := sorted(self.parties - {names[kid] for kid in headers}):
            raise SignatureError(f"The signature of {missing[0]} is missing.", _EXPORT_AGAIN)

    def _owners(self) -> dict[VerifyingKey, str]:
        """Return whose each key is, those that took the place of others included."""
        parties = [one for named in self.named.values() for one in named.values()]
        return {key: one.id for one in parties for key in self._since(one.signing)}

    def _applied(self) -> Iterator[_Answered]:
        return (one for one in self.letters if one.letter.id not in self.refused)

    def _read(self, kind: type[S], token: str, *, key: VerifyingKey) -> S:
        return self._by_one_of(key, lambda one: kind.read(token, key=one))

    def _checkpoint(self, note: str, *, by: Identity) -> checkpoints.Checkpoint:
        return self._by_one_of(by.signing, lambda key: checkpoints.verify(note, key=key, name=by.id))

    def _check_cosignature(self, one: Witnessed, *, seen: checkpoints.Checkpoint, partner: Identity) -> None:
        self._by_one_of(
            partner.signing,
            lambda key: checkpoints.verify_cosignature(one.line, checkpoint=seen, key=key, name=partner.id),
        )

    def _key(self, party: JSON, agreement: JSON) -> VerifyingKey:
        """Return the key that the cited agreement names for a party, or the one of its identity."""
        named = self.named.get(str(agreement)) if agreement else self.identities
        if named is None:
            raise InvalidError("The agreement that the letter cites is not in the bundle.", _EXPORT_AGAIN)
        if str(party) not in named:
            raise SignatureError("It is by somebody who is no party of the agreement.", _EXPORT_AGAIN)
        return named[str(party)].signing


def _identity(party: Mapping[str, str]) -> Identity:
    return Identity.from_json({name: party[name] for name in ("id", "signing_key", "sealing_key")})


@contextmanager
def _within(place: str) -> Iterator[None]:
    try:
        yield
    except HansaError as error:
        raise ProofError(f"{place}: {error.message}", error.remedy) from error
