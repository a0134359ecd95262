"""Table 1: who was studied, by the levels of one category, as counts, means and deviations.

The first round counts persons and levels; the second adds values, only over groups that the counts
allow (description.py); the third adds squared distances from the mean of each group, which keeps
the digits that a sum of squares would lose. Rows without a level of the dividing category are in
no column; their number is stated beside it. What of all this a reader may see, and what the state
carries on, is decided in description.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hansa.lib.statistics.analyses import TableOneAnalysis
from hansa.lib.statistics.comparison import comparisons
from hansa.lib.statistics.description import Block, Description, Figures, decide, describe, shown
from hansa.lib.statistics.dominance import dominated
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.schema import Protocol
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
        return {"shown": None, "sums": None, "squares": None}

    def is_done(self, state: State) -> bool:
        """Tell whether counts, sums and squared distances are in."""
        return state["squares"] is not None

    def local(self, state: State, table: Table) -> Vector:
        """Return counts by group, then sums and then squared distances from the means of what may be added."""
        groups = self._divided(table)
        if state["shown"] is None:
            sums = [float(table.rows - sum(group.rows for group in groups))]
            for group in groups:
                sums.append(float(group.rows))
                for name in self.described:
                    sums.extend(self._count(name, group))
            return np.array(sums, dtype=np.float64)
        sums = []
        for name, block in self._blocks(state):
            values = np.concatenate([_known(name, groups[group]) for group in block.groups])
            if state["sums"] is None:
                sums.append(float(((values - self._middle(name)) / self._reach(name)).sum()))
            else:
                sums.append(float(((values - block.mean) ** 2).sum()))
        return np.array(sums, dtype=np.float64)

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        if state["shown"] is not None:
            what = "sum of {}" if state["sums"] is None else "sum of squared distances of {} from its mean"
            return tuple(what.format(name) + self._among(block) for name, block in self._blocks(state))
        names = ["persons"]
        for name in self.described:
            names += [f"persons with {name}[{level}]" for level in self.variables[name].categories]
            names += [f"persons without {name}"]
            names += [f"persons with {name}"] if name in self._numbers else []
        without = f"persons without {self.by}" if self.by else "persons left out"
        return (without, *(f"{name}{where}" for where in self._where for name in names))

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts that the table will show, and those of the values that will be added up."""
        if state["shown"] is not None:
            return ()
        counted = self.combine(state, total)
        added = [
            (f"values of {name} to add{self._among(block)}", float(block.persons))
            for name, block in self._blocks(counted)
        ]
        return (*shown(self._figures(total), description=self._description), *added)

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of the first round; later sums count nobody."""
        return () if state["shown"] is not None else tuple(zip(self.labels(state), vector.tolist(), strict=True))

    def sums(self, state: State, total: Vector) -> Sums:
        """Return in the last round the sums of which few persons may have nearly all."""
        if state["sums"] is None:
            return {}
        found = {}
        for name, block in self._blocks(self.combine(state, total)):
            pair = (block.persons * block.mean, block.square + block.persons * block.mean**2)
            bounds = self.variables[name].bounds
            if bounds is not None and bounds[0] >= 0 and dominated(pair, persons=block.persons):
                found[f"sum of {name}{self._among(block)}"] = pair
        return found

    def combine(self, state: State, total: Vector) -> State:
        """Return the state with what was added."""
        if state["shown"] is not None:
            return {**state, "sums" if state["sums"] is None else "squares": total.tolist()}
        decided = decide(self._figures(total), description=self._description)
        nothing: list[float] | None = None if any(decided["blocks"].values()) else []
        return {"shown": decided, "sums": nothing, "squares": nothing}

    def result(self, state: State) -> dict[str, Any]:
        """Return the lines of the table, one cell for each column, and how much its groups differ."""
        described = describe(state["shown"], self._moments(state), description=self._description)
        compared = {"comparisons": comparisons(described["lines"])} if self.by else {}
        return {"name": self.name, "kind": self.kind, "by": self.by, **described, **compared}

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
        """Return the persons of each level, those without a value, and for a number those with one."""
        known = _known(name, table)
        missing = float(table.rows - len(known))
        if name in self._numbers:
            return [missing, float(len(known))]
        levels = np.bincount(known.astype(np.int64), minlength=len(self.variables[name].categories))
        return [*levels.astype(np.float64).tolist(), missing]

    def _middle(self, name: str) -> float:
        low, high = self.variables[name].bounds or (0.0, 0.0)
        return (low + high) / 2

    def _reach(self, name: str) -> float:
        low, high = self.variables[name].bounds or (-1.0, 1.0)
        return (high - low) / 2

    def _figures(self, total: Vector) -> Figures:
        """Return the added counts by variable, one row for each group."""
        table = np.rint(total[1:]).astype(np.int64).reshape(len(self._where), -1)
        figures = Figures(round(total[0]), table[:, 0])
        place = 1
        for name in self.described:
            width = len(self.variables[name].categories or (None,)) + 1
            counts = table[:, place : place + width]
            figures.counts[name] = counts[:, ::-1] if name in self._numbers else counts
            place += width
        return figures

    def _blocks(self, state: State) -> Iterator[tuple[str, Block]]:
        """Yield what is added up, variable after variable, with the moments known so far."""
        place = 0
        for name in self._numbers:
            for groups, persons, joined in state["shown"]["blocks"][name]:
                mean = state["sums"][place] / max(persons, 1) if state["sums"] else 0.0
                square = state["squares"][place] if state["squares"] else 0.0
                centre = self._middle(name) + self._reach(name) * mean
                yield name, Block(tuple(groups), persons, joined=joined, mean=centre, square=square)
                place += 1

    def _moments(self, state: State) -> dict[str, list[Block]]:
        found: dict[str, list[Block]] = {name: [] for name in self._numbers}
        for name, block in self._blocks(state):
            found[name].append(block)
        return found

    def _among(self, block: Block) -> str:
        """Return which groups a sum is over, nothing when it is over all of them."""
        if len(block.groups) == len(self._where):
            return ""
        return " among " + " or ".join(f"{self.by}[{self._levels[group]}]" for group in block.groups)


def _known(name: str, table: Table) -> Vector:
    """Return the values of a column that are not missing, shape (n,)."""
    values: Vector = table[name][~table.missing(name)].astype(np.float64)
    return values
