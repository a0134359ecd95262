"""How many copies of the alternate allele each person has, for the variants of a panel, read a block at a time.

A hospital's file names its variants in its own way. `aligned` finds for each variant of the panel the column that is
meant and whether its copies are to be counted the other way round; one that is not there is missing for everybody.
A column with other alleles at the same place is another variant and never taken for it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hansa.lib.genomics.panel import Variant, complement

Doses: TypeAlias = npt.NDArray[np.int8]
#: Reads some rows and columns of a file: copies of the allele that its columns count, MISSING where not called.
Read: TypeAlias = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], Doses]

MISSING = -1
ABSENT = -1
#: The copies of an autosome.
COPIES = 2


@dataclass(frozen=True, eq=False)
class Genotypes:
    """Hold where the doses of a panel's variants are read: `columns` of a file, `turned` where it counts the others."""

    read: Read
    people: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    turned: npt.NDArray[np.bool_]

    @property
    def variants(self) -> int:
        """Return how many variants the panel has."""
        return len(self.columns)

    def doses(self, start: int, stop: int) -> Doses:
        """Return the copies of the alternate allele, shape (rows, stop - start), MISSING where not known."""
        return self.chosen(np.arange(start, stop))

    def chosen(self, which: npt.NDArray[np.int64]) -> Doses:
        """Return the copies of some variants of the panel, shape (rows, len(which)), MISSING where not known."""
        columns, turned = self.columns[which], self.turned[which]
        there = columns != ABSENT
        if there.all():
            found = self.read(self.people, columns)
        else:
            # Variant after variant, as files have them, so that nothing is turned over on the way.
            found = np.full((len(self.people), len(which)), MISSING, dtype=np.int8, order="F")
            found[:, there] = self.read(self.people, columns[there])
        if turned.any():
            counted = found[:, turned]
            found[:, turned] = np.where(counted == MISSING, MISSING, COPIES - counted)
        return found

    def select(self, which: npt.NDArray[np.bool_]) -> "Genotypes":
        """Return the genotypes of the rows where `which`, shape (rows,), is true."""
        return replace(self, people=self.people[which])

    def part(self, start: int, stop: int) -> "Genotypes":
        """Return the genotypes of some rows in order."""
        return replace(self, people=self.people[start:stop])


def aligned(
    panel: Sequence[Variant],
    *,
    places: Mapping[tuple[str, int], Sequence[tuple[int, str, str]]],
    is_forward: bool,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return for each variant the column of a file, ABSENT if none, and whether its other allele is counted there.

    `places` gives for chromosome and position the columns there, each with the allele that it counts and the other.
    The other strand is only looked at where the panel does not say that all files are on the forward one.
    """
    columns = np.full(len(panel), ABSENT, dtype=np.int64)
    turned = np.zeros(len(panel), dtype=np.bool_)
    for index, variant in enumerate(panel):
        wanted = [(variant.alternate, variant.reference)]
        if not is_forward:
            wanted.append((complement(variant.alternate), complement(variant.reference)))
        found = [
            (column, (counted, other) not in wanted)
            for column, counted, other in places.get(variant.place, ())
            if (counted, other) in wanted or (other, counted) in wanted
        ]
        # Two columns for one variant contradict each other; neither is believed.
        if len(found) == 1:
            columns[index], turned[index] = found[0]
    return columns, turned
