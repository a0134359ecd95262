"""The families of a generalised linear model with their canonical links.

McCullagh and Nelder, Generalized Linear Models (1989) chapter 2. With the canonical link the
score is X'(y - mean) and the observed information equals the expected one, X'WX, with W the
variance of the family at the mean.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, xlogy

from hansa.lib.statistics.arithmetic import logarithm
from hansa.lib.statistics.estimator import Vector


@dataclass(frozen=True)
class Family:
    """Say how a mean follows from a linear predictor, and how far the outcome is from it.

    `look` takes predictor and outcome, each of shape (n,), and returns mean, weight and deviance of
    each row. `link` gives the predictor of a mean, None where there is none. `saturated` is the
    log-likelihood of each row at its own outcome.
    """

    name: str
    look: Callable[[Vector, Vector], tuple[Vector, Vector, Vector]]
    link: Callable[[float], float | None]
    saturated: Callable[[Vector], Vector]


def _gaussian(predictor: Vector, outcome: Vector) -> tuple[Vector, Vector, Vector]:
    return predictor, np.ones_like(predictor), (outcome - predictor) ** 2


def _binomial(predictor: Vector, outcome: Vector) -> tuple[Vector, Vector, Vector]:
    small = np.exp(-np.abs(predictor))
    mean = np.where(predictor >= 0, 1.0, small) / (1 + small)
    deviance = 2 * (np.log1p(small) + np.maximum(predictor, 0.0) - outcome * predictor)
    return mean, small / (1 + small) ** 2, deviance


def _poisson(predictor: Vector, outcome: Vector) -> tuple[Vector, Vector, Vector]:
    mean = np.exp(predictor)
    return mean, mean, 2 * (xlogy(outcome, outcome) - outcome * predictor - (outcome - mean))


def _logit(mean: float) -> float | None:
    return logarithm(mean) - logarithm(1 - mean) if 0 < mean < 1 else None


def _saturated_poisson(outcome: Vector) -> Vector:
    return np.asarray(xlogy(outcome, outcome) - outcome - gammaln(outcome + 1), dtype=np.float64)


FAMILIES: Mapping[str, Family] = {
    "gaussian": Family("gaussian", _gaussian, lambda mean: mean, np.zeros_like),
    "binomial": Family("binomial", _binomial, _logit, np.zeros_like),
    "poisson": Family("poisson", _poisson, lambda mean: logarithm(mean) if mean > 0 else None, _saturated_poisson),
}
