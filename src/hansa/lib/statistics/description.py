"""What a reader of Table 1 may see of the numbers behind it.

Counts below the minimum cell are left out, and with them those that would give them away
(`disclosure.suppress`, over each variable's counts with their totals). A share is of all persons
of its column, so that it says nothing a shown count does not. Where the number of values is left
out although there are enough of them, mean and deviation are rounded to four digits, since all
digits of a mean of whole numbers tell how many there were.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hansa.lib.disclosure import suppress
from hansa.lib.statistics.estimator import Cell, Vector
from hansa.lib.statistics.variables import Variable

Counts: TypeAlias = npt.NDArray[np.int64]
Marks: TypeAlias = npt.NDArray[np.bool_]

DIGITS = 4


@dataclass(frozen=True)
class Description:
    """Say which variables are described, in which columns, and the smallest count to show."""

    described: tuple[str, ...]
    variables: Mapping[str, Variable]
    levels: tuple[str, ...]
    minimum_cell: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns, all persons first."""
        return ("all", *self.levels)

    def rows(self, name: str) -> tuple[str | None, ...]:
        """Return the levels of a variable, None for a number, before its missing values."""
        return self.variables[name].categories or (None,)


@dataclass(frozen=True)
class Figures:
    """Hold what was added, one row for each group: persons, and by variable counts, means and squares.

    `counts` has the persons of each level (or with a value) and then those without, shape (groups, k).
    """

    without: int
    persons: Counts
    counts: dict[str, Counts] = field(default_factory=dict)
    means: dict[str, Vector] = field(default_factory=dict)
    squares: dict[str, Vector] = field(default_factory=dict)


def shown(figures: Figures, *, description: Description) -> tuple[Cell, ...]:
    """Return every count of persons that the table shows, with its label."""
    found = []
    for label, counts, hidden in _all_counts(figures, description=description):
        for column, count, mark in zip(description.columns, counts, hidden, strict=True):
            if not mark:
                found.append((f"{label}, {column}", float(count)))
    return tuple(found)


def describe(figures: Figures, *, description: Description) -> dict[str, Any]:
    """Return columns and lines of the table as JSON."""
    persons, hidden = _persons(figures, description=description)
    few = 0 < figures.without < description.minimum_cell
    lines = [_line(None, "persons", label="Persons", cells=_shares(persons, whole=persons, hidden=hidden))]
    for name in description.described:
        lines += _lines(name, figures, description=description)
    return {
        "rows": None if hidden[0] else int(persons[0]),
        "columns": list(description.columns),
        "without_group": {"suppressed": True} if few else {"count": figures.without},
        "lines": lines,
    }


def _all_counts(figures: Figures, *, description: Description) -> Iterator[tuple[str, Counts, Marks]]:
    persons, hidden = _persons(figures, description=description)
    yield "persons", persons, hidden
    for name in description.described:
        table, marks = _table(name, figures, description=description)
        labels = [f"{name}[{row}]" if row else name for row in description.rows(name)]
        yield from zip([*labels, f"without {name}"], table, marks, strict=True)


def _persons(figures: Figures, *, description: Description) -> tuple[Counts, Marks]:
    """Return the persons of each column, all first, and which of them to leave out."""
    minimum, total = description.minimum_cell, figures.persons.sum(keepdims=True)
    if not description.levels:
        return total, (total > 0) & (total < minimum)
    hidden = suppress(np.concatenate([figures.persons, total]), minimum_cell=minimum)
    return np.concatenate([total, figures.persons]), np.roll(hidden, 1)


def _table(name: str, figures: Figures, *, description: Description) -> tuple[Counts, Marks]:
    """Return the counts of a variable, shape (rows, columns), all persons first, and which to leave out."""
    counts = figures.counts[name]
    table = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1).T
    if description.levels:
        table = np.concatenate([table, table.sum(axis=1, keepdims=True)], axis=1)
        hidden = suppress(table, minimum_cell=description.minimum_cell)
    else:
        hidden = suppress(table[:, 0], minimum_cell=description.minimum_cell)[:, None]
    table, hidden = np.roll(table, 1, axis=1)[:-1], np.roll(hidden, 1, axis=1)
    if not description.levels:
        table = table[:, :1]
    _, left_out = _persons(figures, description=description)
    # A number of persons that this variable would need hidden stands in the first line: hide the variable.
    if (hidden[-1] & ~left_out).any():
        hidden = np.ones_like(hidden)
    return table, hidden[:-1] | left_out


def _lines(name: str, figures: Figures, *, description: Description) -> Iterator[dict[str, Any]]:
    persons, left_out = _persons(figures, description=description)
    table, hidden = _table(name, figures, description=description)
    variable = description.variables[name]
    label = variable.label or name
    if variable.type == "number":
        cells = _moments(name, figures, description=description, hidden=hidden[0], left_out=left_out)
        yield _line(name, "mean", label=label, cells=cells, unit=variable.unit)
    else:
        for level, counts, marks in zip(variable.categories, table, hidden, strict=False):
            cells = _shares(counts, whole=persons, hidden=marks)
            yield _line(name, "level", label=label, cells=cells, level=level)
    yield _line(name, "missing", label=label, cells=_shares(table[-1], whole=persons, hidden=hidden[-1]))


def _line(
    name: str | None,
    statistic: str,
    *,
    label: str,
    cells: list[dict[str, Any]],
    level: str | None = None,
    unit: str = "",
) -> dict[str, Any]:
    return {
        "variable": name,
        "statistic": statistic,
        "label": label,
        "unit": unit,
        "level": level,
        "missing": statistic == "missing",
        "cells": cells,
    }


def _shares(counts: Counts, *, whole: Counts, hidden: Marks) -> list[dict[str, Any]]:
    return [
        {"suppressed": True} if mark else {"count": int(count), "share": int(count) / int(all_) if all_ else None}
        for count, all_, mark in zip(counts, whole, hidden, strict=True)
    ]


def _moments(
    name: str, figures: Figures, *, description: Description, hidden: Marks, left_out: Marks
) -> list[dict[str, Any]]:
    n, means = figures.counts[name][:, 0], figures.means[name]
    squares = figures.squares[name]
    total = int(n.sum())
    mean = math.fsum((n * means).tolist()) / total if total else 0.0
    square = math.fsum([*squares.tolist(), *(n * (means - mean) * (means - mean)).tolist()])
    rows = [(total, mean, square)]
    if description.levels:
        rows += zip(n.tolist(), means.tolist(), squares.tolist(), strict=True)
    return [
        {"suppressed": True}
        if gone or 0 < count < description.minimum_cell
        else _moment(count, mean=centre, square=spread, exact=not mark)
        for (count, centre, spread), mark, gone in zip(rows, hidden, left_out, strict=True)
    ]


def _moment(n: int, *, mean: float, square: float, exact: bool) -> dict[str, Any]:
    deviation = math.sqrt(square / (n - 1)) if n > 1 else None
    if exact:
        return {"n": n, "mean": mean if n else None, "sd": deviation}
    return {"n": None, "mean": _rounded(mean if n else None), "sd": _rounded(deviation)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
