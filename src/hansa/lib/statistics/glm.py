"""Generalised linear models over several sites, equal to the model of the pooled rows.

The first round counts: rows, and persons in each combination of levels with each outcome. Where
few stand behind one of them the model is refused before any sum is asked for (crossings.py).
The second round adds the sums that give mean and deviation of each column, by which all sites
standardise their columns. Each later round is one look at trial coefficients (newton.py): the
deviance, the score and the information, whose sums over sites are those of the pooled rows.
Estimates and standard errors are carried back to the scale of the variables at the end.

Nelder and Wedderburn, JRSS A 135 (1972) 370-384.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from hansa.lib.errors import InvalidError
from hansa.lib.statistics import newton
from hansa.lib.statistics.arithmetic import fold, inner, logarithm, shortened
from hansa.lib.statistics.crossings import Crossings, refusal
from hansa.lib.statistics.dominance import Scale, dominated
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.families import FAMILIES, Family
from hansa.lib.statistics.formula import Formula
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table

CONFIDENCE = 0.95
# Sums over up to 64 sites then stay within the 2**46 that secure aggregation carries.
LARGEST_SUM = 2.0**40
# A variance this small next to the mean square is rounding: the column is constant.
ROUNDING = 1e-14
TOO_LONG = "sites at which the last step was too long to compute the sums"


@dataclass(frozen=True, kw_only=True)
class Glm:
    """Estimate the coefficients of a formula for a gaussian, binomial or poisson outcome."""

    name: str
    formula: Formula
    family: str
    minimum_cell: int = 1
    exposure: str | None = None

    kind: ClassVar[str] = "glm"
    needs_secure_sum: ClassVar[bool] = False

    @classmethod
    def from_protocol(cls, analysis: Any, *, protocol: Protocol) -> Self:
        """Return the estimator of an analysis; InvalidError when its formula is not sound."""
        return cls(
            name=analysis.name,
            formula=analysis.parsed(protocol),
            family=analysis.family,
            minimum_cell=protocol.disclosure.minimum_cell,
            exposure=analysis.exposure,
        )

    @property
    def parameters(self) -> int:
        """Return the number of coefficients."""
        return len(self.formula.columns)

    def start(self) -> State:
        """Return the state before the round that counts."""
        return {"rows": None, "centre": None, "converged": False, "problem": None}

    def is_done(self, state: State) -> bool:
        """Tell whether the estimate is found, or cannot be."""
        return bool(state["converged"] or state["problem"])

    def local(self, state: State, table: Table) -> Vector:
        """Return the counts of the first round, the moments of the second, or what the trial gives."""
        if state["rows"] is None:
            return np.concatenate([[float(table.rows)], self._crossings.local(table)])
        if state["centre"] is None:
            return self._add(table)
        X, outcome = self.standardised(state, table)
        with np.errstate(over="ignore", invalid="ignore"):
            predictor = X @ np.array(state["trial"]) + self._offset(table)
            mean, weight, deviance = self._family.look(predictor, outcome)
            information = fold((X * weight[:, None]).T @ X)
            sums = np.concatenate([[0.0, deviance.sum()], X.T @ (outcome - mean), information])
        if np.all(np.isfinite(sums)) and np.all(np.abs(sums) <= LARGEST_SUM):
            return sums
        return np.concatenate([[1.0], np.zeros(len(sums) - 1)])

    def standardised(self, state: State, table: Table) -> tuple[Vector, Vector]:
        """Return the columns, shape (rows, p), and the outcome, (rows,), on the scale of the state's coefficients."""
        X = (self.formula.matrix(table) - np.array(state["centre"])) / np.array(state["scale"])
        return X, (self._outcome(table) - state["outcome_centre"]) / state["outcome_scale"]

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        names, response = self.formula.names, self.formula.response
        if state["rows"] is None:
            return ("persons", *self._crossings.labels)
        if state["centre"] is None:
            return (
                f"sum of {response}",
                f"sum of squared {response}",
                f"log-likelihood of {response} at its own values",
                *(f"sum of {name}" for name in names),
                *(f"sum of squared {name}" for name in names),
                *((f"sum of {self.exposure}", f"sum of squared {self.exposure}") if self.exposure else ()),
            )
        pairs = [f"{names[i]} × {names[j]}" for i in range(len(names)) for j in range(i, len(names))]
        return (
            TOO_LONG,
            "deviance",
            *(f"sum of {name} × (observed - expected {response})" for name in names),
            *(f"sum of {pair} × weight" for pair in pairs),
        )

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the persons of each combination of levels, none where few of them stop the model."""
        return () if self._few(state, total) else self.persons(state, total)

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return the persons of each combination of levels; later sums count nobody."""
        if state["rows"] is not None:
            return ()
        return (("persons", float(vector[0])), *self._crossings.cells(vector[1:]))

    def sums(self, state: State, total: Vector) -> Sums:
        """Return the columns, and an outcome that is a number, of which few persons may have nearly all."""
        if state["rows"] is None or state["centre"] is not None:
            return {}
        rows, p = state["rows"], self.parameters
        firsts, seconds = total[3 : 3 + p], total[3 + p : 3 + 2 * p]
        found = {}
        exposed = (float(total[-2]), float(total[-1]))
        if self.exposure and dominated(exposed, persons=rows):
            found[f"sum of {self.exposure}"] = exposed
        for column, scale, first, second in zip(self.formula.columns, self._scales, firsts, seconds, strict=True):
            pair = scale.whole(float(first), float(second), persons=rows)
            if pair is not None and dominated(pair, persons=0 if column.name in self.formula.indicators else rows):
                found[f"sum of {column.name}"] = pair
        name = self.formula.response
        bounds = None if self._levels(name) else self.formula.variables[name].bounds
        pair = Scale(*self._outcome_range, bounds).whole(float(total[0]), float(total[1]), persons=rows)
        if pair is not None and dominated(pair, persons=rows):
            found[f"sum of {name}"] = pair
        return found

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        if state["rows"] is None:
            return self._begin(state, total)
        if state["centre"] is None:
            return self._set_up(state, total)
        dispersed = state["rows"] - self.parameters if self.family == "gaussian" else None
        return newton.step(state, total, names=self.formula.names, dispersed=dispersed)

    def result(self, state: State) -> dict[str, Any]:
        """Return the terms and how well they fit, or the problem."""
        fitted = self._fitted(state) if state["converged"] else dict.fromkeys(_FITTED)
        return {
            "name": self.name,
            "kind": self.kind,
            "rows": state["rows"],
            "family": self.family,
            "formula": self.formula.text,
            "confidence": CONFIDENCE,
            "statistic": "t" if self.family == "gaussian" else "z",
            "iterations": max(state.get("looks", 0) - 1, 0),
            "converged": state["converged"],
            "problem": state["problem"],
            **fitted,
            "terms": self._terms(state) if state["converged"] else [],
        }

    @property
    def _family(self) -> Family:
        return FAMILIES[self.family]

    def _outcome(self, table: Table) -> Vector:
        """Return the outcome of each row as a number, shape (rows,)."""
        outcome = np.asarray(table[self.formula.response], dtype=np.float64)
        if self._family.name == "poisson" and not np.all((outcome >= 0) & (outcome == np.floor(outcome))):
            raise InvalidError(
                f"The analysis '{self.name}' counts '{self.formula.response}', but a value is not a whole number.",
                "Correct the data, or choose the gaussian family.",
            )
        return outcome

    def _add(self, table: Table) -> Vector:
        outcome = self._outcome(table)
        saturated = float(self._family.saturated(outcome).sum())
        middle, reach = self._outcome_range
        outcome = (outcome - middle) / reach
        with np.errstate(over="ignore", invalid="ignore"):
            Z = (self.formula.matrix(table) - self._middle) / self._reach
            sums = [float(outcome.sum()), float(outcome @ outcome), saturated]
            moments = np.concatenate([sums, Z.sum(axis=0), (Z * Z).sum(axis=0), self._exposed(table)])
        if not np.all(np.abs(moments) <= LARGEST_SUM):
            raise InvalidError(
                f"Numbers of the analysis '{self.name}' are too large to be added exactly.",
                "Give the variables of its formula a range in the protocol.",
            )
        return moments

    def _exposed(self, table: Table) -> list[float]:
        """Return the sum of the exposure, as a share of its range, and of its square."""
        if self.exposure is None:
            return []
        share = table[self.exposure] / self._longest
        return [float(share.sum()), float(share @ share)]

    def _offset(self, table: Table) -> Vector | float:
        """Return the logarithm of each row's exposure, shape (rows,)."""
        return np.asarray(np.log(table[self.exposure])) if self.exposure else 0.0

    @property
    def _has_odds(self) -> bool:
        """Tell whether the exposure is the odds that an event falls into a window by the lengths of times alone."""
        return self.family == "binomial" and self.exposure is not None

    @property
    def _longest(self) -> float:
        return (self.formula.variables[str(self.exposure)].range or (0.0, 1.0))[1]

    @cached_property
    def _crossings(self) -> Crossings:
        """Return the sets of categories to count, with the outcome where that is one."""
        outcome = (self.formula.response,) if self._levels(self.formula.response) else ()
        sets = [*((*names, *outcome) for names in self.formula.crossings), *([outcome] if outcome else [])]
        return Crossings(tuple(dict.fromkeys(sets)), self.formula.variables)

    def _few(self, state: State, total: Vector) -> tuple[str, ...]:
        """Return the combinations of levels that too few persons have, by the counts of the first round."""
        return () if state["rows"] is not None else self._crossings.few(total[1:], minimum_cell=self.minimum_cell)

    def _levels(self, name: str) -> tuple[str, ...]:
        return self.formula.variables[name].categories

    @cached_property
    def _ranges(self) -> list[tuple[float, float]]:
        """Return middle and half width of what the protocol allows in each column; no shift without an intercept."""
        bounds = [column.bounds(self.formula.variables) for column in self.formula.columns]
        return [_range(each, shift=self.formula.has_intercept and index > 0) for index, each in enumerate(bounds)]

    @cached_property
    def _scales(self) -> list[Scale]:
        bounds = [column.bounds(self.formula.variables) for column in self.formula.columns]
        return [Scale(*scale, each) for scale, each in zip(self._ranges, bounds, strict=True)]

    @cached_property
    def _middle(self) -> Vector:
        return np.array([middle for middle, _ in self._ranges])

    @cached_property
    def _reach(self) -> Vector:
        return np.array([reach for _, reach in self._ranges])

    @cached_property
    def _outcome_range(self) -> tuple[float, float]:
        if self.family != "gaussian":
            return 0.0, 1.0
        return _range(self.formula.variables[self.formula.response].bounds, shift=self.formula.has_intercept)

    def _begin(self, state: State, total: Vector) -> State:
        """Return the state after the counts, which may already be the end."""
        rows, p = round(total[0]), self.parameters
        begun = {**state, **newton.begin([0.0] * p), "rows": rows}
        if rows <= p:
            message = f"There are {rows} complete rows for {p} coefficients."
            return newton.fail(begun, message, remedy="Leave out terms, or add rows.")
        if few := self._few(state, total):
            message, remedy = refusal(few, minimum_cell=self.minimum_cell)
            return newton.fail(begun, message, remedy=remedy)
        return begun

    def _set_up(self, state: State, sums: Vector) -> State:
        """Return the state of the null model, in columns of mean 0 and deviation 1."""
        rows, p, intercept = state["rows"], self.parameters, self.formula.has_intercept
        state = {**state, "saturated": float(sums[2])}
        middle, reach = self._outcome_range
        mean, deviation = _moments(sums[:1] / rows, square=sums[1:2] / rows, shift=intercept)
        if self.family == "gaussian":
            flat = float(sums[1] / rows - (sums[0] / rows) ** 2) <= ROUNDING * float(sums[1] / rows)
            shift, scale, start = middle + reach * float(mean[0]), reach * float(deviation[0]), 0.0
        else:
            exposed = float(sums[-2]) * self._longest if self.exposure and not self._has_odds else rows
            link = self._family.link(float(sums[0] / exposed))
            flat, shift, scale, start = link is None, 0.0, 1.0, link or 0.0
        if flat:
            message = f"The outcome '{self.formula.response}' is the same in all rows."
            return newton.fail(state, message, remedy="Ask for more rows, or another outcome.")
        mean, deviation = _moments(sums[3 : 3 + p] / rows, square=sums[3 + p : 3 + 2 * p] / rows, shift=intercept)
        if intercept:
            mean[0], deviation[0] = 0.0, 1.0
        return {
            **state,
            "trial": [start if intercept else 0.0, *state["trial"][1:]],
            "centre": (self._middle + self._reach * mean).tolist(),
            "scale": (self._reach * deviation).tolist(),
            "outcome_centre": shift,
            "outcome_scale": scale,
        }

    def _fitted(self, state: State) -> dict[str, Any]:
        rows, p = state["rows"], self.parameters
        unit = state["outcome_scale"] ** 2
        deviance = state["best"]["deviance"] * unit
        likelihood, dispersion, free = state["saturated"] - deviance / 2, 1.0, p
        if self.family == "gaussian":
            likelihood = -rows / 2 * (logarithm(2 * math.pi * deviance / rows) + 1)
            dispersion, free = deviance / (rows - p), p + 1
        return {
            "log_likelihood": likelihood,
            "aic": 2 * free - 2 * likelihood,
            "deviance": deviance,
            # With an offset the first look at a binomial model is near its null model, not at it.
            "null_deviance": None if self._has_odds else state["null_deviance"] * unit,
            "df_residual": rows - p,
            "df_null": rows - self.formula.has_intercept,
            "dispersion": dispersion,
        }

    def _terms(self, state: State) -> list[dict[str, Any]]:
        """Return each coefficient on the scale of its own variable."""
        b, spread = self._estimated(state)
        degrees = state["rows"] - self.parameters
        if self.family == "gaussian":
            spread = spread * (state["best"]["deviance"] / degrees)
        terms = []
        for name, back, shift in self._back(state):
            estimate = state["outcome_scale"] * inner(back, b) + shift
            error = state["outcome_scale"] * math.sqrt(inner(back, np.array([inner(back, row) for row in spread])))
            terms.append(_term(name, estimate=estimate, error=error, degrees=self._degrees(degrees)))
        return terms

    def _estimated(self, state: State) -> tuple[Vector, Vector]:
        """Return the standardised coefficients, shape (p,), and their covariance but for the dispersion, (p, p)."""
        return np.array(state["best"]["coefficients"]), newton.covariance(state["best"])

    def _degrees(self, degrees: int) -> int | None:
        return degrees if self.family == "gaussian" else None

    def _back(self, state: State) -> Iterator[tuple[str, Vector, float]]:
        """Yield name, weights of the standardised coefficients and shift of each coefficient."""
        scale, centre = np.array(state["scale"]), np.array(state["centre"])
        for index, name in enumerate(self.formula.names):
            back, shift = np.zeros(self.parameters), 0.0
            back[index] = 1 / scale[index]
            if index == 0 and self.formula.has_intercept:
                back, shift = -centre / scale, state["outcome_centre"]
                back[0] = 1.0
            yield name, back, shift


_FITTED = ("log_likelihood", "aic", "deviance", "null_deviance", "df_residual", "df_null", "dispersion")


def _range(bounds: tuple[float, float] | None, *, shift: bool) -> tuple[float, float]:
    if bounds is None:
        return 0.0, 1.0
    low, high = bounds
    return ((low + high) / 2, (high - low) / 2 or 1.0) if shift else (0.0, max(abs(low), abs(high)) or 1.0)


def _moments(mean: Vector, *, square: Vector, shift: bool) -> tuple[Vector, Vector]:
    """Return what to take off each column and what to divide by: mean and deviation, or root mean square."""
    if not shift:
        mean = np.zeros_like(mean)
    variance = square - mean * mean
    flat = variance <= ROUNDING * square
    return mean.copy(), np.sqrt(np.where(flat, 1.0, variance))


def _term(name: str, *, estimate: float, error: float, degrees: int | None) -> dict[str, Any]:
    """Return a coefficient with Wald test and interval, by Student's t where degrees of freedom are given."""
    quantile = ndtri(0.5 + CONFIDENCE / 2) if degrees is None else stdtrit(degrees, 0.5 + CONFIDENCE / 2)
    width, z = shortened(float(quantile)) * error, estimate / error
    tail = ndtr(-abs(z)) if degrees is None else stdtr(degrees, -abs(z))
    return {
        "name": name,
        "estimate": estimate,
        "standard_error": error,
        "z": z,
        "p": shortened(2 * float(tail)),
        "low": estimate - width,
        "high": estimate + width,
    }
