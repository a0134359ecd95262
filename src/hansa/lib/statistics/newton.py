"""Newton's method for a generalised linear model when each look at the data is a round.

A public state holds the `trial` coefficients that the sites look at next. Their total becomes
the new best point, or, where the deviance rose or could not be computed, the step to the trial is
halved. The search ends when the last step is nothing next to the standard errors; it is taken
too, so estimates are exact to second order, and the standard errors are those of the optimum and
not, as in R's `glm`, those of the weights one iteration before it.

The state names the terms where the data give no estimate: a column that follows from earlier ones
(no pivot left in the information at the null model), and a coefficient that runs off because an
outcome is separated (Albert and Anderson, Biometrika 71 (1984) 1-10).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hansa.lib.statistics.arithmetic import dependent_columns, inner, inverse, unfold
from hansa.lib.statistics.estimator import State, Vector

MOST_LOOKS = 60
# The square of the last step in standard errors; rounding may stop it from falling further.
SHORT = 1e-20
SHORT_BUT_STUCK = 1e-13
STUCK = 1 / 16
# Data are standardised first, so a column is its own scale; R's qr drops one at a pivot of 1e-14.
NO_PIVOT = 1e-11
# A deviance that no longer falls with a step still this long (in deviations): a standard error over 100.
NO_GAIN = 1e-6
LONG = 0.1
# Sums rounded on the way may raise the deviance by this share without a real rise.
ROUNDING = 1e-11


def begin(trial: list[float]) -> State:
    """Return the state before the first look, which must be at the null model."""
    return {"trial": trial, "looks": 0, "best": None, "null_deviance": None, "converged": False, "problem": None}


def fail(state: State, message: str, *, remedy: str) -> State:
    """Return the state that ends the search and says why."""
    return {**state, "problem": f"{message} {remedy}"}


def step(state: State, sums: Vector, *, names: Sequence[str], dispersed: int | None) -> State:
    """Return the state after a look: sums are a count of sites that could not compute, deviance, score, information.

    `dispersed` is the residual degrees of freedom of a family whose dispersion is estimated.
    """
    looked = {**state, "looks": state["looks"] + 1}
    best = state["best"]
    if looked["looks"] > MOST_LOOKS:
        message = f"The model has not converged after {MOST_LOOKS} rounds."
        return fail(looked, message, remedy="Leave out terms, or join rare levels.")
    if sums[0] > 0 or (best is not None and sums[1] > best["deviance"] * (1 + ROUNDING)):
        return halve(looked)
    size = len(names)
    point = {"deviance": float(sums[1]), "information": sums[2 + size :].tolist()}
    if best is None:
        looked["null_deviance"] = point["deviance"]
        found = dependent_columns(unfold(sums[2 + size :], size=size), tolerance=NO_PIVOT)
        if found:
            return collinear(looked, [names[column] for column in found])
    return _advance(looked, point, score=sums[2 : 2 + size], names=names, dispersed=dispersed)


def covariance(point: dict[str, Any]) -> Vector:
    """Return the inverse information of a point in the state, shape (p, p)."""
    triangle = np.array(point["information"], dtype=np.float64)
    return inverse(unfold(triangle, size=int((2 * len(triangle)) ** 0.5)))


def _advance(
    state: State, point: dict[str, Any], *, score: Vector, names: Sequence[str], dispersed: int | None
) -> State:
    """Make the trial the best point, and decide where to look next."""
    best, trial = state["best"], np.array(state["trial"])
    spread = covariance(point)
    if np.isnan(spread).any():
        return _separated(state, np.abs(trial), names=names)
    move = np.array([inner(row, score) for row in spread])
    dispersion = point["deviance"] / dispersed if dispersed else 1.0
    if dispersed and point["deviance"] <= NO_PIVOT**2 * state["null_deviance"]:
        remedy = "Look for a term that is the outcome itself."
        return fail(state, "The terms explain the outcome without any rest.", remedy=remedy)
    left = inner(move, score) / dispersion
    reached = {**state, "best": {**point, "coefficients": state["trial"], "left": left}}
    if left <= SHORT or (best is not None and STUCK * best["left"] < left <= SHORT_BUT_STUCK):
        reached["best"]["coefficients"] = (trial + move).tolist()
        return {**reached, "converged": True}
    if best is not None and best["deviance"] - point["deviance"] <= NO_GAIN and np.abs(move).max() >= LONG:
        return _separated(state, np.abs(move), names=names)
    return {**reached, "trial": (trial + move).tolist()}


def halve(state: State) -> State:
    """Return the state that looks halfway back to the best point."""
    if state["best"] is None:
        remedy = "Give the variables of the formula a range in the protocol."
        return fail(state, "A site could not compute the sums of the null model.", remedy=remedy)
    middle = (np.array(state["best"]["coefficients"]) + np.array(state["trial"])) / 2
    return {**state, "trial": middle.tolist()}


def collinear(state: State, names: list[str]) -> State:
    """Return the state that ends the search because terms cannot be told from each other."""
    terms = " and ".join(f"'{name}'" for name in names)
    return fail(
        state,
        f"The data cannot tell {terms} from the other terms: it does not vary, or follows from terms before it.",
        remedy=f"Leave {terms} out of the formula, or join its levels.",
    )


def _separated(state: State, size: Vector, *, names: Sequence[str]) -> State:
    far = [name for name, one in zip(names, size, strict=True) if one >= size.max() / 2]
    # The intercept only runs along with the term that makes it run.
    terms = " and ".join(f"'{name}'" for name in far if name != "Intercept" or len(far) == 1)
    return fail(
        state,
        f"The coefficient of {terms} grows without end, because the outcome is the same for all with some of its"
        " values (separation).",
        remedy=f"Leave {terms} out of the formula, or join its levels.",
    )
