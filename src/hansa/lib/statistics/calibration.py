"""What negative controls tell about systematic error, and an estimate corrected for it.

A negative control is an outcome that the exposure is known not to cause, so whatever a model finds for it is
error: chance, which its standard error tells, and a systematic part that confounding and measurement leave.
Over many controls the systematic errors are taken to be normal; their mean and variance are found by maximum
likelihood. An estimate is then moved by the mean, and its variance grows by the variance of the errors. The
interval assumes that the systematic error does not depend on how large the true effect is.

Everything follows from released estimates by + - * /, so every party derives the same. Nothing more leaves a site.

Schuemie et al., Stat Med 33 (2014) 209-218; PNAS 115 (2018) 2571-2577.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scipy.special import ndtr, ndtri

from hansa.lib.statistics.arithmetic import logarithm, shortened

CONFIDENCE = 0.95
#: Fewer say nothing about how errors vary.
FEWEST_CONTROLS = 3
HALVINGS = 64
# Variances of systematic error, on the scale of logarithms, between which the likelihood is looked at first.
SMALLEST, LARGEST = 1e-8, 1e4
PARTS = 96


@dataclass(frozen=True)
class SystematicError:
    """Hold mean and variance of the systematic errors, and of how many controls."""

    mean: float
    variance: float
    controls: int


def systematic_error(estimates: Sequence[float], *, errors: Sequence[float]) -> SystematicError:
    """Return mean and variance of systematic errors from the estimates of controls and their standard errors."""
    steps = [SMALLEST * (LARGEST / SMALLEST) ** (place / PARTS) for place in range(PARTS + 1)]
    ends = [0.0, *steps]
    pairs = list(zip(estimates, errors, strict=True))
    best = max(range(len(ends)), key=lambda place: _likelihood(pairs, ends[place]))
    low, high = ends[max(best - 1, 0)], ends[min(best + 1, len(ends) - 1)]
    if best == 0 and _slope(pairs, 0.0) <= 0:
        return SystematicError(_mean(pairs, 0.0), 0.0, len(pairs))
    for _halving in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _slope(pairs, middle) > 0 else (low, middle)
    variance = (low + high) / 2
    return SystematicError(_mean(pairs, variance), variance, len(pairs))


def calibrated(term: Mapping[str, Any], *, by: SystematicError) -> dict[str, float]:
    """Return an estimate moved by the systematic error, with its error, interval and two-sided p value."""
    estimate = term["estimate"] - by.mean
    error = math.sqrt(term["standard_error"] ** 2 + by.variance)
    width = shortened(float(ndtri(0.5 + CONFIDENCE / 2))) * error
    return {
        "estimate": estimate,
        "standard_error": error,
        "low": estimate - width,
        "high": estimate + width,
        "p": shortened(2 * float(ndtr(-abs(estimate / error)))),
    }


def _mean(pairs: Sequence[tuple[float, float]], variance: float) -> float:
    weights = [1 / (error * error + variance) for _estimate, error in pairs]
    return sum(w * estimate for w, (estimate, _error) in zip(weights, pairs, strict=True)) / sum(weights)


def _likelihood(pairs: Sequence[tuple[float, float]], variance: float) -> float:
    """Return twice the logarithm of the likelihood at a variance, with the mean that is best there."""
    mean = _mean(pairs, variance)
    spreads = [error * error + variance for _estimate, error in pairs]
    return -sum(
        logarithm(spread) + (estimate - mean) ** 2 / spread
        for spread, (estimate, _error) in zip(spreads, pairs, strict=True)
    )


def _slope(pairs: Sequence[tuple[float, float]], variance: float) -> float:
    """Return twice the slope of that likelihood along the variance."""
    mean = _mean(pairs, variance)
    found = 0.0
    for estimate, error in pairs:
        spread = error * error + variance
        found += (estimate - mean) ** 2 / (spread * spread) - 1 / spread
    return found
