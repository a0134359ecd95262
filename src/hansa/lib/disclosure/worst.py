"""What could be learnt at worst from a study, seen from one site's own rows before it takes part.

The rules say what is refused. This says how near to them what is asked comes: the smallest group, how many
numbers describe how many people, which values only one person has, and which earlier answers it overlaps with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.lib.disclosure.budget import Budget
from hansa.lib.disclosure.catalogue import Finding
from hansa.lib.row_sets import Release, RowSet, distance


@dataclass(frozen=True, kw_only=True)
class Overlap:
    """Say how many people an earlier answer was about as well, and how many are in one of the two alone."""

    name: str
    shared: int
    apart: int


@dataclass(frozen=True, kw_only=True)
class Worst:
    """Hold what a data steward weighs before approving; it never leaves the site."""

    rows: int
    smallest: tuple[str, int] | None
    parameters: int
    numbers: int
    unique: Mapping[str, int]
    overlaps: tuple[Overlap, ...]
    budget: Budget
    findings: tuple[Finding, ...]


def smallest(groups: Sequence[Release]) -> tuple[str, int] | None:
    """Return the group of the fewest people and how many they are, or None where there is no group."""
    sizes = [(int(np.count_nonzero(group.rows.chosen(group.rows.rows))), group.name) for group in groups]
    count, name = min(sizes, default=(0, ""))
    return (name, count) if count else None


def alone(columns: Mapping[str, NDArray[Any]]) -> dict[str, int]:
    """Return for each column how many people have a value that nobody else here has, where there are any."""
    found = {}
    for name, column in columns.items():
        _, counts = np.unique(column, return_counts=True)
        if count := int(np.count_nonzero(counts == 1)):
            found[name] = count
    return found


def overlaps(rows: RowSet, earlier: Sequence[Release]) -> tuple[Overlap, ...]:
    """Return each earlier answer about some of the same people, the nearest first."""
    found = []
    for release in earlier:
        longest = max(rows.rows, release.rows.rows)
        shared = int(np.count_nonzero(rows.chosen(longest) & release.rows.chosen(longest)))
        if shared:
            found.append(Overlap(name=release.name, shared=shared, apart=distance(rows, release.rows)))
    return tuple(sorted(found, key=lambda overlap: overlap.apart))
