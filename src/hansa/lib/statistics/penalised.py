"""Penalised regression over several sites: ridge, lasso, and what lies between.

What is minimised is the deviance over twice the number of rows plus
penalty * (mixing * sum |b| + (1 - mixing) / 2 * sum b^2), with coefficients on the scale of columns that
have deviation 1 over all rows and without the intercept: the definition of glmnet and of scikit-learn.
`mixing` 1 is the lasso, 0 is ridge regression. Each round is one look at trial coefficients, as in glm.py;
from deviance, score and information coordinate descent finds where the penalised deviance would be least
if it were a parabola, and the sites look there. For a gaussian outcome it is one, so the first step arrives.

A penalised estimate is drawn towards zero on purpose. Intervals and p values would pretend that it is not,
so none are given.

Friedman, Hastie and Tibshirani, J Stat Softw 33 (2010) 1; Lee, Sun and Saunders, SIAM J Optim 24 (2014) 1420.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from hansa.lib.statistics import newton
from hansa.lib.statistics.analyses import PenalisedAnalysis
from hansa.lib.statistics.arithmetic import inner, unfold
from hansa.lib.statistics.estimator import State, Vector
from hansa.lib.statistics.glm import Glm
from hansa.lib.statistics.schema import Protocol

MOST_LOOKS = 100
MOST_SWEEPS = 20_000
# In deviations of the columns; what is left of a step then changes no digit that anybody reads.
SHORT = 1e-10
SHORTEST = 1e-13


@dataclass(frozen=True, kw_only=True)
class Penalised(Glm):
    """Estimate coefficients that a penalty holds near zero."""

    penalty: float
    mixing: float

    kind: ClassVar[str] = "penalised"

    @classmethod
    def from_protocol(cls, analysis: PenalisedAnalysis, *, protocol: Protocol) -> Self:
        """Return the estimator of an analysis; InvalidError when its formula is not sound."""
        return cls(
            name=analysis.name,
            formula=analysis.parsed(protocol),
            family=analysis.family,
            minimum_cell=protocol.disclosure.minimum_cell,
            penalty=analysis.penalty,
            mixing=analysis.mixing,
        )

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        if state["rows"] is None or state["centre"] is None:
            return super().combine(state, total)
        looked = {**state, "looks": state["looks"] + 1}
        if looked["looks"] > MOST_LOOKS:
            message = f"The model has not converged after {MOST_LOOKS} rounds."
            return newton.fail(looked, message, remedy="Choose a larger penalty, or leave out terms.")
        trial, best = np.array(state["trial"], dtype=np.float64), state["best"]
        value = float(total[1]) / (2 * state["rows"]) + self._penalty_of(trial, state)
        if total[0] > 0 or (best is not None and value > best["value"] * (1 + newton.ROUNDING)):
            return newton.halve(looked)
        if best is None:
            looked["null_deviance"] = float(total[1])
        return self._advance({**looked, "best": {"deviance": float(total[1]), "value": value}}, total)

    def result(self, state: State) -> dict[str, Any]:
        """Return the coefficients, which of them the penalty left, and how well they fit, or the problem."""
        found = super().result(state)
        deviance = {key: found[key] for key in ("deviance", "null_deviance")}
        kept = {key: found[key] for key in ("name", "kind", "rows", "family", "formula", "iterations", "converged")}
        penalties = {"penalty": self.penalty, "mixing": self.mixing}
        return {**kept, **penalties, "problem": found["problem"], **deviance, "terms": found["terms"]}

    def _advance(self, state: State, total: Vector) -> State:
        """Return the state with where to look next, or the estimate where that is no further."""
        p, trial = self.parameters, np.array(state["trial"], dtype=np.float64)
        score, information = total[2 : 2 + p], unfold(total[2 + p :], size=p)
        moved = self._descended(trial, score=score / state["rows"], curvature=information / state["rows"], state=state)
        is_near = bool(np.all(np.abs(moved - trial) <= SHORT))
        best = {**state["best"], "coefficients": (moved if is_near else trial).tolist()}
        return {**state, "best": best, "trial": moved.tolist(), "converged": is_near}

    def _descended(self, trial: Vector, *, score: Vector, curvature: Vector, state: State) -> Vector:
        """Return where the parabola at the trial plus the penalty is least, by coordinate descent, shape (p,)."""
        lasso, ridge = self._weights(state)
        b, slope = trial.copy(), score.copy()
        for _sweep in range(MOST_SWEEPS):
            longest = 0.0
            for column in range(len(b)):
                bend, old = curvature[column, column], b[column]
                free = slope[column] + bend * old
                new = _shrunk(free, by=lasso[column]) / (bend + ridge[column]) if bend + ridge[column] > 0 else 0.0
                if new != old:
                    slope -= curvature[column] * (new - old)
                    b[column] = new
                    longest = max(longest, abs(new - old))
            if longest <= SHORTEST:
                break
        return b

    def _weights(self, state: State) -> tuple[Vector, Vector]:
        """Return the weight of the size and of the square of each coefficient, shape (p,) each."""
        held = np.ones(self.parameters)
        if self.formula.has_intercept:
            held[0] = 0.0
        # A gaussian outcome has been divided by its deviation, and coefficients with it.
        lasso = held * (self.penalty * self.mixing / state["outcome_scale"])
        return lasso, held * (self.penalty * (1 - self.mixing))

    def _penalty_of(self, b: Vector, state: State) -> float:
        lasso, ridge = self._weights(state)
        return inner(lasso, np.abs(b)) + inner(ridge, b * b) / 2

    def _terms(self, state: State) -> list[dict[str, Any]]:
        """Return each coefficient on the scale of its own variable, and whether the penalty left any of it."""
        b = np.array(state["best"]["coefficients"], dtype=np.float64)
        return [
            {
                "name": name,
                "estimate": state["outcome_scale"] * inner(back, b) + shift,
                "is_kept": bool(b[place]) or (place == 0 and self.formula.has_intercept),
            }
            for place, (name, back, shift) in enumerate(self._back(state))
        ]


def _shrunk(value: float, *, by: float) -> float:
    """Return a number moved towards zero, and zero where it would pass it."""
    return max(abs(value) - by, 0.0) * (1.0 if value > 0 else -1.0)
