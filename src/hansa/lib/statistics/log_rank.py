"""The log-rank test from counts of events and persons at risk on a common time grid.

At each time the events are compared with those expected if every group had the hazard of all
groups together; the differences add up over times, and over strata when there are any, and
their variance is hypergeometric. Numbers at risk and events are all it needs, so the joint
test equals `survdiff` of R on the times rounded up to the same grid.

Mantel, Cancer Chemotherapy Reports 50 (1966) 163-170; Peto and Peto, JRSS A 135 (1972) 185-207.
"""

from typing import Any

import numpy as np
from scipy.special import chdtrc

from hansa.lib.statistics.arithmetic import dependent_columns, inner, inverse, shortened
from hansa.lib.statistics.partial_likelihood import added
from hansa.lib.statistics.survival import Codes, Floats

# Below this share of its own variance a group says nothing beyond the groups before it.
NO_PIVOT = 1e-11


def at_risk(counts: Codes) -> Codes:
    """Return how many persons are at risk at each time, from counts (times, groups, 2) as (times, groups)."""
    leaving = counts.sum(axis=2)
    return np.cumsum(leaving[::-1], axis=0)[::-1]


def log_rank(strata: list[Codes]) -> dict[str, Any]:
    """Return observed, expected, chi-square, degrees of freedom and p, from counts of each stratum.

    The counts of a stratum have the shape (times, groups, 2), censored then events. Where fewer than
    two groups can be compared the chi-square and p are None.
    """
    parts = [_compare(counts) for counts in strata]
    observed, expected, variance = (added(np.array(column)) for column in zip(*parts, strict=True))
    compared = expected > 0
    chi_square = _chi_square((observed - expected)[compared], variance[np.ix_(compared, compared)])
    df = max(int(compared.sum()) - 1, 0)
    return {
        "observed": [int(count) for count in observed],
        "expected": [float(value) for value in expected],
        "chi_square": chi_square,
        "df": df,
        "p": None if chi_square is None else shortened(float(chdtrc(df, chi_square))),
    }


def _compare(counts: Codes) -> tuple[Codes, Floats, Floats]:
    """Return observed and expected events of each group and the covariance of their difference."""
    risk = at_risk(counts).astype(np.float64)
    events = counts[:, :, 1]
    n, d = risk.sum(axis=1), events.sum(axis=1).astype(np.float64)
    share = risk / np.where(n > 0, n, 1)[:, None]
    spread = (d * (n - d) / np.where(n > 1, n - 1, 1))[:, None]
    variance = np.diag(added(spread * share)) - added(spread[:, :, None] * (share[:, :, None] * share[:, None, :]))
    return events.sum(axis=0), added(d[:, None] * share), variance


def _chi_square(difference: Floats, variance: Floats) -> float | None:
    """Return the quadratic form over all groups but the first, None where there is nothing to compare."""
    rest, spread = difference[1:], variance[1:, 1:]
    # The spread is zero when every event happened while only one group was left at risk.
    if not len(rest) or dependent_columns(spread, tolerance=NO_PIVOT):
        return None
    return inner(np.array([inner(row, rest) for row in inverse(spread)]), rest)
