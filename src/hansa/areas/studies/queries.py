"""What can be asked about studies."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

from django.db.models import Sum

from hansa.areas.studies.models import Contribution, Dataset, PastRelease, Round, Study
from hansa.areas.studies.rules import RELEASE
from hansa.areas.studies.states import State
from hansa.kernel.identity import own
from hansa.kernel.joint import decided, waits_for
from hansa.kernel.models import Agreement, Letter, Partner, Verdict
from hansa.kernel.policy import answer
from hansa.lib import secure_sum
from hansa.lib.canonical import JSON, canonical
from hansa.lib.disclosure import effective
from hansa.lib.row_sets import Release, RowSet
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.programme import Programme

PROTECTED_FROM = 3


def clause_of(agreement: str, clause: str) -> dict[str, JSON] | None:
    """Return a clause of a memorandum held here, or None."""
    held = Agreement.objects.filter(hash=agreement).first()
    clauses = held.document["clauses"] if held else []
    return next((c for c in clauses if c["id"] == clause), None)


def limits_of(study: Study) -> dict[str, Any]:
    """Return the limits of the clause a study runs under."""
    clause = clause_of(study.agreement, study.clause)
    return cast("dict[str, Any]", clause["limits"]) if clause else {}


def minimum_cell(study: Study) -> int:
    """Return the smallest count a release may show: the stricter of clause and protocol."""
    clause, protocol = (int(limits.get("minimum_cell", 1)) for limits in (limits_of(study), study.stated_limits))
    return effective(clause, protocol=protocol)


def needs_steward(study: Study) -> bool:
    """Tell whether a person has to release the result, as the clause says."""
    by_limit = limits_of(study).get("release", "steward") == "steward"
    return by_limit or not answer(study.request(RELEASE, by_person=False)).permitted


def is_lead(study: Study) -> bool:
    """Tell whether this node leads the rounds of a study."""
    return study.lead == own().id


def is_protected(study: Study) -> bool:
    """Tell whether contributions are added so that nobody sees another's."""
    return len(study.parties) >= PROTECTED_FROM


def last_round(study: Study) -> Round | None:
    """Return the newest round of the present attempt."""
    return study.rounds.filter(attempt=study.attempt).order_by("-number").first()


def contributions_of(round_: Round) -> dict[str, Contribution]:
    """Return what each party gave to a round, as far as it is here."""
    found = Contribution.objects.filter(study=round_.study, attempt=round_.attempt, number=round_.number)
    return {row.party: row for row in found}


def earlier_releases(study: Study, dataset: Dataset) -> list[Release]:
    """Return the rows that other released studies of a dataset stood on."""
    past = PastRelease.objects.filter(dataset=dataset).exclude(study=study).select_related("study")
    return [Release(row.study.title, RowSet.from_text(text)) for row in past for text in row.rows.split()]


def mask_keys(study: Study) -> dict[str, str]:
    """Return the public mask key of every party that approved, from its own signed letter."""
    given = decided(study, Verdict.APPROVED)
    return {party: str(given[party].facts.get("mask_key", "")) for party in study.parties if party in given}


def awaited(study: Study) -> tuple[list[str], str]:
    """Return for whom a study waits now, and for what."""
    if study.state in (State.PROPOSED, State.APPROVED):
        return waits_for(study, Verdict.APPROVED), "approval"
    if study.state == State.REVIEW:
        return waits_for(study, Verdict.RELEASED), "release"
    if study.state == State.RUNNING and is_lead(study) and (round_ := last_round(study)) is not None:
        given = contributions_of(round_)
        return [party for party in study.parties if party not in given], "contribution"
    return ([study.lead], "round") if study.state == State.RUNNING else ([], "")


def programme(study: Study) -> Programme:
    """Return the analyses of a study, ready to run."""
    return _programme(canonical(study.protocol).decode())


@lru_cache(maxsize=8)
def _programme(protocol: str) -> Programme:
    return Programme(protocols.parse(protocol))


def what_leaves(study: Study) -> list[dict[str, Any]]:
    """Return what leaves this institution, round by round: how many numbers, of what, in how many bytes.

    Before the study has run only the first round is known number by number; later rounds
    depend on what all parties find together, and are told as they happen.
    """
    sent = Contribution.objects.filter(study=study, party=own().id, labels__isnull=False)
    if found := [{"attempt": row.attempt, "round": row.number, **numbers(row.labels)} for row in sent]:
        return found
    return [{"attempt": study.attempt, "round": 1, **numbers(programme(study).labels(programme(study).start()))}]


def numbers(labels: Sequence[str]) -> dict[str, Any]:
    """Return how many numbers of a round are for each analysis, in plain words, and the bytes that carry them."""
    kinds = Counter(label.partition(": ")[0] if ": " in label else "" for label in labels)
    return {
        "count": len(labels),
        "bytes": 8 * (secure_sum.STATISTICS.limbs * len(labels) + 1),
        "kinds": dict(kinds),
        "labels": list(labels),
    }


def traffic(study: Study) -> dict[str, int]:
    """Return how many letters about a study this node sent, and how many bytes they were on the wire."""
    out = Letter.objects.filter(record=study.urn, direction=Letter.Direction.OUT)
    return {"letters": out.count(), "bytes": int(out.aggregate(Sum("bytes"))["bytes__sum"] or 0)}


def partner_name(institution: str) -> str:
    """Return the name people know an institution by."""
    if institution == own().id:
        return own().name
    partner = Partner.objects.filter(institution=institution).first()
    return partner.name if partner else institution
