"""How many persons have no, one or two copies of each variant's alternate allele, and which variants may be used.

Counts come first, as with every analysis. A variant is left out where fewer than the minimum cell carry one of its
alleles, in all or among those with one outcome: a sum over its carriers would be one about few persons.

Two variants that nearly the same persons carry are a danger of their own: the difference of their sums is a sum over
the few persons in which they differ. So for neighbours of nearly equal frequency these persons are counted too, over
all hospitals, and of two that differ in somebody, but in fewer than the minimum cell, the second is left out.
Variants that do not differ in anybody have the same sums, which tell nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from hansa.lib.canonical import decode64, encode64
from hansa.lib.errors import InvalidError
from hansa.lib.genomics.genotypes import COPIES, MISSING, Doses, Genotypes
from hansa.lib.genomics.panel import Variant
from hansa.lib.statistics.estimator import Cell, State, Vector
from hansa.lib.statistics.table import Mask, Table

#: How many variants are counted in one round, and how many pairs of them are compared.
CHUNK = 10_000
PAIRS = 50_000
#: How many neighbours a variant is compared with.
WINDOW = 50
#: How many genotypes are held at a time.
HELD = 16_000_000
WHAT = ("persons", "persons with one copy", "persons with two copies")
#: Why a variant is left out, in the order in which it is looked for.
ABSENT, FEW, SEPARATED, TWIN = "absent", "few", "separated", "twin"
REASONS = ("", ABSENT, FEW, SEPARATED, TWIN)
USABLE = 0


@dataclass(frozen=True)
class GenotypeCounts:
    """Count genotypes, in all and by the two levels of an outcome where one is named."""

    panel: Sequence[Variant]
    minimum_cell: int
    outcome: str | None = None

    def start(self) -> State:
        """Return the state before the first variants are counted."""
        return {"counts": [""] * self._width, "pairs": None, "reasons": None}

    def is_done(self, state: State) -> bool:
        """Tell whether all variants are counted and neighbours compared."""
        return state["reasons"] is not None

    def size(self, state: State) -> int:
        """Return how many numbers `local` gives in this state."""
        if state["pairs"] is not None:
            return len(self._next_pairs(state))
        start, stop = self._next(state)
        return self._width * (stop - start)

    def local(self, state: State, table: Table) -> Vector:
        """Return the counts of the next variants, or in how many persons the next neighbours differ."""
        if state["pairs"] is not None:
            pairs = _parts(self._next_pairs(state), rows=table.rows)
            return np.concatenate([np.empty(0), *(_differing(table, part) for part in pairs)])
        start, stop = self._next(state)
        groups = [np.ones(table.rows, dtype=np.bool_)] if self.outcome is None else self._groups(table)
        parts = list(blocks(table, np.arange(start, stop)))
        counts = [[_counted(doses[among]) for doses in parts] for among in groups]
        return np.concatenate([np.concatenate(group, axis=1).ravel() for group in counts])

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each count."""
        if state["pairs"] is not None:
            pairs = self._next_pairs(state).tolist()
            return tuple(f"persons who differ in {self.panel[i].text} and {self.panel[j].text}" for i, j in pairs)
        start, stop = self._next(state)
        among = ("",) if self.outcome is None else (f" without {self.outcome}", f" with {self.outcome}")
        named = [each.text for each in self.panel[start:stop]]
        return tuple(f"{name}: {what}{group}" for group in among for what in WHAT for name in named)

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        whole = np.rint(total).astype(np.int64)
        if state["pairs"] is not None:
            pairs, compared = unpacked(state["pairs"]).reshape(-1, 2), len(total)
            reasons = self._compared(unpacked(state["found"]), pairs[:compared], distances=whole)
            return self._told({**state, "pairs": packed(pairs[compared:]) or None, "found": packed(reasons)})
        added = whole.reshape(self._width, -1)
        counts = np.concatenate([self._counts(state), added], axis=1)
        told = [packed(line) for line in counts]
        if counts.shape[1] < len(self.panel):
            return {**state, "counts": told}
        found = self._by_counts(counts)
        pairs = self._pairs(counts, usable=found == USABLE)
        return self._told({"counts": told, "pairs": packed(pairs) or None, "reasons": None, "found": packed(found)})

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of a round with its name."""
        return tuple(zip(self.labels(state), vector.tolist(), strict=True))

    def numbers(self, state: State) -> npt.NDArray[np.int64]:
        """Return persons, those with one copy and those with two, over all outcomes, shape (3, variants)."""
        return _whole(self._counts(state))

    def shares(self, state: State) -> Vector:
        """Return the frequency of each variant's alternate allele, shape (variants,)."""
        persons, one, two = self.numbers(state)
        return np.asarray((one + 2 * two) / np.maximum(2 * persons, 1))

    def reasons(self, state: State) -> npt.NDArray[np.int64]:
        """Return why each variant is left out, as a place in REASONS, shape (variants,)."""
        return unpacked(state["reasons"])

    def _counts(self, state: State) -> npt.NDArray[np.int64]:
        return np.stack([unpacked(line) for line in state["counts"]])

    def _told(self, state: State) -> State:
        """Return the state with its reasons where no neighbours are left to be compared."""
        if state["pairs"] is not None:
            return state
        return {"counts": state["counts"], "pairs": None, "reasons": state["found"]}

    def _compared(
        self, reasons: npt.NDArray[np.int64], pairs: npt.NDArray[np.int64], *, distances: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Return the reasons with those of second neighbours that differ in few persons from a first that is used."""
        found = reasons.copy()
        near = pairs[(distances > 0) & (distances < self.minimum_cell)]
        for first, second in near.tolist():
            if found[first] == found[second] == USABLE:
                found[second] = REASONS.index(TWIN)
        return found

    def _pairs(self, counts: npt.NDArray[np.int64], *, usable: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Return the neighbours that may differ in few persons, shape (pairs, 2), in the order of the second."""
        persons, one, two = _whole(counts)
        copies, places = one + 2 * two, np.flatnonzero(usable)
        found = [np.empty((0, 2), dtype=np.int64)]
        for offset in range(1, min(WINDOW, len(places) - 1) + 1):
            first, second = places[:-offset], places[offset:]
            # Each person in which two variants differ moves the copies by two at most, the persons called by one.
            near = np.abs(copies[first] - copies[second]) < 2 * self.minimum_cell
            near &= np.abs(persons[first] - persons[second]) < self.minimum_cell
            found.append(np.stack([first[near], second[near]], axis=1))
        pairs = np.concatenate(found)
        return pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))]

    def _by_counts(self, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return why each variant is left out by its counts, as a place in REASONS."""
        persons, one, two = _whole(counts)
        groups = counts.reshape(-1, len(WHAT), counts.shape[1])
        # Those who carry the alternate allele, and those who carry the reference, among all and with each outcome.
        carriers = np.stack([one + two, persons - two, *(group[1] + group[2] for group in groups)])
        carriers = np.concatenate([carriers, [group[0] - group[2] for group in groups]])
        found = np.full(counts.shape[1], USABLE)
        found[(carriers == 0).any(axis=0)] = REASONS.index(SEPARATED)
        found[((carriers > 0) & (carriers < self.minimum_cell)).any(axis=0)] = REASONS.index(FEW)
        found[(carriers[:2] == 0).any(axis=0)] = REASONS.index(ABSENT)
        return found

    @property
    def _width(self) -> int:
        return len(WHAT) if self.outcome is None else 2 * len(WHAT)

    def _groups(self, table: Table) -> list[Mask]:
        return [table[str(self.outcome)] == level for level in (0, 1)]

    def _next(self, state: State) -> tuple[int, int]:
        start = len(unpacked(state["counts"][0]))
        return start, min(start + CHUNK, len(self.panel))

    def _next_pairs(self, state: State) -> npt.NDArray[np.int64]:
        return unpacked(state["pairs"]).reshape(-1, 2)[:PAIRS]


def packed(values: npt.NDArray[np.int64]) -> str:
    """Return whole numbers as text that a public state carries in little room, base64url of 32-bit words."""
    return encode64(values.astype("<i4").tobytes())


@lru_cache(maxsize=32)
def unpacked(text: str) -> npt.NDArray[np.int64]:
    """Return the whole numbers in a text of `packed`, which nobody may change."""
    found = np.frombuffer(decode64(text), dtype="<i4").astype(np.int64)
    found.flags.writeable = False
    return found


def _whole(counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the counts over all outcomes, shape (3, variants)."""
    return np.asarray(counts.reshape(-1, len(WHAT), counts.shape[1]).sum(axis=0), dtype=np.int64)


def named(reasons: npt.NDArray[np.int64]) -> list[str]:
    """Return each reason by its name, nothing where a variant may be used."""
    return [REASONS[reason] for reason in reasons.tolist()]


def genotypes_of(table: Table) -> Genotypes:
    """Return the genotypes of a table; InvalidError where it has none."""
    if table.genotypes is None:
        raise InvalidError("The data have no genotypes.", "Choose a data set that was connected with genotypes.")
    return table.genotypes


def blocks(table: Table, which: npt.NDArray[np.int64]) -> Iterator[Doses]:
    """Yield the doses of some variants in order, as many at a time as memory allows, each of shape (rows, some)."""
    genotypes, step = genotypes_of(table), max(HELD // max(table.rows, 1), 1)
    for start in range(0, len(which), step):
        yield genotypes.chosen(which[start : start + step])


def _counted(doses: Doses) -> npt.NDArray[np.float64]:
    found = [(doses != MISSING).sum(axis=0), (doses == 1).sum(axis=0), (doses == COPIES).sum(axis=0)]
    return np.array(found, dtype=np.float64)


def _parts(pairs: npt.NDArray[np.int64], *, rows: int) -> Iterator[npt.NDArray[np.int64]]:
    step = max(HELD // max(2 * rows, 1), 1)
    for start in range(0, len(pairs), step):
        yield pairs[start : start + step]


def _differing(table: Table, pairs: npt.NDArray[np.int64]) -> Any:
    which, back = np.unique(pairs, return_inverse=True)
    doses, back = genotypes_of(table).chosen(which), back.reshape(pairs.shape)
    return (doses[:, back[:, 0]] != doses[:, back[:, 1]]).sum(axis=0).astype(np.float64)
