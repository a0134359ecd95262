"""Joint records: one URN, a copy and a decision at every party.

There is no central server. Whoever proposes a record sends it to every other
party; every party decides for itself and tells all others. Letters of different
partners may cross, so a decision can arrive before the record it is about; it is
kept and counts once the record is there.
"""

from collections.abc import Iterable

from django.utils import timezone

from hansa.kernel.identity import own
from hansa.kernel.letters import send
from hansa.kernel.models import JointRecord, Letter, Partner, PartyDecision, Verdict
from hansa.lib import shapes
from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError
from hansa.lib.letters import Letter as Said


def others(record: JointRecord) -> list[str]:
    """Return the other parties of a record."""
    return [party for party in record.parties if party != own().id]


def tell(
    record: JointRecord, kind: str, *, body: dict[str, JSON], permit: str, to: Iterable[str] | None = None
) -> list[Letter]:
    """Send one letter about a record to every other party, or to some of them."""
    under = record.request(permit)
    return [
        send(party, kind, record=record.urn, body=body, under=under) for party in (others(record) if to is None else to)
    ]


def decide(
    record: JointRecord, verdict: Verdict, *, permit: str, reason: str = "", facts: dict[str, JSON] | None = None
) -> None:
    """Keep our own decision about a record and tell every other party."""
    note(record.urn, own().id, verdict=verdict, reason=reason, facts=facts or {})
    tell(record, f"{record.noun}.{verdict}", body={"reason": reason, "facts": facts or {}}, permit=permit)


def heard(letter: Said, verdict: Verdict) -> None:
    """Keep a partner's decision, whether or not the record is here yet."""
    reason, facts = letter.body.get("reason", ""), letter.body.get("facts", {})
    if not isinstance(facts, dict):
        raise InvalidError("The letter does not name its facts.", "Both nodes must speak version 1 of the letters.")
    note(letter.record, letter.sender, verdict=verdict, reason=str(reason), facts=facts)


def note(urn: str, party: str, *, verdict: Verdict, reason: str, facts: dict[str, JSON]) -> None:
    """Write one party's decision; the first word of a kind counts."""
    PartyDecision.objects.get_or_create(
        record=urn,
        party=party,
        verdict=verdict,
        defaults={"reason": shapes.remark(reason), "facts": facts, "at": timezone.now()},
    )


def decisions(record: JointRecord) -> list[PartyDecision]:
    """Return what every party has decided so far, in the order it became known here."""
    return list(PartyDecision.objects.filter(record=record.urn))


def decided(record: JointRecord, verdict: Verdict) -> dict[str, PartyDecision]:
    """Return the parties that gave one verdict."""
    return {row.party: row for row in PartyDecision.objects.filter(record=record.urn, verdict=verdict)}


def waits_for(record: JointRecord, verdict: Verdict) -> list[str]:
    """Return the parties that have not given a verdict yet."""
    given = decided(record, verdict)
    return [party for party in record.parties if party not in given]


def names(parties: Iterable[str]) -> list[str]:
    """Return institutions by the names people know them by."""
    wanted = list(parties)
    known = dict(Partner.objects.filter(institution__in=wanted).values_list("institution", "name"))
    known[own().id] = own().name
    return [known.get(party, party) for party in wanted]
