"""What each person contributes to the score of a Cox model, for errors that hold where the model does not.

The score residual of a person is the covariates at the person's event less their mean in the risk set, minus what
was expected of the person at every time at risk. At the estimate they add up to zero; the sum of their products
between two inverses of the information is the robust covariance. With tied events Efron's steps are followed: a
person who has the event at a time is at risk there with less and less weight.

Everything a person needs from others is known by time: how the hazard grows, and the hazard times the mean. In the
pooled model these are public, for they follow from the added sums; where each site has its own baseline it keeps them.

Lin and Wei, JASA 84 (1989) 1074-1078; Therneau and Grambsch, Modeling Survival Data (2000) sections 4.6 and 7.3.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from hansa.lib.statistics.survival import Codes, Floats
from hansa.lib.statistics.table import Mask


@dataclass(frozen=True, eq=False)
class Increments:
    """Hold for each time with events how the hazard grows and that times the mean covariates, shapes (m,) and (m, p).

    `own` and `own_mean` are the same for those who have the event at that time; `mean` is what is taken off theirs.
    """

    hazard: Floats
    moved: Floats
    own: Floats
    own_moved: Floats
    mean: Floats

    @classmethod
    def of(cls, events: Codes, *, S: Floats, D: Floats | None) -> "Increments":
        """Return them from sums over risk sets and over tied events, shape (m, 1 + p) each; D is None for Breslow."""
        time = np.repeat(np.arange(len(events)), events)
        share = np.zeros(len(time))
        if D is not None:
            share = (np.arange(len(time)) - (np.cumsum(events) - events)[time]) / events[time]
        left = S[time] - (share[:, None] * D[time] if D is not None else 0.0)
        mean, one = left[:, 1:] / left[:, :1], 1 / left[:, 0]
        less = (1 - share) * one

        def added(values: Floats) -> Floats:
            """Return the sums by time, each in order, so that they are the same on every processor."""
            columns = values.reshape(len(values), -1).T
            sums = [np.bincount(time, weights=column, minlength=len(events)) for column in columns]
            return np.array(sums, dtype=np.float64).T.reshape(len(events), *values.shape[1:])

        return cls(
            hazard=added(one),
            moved=added(mean * one[:, None]),
            own=added(less),
            own_moved=added(mean * less[:, None]),
            mean=added(mean) / events[:, None],
        )

    def to_json(self) -> dict[str, Any]:
        """Return the arrays as lists."""
        return {name: getattr(self, name).tolist() for name in NAMES}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Increments":
        """Return the arrays of lists."""
        return cls(**{name: np.array(found[name], dtype=np.float64) for name in NAMES})


NAMES = ("hazard", "moved", "own", "own_moved", "mean")


def residuals(
    X: Floats, *, hazard: Floats, happened: Mask, place: Codes, starts: Codes | list[int], by_time: Increments
) -> Floats:
    """Return the score residual of each person, shape (n, p).

    `place` is the last time with events at which the person is at risk, negative for none; strata of times begin at
    `starts`, in order of time within each.
    """
    edges = [*starts, len(by_time.hazard)]
    grown, moved = by_time.hazard.copy(), by_time.moved.copy()
    for start, end in pairwise(edges):
        grown[start:end] = np.cumsum(grown[start:end])
        moved[start:end] = np.cumsum(moved[start:end], axis=0)
    at = np.maximum(place, 0)
    expected = X * grown[at][:, None] - moved[at]
    # Those with the event are at risk at its time with less weight.
    less = X * (by_time.hazard - by_time.own)[at][:, None] - (by_time.moved - by_time.own_moved)[at]
    event = happened[:, None]
    found = event * (X - by_time.mean[at]) - hazard[:, None] * (expected - event * less)
    return np.asarray(np.where(place[:, None] >= 0, found, 0.0))


def own_residuals(b: Floats, *, covariates: Floats, time: Floats, event: Floats, stratum: Codes, efron: bool) -> Floats:
    """Return the score residuals of a site's rows, with risk sets at their exact times within strata, shape (n, p)."""
    found = np.zeros_like(covariates)
    for code in np.unique(stratum):
        rows = np.flatnonzero(stratum == code)
        rows = rows[np.argsort(time[rows], kind="stable")]
        X, happened = covariates[rows], event[rows] > 0
        if not happened.any():
            continue
        hazard = np.exp(X @ b)
        times, events = np.unique(time[rows][happened], return_counts=True)
        Z = np.column_stack([np.ones(len(X)), X]) * hazard[:, None]
        later = np.cumsum(Z[::-1], axis=0)[::-1]
        first = np.searchsorted(time[rows], times, side="left")
        at = np.searchsorted(times, time[rows], side="right") - 1
        D = np.zeros((len(times), Z.shape[1]))
        np.add.at(D, at[happened], Z[happened])
        by_time = Increments.of(events, S=later[first], D=D if efron else None)
        found[rows] = residuals(X, hazard=hazard, happened=happened, place=at, starts=[0], by_time=by_time)
    return found
