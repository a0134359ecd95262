"""The time grid: at which times a joint survival analysis looks.

The exact day of an event can point to a person. Times are therefore rounded up to a grid of
equal steps that the agreement names, and adjacent steps are merged until the persons with an
event and the persons censored in an interval are each nobody or at least the minimum cell. The
merged grid follows from the counts of all sites together: of all grids that fit, it is the one
that moves the times of persons least. It is public and stands in the result, and the joint
estimate equals the one that R gives for times rounded up to this same grid. With a step of one
day and a minimum cell of one nothing is rounded or merged.

Merging goes twice: first by the counts of everybody, which gives the same grid to every analysis
of the same persons, then by the counts of each group. So the grids of two analyses never have
times between which only a few persons lie, and subtracting one result from the other counts no
small group.

The counts that are merged are added over the sites first. Their total is finer than the grid
that is released, and the counts of one site are finer still, so they may only leave a site
under secure aggregation; the width of the step is what the parties agreed to see of the total.

Merging is a shortest path over the occupied steps: the best partition that ends at step j
extends a best partition that ends at an earlier step i where the counts in (i, j] fit, and the
length of that edge is how far the persons in between move. All of it is in whole numbers.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.estimator import Cell, Vector
from hansa.lib.statistics.survival import Codes, Floats, Levels, Survival

# A time of 0.3 on a grid of 0.1 is step 3 although 0.3 / 0.1 is not quite 3 in floating point.
FUZZ = 1e-9
# Farther than any number of persons moves by any number of steps.
NOWHERE = np.int64(2**62)


@dataclass(frozen=True)
class TimeGrid:
    """Round times up to multiples of `width` up to `until`, for counts of at least `minimum_cell`."""

    width: float
    until: float
    minimum_cell: int

    def __post_init__(self) -> None:
        if not (0 < self.width < math.inf and 0 <= self.until < math.inf):
            raise InvalidError(
                f"The time grid has steps of {self.width:g} up to {self.until:g}.",
                "Give a positive step, and a range of the time variable that ends at zero or later.",
            )

    @property
    def steps(self) -> int:
        """Return the number of steps, counting step 0 for the time zero."""
        return math.ceil(self.until / self.width - FUZZ) + 1

    def place(self, time: Floats) -> Codes:
        """Return the step of each time, shape (n,); InvalidError when one lies outside the range."""
        step = np.ceil(time / self.width - FUZZ)
        if not np.all((step >= 0) & (step < self.steps)):
            raise InvalidError(
                f"A time lies outside the range 0 to {self.until:g} of the protocol, or is missing.",
                "Correct the data or the range of the time variable in the protocol.",
            )
        return step.astype(np.int64)

    def time(self, step: int) -> float:
        """Return the time at the end of a step."""
        return step * self.width


@dataclass(frozen=True)
class Counts:
    """Count events and censorings for each step and for each group of public `levels`.

    `outcomes` are what an event code means, 0 for the end of observation without an event.
    """

    grid: TimeGrid
    levels: Levels
    outcomes: tuple[str, ...] = ("censored", "events")

    @property
    def size(self) -> int:
        """Return the length of the vector of counts."""
        return self.grid.steps * len(self.levels) * len(self.outcomes)

    def local(self, survival: Survival) -> Vector:
        """Return the counts of one site, shape (size,), by step, group and outcome."""
        cell = self.grid.place(survival.time) * len(self.levels) + survival.group
        flat = np.bincount(len(self.outcomes) * cell + survival.event.astype(np.int64), minlength=self.size)
        return flat.astype(np.float64)

    def labels(self) -> tuple[str, ...]:
        """Return the name of each count, in the order of `local`."""
        times = (self.grid.time(step) for step in range(self.grid.steps))
        return tuple(f"{name}, time {time:g}" for time in times for name in self._names())

    def table(self, total: Vector) -> Codes:
        """Return the added counts as whole numbers, shape (steps, groups, outcomes)."""
        return np.rint(total).astype(np.int64).reshape(self.grid.steps, len(self.levels), len(self.outcomes))

    def ends(self, total: Vector) -> list[int]:
        """Return the last step of each interval of the merged grid."""
        table = self.table(total)
        shared = merge(table.sum(axis=1), steps=range(self.grid.steps), minimum=self.grid.minimum_cell)
        by_group = gather(table, ends=shared).reshape(len(shared), len(self.outcomes) * len(self.levels))
        return merge(by_group, steps=shared, minimum=self.grid.minimum_cell)

    def merged(self, total: Vector, *, ends: Sequence[int]) -> Codes:
        """Return the counts on the merged grid, shape (intervals, groups, outcomes)."""
        return gather(self.table(total), ends=ends)

    def cells(self, total: Vector) -> tuple[Cell, ...]:
        """Return each count of persons on the merged grid, which is all that a result shows."""
        names, ends = self._names(), self.ends(total)
        return tuple(
            (f"{name}, up to time {self.grid.time(end):g}", float(count))
            for end, row in zip(ends, self.merged(total, ends=ends), strict=True)
            for name, count in zip(names, row.ravel(), strict=True)
        )

    def released(self, ends: Sequence[int]) -> dict[str, object]:
        """Return the grid as the result shows it: step, minimum cell and the end of each interval."""
        times = [self.grid.time(end) for end in ends]
        return {"step": self.grid.width, "minimum_cell": self.grid.minimum_cell, "times": times}

    def _names(self) -> list[str]:
        return [f"{what} ({level})" if level else what for level in self.levels for what in self.outcomes]


def merge(counts: Codes, *, steps: Sequence[int], minimum: int) -> list[int]:
    """Return the last step of each interval of the grid whose counts, (len(steps), columns), all fit.

    A count fits when it is zero or at least `minimum`. Of the grids that fit it is the one that moves
    persons by the fewest steps, with the latest cuts where two are equal. When no grid fits, everything
    is one interval.
    """
    occupied = np.flatnonzero(counts.any(axis=1))
    ends = np.asarray(steps, dtype=np.int64)[occupied]
    if minimum > 1 and len(ends):
        starts = _best_starts(counts[occupied], ends=ends, minimum=minimum)
        cuts, at = [], len(ends)
        while at > 0:
            cuts.append(at - 1)
            at = starts[at]
        ends = ends[cuts[::-1]]
    return [int(end) for end in ends]


def _best_starts(counts: Codes, *, ends: Codes, minimum: int) -> list[int]:
    """Return where the last interval of the best partition up to each place starts, 0 where none fits."""
    running = np.vstack([np.zeros_like(counts[:1]), counts.cumsum(axis=0)])
    persons = running.sum(axis=1)
    stood = np.concatenate([[0], (counts.sum(axis=1) * ends).cumsum()])
    moved = np.full(len(running), NOWHERE)
    moved[0] = 0
    starts = [0] * len(running)
    for place in range(1, len(running)):
        inside = running[place] - running[:place]
        fit = ((inside == 0) | (inside >= minimum)).all(axis=1) & (moved[:place] < NOWHERE)
        shift = ends[place - 1] * (persons[place] - persons[:place]) - (stood[place] - stood[:place])
        total = np.where(fit, moved[:place] + shift, NOWHERE)
        starts[place] = place - 1 - int(total[::-1].argmin()) if fit.any() else 0
        moved[place] = total[starts[place]]
    return starts


def gather(counts: Codes, *, ends: Sequence[int]) -> Codes:
    """Return the counts, shape (steps, ...), added up within each interval, shape (intervals, ...)."""
    if not len(ends):
        return counts[:0]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return np.add.reduceat(counts, starts, axis=0)


def interval(step: Codes, *, ends: Sequence[int]) -> Codes:
    """Return the interval of the merged grid in which each step lies, same shape."""
    return np.searchsorted(np.asarray(ends, dtype=np.int64), step, side="left")


def coarsen(time: Floats, *, grid: TimeGrid, ends: Sequence[int]) -> Floats:
    """Return times rounded up to the merged grid, shape (n,): what R has to be given to compare."""
    edges = np.array([grid.time(end) for end in ends])
    return edges[interval(grid.place(time), ends=ends)]
