"""Median and quartiles over several sites, from counts of persons on a grid of values.

A quantile of one site is some person's value, so no site says its own. Values are counted in steps that the
protocol names; steps are merged until enough persons are in each, in all and in every group, as grid.py does with
times. A quantile is then known to lie in one of the intervals, in which it is placed as if the persons there were
spread evenly. The interval is told beside it. One round of counts is all that is needed.

As counts of one site on the grid may be one person, they only leave it under secure aggregation.

Hyndman and Fan, Am Stat 50 (1996) 361-365, definition 1 for the interval, 4 for the place within it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hansa.lib.statistics.analyses import QuantilesAnalysis
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.grid import Counts, TimeGrid
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.survival import Codes, Survival
from hansa.lib.statistics.survival_design import Division, division
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable

#: Of four equal parts of the persons, where each of the first three ends.
QUARTERS = ((1, "lower"), (2, "median"), (3, "upper"))


@dataclass(frozen=True, kw_only=True)
class Quantiles:
    """Estimate the quartiles of variables by the levels of `by`, or of all persons together."""

    name: str
    by: str | None
    steps: Mapping[str, float]
    variables: Mapping[str, Variable]
    minimum_cell: int

    kind: ClassVar[str] = "quantiles"
    parameters: ClassVar[int] = 0
    needs_secure_sum: ClassVar[bool] = True

    @classmethod
    def from_protocol(cls, analysis: QuantilesAnalysis, *, protocol: Protocol) -> "Quantiles":
        """Return the estimator of one analysis of a protocol."""
        return cls(
            name=analysis.name,
            by=analysis.by,
            steps=analysis.steps,
            variables=protocol.variables,
            minimum_cell=protocol.disclosure.minimum_cell,
        )

    def start(self) -> State:
        """Return the state before the only round."""
        return {"total": None}

    def is_done(self, state: State) -> bool:
        """Tell whether the counts are in."""
        return state["total"] is not None

    def local(self, state: State, table: Table) -> Vector:
        """Return how many persons have a value in each step, by variable and group."""
        group, nobody = self._cut.codes(table), np.zeros(table.rows)
        each = (
            counts.local(Survival(table[name] - self._low(name), nobody, group)) for name, counts in self._grids.items()
        )
        return np.concatenate(list(each))

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the name of each count."""
        return tuple(label for name, counts in self._grids.items() for label in self._told(name, counts.labels()))

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of persons on the merged grids."""
        found: list[Cell] = []
        for name, part in self._parts(total):
            cells = self._grids[name].cells(part)
            names = self._told(name, [label for label, _count in cells])
            found += [(label, count) for label, (_label, count) in zip(names, cells, strict=True)]
        return tuple(found)

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return the counts on the grids before they are merged."""
        return tuple(zip(self.labels(state), vector.tolist(), strict=True))

    def sums(self, state: State, total: Vector) -> Sums:
        """Return nothing: only counts are added."""
        return {}

    def combine(self, state: State, total: Vector) -> State:
        """Return the merged counts and where each interval ends."""
        found = {}
        for name, part in self._parts(total):
            ends = self._grids[name].ends(part)
            found[name] = {"ends": ends, "counts": self._grids[name].merged(part, ends=ends)[:, :, 0].tolist()}
        return {"total": found}

    def result(self, state: State) -> dict[str, Any]:
        """Return the quartiles of each variable in each group, each with the interval it lies in."""
        levels = self.variables[self.by].categories if self.by else ("all",)
        return {
            "name": self.name,
            "kind": self.kind,
            "by": self.by,
            "variables": [
                {
                    "variable": name,
                    "label": self.variables[name].label or name,
                    "unit": self.variables[name].unit,
                    "step": step,
                    "groups": [
                        {"level": level, **self._quarters(name, state["total"][name], group=group)}
                        for group, level in enumerate(levels)
                    ],
                }
                for name, step in self.steps.items()
            ],
        }

    def _quarters(self, name: str, merged: Mapping[str, Any], *, group: int) -> dict[str, Any]:
        counts = np.array([row[group] for row in merged["counts"]], dtype=np.int64)
        grid, low = self._grids[name].grid, self._low(name)
        edges = [low + grid.time(end) for end in merged["ends"]]
        # The first interval begins where the range does, which is a value that somebody may have.
        starts = [low, *edges[:-1]]
        quarters = {
            called: _placed(counts, quarter=quarter, starts=starts, edges=edges) for quarter, called in QUARTERS
        }
        return {"persons": int(counts.sum()), **quarters}

    @cached_property
    def _cut(self) -> Division:
        return division(() if self.by is None else (self.by,), variables=self.variables)

    @cached_property
    def _grids(self) -> dict[str, Counts]:
        levels = self._cut.levels
        return {name: Counts(self._grid(name, step), levels, ("persons",)) for name, step in self.steps.items()}

    def _grid(self, name: str, step: float) -> TimeGrid:
        low, high = self.variables[name].range or (0.0, 0.0)
        return TimeGrid(step, high - low, self.minimum_cell)

    def _low(self, name: str) -> float:
        return (self.variables[name].range or (0.0, 0.0))[0]

    def _parts(self, total: Vector) -> list[tuple[str, Vector]]:
        """Return the counts of each variable."""
        edges = np.cumsum([counts.size for counts in self._grids.values()])[:-1]
        return list(zip(self._grids, np.split(total, edges), strict=True))

    def _told(self, name: str, labels: Sequence[str]) -> list[str]:
        """Return the names of a variable's counts; a grid calls its steps times, from the beginning of the range."""
        return [f"{name}, from {self._low(name):g}: {label.replace('time ', 'value ')}" for label in labels]


def _placed(counts: Codes, *, quarter: int, starts: list[float], edges: list[float]) -> dict[str, float] | None:
    """Return where a quarter of the persons ends, and the interval that it is known to lie in; None of nobody."""
    persons = int(counts.sum())
    if not persons:
        return None
    reached = np.cumsum(counts)
    # In whole numbers, so that nothing hangs on the last digit of a share.
    place = int(np.searchsorted(4 * reached, quarter * persons, side="left"))
    before = int(reached[place] - counts[place])
    share = (quarter * persons / 4 - before) / int(counts[place])
    start, end = starts[place], edges[place]
    return {"estimate": start + share * (end - start), "low": start, "high": end}
