"""A linear mixed model with a random intercept of the hospital, by restricted maximum likelihood.

An outcome is its fixed effects, plus a deviation that all persons of a hospital share, plus one of each
person. For a given ratio of the two variances the covariance of a hospital's rows is known but for a factor,
so its inverse applied to the rows is a sum over rows that the hospital corrects by its own size. Added over
hospitals these sums give the restricted likelihood and its slope at that ratio, the same as of all rows
together. Each round looks at many ratios; the one where the slope is zero is closed in on until it is known
to twelve digits. What a hospital sends are products of columns over all its persons, as for a regression.

How much the sums are corrected tells the size of a hospital, so from the totals at many ratios whoever holds them
can work out each hospital's number of persons and its sums of columns: numbers of one hospital, though of no person.
So each hospital first says whether a group of its own is smaller than the minimum cell, and the model ends there.

Few hospitals say little about how much hospitals differ: with three the variance between them is hardly
known, and the result says of how many it is. Tests are by the normal distribution, as in statsmodels.

Laird and Ware, Biometrics 38 (1982) 963-974; Pinheiro and Bates, Mixed-Effects Models (2000) section 2.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np

from hansa.lib.statistics import newton
from hansa.lib.statistics.analyses import MixedAnalysis
from hansa.lib.statistics.arithmetic import dependent_columns, fold, inner, inverse, logarithm, unfold
from hansa.lib.statistics.crossings import is_few
from hansa.lib.statistics.estimator import Cell, State, Vector
from hansa.lib.statistics.glm import Glm
from hansa.lib.statistics.partial_likelihood import triangle
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table

# The ratios of variances, between hospitals to within, at which the first round looks.
FIRST = (0.0, *(10.0 ** (power / 2) for power in range(-10, 7)))
#: Into how many parts a round divides the ratios that are left.
PARTS = 16
NEAR = 1e-12
FEW_SITES = 6
FEW_AT_A_SITE = "hospitals with a group of too few persons"
VARIANCES = ("between", "within", "share_between", "sites", "few_sites", "log_likelihood")


@dataclass(frozen=True, kw_only=True)
class MixedModel(Glm):
    """Estimate fixed effects where persons of a hospital are alike."""

    family: str = "gaussian"

    kind: ClassVar[str] = "mixed_model"

    @classmethod
    def from_protocol(cls, analysis: MixedAnalysis, *, protocol: Protocol) -> Self:
        """Return the estimator of an analysis; InvalidError when its formula is not sound."""
        formula, minimum = analysis.parsed(protocol), protocol.disclosure.minimum_cell
        return cls(name=analysis.name, formula=formula, minimum_cell=minimum)

    def local(self, state: State, table: Table) -> Vector:
        """Return the counts of the first round, the moments of the second, or the products at each ratio."""
        if state["rows"] is None:
            counts = super().local(state, table)
            small = is_few(table.rows, minimum_cell=self.minimum_cell)
            has_few = small or self._crossings.few(counts[1:], minimum_cell=self.minimum_cell)
            return np.append(counts, float(bool(has_few)))
        if state["centre"] is None:
            return super().local(state, table)
        X = (self.formula.matrix(table) - np.array(state["centre"])) / np.array(state["scale"])
        y = (self._outcome(table) - state["outcome_centre"]) / state["outcome_scale"]
        Z = np.column_stack([X, y])
        product, shared = Z.T @ Z, Z.sum(axis=0)
        joint, rows = np.multiply.outer(shared, shared), len(Z)
        parts = [np.ones(1)]
        for ratio in state["ratios"]:
            grown = 1 + rows * ratio
            moved = fold(joint / grown**2)
            parts += [fold(product - joint * (ratio / grown)), moved, np.array([np.log(grown), rows / grown])]
        return np.concatenate(parts)

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        if state["rows"] is None:
            return (*super().labels(state), FEW_AT_A_SITE)
        if state["centre"] is None:
            return super().labels(state)
        names = (*self.formula.names, self.formula.response)
        pairs = [f"{one} × {other}" for place, one in enumerate(names) for other in names[place:]]
        return (
            "hospitals",
            *(
                f"{what}, at the ratio {ratio:.6g}"
                for ratio in state["ratios"]
                for what in (
                    *(f"sum of {pair}" for pair in pairs),
                    *(f"product of the sums of {pair}" for pair in pairs),
                    "logarithm of the growth of the variance",
                    "slope of that logarithm",
                )
            ),
        )

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        if state["rows"] is None:
            begun = super().combine(state, total[:-1])
            if begun["problem"] is None and total[-1] > 0:
                message = f"A hospital has a group of fewer than {self.minimum_cell} persons, and sums would show it."
                return newton.fail(begun, message, remedy="Join levels, or ask for a glm.")
            return begun
        if state["centre"] is None:
            return {**super().combine(state, total), "ratios": list(FIRST), "sites": None, "bracket": None}
        looked = {**state, "looks": state["looks"] + 1, "sites": round(total[0])}
        if state["best"] is None and (problem := self._problem(looked, total)):
            return problem
        points = list(self._points(state, total))
        if state["best"] is None and points[0]["deviance"] <= newton.NO_PIVOT**2 * state["rows"]:
            message = "The terms explain the outcome without any rest."
            return newton.fail(looked, message, remedy="Look for a term that is the outcome itself.")
        return _closed_in(looked, points)

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the persons of each combination of levels, none where few of them stop the model."""
        return () if self._few(state, total[:-1]) else self.persons(state, total)

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return the persons of each combination of levels; later sums count nobody."""
        return super().persons(state, vector[:-1] if state["rows"] is None else vector)

    def result(self, state: State) -> dict[str, Any]:
        """Return the fixed effects, and how much hospitals and persons differ, or the problem."""
        found = super().result(state)
        kept = ("name", "kind", "rows", "formula", "confidence", "iterations", "converged", "problem", "terms")
        variances = {key: found.get(key) for key in VARIANCES}
        return {**{key: found[key] for key in kept}, "family": "gaussian", "statistic": "z", **variances}

    def _fitted(self, state: State) -> dict[str, Any]:
        """Return how much hospitals and persons differ, and the restricted likelihood of the outcome."""
        best, degrees = state["best"], state["rows"] - self.parameters
        within = best["deviance"] / degrees * state["outcome_scale"] ** 2
        # The likelihood of the outcome itself: its scale counts once a degree of freedom, columns theirs once each.
        scales = sum(logarithm(scale) for scale in state["scale"])
        likelihood = -best["value"] / 2 - degrees * logarithm(state["outcome_scale"]) - scales
        return {
            "between": best["ratio"] * within,
            "within": within,
            "share_between": best["ratio"] / (1 + best["ratio"]),
            "sites": state["sites"],
            "few_sites": state["sites"] < FEW_SITES,
            "log_likelihood": likelihood,
        }

    def _problem(self, state: State, total: Vector) -> State | None:
        """Return the state that says why there is no estimate, if the products without any ratio show it."""
        p = self.parameters
        whole = unfold(total[1 : 1 + triangle(p + 1)], size=p + 1)
        if found := dependent_columns(whole[:p, :p], tolerance=newton.NO_PIVOT):
            return newton.collinear(state, [self.formula.names[column] for column in found])
        if state["sites"] < 2:  # noqa: PLR2004 -- one hospital does not differ from itself
            return newton.fail(state, "Only one hospital takes part.", remedy="Ask for a glm of the gaussian family.")
        return None

    def _points(self, state: State, total: Vector) -> Iterator[dict[str, Any]]:
        """Yield what the restricted likelihood and its slope are at each ratio."""
        width = triangle(self.parameters + 1)
        for place, ratio in enumerate(state["ratios"]):
            start = 1 + place * 2 * (width + 1)
            product, shared = total[start : start + width], total[start + width : start + 2 * width]
            grown = total[start + 2 * width : start + 2 * width + 2].tolist()
            yield self._point(ratio, product, shared=shared, grown=grown, rows=state["rows"])

    def _point(self, ratio: float, product: Vector, *, shared: Vector, grown: list[float], rows: int) -> dict[str, Any]:
        p = self.parameters
        whole, moved = unfold(product, size=p + 1), -unfold(shared, size=p + 1)
        A, u = whole[:p, :p], whole[:p, p]
        spread = inverse(A)
        b = np.array([inner(row, u) for row in spread])
        rest = float(whole[p, p]) - inner(b, u)
        bent = np.array([inner(row, b) for row in moved[:p, :p]])
        drop = float(moved[p, p]) - 2 * inner(b, moved[:p, p]) + inner(b, bent)
        trace = sum(inner(one, other) for one, other in zip(spread, moved[:p, :p], strict=True))
        degrees = rows - p
        is_known = rest > 0 and not np.isnan(spread).any()
        value = degrees * logarithm(rest / degrees) + _log_determinant(A) + grown[0] if is_known else 0.0
        constant = degrees * (1 + logarithm(2 * np.pi))
        slope = degrees * drop / rest + trace + grown[1] if is_known else 0.0
        return {
            "ratio": ratio,
            "coefficients": b.tolist() if is_known else [0.0] * p,
            "deviance": rest,
            "information": fold(A).tolist(),
            "value": value + constant,
            "slope": slope,
        }

    def _degrees(self, degrees: int) -> int | None:
        return None


def _closed_in(state: State, points: list[dict[str, Any]]) -> State:
    """Return the state with the ratios to look at next, or with the estimate."""
    if state["bracket"] is None:
        lowest = min(range(len(points)), key=lambda place: points[place]["value"])
        best = points[lowest]
        if lowest == 0 and best["slope"] >= 0:
            return {**state, "best": best, "converged": True}
        points = points[max(lowest - 1, 0) : lowest + 2]
    else:
        best = min(points, key=lambda point: abs(point["slope"]))
        points = [*([state["bracket"][0]] if state["bracket"] else []), *points, state["bracket"][1]]
    for low, high in pairwise(points):
        if low["slope"] < 0 <= high["slope"]:
            return _between(low, high, state={**state, "best": best})
    message = "Hospitals differ a thousand times more than persons do."
    return newton.fail(state, message, remedy="Look whether one hospital has its outcome in another unit.")


def _between(low: dict[str, Any], high: dict[str, Any], *, state: State) -> State:
    """Return the state that looks between two ratios, or with the estimate where they are as good as one."""
    start, end = low["ratio"], high["ratio"]
    if end - start <= NEAR * end:
        return {**state, "best": min(low, high, key=lambda point: abs(point["slope"])), "converged": True}
    if start == 0:
        ratios = [end * place / PARTS for place in range(1, PARTS)]
    else:
        ratios = [start + (end - start) * place / PARTS for place in range(1, PARTS)]
    return {**state, "ratios": ratios, "bracket": [low, high]}


def _log_determinant(matrix: Vector) -> float:
    """Return the logarithm of the determinant of a positive definite matrix, by its pivots."""
    rest, found = matrix.copy(), 0.0
    for column in range(len(rest)):
        pivot = float(rest[column, column])
        found += logarithm(pivot)
        rest -= np.multiply.outer(rest[:, column] / pivot, rest[column])
    return found
