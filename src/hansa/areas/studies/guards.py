"""What is held against the rules of disclosure at this site: its rows, its groups, its budgets.

Nothing here writes. The rules themselves are in ``hansa.lib.disclosure``.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from hansa.areas.studies import datasets, genotypes, omop, queries
from hansa.areas.studies.models import Dataset, Study
from hansa.areas.studies.states import DatasetKind, DatasetState
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.jobs import enqueue
from hansa.lib.canonical import canonical
from hansa.lib.canonical import parse as parse_json
from hansa.lib.disclosure import (
    Budget,
    Finding,
    Limits,
    check_site,
    differencing,
    moved_groups,
    over_budget,
    small_cells,
    small_groups,
)
from hansa.lib.disclosure.worst import Worst, alone, overlaps, smallest
from hansa.lib.errors import DisclosureError, RefusedError
from hansa.lib.row_sets import Numbered, Places, Release, RowSet, distance
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.groups import groups
from hansa.lib.statistics.reading import Reading, read
from hansa.lib.statistics.table import Table

EXTRACT = "studies.extract"


class OwnRulesError(DisclosureError):
    """The rules of disclosure forbid it at this site; the reason speaks of its own rows and stays in the house."""


def withheld() -> str:
    """Return what partners hear when our own rules of disclosure stop a study; the reason may name other studies."""
    return _("{name}'s rules of disclosure do not let it contribute; its data steward knows why.").format(
        name=own().name
    )


def dataset_of(study: Study) -> Dataset:
    """Return the dataset a study was approved with, or refuse."""
    if study.dataset is None:
        raise RefusedError(_("No dataset was chosen for this study."), _("Approve it with a dataset."))
    return study.dataset


def asks_for_cohorts(study: Study) -> bool:
    """Tell whether a study takes its rows from cohorts of an OMOP database."""
    return study.protocol["data"].get("cohorts") is not None


def kinds_for(study: Study) -> tuple[DatasetKind, ...]:
    """Return the kinds of dataset that a study can stand on."""
    if asks_for_cohorts(study):
        return (DatasetKind.OMOP,)
    if study.protocol["data"].get("panel") is not None:
        return (DatasetKind.GENOTYPES,)
    return DatasetKind.TABLE, DatasetKind.GENOTYPES


def look_ahead(study: Study) -> None:
    """Owe the extraction of a proposed study's rows, so that whoever decides finds them weighed."""
    if asks_for_cohorts(study):
        for dataset in Dataset.objects.filter(state=DatasetState.CONNECTED, kind=DatasetKind.OMOP):
            enqueue(EXTRACT, key=f"{study.urn}|{dataset.pk}", record=study.urn, data={"dataset": str(dataset.pk)})


def table_of(study: Study) -> str:
    """Return the table that holds the rows of a study, extracted from its cohorts if it names any."""
    dataset = dataset_of(study)
    if dataset.kind == DatasetKind.OMOP:
        return omop.extract(dataset, queries.programme(study).protocol)
    return dataset.table


def reading(study: Study) -> Reading:
    """Return the rows of the study's dataset as its protocol asks, with what does not fit."""
    return _reading(canonical(study.protocol).decode(), table_of(study), fits=_fits(study))


def _fits(study: Study) -> str:
    return canonical({"mapping": study.mapping, "units": study.units}).decode()


@lru_cache(maxsize=4)
def _reading(protocol: str, table: str, *, fits: str) -> Reading:
    # A dataset's table is never changed, only replaced by another of a new name; so this can be kept.
    columns, asked = {str(name): column for name, column in datasets.rows(table).items()}, protocols.parse(protocol)
    found = read(columns, protocol=asked, **parse_json(fits))
    if (panel := asked.data.panel) is not None:
        carried = genotypes.genotypes(table, panel, places=columns[genotypes.PLACE].to_list())
        return replace(found, table=replace(found.table, genotypes=carried))
    if not table.startswith("x_"):
        return found
    entering = tuple(persons for _rule, persons in omop.attrition_of(table))
    return replace(found, table=replace(found.table, entering=entering))


@lru_cache(maxsize=8)
def _groups(protocol: str, table: str, *, fits: str, rows: RowSet) -> tuple[Release, ...]:
    # As the reading is kept, so are the groups: they are looked at before every round.
    found = _reading(protocol, table, fits=fits).table
    people = Numbered(_places(table), found.rows)
    members = groups(protocols.parse(protocol), found, rows=people.rows_of(rows))
    return tuple(Release(name, people.set_of(chosen)) for name, chosen in members.items())


@lru_cache(maxsize=4)
def _places(table: str) -> Places | None:
    return omop.places(table) if table.startswith("x_") else None


def numbered(study: Study) -> Numbered:
    """Return how the rows of a study are known among all people of its dataset."""
    return Numbered(_places(table_of(study)), reading(study).table.rows)


@lru_cache(maxsize=8)
def _moved(
    here: tuple[Release, ...], earlier: tuple[Release, ...], *, minimum_cell: int, own_cell: int
) -> tuple[Finding, ...]:
    return tuple(moved_groups(here, earlier, minimum_cell=minimum_cell, own_cell=own_cell))


def examine(study: Study, *, at: datetime) -> None:
    """Refuse to approve on data that do not fit the protocol, or that a rule or a budget protects."""
    found = reading(study)
    if blocking := [finding for finding in found.findings if finding.blocks]:
        raise GivenError({"dataset": " ".join(f"{finding.message} {finding.remedy}" for finding in blocking)})
    stop_at(within_budget(study, at=at))
    guard(study, found.table)


def stop_at(findings: list[Finding]) -> None:
    """Refuse with the first finding that blocks."""
    if blocking := [finding for finding in findings if finding.blocks]:
        raise OwnRulesError(blocking[0].message, blocking[0].remedy)


def within_budget(study: Study, *, at: datetime) -> list[Finding]:
    """Return what a further question about the study's data would break of the budgets."""
    asked = queries.question(study, dataset_of(study), at=at)
    return over_budget(asked, queries.questions(study, dataset_of(study)), limits=queries.figures(study))


def guard(study: Study, table: Table, *, public: Mapping[str, Any] | None = None) -> None:
    """Stop before anything leaves if the rules of disclosure forbid it at this site.

    ``public`` is the state or result reached so far, which says whether Table 1 sees all rows.
    """
    stop_at(findings(study, table, public=public or {}))


def findings(study: Study, table: Table, *, public: Mapping[str, Any]) -> list[Finding]:
    """Return what the rules find on the rows of this site."""
    earlier = queries.earlier_releases(study, dataset_of(study))
    sets, found = row_sets(study, table, public=public), []
    for rows in sets:
        found += differencing(rows, earlier, minimum_cell=queries.minimum_cell(study))
    found += of_numbers(study, table)
    return found + [finding for rows in sets for finding in of_groups(study, rows)]


def of_groups(study: Study, rows: RowSet) -> list[Finding]:
    """Return which groups of people here are too few, or too near to those of another study."""
    here, least, figures = groups_of(study, rows), queries.minimum_cell(study), queries.figures(study)
    own_cell = least_here(study, figures)
    earlier = tuple(queries.earlier_groups(study, dataset_of(study)))
    moved = _moved(here, earlier, minimum_cell=least, own_cell=own_cell)
    return [*small_groups(here, own_cell=own_cell), *moved]


def least_here(study: Study, figures: Limits) -> int:
    """Return how many people of this site a group needs: as many as everywhere where others read its sums."""
    least = queries.minimum_cell(study)
    return min(least, figures.own_cell) if queries.is_protected(study) else least


def groups_of(study: Study, rows: RowSet) -> tuple[Release, ...]:
    """Return the groups that a study adds up among some rows of its dataset."""
    protocol = canonical(study.protocol).decode()
    return _groups(protocol, table_of(study), fits=_fits(study), rows=rows)


def of_numbers(study: Study, table: Table) -> list[Finding]:
    """Return what others could learn of few persons from our sums, masked among several or read as they are."""
    programme, least, masked = queries.programme(study), queries.minimum_cell(study), queries.is_protected(study)
    found = [] if masked else small_cells(programme.own_cells(table), minimum_cell=least)
    for own_rows in programme.own_checks(table):
        found += check_site(
            minimum_cell=least,
            masked=masked,
            variables=own_rows.variables,
            design=own_rows.design,
            columns=own_rows.columns,
            parameters=own_rows.parameters,
            limits=queries.figures(study),
        )
    return found


def chosen_rows(study: Study, table: Table) -> RowSet:
    """Return which rows of the dataset the models of a study use."""
    keep = np.ones(table.rows, dtype=np.bool_)
    for name in queries.programme(study).protocol.model_variables():
        keep &= ~table.missing(name)
    return numbered(study).set_of(keep)


def row_sets(study: Study, table: Table, *, public: Mapping[str, Any]) -> list[RowSet]:
    """Return every set of rows that a study stands on: that of its models, and all rows where its Table 1 sees them.

    Before the parties have counted, Table 1 is sure to see all rows if enough are incomplete here alone.
    """
    models, every = chosen_rows(study, table), numbered(study).set_of(np.ones(table.rows, dtype=np.bool_))
    if public.get("complete") is None:
        sees_all = distance(models, every) >= queries.minimum_cell(study)
    else:
        sees_all = public["rows"] != public["complete"]
    has_table = any(analysis.sees_all_rows for analysis in queries.programme(study).protocol.analyses)
    return [models, every] if has_table and sees_all and models != every else [models]


def worst(study: Study, *, at: datetime) -> Worst:
    """Return what could be learnt at worst from a study on its dataset, with all that would stop it."""
    table, programme, dataset = reading(study).table, queries.programme(study), dataset_of(study)
    (models, *_more) = row_sets(study, table, public={})
    used = table.select(numbered(study).rows_of(models))
    return Worst(
        rows=used.rows,
        smallest=smallest(groups_of(study, models)),
        parameters=programme.parameters,
        numbers=len(programme.labels(programme.start())),
        unique=alone({name: used[name][~used.missing(name)] for name in programme.protocol.variables}),
        overlaps=overlaps(models, queries.earlier_releases(study, dataset)),
        budget=Budget.left(
            queries.question(study, dataset, at=at), queries.questions(study, dataset), limits=queries.figures(study)
        ),
        findings=tuple(
            finding for finding in [*within_budget(study, at=at), *findings(study, table, public={})] if finding.blocks
        ),
    )
