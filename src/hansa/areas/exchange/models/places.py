"""What clauses about exchange give: so many places a year, from one institution to another."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hansa.areas.exchange.rules import ANY_FIELD
from hansa.areas.exchange.states import Cycle
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement


@dataclass(frozen=True, kw_only=True)
class Place:
    """What one clause gives in one direction."""

    agreement: str
    clause: str
    title: Mapping[str, str]
    sending: str
    receiving: str
    limits: Mapping[str, Any]

    @property
    def key(self) -> str:
        """Return the text by which a form names this place."""
        return f"{self.receiving} {self.agreement} {self.clause}"

    @property
    def kind(self) -> str:
        """Return the kind of stay."""
        return str(self.limits["kind"])

    @property
    def cycles(self) -> tuple[str, ...]:
        """Return the study cycles; none stands for any."""
        found = self.limits.get("cycle", Cycle.ANY)
        return () if found == Cycle.ANY else (found,)

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of education (ISCED-F 2013); none stands for any."""
        found = self.limits.get("field", ANY_FIELD)
        return () if found == ANY_FIELD else (f"{found:04d}",)

    @property
    def places(self) -> int:
        """Return how many people may be sent in one academic year."""
        return int(self.limits["places_per_year"])


def directions(agreement: Agreement, clause: Mapping[str, Any]) -> list[Place]:
    """Return the directions of one clause in which this institution sends or receives."""
    named = agreement.parties if clause["parties"] == "all" else list(clause["parties"])
    limits = clause["limits"]
    pairs = [(s, r) for s in named for r in named if s != r and own().id in (s, r)]
    return [
        Place(
            agreement=agreement.hash,
            clause=clause["id"],
            title=clause["title"],
            sending=sending,
            receiving=receiving,
            limits=limits,
        )
        for sending, receiving in pairs
        if limits.get("sending", sending) == sending and limits.get("receiving", receiving) == receiving
    ]


def senders(hash_: str, clause: str, *, host: str) -> list[str]:
    """Return the institutions that may send people to a host under a clause of a memorandum held here."""
    agreement, found = Agreement.objects.filter(hash=hash_).first(), clause_of(hash_, clause)
    if agreement is None or found is None:
        return []
    named = agreement.parties if found["parties"] == "all" else list(found["parties"])
    limits = found["limits"]
    if "kind" not in limits or host not in named or limits.get("receiving", host) != host:
        return []
    return [party for party in named if party != host and limits.get("sending", party) == party]


def successor(hash_: str, *, clause: str) -> str:
    """Return the version of a memorandum under which what began under another goes on."""
    held = Agreement.objects.filter(hash=hash_).first()
    if held is None or held.state != Agreement.State.AMENDED:
        return hash_
    for newer in Agreement.objects.filter(state=Agreement.State.IN_FORCE):
        is_same = newer.document["id"] == held.document["id"]
        if is_same and any(one["id"] == clause for one in newer.document["clauses"]):
            return newer.hash
    return hash_


def versions(hash_: str) -> list[str]:
    """Return the hashes of all versions of a memorandum that are held here."""
    held = Agreement.objects.filter(hash=hash_).first()
    if held is None:
        return [hash_]
    # The document is kept as text, of which PostgreSQL finds no key.
    return [one.hash for one in Agreement.objects.all() if one.document["id"] == held.document["id"]]


def clause_of(hash_: str, clause: str) -> Mapping[str, Any] | None:
    """Return a clause of a memorandum held here, or None."""
    held = Agreement.objects.filter(hash=hash_).first()
    clauses = held.document["clauses"] if held else []
    return next((one for one in clauses if one["id"] == clause), None)


def place_of(hash_: str, clause: str, *, sending: str, receiving: str) -> Place | None:
    """Return what a clause gives in one direction, or None where it gives nothing."""
    agreement, found = Agreement.objects.filter(hash=hash_).first(), clause_of(hash_, clause)
    if agreement is None or found is None or "kind" not in found["limits"]:
        return None
    return next((p for p in directions(agreement, found) if (p.sending, p.receiving) == (sending, receiving)), None)
