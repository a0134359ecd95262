"""Negative binomial regression: counts that vary more than a Poisson model says.

The variance of a count is mean + mean^2 / theta. Coefficients and the logarithm of theta climb together:
the expected information between them is zero, so each round adds the score and the expected information of
the coefficients and, for theta, the first and the second derivative of the log-likelihood. All are sums over
rows, so the estimate is that of the pooled rows; the deviance of newton.py is measured from the Poisson model
that fits every count, above which no negative binomial one can lie. Errors are those of R's `glm.nb`.

Lawless, Can J Stat 15 (1987) 209-225; Venables and Ripley, Modern Applied Statistics with S (2002) section 7.4.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.special import digamma, gammaln, polygamma

from hansa.lib.statistics import newton
from hansa.lib.statistics.analyses import GlmAnalysis
from hansa.lib.statistics.arithmetic import fold, shortened
from hansa.lib.statistics.estimator import State, Vector
from hansa.lib.statistics.families import FAMILIES, Family
from hansa.lib.statistics.glm import LARGEST_SUM, Glm
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table

DISPERSION = "log(theta)"
NOT_DISPERSED = "The counts vary no more than a poisson model says."
REMEDY = "Choose the poisson family."
# Beyond this theta a negative binomial model cannot be told from a poisson one.
LARGEST_THETA = 1e6


@dataclass(frozen=True, kw_only=True)
class NegativeBinomial(Glm):
    """Estimate the coefficients of a formula for counts, and how much more they vary than Poisson's."""

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        names = super().labels(state)
        if state["rows"] is None or state["centre"] is None:
            return names
        return (*names, "slope of the log-likelihood along log(theta)", "curvature along log(theta)")

    def local(self, state: State, table: Table) -> Vector:
        """Return the counts of the first round, the moments of the second, or what the trial gives."""
        if state["rows"] is None or state["centre"] is None:
            return super().local(state, table)
        *coefficients, dispersion = state["trial"]
        X = (self.formula.matrix(table) - np.array(state["centre"])) / np.array(state["scale"])
        y, theta = self._outcome(table), math.exp(dispersion)
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.exp(X @ np.array(coefficients) + self._offset(table))
            share = 1 / (1 + mean / theta)
            slope, curve = _along(y, mean=mean, theta=theta)
            deviance = 2 * (self._family.saturated(y) - _log_likelihood(y, mean=mean, theta=theta))
            information = fold((X * (mean * share)[:, None]).T @ X)
            score = X.T @ ((y - mean) * share)
            sums = np.concatenate([[0.0, deviance.sum()], score, information, [slope, curve]])
        if np.all(np.isfinite(sums)) and np.all(np.abs(sums) <= LARGEST_SUM):
            return sums
        return np.concatenate([[1.0], np.zeros(len(sums) - 1)])

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        if state["rows"] is None or state["centre"] is None:
            return super().combine(state, total)
        after = newton.step(state, self._joined(total), names=(*self.formula.names, DISPERSION), dispersed=None)
        if DISPERSION in str(after["problem"]) or after["trial"][-1] > math.log(LARGEST_THETA):
            return newton.fail({**after, "converged": False}, NOT_DISPERSED, remedy=REMEDY)
        return after

    def result(self, state: State) -> dict[str, Any]:
        """Return the terms, theta with its error, and how well they fit, or the problem."""
        found = super().result(state)
        theta = error = None
        if state["converged"]:
            theta = math.exp(state["best"]["coefficients"][-1])
            error = shortened(theta * math.sqrt(newton.covariance(state["best"])[-1, -1]))
            theta = shortened(theta)
        return {**found, "theta": theta, "theta_standard_error": error}

    @cached_property
    def _family(self) -> Family:
        """Return the family whose link and saturated model it has."""
        return FAMILIES["poisson"]

    def _set_up(self, state: State, sums: Vector) -> State:
        """Return the state of the null model with theta by the moments of the outcome."""
        ready = super()._set_up(state, sums)
        if ready["problem"]:
            return ready
        mean = float(sums[0]) / ready["rows"]
        beyond = float(sums[1]) / ready["rows"] - mean * mean - mean
        if beyond <= 0:
            return newton.fail(ready, NOT_DISPERSED, remedy=REMEDY)
        # With an exposure the moments are no more than where to begin.
        return {**ready, "trial": [*ready["trial"], shortened(math.log(mean * mean / beyond))]}

    def _joined(self, total: Vector) -> Vector:
        """Return what newton.py takes: coefficients and log(theta), which do not inform each other."""
        p = self.parameters
        slope, curve = float(total[-2]), float(total[-1])
        information = np.zeros((p + 1, p + 1))
        information[np.triu_indices(p)] = total[2 + p : -2]
        # Far from the estimate the likelihood may bend upwards; the step then goes along its slope.
        information[p, p] = curve if curve > 0 else max(abs(curve), abs(slope))
        return np.concatenate([total[: 2 + p], [slope], information[np.triu_indices(p + 1)]])

    def _estimated(self, state: State) -> tuple[Vector, Vector]:
        coefficients, spread = super()._estimated(state)
        return coefficients[:-1], spread[:-1, :-1]

    def _fitted(self, state: State) -> dict[str, Any]:
        """Return how well it fits; a deviance would need a saturated model of the same theta."""
        likelihood = state["saturated"] - state["best"]["deviance"] / 2
        rows, p = state["rows"], self.parameters
        return {
            "log_likelihood": likelihood,
            "aic": 2 * (p + 1) - 2 * likelihood,
            "deviance": None,
            "null_deviance": None,
            "df_residual": rows - p,
            "df_null": rows - self.formula.has_intercept,
            "dispersion": 1.0,
        }


def regression_of(analysis: GlmAnalysis, *, protocol: Protocol) -> Glm:
    """Return the estimator of a generalised linear model of any family."""
    kind = NegativeBinomial if analysis.family == "negative_binomial" else Glm
    return kind.from_protocol(analysis, protocol=protocol)


def _log_likelihood(y: Vector, *, mean: Vector, theta: float) -> Vector:
    """Return the log-likelihood of each count, shape (rows,)."""
    known = gammaln(y + theta) - gammaln(theta) - gammaln(y + 1)
    return np.asarray(known + theta * math.log(theta) + y * np.log(mean) - (y + theta) * np.log(mean + theta))


def _along(y: Vector, *, mean: Vector, theta: float) -> tuple[float, float]:
    """Return the slope of the log-likelihood along log(theta), and how fast that slope falls."""
    whole = mean + theta
    first = digamma(y + theta) - digamma(theta) + math.log(theta) + 1 - np.log(whole) - (y + theta) / whole
    second = polygamma(1, y + theta) - polygamma(1, theta) + 1 / theta - 2 / whole + (y + theta) / whole**2
    slope = theta * float(first.sum())
    return slope, -theta * theta * float(second.sum()) - slope
