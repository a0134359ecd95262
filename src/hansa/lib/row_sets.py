"""Remember which rows a release stood on, one bit a row.

Results add over rows, so whoever holds several can add and subtract them. What can be
read this way is seen from the sets of rows alone: rows that lie in exactly the same
releases form an atom, and an atom can be isolated if and only if its indicator lies in
the span of the releases' indicators (Denning 1982, "Cryptography and Data Security",
chapter 6). The sets never leave the site.

A row is known by its position, so a dataset must keep its order; rows that come later are
appended and count as not chosen before.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hansa.lib.canonical import decode64, encode64
from hansa.lib.errors import InvalidError

Chosen = NDArray[np.bool_]
Places = NDArray[np.int64]

_ROUNDING = 1e-6
_LEAST_LENGTH = 0.17


@dataclass(frozen=True)
class RowSet:
    """Hold the rows an analysis used, of one dataset at one site."""

    rows: int
    bits: bytes

    @classmethod
    def of(cls, chosen: Chosen) -> "RowSet":
        """Remember the rows that are true, shape (rows,)."""
        return cls(rows=len(chosen), bits=np.packbits(chosen).tobytes())

    @classmethod
    def from_text(cls, text: str) -> "RowSet":
        """Read what ``to_text`` wrote."""
        rows, _, packed = text.partition(":")
        try:
            bits = zlib.decompress(decode64(packed))
            whole = cls(rows=int(rows), bits=bits)
        except (ValueError, zlib.error):
            raise _unreadable() from None
        if len(bits) != (whole.rows + 7) // 8:
            raise _unreadable()
        return whole

    def to_text(self) -> str:
        """Write the set as short text for the node's own records."""
        return f"{self.rows}:{encode64(zlib.compress(self.bits, 9))}"

    def chosen(self, rows: int) -> Chosen:
        """Return the set as booleans over a dataset that has grown to ``rows``."""
        unpacked = np.unpackbits(np.frombuffer(self.bits, dtype=np.uint8), count=self.rows)
        return np.pad(unpacked, (0, rows - self.rows)).astype(np.bool_)


@dataclass(frozen=True, eq=False)
class Numbered:
    """Know the rows of a table among the people of a database: row i is the person of number ``places[i]``.

    Without places a row is known by its position.
    """

    places: Places | None
    rows: int

    def set_of(self, chosen: Chosen) -> RowSet:
        """Remember who stands in the rows that are true, shape (rows,)."""
        if self.places is None:
            return RowSet.of(chosen)
        people = np.zeros(int(self.places.max(initial=-1)) + 1, dtype=np.bool_)
        people[self.places[chosen]] = True
        return RowSet.of(people)

    def rows_of(self, people: RowSet) -> Chosen:
        """Return the rows of some people, shape (rows,)."""
        if self.places is None:
            return people.chosen(self.rows)
        size = max(people.rows, int(self.places.max(initial=-1)) + 1)
        return people.chosen(size)[self.places]


@dataclass(frozen=True)
class Release:
    """Name an earlier release of the same dataset and the rows it stood on."""

    name: str
    rows: RowSet


def distance(one: RowSet, other: RowSet) -> int:
    """Count the rows that are in one of two sets but not in both."""
    rows = max(one.rows, other.rows)
    return int(np.count_nonzero(one.chosen(rows) ^ other.chosen(rows)))


def isolates(sets: Sequence[RowSet], *, below: int, known: Sequence[RowSet] = ()) -> bool:
    """Tell whether adding and subtracting the sets' sums can leave fewer than ``below`` rows.

    Single atoms and pairs of atoms are tried. What the sets in ``known`` leave by themselves does not count.
    """
    rows = max(one.rows for one in (*sets, *known))
    return not _isolated(sets, below=below, rows=rows) <= _isolated(known, below=below, rows=rows)


def _isolated(sets: Sequence[RowSet], *, below: int, rows: int) -> set[bytes]:
    """Return the few rows, packed, of each atom and each pair of atoms that the sets isolate."""
    if not sets:
        return set()
    members = np.stack([one.chosen(rows) for one in dict.fromkeys(sets)])
    atoms, sizes = _atoms(members)
    if not atoms.size:
        return set()
    _, strengths, directions = np.linalg.svd(atoms, full_matrices=False)
    span = directions[strengths > _ROUNDING * strengths[0]]
    # Length of an atom's projection; with less than (sqrt 2 - 1)^2 no pair of atoms lies in the
    # span. Lengths add up to the rank, so only a few atoms a release are left to pair.
    kept = (sizes < below) & (np.sum(span**2, axis=0) > _LEAST_LENGTH)
    few, products, signs = sizes[kept], span[:, kept].T @ span[:, kept], atoms[:, kept].astype(np.bool_)
    alone = np.diag(products)
    pairs = alone[:, None] + alone + 2 * products
    is_alone = alone > 1 - _ROUNDING
    is_pair = (few[:, None] + few < below) & (pairs > 2 - _ROUNDING) & ~(is_alone[:, None] & is_alone)
    found = [(atom, atom) for atom in np.flatnonzero(is_alone)]
    found += [(one, other) for one, other in np.argwhere(np.triu(is_pair, 1))]
    return {
        np.packbits((members == signs[:, [one]]).all(axis=0) | (members == signs[:, [other]]).all(axis=0)).tobytes()
        for one, other in found
    }


def _atoms(members: Chosen) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return the indicators, (sets, atoms), and the sizes of the atoms of sets, (sets, rows)."""
    members = members[:, members.any(axis=0)]
    packed = np.packbits(members, axis=0)
    _, first, sizes = np.unique(packed, axis=1, return_index=True, return_counts=True)
    return members[:, first].astype(np.float64), sizes


def _unreadable() -> InvalidError:
    return InvalidError(
        "A remembered set of rows cannot be read.", "Restore the node's database from a backup and verify the ledger."
    )
