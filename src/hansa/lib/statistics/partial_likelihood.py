"""Cox's partial likelihood from sums over risk sets.

For each time with events the likelihood needs, over the persons still at risk, the sum of
their relative hazards exp(x'b), alone (S0), times x (S1) and times xx' (S2). These are the
upper triangle of Z'diag(r)Z with Z = [1, x], one matrix product for each time. With tied events
Efron's method needs the same sums over the persons who have the event at that time (D0, D1, D2).

Breslow, Biometrics 30 (1974) 89-99; Efron, JASA 72 (1977) 557-565.
The sums add over sites only where all sites look at the same times, so `Moments` belongs to the
merged grid. A site that keeps its own baseline looks at its own exact times and sends no more
than the likelihood with its first and second derivative: `own_likelihood`.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hansa.lib.statistics.survival import Codes, Floats


@dataclass(frozen=True, eq=False)
class Point:
    """The log-likelihood with gradient, shape (p,), and information, shape (p, p)."""

    log_likelihood: float
    gradient: Floats
    information: Floats

    @property
    def is_finite(self) -> bool:
        """Tell whether the likelihood could be computed."""
        return bool(
            np.isfinite(self.log_likelihood)
            and np.all(np.isfinite(self.gradient))
            and np.all(np.isfinite(self.information))
        )


def triangle(size: int) -> int:
    """Return how many numbers the upper triangle of a symmetric matrix holds."""
    return size * (size + 1) // 2


def unfold(folded: Floats, *, size: int) -> Floats:
    """Return symmetric matrices, (..., size, size), from their upper triangles, row after row."""
    rows, columns = np.triu_indices(size)
    full = np.empty((*folded.shape[:-1], size, size))
    full[..., rows, columns] = folded
    full[..., columns, rows] = folded
    return full


def fold(full: Floats) -> Floats:
    """Return the upper triangle of a symmetric matrix, row after row."""
    folded: Floats = full[np.triu_indices(len(full))]
    return folded


def moments(covariates: Floats, *, hazard: Floats, place: Codes, places: int) -> Floats:
    """Return the triangle of Z'diag(hazard)Z over the persons at each place, shape (places, triangle(p + 1)).

    Persons with a negative place count nowhere.
    """
    kept = place >= 0
    order = np.argsort(place[kept], kind="stable")
    Z = np.column_stack([np.ones(len(order)), covariates[kept][order]])
    weighted = Z * hazard[kept][order][:, None]
    edges = np.searchsorted(place[kept][order], np.arange(places + 1))
    upper = np.triu_indices(Z.shape[1])
    sums = np.zeros((places, len(upper[0])))
    for index, (start, end) in enumerate(pairwise(edges)):
        if start < end:
            sums[index] = (Z[start:end].T @ weighted[start:end])[upper]
    return sums


@dataclass(frozen=True, eq=False)
class Weights:
    """For each time, what tied events sum to: logarithms and powers of 1 / (S0 - f D0), shape (times,) each."""

    logarithm: Floats
    first: Floats
    first_tied: Floats
    second: Floats
    second_tied: Floats
    second_twice_tied: Floats


def tied_weights(events: Codes, *, S0: Floats, D0: Floats | None) -> Weights:
    """Return the sums over the events of each time; without D0 ties are Breslow's, with it Efron's."""
    time = np.repeat(np.arange(len(events)), events)
    if D0 is None:
        share, left = np.zeros(len(time)), S0[time]
    else:
        rank = np.arange(len(time)) - (np.cumsum(events) - events)[time]
        share = rank / events[time]
        left = S0[time] - share * D0[time]
    with np.errstate(divide="ignore", invalid="ignore"):
        one, log = 1 / left, np.log(left)
        terms = (log, one, one * share, one**2, one**2 * share, one**2 * share**2)
    return Weights(*(np.bincount(time, weights=term, minlength=len(events)).astype(np.float64) for term in terms))


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over risk sets, and over tied events where Efron needs them, of all sites together.

    `events` counts the events of each time, shape (m,); `risk` is (m, triangle(p + 1)); `tied` is the
    same for the times where more than one event is tied, in order, or None with Breslow's method.
    """

    events: Codes
    risk: Floats
    tied: Floats | None

    def point(self, b: Floats, *, event_sum: Floats) -> Point:
        """Return the likelihood at b, given the sum of the covariates of those with an event, shape (p,)."""
        p = len(b)
        D0, D1, D2 = (None, None, None) if self.tied is None else self._tied_parts(p)
        S0, S1, S2 = _parts(self.risk, p)
        weights = tied_weights(self.events, S0=S0, D0=D0)
        seen = weights.first @ S2
        if D2 is not None:
            seen = seen - weights.first_tied @ D2
        return assemble(b, weights=weights, event_sum=event_sum, S1=S1, D1=D1, square=unfold(seen, size=p))

    def _tied_parts(self, p: int) -> tuple[Floats, Floats, Floats]:
        spread = np.zeros_like(self.risk)
        spread[self.events > 1] = self.tied
        return _parts(spread, p)


def assemble(b: Floats, *, weights: Weights, event_sum: Floats, S1: Floats, D1: Floats | None, square: Floats) -> Point:
    """Return the likelihood, its gradient and its information from sums at each time.

    `square` is the sum over events of the mean of xx' in its risk set, shape (p, p).
    """
    mean_sum = weights.first @ S1
    product = S1.T @ (S1 * weights.second[:, None])
    if D1 is not None:
        mean_sum = mean_sum - weights.first_tied @ D1
        mixed = S1.T @ (D1 * weights.second_tied[:, None])
        product = product - mixed - mixed.T + D1.T @ (D1 * weights.second_twice_tied[:, None])
    return Point(float(b @ event_sum - weights.logarithm.sum()), event_sum - mean_sum, square - product)


def _parts(sums: Floats, p: int) -> tuple[Floats, Floats, Floats]:
    """Split triangles of [1, x] moments into S0, S1 and the triangle of S2."""
    return sums[:, 0], sums[:, 1 : p + 1], sums[:, p + 1 :]


@np.errstate(over="ignore", invalid="ignore")
def own_likelihood(b: Floats, *, covariates: Floats, time: Floats, event: Floats, stratum: Codes, efron: bool) -> Point:
    """Return the likelihood of one site's rows at b, with risk sets at their exact times within strata.

    S2 is never formed: each person's xx' is weighted by the events the person was at risk for, one product.
    """
    if not len(time):
        return Point(0.0, np.zeros_like(b), np.zeros((len(b), len(b))))
    order = np.lexsort((-time, stratum))
    X, time, happened, stratum = covariates[order], time[order], event[order] > 0, stratum[order]
    hazard = np.exp(X @ b)
    new_stratum = np.flatnonzero(np.diff(stratum, prepend=-1))
    new_time = np.flatnonzero((np.diff(time, prepend=np.inf) != 0) | (np.diff(stratum, prepend=-1) != 0))
    place = np.cumsum(np.bincount(new_time, minlength=len(time))) - 1
    own_stratum = np.searchsorted(new_stratum, new_time, side="right") - 1
    Z = np.column_stack([np.ones(len(X)), X]) * hazard[:, None]
    S = _running(np.add.reduceat(Z, new_time, axis=0), starts=np.searchsorted(new_time, new_stratum))
    D = np.zeros_like(S)
    np.add.at(D, place[happened], Z[happened])
    events = np.bincount(place[happened], minlength=len(new_time))
    weights = tied_weights(events, S0=S[:, 0], D0=D[:, 0] if efron else None)
    # A person is at risk at the own time and at all earlier ones, which come later in this order.
    later = _running(weights.first[::-1, None], starts=_mirrored(own_stratum))[::-1, 0]
    person = hazard * (later[place] - np.where(happened, weights.first_tied[place], 0))
    return assemble(
        b,
        weights=weights,
        event_sum=X[happened].sum(axis=0),
        S1=S[:, 1:],
        D1=D[:, 1:] if efron else None,
        square=X.T @ (X * person[:, None]),
    )


def _mirrored(stratum: Codes) -> Codes:
    """Return where the strata start when their order, and the order within them, is turned round."""
    return np.flatnonzero(np.diff(stratum[::-1], prepend=-1))


def _running(values: Floats, *, starts: Codes) -> Floats:
    """Return running sums, shape (n, k), that begin anew at each start."""
    edges = [*starts, len(values)]
    return np.concatenate([np.cumsum(values[a:b], axis=0) for a, b in pairwise(edges)])
