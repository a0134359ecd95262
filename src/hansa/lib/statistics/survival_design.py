"""From a protocol to the rows and the time grid of its survival analyses."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.formula import Formula
from hansa.lib.statistics.grid import TimeGrid
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.survival import Codes, Levels, Read, Survival
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable


@dataclass(frozen=True)
class Division:
    """Cut persons by the levels of some variables, crossed; all are in one group where there are none."""

    variables: tuple[str, ...]
    sizes: tuple[int, ...]
    levels: Levels

    def codes(self, table: Table) -> Codes:
        """Return the place of each person among `levels`, shape (rows,); the last variable varies fastest."""
        code = np.zeros(table.rows, dtype=np.int64)
        for name, size in zip(self.variables, self.sizes, strict=True):
            code = code * size + table[name].astype(np.int64)
        return code


def division(names: tuple[str, ...], *, variables: Mapping[str, Variable]) -> Division:
    """Return the division by the categories of the named variables."""
    categories = [variables[name].categories for name in names]
    labels = [[f"{name} {level}" for level in levels] for name, levels in zip(names, categories, strict=True)]
    return Division(names, tuple(map(len, categories)), tuple(", ".join(each) for each in product(*labels)))


def design_of(
    time: str, event: str, *, cut: Division, formula: Formula | None = None, cause: int | None = None
) -> Read:
    """Return how a table is read: its times, events, groups and the columns of the formula.

    With a `cause`, the code of a level of the event, nothing else counts as the event.
    """

    def read(table: Table) -> Survival:
        X = np.empty((table.rows, 0)) if formula is None else formula.matrix(table)
        happened = table[event] if cause is None else table[event] == cause
        return Survival(table[time], happened.astype(np.float64), cut.codes(table), X)

    return read


def grid_of(protocol: Protocol, time: str) -> TimeGrid:
    """Return the grid up to the end of the time's range, which the checks of a protocol ask for."""
    bounds, width = protocol.variables[time].range, protocol.disclosure.time_grid
    if bounds is None or width is None:
        raise InvalidError(
            f"The time '{time}' has no range, or the protocol has no time grid.",
            f"Give '{time}' a range, and disclosure a time_grid.",
        )
    return TimeGrid(width, bounds[1], protocol.disclosure.minimum_cell)
