"""What a reader of Table 1 may see of the numbers behind it, decided from the counts alone.

Counts below the minimum cell are left out, and with them those that would give them away
(`disclosure.suppress`, over each variable's counts with their totals). A share is of all persons
of its column, so that it says nothing a shown count does not. Where the number of values is left
out although there are enough of them, mean and deviation are rounded to four digits, since all
digits of a mean of whole numbers tell how many there were.

Nothing is added up over a group of few values. Such groups are joined, with the smallest others
until they reach the minimum, and one sum is asked of them together; so the mean of all persons stays
exact, and taking the shown groups from it leaves a sum over no fewer than the minimum.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hansa.lib.disclosure import suppress
from hansa.lib.statistics.estimator import Cell
from hansa.lib.statistics.variables import Variable

Counts: TypeAlias = npt.NDArray[np.int64]
Marks: TypeAlias = npt.NDArray[np.bool_]
# The counts of a line, all persons first, None where one is left out.
Shown: TypeAlias = Sequence[int | None]

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
    """Hold what was counted, one row for each group: persons, and by variable counts.

    `counts` has the persons of each level (or with a value) and then those without, shape (groups, k).
    """

    without: int
    persons: Counts
    counts: dict[str, Counts] = field(default_factory=dict)


@dataclass(frozen=True)
class Block:
    """Name groups over which one sum is added, how many values they have, and the mean and squares added so far.

    A joined block is in no column but that of all persons.
    """

    groups: tuple[int, ...]
    persons: int
    joined: bool = False
    mean: float = 0.0
    square: float = 0.0


def shown(figures: Figures, *, description: Description) -> tuple[Cell, ...]:
    """Return every count of persons that the table shows, with its label."""
    found = []
    for label, counts, hidden in _all_counts(figures, description=description):
        columns = (", all", *(f" among [{level}]" for level in description.levels))
        for column, count, mark in zip(columns, counts, hidden, strict=True):
            if not mark:
                found.append((f"{label}{column}", float(count)))
    return tuple(found)


def decide(figures: Figures, *, description: Description) -> dict[str, Any]:
    """Return as JSON what later rounds and the result need of the counts: None for each that is left out."""
    few = 0 < figures.without < description.minimum_cell
    lines = _all_counts(figures, description=description)
    return {
        "without": None if few else figures.without,
        "lines": [_kept(counts, hidden) for _, counts, hidden in lines],
        "blocks": {
            name: [[list(block.groups), block.persons, block.joined] for block in found]
            for name in description.described
            if not description.variables[name].categories
            for found in [blocks(name, figures, description=description)]
        },
    }


def _kept(counts: Counts, hidden: Marks) -> list[int | None]:
    return [None if mark else int(count) for count, mark in zip(counts, hidden, strict=True)]


def blocks(name: str, figures: Figures, *, description: Description) -> list[Block]:
    """Return the groups whose values of a number may be added up, each alone or joined with others."""
    minimum, counts = description.minimum_cell, figures.counts[name][:, 0]
    if 0 < int(counts.sum()) < minimum:
        return []
    _, left_out = _persons(figures, description=description)
    gone = (counts > 0) & (counts < minimum)
    if description.levels:
        gone |= left_out[1:]
    joined = set(np.flatnonzero(gone).tolist())
    # Those without a value protect nobody, and the smallest group costs the reader least.
    for group in sorted(np.flatnonzero(counts).tolist(), key=lambda each: (counts[each], each)):
        if 0 < sum(counts[list(joined)]) < minimum:
            joined.add(group)
    alone = [Block((group,), int(count)) for group, count in enumerate(counts) if group not in joined]
    together = tuple(sorted(joined))
    return [*alone, Block(together, int(counts[list(together)].sum()), joined=True)] if together else alone


def describe(
    decided: Mapping[str, Any], moments: Mapping[str, Sequence[Block]], *, description: Description
) -> dict[str, Any]:
    """Return columns and lines of the table as JSON, from what was decided and the moments of each number."""
    rows = iter(decided["lines"])
    persons = next(rows)
    lines = [_line(None, "persons", label="Persons", cells=_shares(persons, whole=persons))]
    for name in description.described:
        counts = [next(rows) for _ in (*description.rows(name), "missing")]
        lines += _lines(name, [persons, *counts], description=description, blocks=moments.get(name, ()))
    return {
        "rows": persons[0],
        "columns": list(description.columns),
        "without_group": {"suppressed": True} if decided["without"] is None else {"count": decided["without"]},
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


def _lines(
    name: str, counts: Sequence[Shown], *, description: Description, blocks: Sequence[Block]
) -> Iterator[dict[str, Any]]:
    persons, *rows, missing = counts
    variable = description.variables[name]
    label = variable.label or name
    if variable.type == "number":
        cells = _moments(rows[0], blocks, persons=persons)
        yield _line(name, "mean", label=label, cells=cells, unit=variable.unit)
    else:
        for level, shown_counts in zip(variable.categories, rows, strict=True):
            cells = _shares(shown_counts, whole=persons)
            yield _line(name, "level", label=label, cells=cells, level=level)
    yield _line(name, "missing", label=label, cells=_shares(missing, whole=persons))


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


def _shares(counts: Shown, *, whole: Shown) -> list[dict[str, Any]]:
    return [
        {"suppressed": True} if count is None else {"count": count, "share": count / all_ if all_ else None}
        for count, all_ in zip(counts, whole, strict=True)
    ]


def _moments(counts: Shown, blocks: Sequence[Block], *, persons: Shown) -> list[dict[str, Any]]:
    """Return the cells of a mean, all persons first; their mean and squares follow from those of the blocks."""
    total = sum(block.persons for block in blocks)
    mean = math.fsum(block.persons * block.mean for block in blocks) / total if total else 0.0
    square = math.fsum(
        part for block in blocks for part in (block.square, block.persons * (block.mean - mean) * (block.mean - mean))
    )
    alone = {block.groups[0]: block for block in blocks if not block.joined}
    columns = [Block((), total, mean=mean, square=square) if blocks else None, *map(alone.get, range(len(counts) - 1))]
    return [
        {"suppressed": True}
        if block is None or whole is None
        else _moment(block.persons, mean=block.mean, square=block.square, exact=count is not None)
        for block, count, whole in zip(columns, counts, persons, strict=True)
    ]


def _moment(n: int, *, mean: float, square: float, exact: bool) -> dict[str, Any]:
    deviation = math.sqrt(square / (n - 1)) if n > 1 else None
    if exact:
        return {"n": n, "mean": mean if n else None, "sd": deviation}
    return {"n": None, "mean": _rounded(mean if n else None), "sd": _rounded(deviation)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
