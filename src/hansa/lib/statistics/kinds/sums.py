"""The values behind the sums of an analysis, by the rows that they are added up over."""

from collections.abc import Iterator, Sequence

import numpy as np

from hansa.lib.statistics.estimator import Vector
from hansa.lib.statistics.formula import Formula
from hansa.lib.statistics.kinds.kind import Summed
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table


def numbers_among(names: Sequence[str | None], protocol: Protocol) -> list[str]:
    """Return those of some variables that are numbers."""
    return [name for name in names if name and protocol.variables[name].type == "number"]


def described(
    names: Sequence[str], table: Table, *, by: str | None, protocol: Protocol
) -> Iterator[tuple[str, Vector]]:
    """Yield the known values of each number in each group that its values are added up over."""
    levels = protocol.variables[by].categories if by else ()
    groups = {f" among {by}[{level}]": table[str(by)] == code for code, level in enumerate(levels)}
    for where, among in groups.items() or [("", np.ones(table.rows, dtype=np.bool_))]:
        for name in numbers_among(names, protocol):
            yield f"{name}{where}", table[name][among & ~table.missing(name)].astype(np.float64)


def by_group(names: Sequence[str], table: Table, *, by: str | None, protocol: Protocol) -> Summed:
    """Yield the known values of each number among all rows and in each group that somebody is in."""
    for where, part in _groups(table, by=by):
        yield from (((name, where), part[name][~part.missing(name)]) for name in numbers_among(names, protocol))


def _groups(table: Table, *, by: str | None) -> Iterator[tuple[str, Table]]:
    yield "", table
    if by is not None:
        for code in np.unique(table[by][~table.missing(by)]):
            yield f" of a group of '{by}'", table.select(table[by] == code)


def of_formula(formula: Formula, table: Table, *, protocol: Protocol) -> Summed:
    """Yield the product of each column's numbers, among the rows that have the levels it is for."""
    for column in formula.columns:
        numbers = [part for part in column.parts if protocol.variables[part.variable].type == "number"]
        among = np.ones(table.rows, dtype=np.bool_)
        for part in column.parts:
            if part not in numbers:
                among &= part.values(table) != 0
        if numbers:
            values = np.prod([part.values(table)[among] for part in numbers], axis=0)
            yield (" × ".join(part.variable for part in numbers), " of a group" if not among.all() else ""), values
