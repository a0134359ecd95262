"""Cox's partial likelihood from sums over risk sets.

For each time with events the likelihood needs, over the persons still at risk, the sum of
their relative hazards exp(x'b), alone (S0), times x (S1) and times xx' (S2). These are the
upper triangle of Z'diag(r)Z with Z = [1, x], one matrix product for each time. With tied events
Efron's method needs the same sums over the persons who have the event at that time (D0, D1, D2).

The sums add over sites only where all sites look at the same times, so `Moments` belongs to the
merged grid; what follows from the total is computed in arithmetic that is the same everywhere
(arithmetic.py). A site that keeps its own baseline looks at its own exact times and sends no
more than the likelihood with its first and second derivative: `own_likelihood`.

Breslow, Biometrics 30 (1974) 89-99; Efron, JASA 72 (1977) 557-565.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hansa.lib.statistics.arithmetic import fold, logarithm
from hansa.lib.statistics.survival import Codes, Floats

LOGARITHM_OF_TWO = 0.6931471805599453
# The product of this many numbers between 1/2 and 1 is still far from the smallest float.
STRETCH = 512


def triangle(size: int) -> int:
    """Return how many numbers the upper triangle of a symmetric matrix holds."""
    return size * (size + 1) // 2


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
    """Sums over the events of each time of 1 / (S0 - f D0) and its square, times powers of f, shape (times,) each.

    `logarithm` is the sum over all events of log(S0 - f D0), not a number when one of them is not positive.
    """

    logarithm: float
    first: Floats
    first_tied: Floats
    second: Floats
    second_tied: Floats
    second_twice_tied: Floats


def tied_weights(events: Codes, *, S0: Floats, D0: Floats | None) -> Weights:
    """Return the weights of each time; without D0 ties are Breslow's, with it Efron's."""
    time = np.repeat(np.arange(len(events)), events)
    if D0 is None:
        share, left = np.zeros(len(time)), S0[time]
    else:
        rank = np.arange(len(time)) - (np.cumsum(events) - events)[time]
        share = rank / events[time]
        left = S0[time] - share * D0[time]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        one = 1 / left
        terms = (one, one * share, one * one, one * one * share, one * one * share * share)
    sums = (np.bincount(time, weights=term, minlength=len(events)).astype(np.float64) for term in terms)
    return Weights(sum_of_logarithms(left), *sums)


def sum_of_logarithms(values: Floats) -> float:
    """Return the logarithm of the product of positive numbers, not a number when one is not positive."""
    if not np.all((values > 0) & (values < np.inf)):
        return float("nan")
    parts, powers = np.frexp(np.concatenate([values, [1.0]]))
    power = int(powers.sum())
    while len(parts) > 1:
        padded = np.concatenate([parts, np.ones(-len(parts) % STRETCH)]).reshape(-1, STRETCH)
        parts, powers = np.frexp(np.multiply.accumulate(padded, axis=1)[:, -1])
        power += int(powers.sum())
    return logarithm(float(parts[0])) + power * LOGARITHM_OF_TWO


@dataclass(frozen=True, eq=False)
class Moments:
    """Sums over risk sets, and over tied events where Efron needs them, of all sites together.

    `events` counts the events of each time, shape (m,); `risk` is (m, triangle(p + 1)); `tied` is the
    same for the times where more than one event is tied, in order, or None with Breslow's method.
    """

    events: Codes
    risk: Floats
    tied: Floats | None

    @np.errstate(over="ignore", invalid="ignore")
    def sums(self, b: Floats, *, event_sum: Floats) -> Floats:
        """Return log-likelihood, gradient and triangle of the information at b, shape (1 + p + triangle(p),).

        `event_sum` is the sum of the covariates of those with an event, shape (p,).
        """
        p = len(b)
        S, D = self.risk, np.zeros_like(self.risk)
        if self.tied is not None:
            D[self.events > 1] = self.tied
        weights = tied_weights(self.events, S0=S[:, 0], D0=None if self.tied is None else D[:, 0])
        first, tied = weights.first[:, None], weights.first_tied[:, None]
        seen = first * S[:, 1:] - tied * D[:, 1:]
        seen[:, p:] -= _products(weights, S1=S[:, 1 : p + 1], D1=D[:, 1 : p + 1])
        total = added(seen)
        likelihood = added((b * event_sum)[:, None])[0] - weights.logarithm
        return np.concatenate([[likelihood], event_sum - total[:p], total[p:]])


def _products(weights: Weights, *, S1: Floats, D1: Floats) -> Floats:
    """Return the sum over the events of each time of the product of means, shape (m, triangle(p))."""
    rows, columns = np.triu_indices(S1.shape[1])
    mixed = S1[:, rows] * D1[:, columns] + D1[:, rows] * S1[:, columns]
    products: Floats = (
        weights.second[:, None] * (S1[:, rows] * S1[:, columns])
        - weights.second_tied[:, None] * mixed
        + weights.second_twice_tied[:, None] * (D1[:, rows] * D1[:, columns])
    )
    return products


def added(values: Floats) -> Floats:
    """Return the sum over the first axis, one after the other, so that it is the same on every processor."""
    if not len(values):
        return np.zeros(values.shape[1:])
    total: Floats = np.add.accumulate(values, axis=0)[-1]
    return total


@np.errstate(over="ignore", invalid="ignore")
def own_likelihood(
    b: Floats, *, covariates: Floats, time: Floats, event: Floats, stratum: Codes, efron: bool
) -> Floats:
    """Return what `Moments.sums` returns for one site's rows, with risk sets at their exact times within strata.

    S2 is never formed: each person's xx' is weighted by the events the person was at risk for, one product.
    """
    if not len(time):
        return np.zeros(1 + len(b) + triangle(len(b)))
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
    tied_from = np.flatnonzero(np.diff(place[happened], prepend=-1))
    D[place[happened][tied_from]] = np.add.reduceat(Z[happened], tied_from, axis=0)
    events = np.bincount(place[happened], minlength=len(new_time))
    weights = tied_weights(events, S0=S[:, 0], D0=D[:, 0] if efron else None)
    # A person is at risk at the own time and at all earlier ones, which come later in this order.
    later = _running(weights.first[::-1, None], starts=_mirrored(own_stratum))[::-1, 0]
    person = hazard * (later[place] - np.where(happened, weights.first_tied[place], 0))
    S1, D1 = S[:, 1:], D[:, 1:]
    mixed = S1.T @ (D1 * weights.second_tied[:, None])
    product = S1.T @ (S1 * weights.second[:, None]) - mixed - mixed.T + D1.T @ (D1 * weights.second_twice_tied[:, None])
    event_sum = X[happened].sum(axis=0)
    gradient = event_sum - weights.first @ S1 + weights.first_tied @ D1
    information = fold(X.T @ (X * person[:, None]) - product)
    return np.concatenate([[b @ event_sum - weights.logarithm], gradient, information])


def _mirrored(stratum: Codes) -> Codes:
    """Return where the strata start when their order, and the order within them, is turned round."""
    return np.flatnonzero(np.diff(stratum[::-1], prepend=-1))


def _running(values: Floats, *, starts: Codes) -> Floats:
    """Return running sums, shape (n, k), that begin anew at each start."""
    edges = [*starts, len(values)]
    return np.concatenate([np.cumsum(values[a:b], axis=0) for a, b in pairwise(edges)])
