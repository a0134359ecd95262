"""How many persons stand behind each level, and each combination of levels, of a model.

A column of a model that is an indicator, alone or times a number, adds up over the persons who
have its level. Where they are few the sum says what one of them has, so persons are counted
first, in a round of their own, and no sum is asked for where a count is small. With a level
of few persons the whole model is refused: its other sums, taken from the margin, would tell
the missing one.

Hundepool et al. 2012, "Statistical Disclosure Control", chapter 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from hansa.lib.statistics.estimator import Cell, Vector
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable

MOST_NAMED = 3


@dataclass(frozen=True)
class Crossings:
    """Count persons in each combination of levels of each of some sets of variables."""

    sets: tuple[tuple[str, ...], ...]
    variables: Mapping[str, Variable]

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Return the name of each count, in the order of `local`."""
        return tuple(f"persons with {place}" for place in self._places)

    def local(self, table: Table) -> Vector:
        """Return the counts of a table without missing values, shape (len(labels),)."""
        counts = [np.empty(0)]
        for names in self.sets:
            place, size = np.zeros(table.rows, dtype=np.int64), 1
            for name in names:
                place = place * len(self._levels(name)) + table[name].astype(np.int64)
                size *= len(self._levels(name))
            counts.append(np.bincount(place, minlength=size).astype(np.float64))
        return np.concatenate(counts)

    def cells(self, counts: Vector) -> tuple[Cell, ...]:
        """Return each count with its name."""
        return tuple(zip(self.labels, counts.tolist(), strict=True))

    def few(self, counts: Vector, *, minimum_cell: int) -> tuple[str, ...]:
        """Return the combinations that some persons have, but fewer than the minimum."""
        cells = zip(self._places, counts.tolist(), strict=True)
        return tuple(place for place, count in cells if is_few(count, minimum_cell=minimum_cell))

    @cached_property
    def _places(self) -> tuple[str, ...]:
        return tuple(
            " and ".join(f"{name}[{level}]" for name, level in zip(names, levels, strict=True))
            for names in self.sets
            for levels in product(*(self._levels(name) for name in names))
        )

    def _levels(self, name: str) -> tuple[str, ...]:
        return self.variables[name].categories


def is_few(count: float, *, minimum_cell: int) -> bool:
    """Tell whether a count is of somebody, but of fewer than the minimum."""
    return 0 < round(count) < minimum_cell


def refusal(places: tuple[str, ...], *, minimum_cell: int) -> tuple[str, str]:
    """Return why a model with these small groups is not estimated, and what to do."""
    named = " and ".join(f"'{place}'" for place in places[:MOST_NAMED])
    more = f" (and {len(places) - MOST_NAMED} more)" if len(places) > MOST_NAMED else ""
    return (
        f"Fewer than {minimum_cell} persons have {named}{more}, so no sum was added over them.",
        "Merge these levels with others, or leave the term out.",
    )
