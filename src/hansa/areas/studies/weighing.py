"""What a steward weighs before approving: what could be learnt at worst, in plain words, from the data in the house.

It is computed here and shown to whoever decides here; nothing of it leaves.
"""

from collections.abc import Iterator
from copy import copy
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hansa.areas.studies import guards, omop, queries
from hansa.areas.studies.models import Dataset, Study
from hansa.areas.studies.states import OPEN, DatasetKind, DatasetState, State
from hansa.kernel.models import Person
from hansa.kernel.people import has
from hansa.lib.disclosure.budget import Budget
from hansa.lib.disclosure.worst import Overlap, Worst
from hansa.lib.errors import HansaError
from hansa.lib.statistics.schema import GenomePanel

# More rows are read for minutes; approving looks at them all the same.
MOST_ROWS = 200_000
MOST_DATASETS = 3
MOST_NAMED = 5


def weighed(study: Study, person: Person, *, at: datetime) -> list[dict[str, Any]]:
    """Return for each dataset that fits a study what could be learnt from it at worst, for those who decide here."""
    if study.state not in OPEN or not has(person, "studies.decide"):
        return []
    return [{"dataset": dataset.name, **_told(study, dataset, at=at)} for dataset in fitting(study)]


def fitting(study: Study) -> list[Dataset]:
    """Return the dataset that a study was approved with, or those which have its variables by name."""
    if study.dataset is not None:
        return [study.dataset] if study.dataset.state == DatasetState.CONNECTED else []
    if study.state != State.PROPOSED:
        return []
    connected = Dataset.objects.filter(state=DatasetState.CONNECTED, kind__in=guards.kinds_for(study))
    if guards.asks_for_cohorts(study):
        return list(connected[:MOST_DATASETS])
    wanted = set(study.protocol["data"]["variables"])
    return [row for row in connected if wanted <= {column["name"] for column in row.profile}][:MOST_DATASETS]


def _told(study: Study, dataset: Dataset, *, at: datetime) -> dict[str, list[str]]:
    is_cohort = dataset.kind == DatasetKind.OMOP
    if is_cohort and not omop.is_extracted(dataset, queries.programme(study).protocol):
        return {
            "sentences": [_("The cohorts are being looked for in these data; look again in a moment.")],
            "stops": [],
        }
    if dataset.rows > MOST_ROWS and not is_cohort:
        told = _("These data have {rows} rows. They are looked at when you approve, by the same rules.")
        return {"sentences": [told.format(rows=dataset.rows)], "stops": []}
    there = copy(study)
    there.dataset = dataset
    try:
        found = guards.reading(there)
        if misfits := [finding.message for finding in found.findings if finding.blocks]:
            return {"sentences": [], "stops": misfits}
        worst = guards.worst(there, at=at)
    except HansaError as fault:
        return {"sentences": [], "stops": [str(fault)]}
    stops = dict.fromkeys(f"{finding.message} {finding.remedy}" for finding in worst.findings)
    panel = queries.programme(study).protocol.data.panel
    return {"sentences": [*in_words(worst), *(() if panel is None else of_genomes(panel))], "stops": list(stops)}


def of_genomes(panel: GenomePanel) -> Iterator[str]:
    """Yield what frequencies of many variants tell whoever has somebody's genome already.

    Homer et al., PLoS Genetics 4 (2008) e1000167; Sankararaman et al., Nature Genetics 41 (2009) 965-967.
    """
    told = _(
        "The result tells the frequency of up to {count} variants. Whoever has a person's genome already can tell from "
        "many frequencies whether the person was among those studied, the better the fewer they were."
    )
    yield told.format(count=len(panel.parsed))


def in_words(worst: Worst) -> Iterator[str]:
    """Yield what could be learnt at worst, a sentence for each thing that a steward weighs."""
    yield ngettext("The analyses use {count} person.", "The analyses use {count} persons.", worst.rows).format(
        count=worst.rows
    )
    if worst.smallest is not None:
        name, count = worst.smallest
        yield ngettext(
            "The smallest group that is counted or added up is '{name}', with {count} person here.",
            "The smallest group that is counted or added up is '{name}', with {count} persons here.",
            count,
        ).format(name=name, count=count)
    yield _("The first round sends {numbers} numbers; the largest model has {parameters} parameters.").format(
        numbers=worst.numbers, parameters=worst.parameters
    )
    if worst.parameters:
        yield _(
            "There are {rows} persons here for each parameter; with one, the model would repeat what each has."
        ).format(rows=worst.rows // worst.parameters)
    yield from _unique(worst)
    yield from _overlapping(worst.overlaps)
    yield from _left(worst.budget)


def _unique(worst: Worst) -> Iterator[str]:
    for name, count in worst.unique.items():
        yield ngettext(
            "In '{name}' {count} person has a value that nobody else here has: whoever knows it knows the person.",
            "In '{name}' {count} persons have a value that nobody else here has: whoever knows it knows the person.",
            count,
        ).format(name=name, count=count)


def _overlapping(overlaps: tuple[Overlap, ...]) -> Iterator[str]:
    if not overlaps:
        yield _("No earlier study had sums of these persons.")
    for overlap in overlaps[:MOST_NAMED]:
        if overlap.apart:
            yield _("'{name}' had sums of {shared} of the same persons; {apart} are in only one of the two.").format(
                name=overlap.name, shared=overlap.shared, apart=overlap.apart
            )
        else:
            yield _("'{name}' had sums of exactly the same persons.").format(name=overlap.name)
    if len(overlaps) > MOST_NAMED:
        yield _("{count} more studies had sums of some of them.").format(count=len(overlaps) - MOST_NAMED)


def _left(budget: Budget) -> Iterator[str]:
    yield _("Budget: whoever proposes has {left} of {whole} studies left on these data for this purpose.").format(
        left=budget.left_to_person, whole=budget.of_person
    )
    yield _("All of their institution together have {left} of {whole} left.").format(
        left=budget.left_to_institution, whole=budget.of_institution
    )
