"""The rows of one site as numbers, and nothing but numbers.

A table holds each variable of a protocol as one numpy column. Numbers are float64 with NaN
for a missing value, booleans are numbers 0 and 1, categories are int64 codes into levels
that the protocol names, with -1 for a missing value. Since the levels come from the
protocol and not from the data, a site where a level is absent has the same columns as
every other site.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hansa.lib.errors import InvalidError
from hansa.lib.genomics.genotypes import Genotypes

Column: TypeAlias = npt.NDArray[Any]
Mask: TypeAlias = npt.NDArray[np.bool_]
# What is computed of so many rows at a time, with their columns, fits into a processor's cache many times over.
BLOCK = 65_536


@dataclass(frozen=True, eq=False)
class Table:
    """Hold the columns of one site, each of length `rows`.

    `entering` is how many persons entered the cohort that the rows are, and how many each inclusion rule left.
    `genotypes` are those of the panel's variants, a row for each row.
    """

    columns: Mapping[str, Column]
    levels: Mapping[str, tuple[str, ...]]
    rows: int
    entering: tuple[int, ...] = ()
    genotypes: Genotypes | None = None

    def __post_init__(self) -> None:
        for name, column in self.columns.items():
            if column.shape != (self.rows,):
                raise InvalidError(
                    f"The column '{name}' has the shape {column.shape}, the table has {self.rows} rows.",
                    "Give every column one value for each row.",
                )

    def __getitem__(self, name: str) -> Column:
        """Return one column; InvalidError names it when it is absent."""
        if name not in self.columns:
            raise InvalidError(f"The table has no column '{name}'.", "Map this variable of the protocol to the data.")
        return self.columns[name]

    def is_category(self, name: str) -> bool:
        """Tell whether a column holds codes of levels."""
        return name in self.levels

    def missing(self, name: str) -> Mask:
        """Return which rows lack a value of one column, shape (rows,)."""
        column = self[name]
        return column < 0 if self.is_category(name) else np.isnan(column)

    def complete(self, names: Iterable[str]) -> "Table":
        """Return the table of the rows that lack none of the named columns."""
        missing = np.zeros(self.rows, dtype=np.bool_)
        for name in names:
            missing |= self.missing(name)
        return self.select(~missing) if missing.any() else self

    def blocks(self, size: int = BLOCK) -> Iterator["Table"]:
        """Yield the rows in order, at most `size` at a time and not copied; one empty block where there are none."""
        if self.rows <= size:
            yield self
            return
        for start in range(0, self.rows, size):
            part = {name: column[start : start + size] for name, column in self.columns.items()}
            carried = self.genotypes and self.genotypes.part(start, start + size)
            yield Table(part, self.levels, min(size, self.rows - start), genotypes=carried)

    def whole(self) -> "Table":
        """Return all rows as one table."""
        return self

    def select(self, which: Mask) -> "Table":
        """Return the table of the rows where `which`, shape (rows,), is true."""
        columns = {name: column[which] for name, column in self.columns.items()}
        carried = self.genotypes and self.genotypes.select(which)
        return Table(columns, self.levels, int(np.count_nonzero(which)), genotypes=carried)


@dataclass(frozen=True, eq=False)
class Partitions:
    """Stand for the rows of one site that are read a part at a time, each time they are needed.

    `read` yields the parts anew at every call, in the same order; each is a table of the same columns.
    """

    read: Callable[[], Iterable[Table]]
    rows: int
    entering: tuple[int, ...] = ()

    @classmethod
    def of(cls, read: Callable[[], Iterable[Table]]) -> "Partitions":
        """Return the partitions with their number of rows, which takes one reading."""
        return cls(read, sum(part.rows for part in read()))

    def complete(self, names: Iterable[str]) -> "Partitions":
        """Return the partitions of the rows that lack none of the named columns."""
        wanted = tuple(names)
        return Partitions.of(lambda: (part.complete(wanted) for part in self.read()))

    def blocks(self) -> Iterator[Table]:
        """Yield the rows in order, a block at a time."""
        for part in self.read():
            yield from part.blocks()

    def whole(self) -> Table:
        """Return all rows as one table, for what cannot be added up part by part."""
        return stack(self.read())


def stack(tables: Iterable[Table]) -> Table:
    """Return all rows of several tables with the same columns as one table."""
    parts = list(tables)
    if not parts:
        raise InvalidError("There is no table to stack.", "Give the table of at least one site.")
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns}
    return Table(columns, parts[0].levels, sum(part.rows for part in parts))
