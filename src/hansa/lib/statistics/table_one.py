"""Table 1: who was studied, by the levels of one category, as counts, means and deviations.

The first round counts persons and levels and adds values; the second adds squared distances
from the mean of each group, which keeps the digits that a sum of squares would lose. Rows
without a level of the dividing category are in no column; their number is stated beside it.
What of all this a reader may see is decided in description.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hansa.lib.statistics.description import Description, Figures, describe, shown
from hansa.lib.statistics.estimator import Cell, State, Vector
from hansa.lib.statistics.schema import Protocol, TableOneAnalysis
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable


@dataclass(frozen=True, kw_only=True)
class TableOne:
    """Describe variables by the levels of `by`, or all persons together."""

    name: str
    by: str | None
    described: tuple[str, ...]
    variables: Mapping[str, Variable]
    minimum_cell: int

    kind: ClassVar[str] = "table_one"
    parameters: ClassVar[int] = 0
    needs_secure_sum: ClassVar[bool] = False

    @classmethod
    def from_protocol(cls, analysis: TableOneAnalysis, *, protocol: Protocol) -> "TableOne":
        """Return the estimator of an analysis."""
        return cls(
            name=analysis.name,
            by=analysis.by,
            described=analysis.variables,
            variables=protocol.variables,
            minimum_cell=protocol.disclosure.minimum_cell,
        )

    def start(self) -> State:
        """Return the state before the round that counts."""
        return {"counts": None, "squares": None}

    def is_done(self, state: State) -> bool:
        """Tell whether counts and squared distances are in."""
        return state["squares"] is not None

    def local(self, state: State, table: Table) -> Vector:
        """Return counts and sums by group, or squared distances from the means of the groups."""
        groups = self._divided(table)
        if state["counts"] is None:
            sums = [float(table.rows - sum(group.rows for group in groups))]
            for group in groups:
                sums.append(float(group.rows))
                for name in self.described:
                    sums.extend(self._count(name, group))
        else:
            means = self._figures(state).means
            sums = [
                float(((_known(name, group) - means[name][index]) ** 2).sum())
                for name in self._numbers
                for index, group in enumerate(groups)
            ]
        return np.array(sums, dtype=np.float64)

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        if state["counts"] is not None:
            return tuple(
                f"sum of squared distances of {name} from its mean{where}"
                for name in self._numbers
                for where in self._where
            )
        names = ["persons"]
        for name in self.described:
            names += [f"persons with {name}[{level}]" for level in self.variables[name].categories]
            names += [f"persons without {name}"]
            names += [f"persons with {name}", f"sum of {name}"] if name in self._numbers else []
        without = f"persons without {self.by}" if self.by else "persons left out"
        return (without, *(f"{name}{where}" for where in self._where for name in names))

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts that the table will show; later sums count nobody."""
        if state["counts"] is not None:
            return ()
        return shown(self._figures({"counts": total.tolist(), "squares": None}), description=self._description)

    def combine(self, state: State, total: Vector) -> State:
        """Return the state with what was added."""
        if state["counts"] is not None:
            return {**state, "squares": total.tolist()}
        return {"counts": total.tolist(), "squares": None if self._numbers else []}

    def result(self, state: State) -> dict[str, Any]:
        """Return the lines of the table, one cell for each column."""
        return {
            "name": self.name,
            "kind": self.kind,
            "by": self.by,
            **describe(self._figures(state), description=self._description),
        }

    @property
    def _description(self) -> Description:
        return Description(self.described, self.variables, self._levels, self.minimum_cell)

    @property
    def _levels(self) -> tuple[str, ...]:
        return self.variables[self.by].categories if self.by else ()

    @property
    def _where(self) -> tuple[str, ...]:
        return tuple(f" among {self.by}[{level}]" for level in self._levels) or ("",)

    @cached_property
    def _numbers(self) -> tuple[str, ...]:
        return tuple(name for name in self.described if self.variables[name].type == "number")

    def _divided(self, table: Table) -> list[Table]:
        if self.by is None:
            return [table]
        column = table[self.by]
        return [table.select(column == code) for code in range(len(self._levels))]

    def _count(self, name: str, table: Table) -> list[float]:
        """Return the persons of each level, those without a value, and for a number those with one and their sum."""
        known = _known(name, table)
        missing = float(table.rows - len(known))
        if name in self._numbers:
            return [missing, float(len(known)), float(((known - self._middle(name)) / self._reach(name)).sum())]
        levels = np.bincount(known.astype(np.int64), minlength=len(self.variables[name].categories))
        return [*levels.astype(np.float64).tolist(), missing]

    def _middle(self, name: str) -> float:
        low, high = self.variables[name].bounds or (0.0, 0.0)
        return (low + high) / 2

    def _reach(self, name: str) -> float:
        low, high = self.variables[name].bounds or (-1.0, 1.0)
        return (high - low) / 2

    def _figures(self, state: State) -> Figures:
        """Return the added numbers by variable, one row for each group."""
        without, *flat = state["counts"]
        table = np.array(flat, dtype=np.float64).reshape(len(self._where), -1)
        figures = Figures(round(without), np.rint(table[:, 0]).astype(np.int64))
        place = 1
        for name in self.described:
            width = len(self.variables[name].categories) + 1
            if name in self._numbers:
                counts, sums = np.rint(table[:, place : place + 2]).astype(np.int64), table[:, place + 2]
                figures.counts[name] = counts[:, ::-1]
                means = sums / np.maximum(counts[:, 1], 1)
                figures.means[name] = self._middle(name) + self._reach(name) * means
                width = 3
            else:
                figures.counts[name] = np.rint(table[:, place : place + width]).astype(np.int64)
            place += width
        if state["squares"]:
            squares = np.array(state["squares"], dtype=np.float64).reshape(len(self._numbers), -1)
            figures.squares.update(zip(self._numbers, squares, strict=True))
        return figures


def _known(name: str, table: Table) -> Vector:
    """Return the values of a column that are not missing, shape (n,)."""
    values: Vector = table[name][~table.missing(name)].astype(np.float64)
    return values
