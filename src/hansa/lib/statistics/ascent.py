"""Climb to the maximum of a log-likelihood when each look at it costs one round over all sites.

Newton's method with step halving, as a function from public state to public state. Each round
the sites look at the `trial` coefficients; the total either becomes the point from which the
next Newton step starts, or, where the likelihood fell or could not be computed, the step to it
is halved. The climb ends when the next step is below rounding in units of the standardised
covariates, and then takes that last step, so the result is exact to second order.

Two things can go wrong in the data, and the state names the term when they do. A term that can
be computed from the earlier ones has no pivot left in the Cholesky factor of the information at
zero. A term whose coefficient runs off has a likelihood that no longer gains although the step
stays long (monotone likelihood: Heinze and Schemper, Biometrics 57 (2001) 114-119).

Nocedal and Wright, Numerical Optimization (2006) chapter 3.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from hansa.lib.statistics.estimator import State
from hansa.lib.statistics.partial_likelihood import Point, fold, unfold
from hansa.lib.statistics.survival import Floats

MOST_ROUNDS = 60
# Steps are for one standard deviation of a covariate, and short next to the standard error where
# that is wider; the last one is taken as well.
SHORT_STEP = 1e-9
# A gain below this with a step above this means a standard error of over 70: no information is left.
NO_GAIN = 1e-6
LONG_STEP = 0.1
# R's coxph calls a column aliased at eps ** 0.75 of its pivot; data here are standardised first.
NO_PIVOT = 1e-10
# Sums rounded on the way may lower the likelihood by this share without a real fall.
ROUNDING = 1e-11


def begin(size: int, *, events: int) -> State:
    """Return the state before the first look, at zero."""
    return {
        "trial": [0.0] * size,
        "events": events,
        "looks": 0,
        "best": None,
        "null": None,
        "converged": False,
        "problem": None,
    }


def step(state: State, point: Point, *, names: Sequence[str]) -> State:
    """Return the state after the sites have looked at the trial coefficients."""
    looked: State = {**state, "looks": state["looks"] + 1}
    best = state["best"]
    if best is None:
        return _set_off(looked, point, names=names)
    if not point.is_finite or point.log_likelihood < best["log_likelihood"] - ROUNDING * abs(best["log_likelihood"]):
        return _halve(looked)
    return _climb(looked, point, names=names)


def is_over(state: State) -> bool:
    """Tell whether the climb has ended, well or not."""
    return bool(state["converged"] or state["problem"])


def fail(state: State, message: str, *, remedy: str) -> State:
    """Return the state that ends the climb and says why."""
    return {**state, "problem": f"{message} {remedy}"}


def information(point: dict[str, Any]) -> Floats:
    """Return the information matrix of a point in the state, shape (p, p)."""
    return unfold(np.asarray(point["information"], dtype=np.float64), size=len(point["gradient"]))


def covariance(point: dict[str, Any]) -> Floats:
    """Return the inverse information of a point in the state, shape (p, p)."""
    inverse: Floats = cho_solve(cho_factor(information(point)), np.eye(len(point["gradient"])))
    return inverse


def score_statistic(point: dict[str, Any]) -> float:
    """Return the gradient in units of its own variance, as one chi-square."""
    gradient = np.asarray(point["gradient"], dtype=np.float64)
    return float(gradient @ covariance(point) @ gradient)


def dependent(matrix: Floats, *, scale: float) -> list[int]:
    """Return the columns of an information matrix that earlier columns, or nothing at all, explain.

    `scale` is the information of one standardised covariate, the number of events.
    """
    if scale <= 0:
        return list(range(len(matrix)))
    flat = np.diag(matrix) <= NO_PIVOT * scale
    size = np.sqrt(np.where(flat, 1.0, np.diag(matrix)))
    rest = matrix / np.outer(size, size)
    found = []
    for column in range(len(rest)):
        if flat[column] or rest[column, column] <= NO_PIVOT:
            found.append(column)
        else:
            rest = rest - np.outer(rest[:, column], rest[column]) / rest[column, column]
    return found


def _set_off(state: State, point: Point, *, names: Sequence[str]) -> State:
    """Take the first Newton step from zero, unless a column is explained by the others."""
    found = dependent(point.information, scale=state["events"])
    if found:
        terms = " and ".join(f"'{names[column]}'" for column in found)
        return fail(
            state,
            f"The data cannot tell {terms} from the other terms: it does not vary, or follows from terms before it.",
            remedy=f"Leave {terms} out of the formula, or join its levels.",
        )
    return _climb({**state, "null": _json(point, state["trial"])}, point, names=names)


def _climb(state: State, point: Point, *, names: Sequence[str]) -> State:
    """Make the trial the best point, and decide where to look next."""
    best = state["best"]
    reached = {**state, "best": _json(point, state["trial"])}
    gain = np.inf if best is None else point.log_likelihood - best["log_likelihood"]
    try:
        spread = covariance(reached["best"])
    except np.linalg.LinAlgError:
        return _run_off(reached, np.abs(np.asarray(state["trial"])), names=names)
    move = spread @ point.gradient
    if np.all(np.abs(move) <= SHORT_STEP * np.maximum(1, np.sqrt(np.diag(spread)))):
        end = (np.asarray(state["trial"]) + move).tolist()
        return {**reached, "best": {**reached["best"], "coefficients": end}, "converged": True}
    if gain <= NO_GAIN and np.max(np.abs(move)) >= LONG_STEP:
        return _run_off(reached, np.abs(move), names=names)
    return _limited({**reached, "trial": (np.asarray(state["trial"]) + move).tolist()})


def _run_off(state: State, size: Floats, *, names: Sequence[str]) -> State:
    terms = " and ".join(f"'{name}'" for name, one in zip(names, size, strict=True) if one >= size.max() / 2)
    return fail(
        state,
        f"The coefficient of {terms} grows without end, because some of its values occur only with or only"
        " without an event.",
        remedy=f"Leave {terms} out of the formula, or join its levels.",
    )


def _halve(state: State) -> State:
    best, trial = np.asarray(state["best"]["coefficients"]), np.asarray(state["trial"])
    return _limited({**state, "trial": ((best + trial) / 2).tolist()})


def _limited(state: State) -> State:
    if state["looks"] < MOST_ROUNDS:
        return state
    return fail(
        state,
        f"The model has not converged after {MOST_ROUNDS} rounds.",
        remedy="Leave out terms, or join rare levels.",
    )


def _json(point: Point, coefficients: list[float]) -> dict[str, Any]:
    return {
        "coefficients": coefficients,
        "log_likelihood": point.log_likelihood,
        "gradient": point.gradient.tolist(),
        "information": fold(point.information).tolist(),
    }
