"""What leaves this hospital in a study: every number by name, and who sees what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.studies import queries
from hansa.areas.studies.models import Contribution, Study
from hansa.kernel.identity import own

#: A page with a hundred thousand lines helps nobody; sums over variants are all of one form.
MOST_NAMED = 2_000


def leaves(study: Study, given: list[Contribution], *, known_as: Mapping[str, str]) -> dict[str, Any]:
    """Return every number that leaves this hospital, grouped, and who sees what."""
    own_given = [row for row in given if row.party == own().id and row.labels]
    start = queries.programme(study).start()
    sent = {row.number: row.labels for row in own_given} or {1: queries.programme(study).labels(start)}
    return {
        "count": max(len(labels) for labels in sent.values()),
        "groups": grouped(sent, study),
        "has_run": bool(own_given),
        "seen_by": seen_by(study, known_as),
    }


def grouped(sent: Mapping[int, Sequence[str]], study: Study) -> list[dict[str, Any]]:
    """Group the numbers of all rounds by the analysis that each is for; rounds that send alike are told once."""
    known = {analysis["name"]: analysis for analysis in study.protocol["analyses"]}
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for number, labels in sent.items():
        for name, words in by_analysis(labels, known).items():
            groups.setdefault((name, tuple(words)), []).append(number)
    return [
        {
            "analysis": known.get(name),
            "rounds": in_rounds(numbers),
            "count": len(labels),
            "labels": labels[:MOST_NAMED],
            "more": max(len(labels) - MOST_NAMED, 0),
        }
        for (name, labels), numbers in groups.items()
    ]


def by_analysis(labels: Iterable[str], known: Mapping[str, Any]) -> dict[str, list[str]]:
    """Part the numbers of a round by the analysis that each is for; some are for all of them."""
    found: dict[str, list[str]] = {}
    for label in labels:
        name, colon, words = label.partition(": ")
        is_of_analysis = bool(colon) and name in known
        found.setdefault(name if is_of_analysis else "", []).append(words if is_of_analysis else label)
    return found


def in_rounds(numbers: Sequence[int]) -> str:
    """Say in which rounds something was sent, without gaps as a span."""
    first, last = min(numbers), max(numbers)
    if first == last:
        return _("round {number}").format(number=first)
    if last - first + 1 == len(numbers):
        return _("rounds {first} to {last}").format(first=first, last=last)
    return _("rounds {numbers}").format(numbers=", ".join(str(number) for number in numbers))


def seen_by(study: Study, known_as: Mapping[str, str]) -> list[tuple[str, str]]:
    """Say who sees which numbers."""
    lead = known_as.get(study.lead, study.lead)
    together = _("the sums over all hospitals, and the result; never the numbers of one hospital")
    if telling := queries.programme(study).tells_sites:
        together = _(
            "the sums over all hospitals, and the result; from the sums of {names} it can be worked out what each "
            "hospital finds alone, and how many persons it has"
        ).format(names=", ".join(telling))
    if not queries.is_protected(study):
        return [
            (own().name, _("its own rows, and every number above")),
            (lead, _("adds the numbers and sees those of each hospital, because only two take part")),
            (_("All parties"), _("the sums over all hospitals, and the result")),
        ]
    if queries.is_lead(study):
        told = _(
            "its own rows and every number above; from each other hospital only masked words that look like chance"
        )
        return [(own().name, told), (_("All parties"), together)]
    return [
        (own().name, _("its own rows, and every number above")),
        (lead, _("adds the numbers; from each other hospital it sees only masked words that look like chance")),
        (_("All parties"), together),
    ]
