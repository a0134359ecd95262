"""What can be asked about studies."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.db.models import QuerySet

from hansa.areas.studies.models import Contribution, Dataset, Inquiry, PastRelease, Question, Round, Study
from hansa.areas.studies.rules import RELEASE
from hansa.areas.studies.states import State
from hansa.kernel.identity import own
from hansa.kernel.joint import decided
from hansa.kernel.models import Agreement, Partner, PartyDecision, Verdict
from hansa.kernel.policy import answer
from hansa.lib.canonical import JSON, canonical
from hansa.lib.disclosure import Limits, effective
from hansa.lib.disclosure import Question as Asked
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


def is_lead(study: Study | Inquiry) -> bool:
    """Tell whether this node leads a study, or asked an inquiry itself."""
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


def _past(study: Study, dataset: Dataset) -> QuerySet[PastRelease]:
    # The same rows connected a second time are the same people.
    same = Dataset.objects.filter(digest=dataset.digest)
    return PastRelease.objects.filter(dataset__in=same).exclude(study=study).select_related("study")


def earlier_releases(study: Study, dataset: Dataset) -> list[Release]:
    """Return the rows that our sums for other studies of the same data stood on."""
    past = _past(study, dataset)
    return [Release(row.study.title, RowSet.from_text(text)) for row in past for text in row.rows.split()]


def earlier_groups(study: Study, dataset: Dataset) -> list[Release]:
    """Return the groups that our sums for other studies of the same data stood on."""
    past = _past(study, dataset)
    return [Release(row.study.title, RowSet.from_text(text)) for row in past for text in row.groups.split()]


def figures(study: Study) -> Limits:
    """Return the figures of the disclosure rules under the clause of a study."""
    return Limits.of(limits_of(study))


def question(study: Study, dataset: Dataset, *, at: datetime) -> Asked:
    """Return the question that a study puts to a dataset."""
    return Asked(person=study.proposer, institution=study.lead, purpose=study.purpose, data=dataset.digest, at=at)


def questions(study: Study, dataset: Dataset) -> list[Asked]:
    """Return all questions to the same data, but the one that the present attempt of a study has put.

    A study that ended before anything left is not counted, unless a rule stopped it: a refusal says something too.
    """
    rows = Question.objects.filter(data=dataset.digest).exclude(study=study, attempt=study.attempt)
    ended = rows.filter(
        study__state__in=(State.DECLINED, State.WITHDRAWN), study__past_release=None, study__cautions=None
    )
    counted = rows.exclude(pk__in=ended.values("pk"))
    return [Asked(**row) for row in counted.values("person", "institution", "purpose", "data", "at")]


def is_asked(study: Study) -> bool:
    """Tell whether the present attempt of a study was taken from the budget already."""
    return study.questions.filter(attempt=study.attempt).exists()


def mask_keys(study: Study) -> dict[str, str]:
    """Return the public mask key of every party that approved, from its own signed letter."""
    given = decided(study, Verdict.APPROVED)
    return {party: str(given[party].facts.get("mask_key", "")) for party in study.parties if party in given}


def programme(study: Study) -> Programme:
    """Return the analyses of a study, ready to run."""
    return _programme(canonical(study.protocol).decode())


@lru_cache(maxsize=8)
def _programme(protocol: str) -> Programme:
    return Programme(protocols.parse(protocol))


def partner_name(institution: str) -> str:
    """Return the name people know an institution by."""
    if institution == own().id:
        return own().name
    partner = Partner.objects.filter(institution=institution).first()
    return partner.name if partner else institution


def verdicts(studies: Iterable[Study]) -> dict[tuple[str, str], set[str]]:
    """Return which parties gave each verdict on each study, in one query."""
    given: dict[tuple[str, str], set[str]] = {}
    rows = PartyDecision.objects.filter(record__in=[study.urn for study in studies])
    for urn, party, verdict in rows.values_list("record", "party", "verdict"):
        given.setdefault((urn, verdict), set()).add(party)
    return given


def last_rounds(studies: Iterable[Study]) -> dict[Any, int]:
    """Return the number of the newest round of the present attempt of each study, in one query."""
    rows = Round.objects.filter(study__in=list(studies)).values_list("study", "study__attempt", "attempt", "number")
    latest: dict[Any, int] = {}
    for study, present, attempt, number in rows:
        if attempt == present:
            latest[study] = max(number, latest.get(study, 0))
    return latest


def contributors(studies: Iterable[Study]) -> dict[tuple[Any, int, int], set[str]]:
    """Return which parties contributed to each round of each attempt, in one query."""
    given: dict[tuple[Any, int, int], set[str]] = {}
    rows = Contribution.objects.filter(study__in=list(studies)).values_list("study", "attempt", "number", "party")
    for study, attempt, number, party in rows:
        given.setdefault((study, attempt, number), set()).add(party)
    return given


def awaited(
    study: Study,
    *,
    given: Mapping[tuple[str, str], set[str]],
    latest: Mapping[Any, int],
    here: Mapping[tuple[Any, int, int], set[str]],
) -> list[str]:
    """Return for whom a study under way waits, told what its parties have done."""
    if study.state in (State.PROPOSED, State.APPROVED):
        done = given.get((study.urn, Verdict.APPROVED), set())
    elif study.state == State.REVIEW:
        done = given.get((study.urn, Verdict.RELEASED), set())
    elif not is_lead(study):
        return [study.lead]
    else:
        done = here.get((study.pk, study.attempt, latest.get(study.pk, 0)), set())
    return [party for party in study.parties if party not in done]
