"""How frequent the alternate allele of each variant is, over the persons of all hospitals.

Variants of which few persons carry one allele are left out, and those of neighbours that differ in few persons
(genotype_counts.py). Whether genotypes are as frequent as alleles that meet by chance would make them is told by the
chi-square test of one degree of freedom; where it fails in many variants, genotypes were called wrongly.

Hardy, Science 28 (1908) 49-50; Weir, Genetic Data Analysis II (1996) chapter 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincc

from hansa.lib.genomics.panel import Variant
from hansa.lib.statistics.arithmetic import shortened
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.genotype_counts import GenotypeCounts, named
from hansa.lib.statistics.table import Table

Counts: TypeAlias = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class AlleleFrequencies:
    """Estimate the frequency of each variant of a panel."""

    name: str
    panel: Sequence[Variant]
    build: str
    minimum_cell: int = 1

    kind: ClassVar[str] = "allele_frequencies"
    parameters: ClassVar[int] = 0
    needs_secure_sum: ClassVar[bool] = True

    def start(self) -> State:
        """Return the state before the first variants are counted."""
        return self._counts.start()

    def is_done(self, state: State) -> bool:
        """Tell whether all variants are counted."""
        return self._counts.is_done(state)

    def local(self, state: State, table: Table) -> Vector:
        """Return the counts of the next variants."""
        return self._counts.local(state, table)

    def size(self, state: State) -> int:
        """Return how many numbers `local` gives in this state."""
        return self._counts.size(state)

    def bound(self, state: State) -> float:
        """Return that each row is counted once at most."""
        return 1.0

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each count."""
        return self._counts.labels(state)

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return nothing: variants of few carriers are left out of the result, each for itself."""
        return ()

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of a round."""
        return self._counts.persons(state, vector)

    def sums(self, state: State, total: Vector) -> Sums:
        """Return nothing: only counts are added."""
        return {}

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        return self._counts.combine(state, total)

    def result(self, state: State) -> dict[str, Any]:
        """Return persons, frequency and the test of Hardy and Weinberg, a list for each, variant by variant."""
        reasons = named(self._counts.reasons(state))
        persons, one, two = self._counts.numbers(state)
        kept = [index for index, reason in enumerate(reasons) if not reason]
        chosen = persons[kept], one[kept], two[kept]
        return {
            "name": self.name,
            "kind": self.kind,
            "build": self.build,
            "left_out": tally(reasons),
            "variants": [self.panel[index].text for index in kept],
            "persons": chosen[0].tolist(),
            "frequency": self._counts.shares(state)[kept].tolist(),
            "equilibrium": equilibrium(chosen[0], one=chosen[1], two=chosen[2]),
        }

    @cached_property
    def _counts(self) -> GenotypeCounts:
        return GenotypeCounts(self.panel, self.minimum_cell)


def tally(reasons: Sequence[str]) -> dict[str, int]:
    """Return how many variants were left out for each reason."""
    return {reason: reasons.count(reason) for reason in dict.fromkeys(sorted(reasons)) if reason}


def equilibrium(persons: Counts, *, one: Counts, two: Counts) -> list[float]:
    """Return the p-value of each variant's test of equilibrium, from persons, heterozygous and homozygous ones."""
    share = (one + 2 * two) / (2 * persons)
    expected = [persons * (1 - share) ** 2, 2 * persons * share * (1 - share), persons * share**2]
    squares = [(got - due) ** 2 / due for got, due in zip((persons - one - two, one, two), expected, strict=True)]
    return [shortened(float(p)) for p in gammaincc(0.5, np.sum(squares, axis=0) / 2)]
