"""Add a million numbers of three and of five sites so that nobody sees another's."""

import numpy as np

from benchmarks.rows import Row, peer, seconds
from hansa.lib.keys import SealingKey
from hansa.lib.secure_sum import LONG, STATISTICS, Encoding, Words, mask, pair_keys, total

SIZE = 1_000_000
TARGETS = {3: 0.10, 5: 0.15}
LARGEST_ERROR = 1e-9


class League:
    """Hold the keys and numbers of several sites."""

    def __init__(self, sites: int) -> None:
        self.names = [f"https://ror.org/{place}" for place in range(sites)]
        self.keys = {name: SealingKey.generate() for name in self.names}
        drawn = np.random.default_rng(7).uniform(-1, 1, (sites, SIZE))
        self.values = dict(zip(self.names, drawn, strict=True))

    def masked(self, name: str, encoding: Encoding) -> Words:
        others = {other: self.keys[other].public for other in self.names if other != name}
        keys = pair_keys(self.keys[name], others, own_id=name, context="benchmark|1|0")
        return mask(self.values[name], own=name, keys=keys, encoding=encoding)

    def total(self, encoding: Encoding) -> np.ndarray:
        """Do everything that every site and the adding node do, one after the other."""
        vectors = {name: self.masked(name, encoding) for name in self.names}
        return total(vectors, parties=self.names, encoding=encoding)

    def error(self, encoding: Encoding) -> float:
        exact = np.sum([value.astype(np.longdouble) for value in self.values.values()], axis=0)
        return float(np.abs(self.total(encoding) - exact).max())


def measure() -> list[Row]:
    rows = []
    for sites, target in TARGETS.items():
        league = League(sites)
        ours, error = seconds(lambda: league.total(LONG)), league.error(LONG)  # noqa: B023 - run within the loop
        theirs = peer("flower_secagg", sites, SIZE)
        is_measured = "missing" not in theirs
        rows.append(
            Row(
                figure=f"secure sum of 10⁶ numbers, {sites} sites, all sites and the sum in one thread",
                hansa=f"{ours:.3f} s, error {error:.1e}",
                target=f"≤ {target:.2f} s, error < {LARGEST_ERROR:.0e}",
                holds=ours <= target and error < LARGEST_ERROR,
                peer=f"Flower {theirs['version']} SecAgg+ in process" if is_measured else "Flower SecAgg+",
                theirs=f"{theirs['seconds']:.3f} s, error {theirs['error']:.1e}" if is_measured else theirs["missing"],
                ratio=f"{theirs['seconds'] / ours:.1f} × faster" if is_measured else "–",
            )
        )
        exact = seconds(lambda: league.total(STATISTICS))  # noqa: B023 - run within the loop
        rows.append(
            Row(
                figure=f"the same with two words a number (statistics), {sites} sites",
                hansa=f"{exact:.3f} s, error {league.error(STATISTICS):.1e}",
                target="–",
                holds=None,
            )
        )
    return rows
