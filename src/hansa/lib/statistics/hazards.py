"""What every Cox model shares: covariates made comparable, the climb to the estimate, the result.

Covariates are centred and scaled, first by what the protocol allows and then by the mean and
standard deviation of all sites together, so that exp() stays near one and sums keep their digits.
The first round counts persons, also by the levels of the model's categories, and a model with a
level of few persons ends there (crossings.py). The second takes the means; each later round is one
look at trial coefficients (newton.py, to which minus two log-likelihoods are the deviance). What
the sites send in a look is up to the models in cox.py.

Therneau and Grambsch, Modeling Survival Data (2000) chapter 3.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri

from hansa.lib.errors import InvalidError
from hansa.lib.statistics import newton
from hansa.lib.statistics.arithmetic import fold, inner, shortened, unfold
from hansa.lib.statistics.crossings import Crossings, is_few, refusal
from hansa.lib.statistics.dominance import Scale, dominated
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.survival import Floats, Read, Survival
from hansa.lib.statistics.table import Table

Ties: TypeAlias = Literal["breslow", "efron"]
Bounds: TypeAlias = tuple[float, float] | None

# Sums over up to 64 sites then stay within the 2**46 that secure aggregation carries.
LARGEST_SUM = 2.0**40
# A variance this small next to the squared mean is rounding: the column is constant.
ROUNDING = 1e-12
# Columns have deviation 1 over everybody, so this variance within risk sets is none.
NO_VARIANCE = 1e-10
LARGEST_EXPONENT = 700.0
NO_CROSSINGS = Crossings((), {})
TOO_LONG = "sites at which the last step was too long to compute the sums"


@dataclass(frozen=True, kw_only=True)
class ProportionalHazards(ABC):
    """Estimate log hazard ratios, one for each of `names`; what the sites send is up to the subclasses.

    `bounds` are the smallest and largest value that the protocol allows in each column, where it says so;
    `indicators` are the names of columns that hold an indicator, whose persons `crossings` counts.
    """

    name: str
    read: Read
    names: tuple[str, ...]
    bounds: tuple[Bounds, ...] = ()
    ties: Ties = "efron"
    confidence: float = 0.95
    crossings: Crossings = NO_CROSSINGS
    indicators: frozenset[str] = frozenset()
    minimum_cell: int = 1
    robust: bool = False

    kind: ClassVar[str] = "cox"
    baseline: ClassVar[str]
    needs_secure_sum: ClassVar[bool]

    def __post_init__(self) -> None:
        if not self.names:
            raise InvalidError(
                f"The Cox model '{self.name}' has no term.", "Name a variable on the right of its formula."
            )

    @property
    def parameters(self) -> int:
        """Return the number of coefficients."""
        return len(self.names)

    def start(self) -> State:
        """Return the state before the round that counts."""
        return {"rows": None, "centre": None, "problem": None, "converged": False}

    def is_done(self, state: State) -> bool:
        """Tell whether the estimate is found, with its robust errors where they are asked for, or cannot be."""
        return bool(state["problem"] or (state["converged"] and (not self.robust or "meat" in state)))

    def local(self, state: State, table: Table) -> Vector:
        """Return the counts of the first round, the covariate sums of the second, or those at the trial.

        Where robust errors are asked for, a last round adds the products of score residuals at the estimate.
        """
        survival = self.read(table)
        if state["rows"] is None:
            return np.concatenate([self._count(survival), self.crossings.local(table)])
        X = (survival.covariates - self._middle) / self._reach
        if state["centre"] is None:
            return np.concatenate([self._add(survival, X), X.sum(axis=0), (X**2).sum(axis=0)])
        X = (X - np.array(state["centre"])) / np.array(state["scale"])
        if state["converged"]:
            found = self._residuals(state, survival, X=X)
            return fold(found.T @ found)
        sums = self._look(state, survival, X=X)
        if np.all(np.isfinite(sums)) and np.all(np.abs(sums) <= LARGEST_SUM):
            return np.concatenate([[0.0], sums])
        return np.concatenate([[1.0], np.zeros_like(sums)])

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        if state["rows"] is None:
            return (*self._count_labels(), *self.crossings.labels)
        if state["centre"] is None:
            sums = tuple(f"sum of {name}" for name in self.names)
            return (*self._add_labels(), *sums, *(f"sum of squared {name}" for name in self.names))
        if state["converged"]:
            names = self.names
            pairs = (f"{one} times {other}" for at, one in enumerate(names) for other in names[at:])
            return tuple(f"products of score residuals of {pair}" for pair in pairs)
        return (TOO_LONG, *self._look_labels(state))

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of persons in the first round, none where few of them stop the model."""
        if state["rows"] is not None:
            return ()
        own, crossed = self._parted(total)
        cells = self._count_cells(own)
        return () if self._few(cells, crossed) else (*cells, *self.crossings.cells(crossed))

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of the first round; later sums count nobody."""
        if state["rows"] is not None:
            return ()
        return tuple(zip(self.labels(state), vector.tolist(), strict=True))

    def sums(self, state: State, total: Vector) -> Sums:
        """Return the columns of which few persons may have nearly all."""
        if state["rows"] is None or state["centre"] is not None:
            return {}
        p, rows, found = self.parameters, state["rows"], {}
        columns = zip(self.names, self._scales, total[-2 * p : -p].tolist(), total[-p:].tolist(), strict=True)
        for name, scale, first, second in columns:
            pair = scale.whole(first, second, persons=rows)
            if pair is not None and dominated(pair, persons=0 if name in self.indicators else rows):
                found[f"sum of {name}"] = pair
        return found

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        if state["rows"] is None:
            return self._begin(state, total)
        if state["centre"] is None:
            return self._set_up(state, total)
        if state["converged"]:
            return {**state, "meat": total.tolist()}
        likelihood = self._likelihood(state, total[1:])
        if total[0] > 0 or not np.all(np.isfinite(likelihood)):
            # The count of sites that could not compute the sums makes newton halve the step.
            likelihood, total = np.zeros_like(likelihood), np.ones(1)
        sums = np.concatenate([total[:1], -2 * likelihood[:1], likelihood[1:]])
        sums[2 + self.parameters :] = self._without_constants(sums[2 + self.parameters :], events=state["events"])
        after = newton.step(state, sums, names=self.names, dispersed=None)
        if state["best"] is None and after["problem"] is None:
            gradient = sums[2 : 2 + self.parameters]
            after["score_test"] = _quadratic(newton.covariance(after["best"]), gradient)
        return {**after, **self._found(state, total[1:])} if after["converged"] and self.robust else after

    def result(self, state: State) -> dict[str, Any]:
        """Return the terms, the tests and how the estimate was found, or the problem."""
        fitted: dict[str, Any] = {"terms": [], "log_likelihood": None, "null_log_likelihood": None, "tests": None}
        if state["converged"]:
            fitted = {
                "terms": self._terms(state),
                "log_likelihood": -state["best"]["deviance"] / 2,
                "null_log_likelihood": -state["null_deviance"] / 2,
                "tests": self._tests(state),
            }
        return {
            "name": self.name,
            "kind": self.kind,
            "rows": state["rows"],
            "events": state["events"],
            "ties": self.ties,
            "baseline": self.baseline,
            "confidence": self.confidence,
            **({"robust": True} if self.robust else {}),
            "iterations": max(state["looks"] - 1, 0),
            "converged": state["converged"],
            "problem": state["problem"],
            "grid": self._grid(state),
            **fitted,
        }

    @abstractmethod
    def _count(self, survival: Survival) -> Vector:
        """Return what the first round counts beside the levels of categories."""

    @abstractmethod
    def _count_labels(self) -> tuple[str, ...]:
        """Return the name of each number of `_count`."""

    @abstractmethod
    def _count_cells(self, counts: Vector) -> tuple[Cell, ...]:
        """Return the counts of persons that follow from the added numbers of `_count`, and are shown."""

    @abstractmethod
    def _counted(self, counts: Vector) -> State:
        """Return rows, events and what else follows from the added numbers of `_count`."""

    def _add(self, survival: Survival, X: Floats) -> Vector:
        """Return what the second round adds beside the moments of X, the covariates in the middle of their ranges."""
        return np.empty(0)

    def _add_labels(self) -> tuple[str, ...]:
        """Return the name of each number of `_add`."""
        return ()

    @abstractmethod
    def _look(self, state: State, survival: Survival, *, X: Floats) -> Vector:
        """Return the sums at the trial coefficients for standardised covariates X."""

    @abstractmethod
    def _look_labels(self, state: State) -> tuple[str, ...]:
        """Return the name of each number of `_look`."""

    @abstractmethod
    def _residuals(self, state: State, survival: Survival, *, X: Floats) -> Floats:
        """Return the score residual of each person at the estimate, shape (n, p)."""

    def _found(self, state: State, total: Vector) -> State:
        """Return what sites need for their residuals from the sums of the last look."""
        return {}

    @abstractmethod
    def _likelihood(self, state: State, total: Vector) -> Vector:
        """Return log-likelihood, gradient and triangle of the information from the added sums."""

    @abstractmethod
    def _grid(self, state: State) -> dict[str, object] | None:
        """Return the time grid that the result shows."""

    @property
    def _middle(self) -> Floats:
        return np.array([0.0 if bounds is None else sum(bounds) / 2 for bounds in self._all_bounds])

    @property
    def _reach(self) -> Floats:
        """Return half the width of each range, 1 where there is none."""
        halves = ((0.0, 2.0) if bounds is None else bounds for bounds in self._all_bounds)
        return np.array([(high - low) / 2 or 1.0 for low, high in halves])

    @property
    def _scales(self) -> list[Scale]:
        scales = zip(self._middle.tolist(), self._reach.tolist(), self._all_bounds, strict=True)
        return [Scale(middle, reach, bounds) for middle, reach, bounds in scales]

    @property
    def _all_bounds(self) -> tuple[Bounds, ...]:
        return self.bounds or (None,) * self.parameters

    def _parted(self, total: Vector) -> tuple[Vector, Vector]:
        """Return the numbers of `_count` and the counts of the crossings."""
        size = len(self._count_labels())
        return total[:size], total[size:]

    def _begin(self, state: State, total: Vector) -> State:
        """Return the state after the counts, which may already be the end."""
        own, crossed = self._parted(total)
        begun = {**state, **newton.begin([0.0] * self.parameters), **self._counted(own)}
        if few := self._few(self._count_cells(own), crossed):
            message, remedy = refusal(few, minimum_cell=self.minimum_cell)
            return newton.fail({**begun, **self._withheld(begun)}, message, remedy=remedy)
        if not begun["events"]:
            remedy = "Ask for a longer time of observation, or another event."
            return newton.fail(begun, "Nobody had the event, so there is nothing to estimate.", remedy=remedy)
        return begun

    def _few(self, cells: tuple[Cell, ...], crossed: Vector) -> tuple[str, ...]:
        """Return the groups that somebody is in, but too few."""
        small = tuple(name for name, count in cells if is_few(count, minimum_cell=self.minimum_cell))
        return small + self.crossings.few(crossed, minimum_cell=self.minimum_cell)

    def _withheld(self, begun: State) -> State:
        """Return what the state of a refused model says instead of its counts."""
        counts = (begun["events"], begun["rows"] - begun["events"])
        return {"events": None} if any(is_few(count, minimum_cell=self.minimum_cell) for count in counts) else {}

    def _set_up(self, state: State, total: Vector) -> State:
        """Return the state after the second round: mean and deviation of each column, and zero coefficients."""
        p, rows = self.parameters, state["rows"]
        mean, square = total[-2 * p : -p] / rows, total[-p:] / rows
        variance = square - mean**2
        flat = variance <= ROUNDING * np.maximum(square, mean**2)
        scale = np.sqrt(np.where(flat, 1.0, variance))
        return {**state, "centre": mean.tolist(), "scale": scale.tolist()}

    def _terms(self, state: State) -> list[dict[str, Any]]:
        """Return each coefficient on the scale of its own variable."""
        scale = np.array(state["scale"]) * self._reach
        estimates = np.array(state["best"]["coefficients"]) / scale
        spread = newton.covariance(state["best"])
        if self.robust:
            spread = _sandwich(spread, unfold(np.array(state["meat"], dtype=np.float64), size=self.parameters))
        errors = np.sqrt(np.diag(spread)) / scale
        width = shortened(float(ndtri(0.5 + self.confidence / 2)))
        return [
            _term(name, estimate=float(estimate), error=float(error), width=width)
            for name, estimate, error in zip(self.names, estimates, errors, strict=True)
        ]

    def _tests(self, state: State) -> dict[str, Any]:
        """Return the three tests that all coefficients are zero."""
        b = np.array(state["best"]["coefficients"])
        information = unfold(np.array(state["best"]["information"]), size=self.parameters)
        statistics = {
            "likelihood_ratio": state["null_deviance"] - state["best"]["deviance"],
            "wald": _quadratic(information, b),
            "score": state["score_test"],
        }
        df = self.parameters
        return {
            name: {"chi_square": value, "df": df, "p": shortened(float(chdtrc(df, max(value, 0.0))))}
            for name, value in statistics.items()
        }

    def _without_constants(self, triangle: Vector, *, events: int) -> Vector:
        """Return the information with zeros for columns that vary in no risk set but by rounding."""
        full = unfold(triangle, size=self.parameters)
        flat = np.diag(full) <= NO_VARIANCE * events
        full[flat] = full[:, flat] = 0.0
        return fold(full)


def _sandwich(bread: Floats, meat: Floats) -> Floats:
    """Return bread times meat times bread, each entry by the same arithmetic everywhere."""
    half = np.array([[inner(row, column) for column in meat.T] for row in bread])
    return np.array([[inner(row, column) for column in bread.T] for row in half])


def _quadratic(matrix: Floats, vector: Floats) -> float:
    """Return x'Ax."""
    return inner(np.array([inner(row, vector) for row in matrix]), vector)


def _term(name: str, *, estimate: float, error: float, width: float) -> dict[str, Any]:
    z, low, high = estimate / error, estimate - width * error, estimate + width * error
    return {
        "name": name,
        "estimate": estimate,
        "standard_error": error,
        "z": z,
        "p": shortened(2 * float(ndtr(-abs(z)))),
        "low": low,
        "high": high,
        "hazard_ratio": _exp(estimate),
        "hazard_ratio_low": _exp(low),
        "hazard_ratio_high": _exp(high),
    }


def _exp(value: float) -> float | None:
    """Return exp(value) with ten digits, None where it is beyond what JSON can hold."""
    return shortened(math.exp(value)) if value < LARGEST_EXPONENT else None
