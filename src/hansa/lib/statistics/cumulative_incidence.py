"""The cumulative incidence of competing causes for each group, by Aalen and Johansen.

The incidence of a cause up to a time is the sum, over the times before, of the share still free of
any event times the share of those at risk who then have this one. One minus Kaplan-Meier, with the
other causes censored, would say too much. One round of counts on the time grid is all that is needed.

The standard error is the infinitesimal jackknife: the root of the sum, over persons, of the square of
what the estimate moves with the weight of one. Persons who leave in the same step by the same way move
it alike, so it follows from the counts. It is what R's `survfit` gives for several causes; intervals are
taken on the scale of the logarithm, as there.

As in kaplan_meier.py the counts only leave a site under secure aggregation, and what is shown is the
merged grid, in which no cause has a small count.

Aalen and Johansen, Scand J Stat 5 (1978) 141-150; Jaeckel (1972); Therneau and Grambsch (2000) section 7.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtri

from hansa.lib.statistics.analyses import CompetingAnalysis
from hansa.lib.statistics.arithmetic import shortened
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.grid import Counts
from hansa.lib.statistics.partial_likelihood import added
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.survival import Codes, Floats, Levels, Read
from hansa.lib.statistics.survival_design import design_of, division, grid_of
from hansa.lib.statistics.table import Table


@dataclass(frozen=True, kw_only=True)
class CumulativeIncidence:
    """Estimate the incidence of each cause by group; the outcomes of `counts` are no event and then the causes."""

    name: str
    read: Read
    counts: Counts
    groups: Levels
    confidence: float = 0.95
    time_unit: str | None = None

    kind: ClassVar[str] = "cumulative_incidence"
    parameters: ClassVar[int] = 0
    needs_secure_sum: ClassVar[bool] = True

    @classmethod
    def from_protocol(cls, analysis: CompetingAnalysis, *, protocol: Protocol) -> "CumulativeIncidence":
        """Return the estimator of one analysis of a protocol."""
        own = () if analysis.by is None else (analysis.by,)
        cut = division(own, variables=protocol.variables)
        outcomes = protocol.variables[analysis.event].categories
        return cls(
            name=analysis.name,
            read=design_of(analysis.time, analysis.event, cut=cut),
            counts=Counts(grid_of(protocol, analysis.time), cut.levels, outcomes),
            groups=("all",) if analysis.by is None else protocol.variables[analysis.by].categories,
            time_unit=protocol.variables[analysis.time].unit,
        )

    def start(self) -> State:
        """Return the state before the only round."""
        return {"total": None}

    def local(self, state: State, table: Table) -> Vector:
        """Return how many persons left in each step, by group and outcome."""
        return self.counts.local(self.read(table))

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the name of each count."""
        return self.counts.labels()

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of persons on the merged grid."""
        return self.counts.cells(total)

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return the counts on the grid before it is merged."""
        return tuple(zip(self.labels(state), vector.tolist(), strict=True))

    def sums(self, state: State, total: Vector) -> Sums:
        """Return nothing: only counts are added."""
        return {}

    def combine(self, state: State, total: Vector) -> State:
        """Return the merged counts."""
        ends = self.counts.ends(total)
        return {"total": self.counts.merged(total, ends=ends).tolist(), "ends": ends}

    def is_done(self, state: State) -> bool:
        """Tell whether the counts are in."""
        return state["total"] is not None

    def result(self, state: State) -> dict[str, Any]:
        """Return the incidence of each cause in each group, and the grid."""
        shape = (len(state["ends"]), len(self.groups), len(self.counts.outcomes))
        table = np.array(state["total"], dtype=np.int64).reshape(shape)
        time = np.array([self.counts.grid.time(end) for end in state["ends"]])
        return {
            "name": self.name,
            "kind": self.kind,
            "rows": int(table.sum()),
            "time_unit": self.time_unit,
            "confidence": self.confidence,
            "groups": [{"level": level, **self._group(time, table[:, at])} for at, level in enumerate(self.groups)],
            "grid": self.counts.released(state["ends"]),
        }

    def _group(self, time: Floats, counts: Codes) -> dict[str, Any]:
        """Return the incidence in one group, from counts (times, outcomes), at the times when somebody leaves it."""
        seen = counts.any(axis=1)
        kept = counts[seen]
        incidence, error = aalen_johansen(kept)
        return {
            "persons": int(kept.sum()),
            "time": time[seen].tolist(),
            "at_risk": remaining(kept).tolist(),
            "censored": kept[:, 0].tolist(),
            "causes": [
                {
                    "cause": cause,
                    "events": kept[:, at + 1].tolist(),
                    **self._limits(incidence[:, at], error=error[:, at]),
                }
                for at, cause in enumerate(self.counts.outcomes[1:])
            ],
        }

    def _limits(self, incidence: Floats, *, error: Floats) -> dict[str, Any]:
        """Return a curve with its limits, which are not known where nobody has had the event."""
        width = float(ndtri(0.5 + self.confidence / 2))
        known = incidence > 0
        low, high = np.full(len(incidence), np.nan), np.full(len(incidence), np.nan)
        relative = width * error[known] / incidence[known]
        low[known] = incidence[known] * np.exp(-relative)
        high[known] = np.minimum(incidence[known] * np.exp(relative), 1)
        return {
            "incidence": incidence.tolist(),
            "standard_error": error.tolist(),
            "low": _told(low),
            "high": _told(high),
        }


def remaining(counts: Codes) -> Codes:
    """Return how many are at risk at each time, from counts of those who leave, shape (times, outcomes)."""
    leaving: Codes = counts.sum(axis=1)
    return leaving[::-1].cumsum()[::-1]


def aalen_johansen(counts: Codes) -> tuple[Floats, Floats]:
    """Return the incidence of each cause after each time and its standard error, both of shape (times, causes).

    `counts` is of shape (times, outcomes), those without an event first.
    """
    risk = remaining(counts).astype(np.float64)
    hazard = counts[:, 1:] / risk[:, None]
    staying = (risk - counts[:, 1:].sum(axis=1)) / risk
    free = np.concatenate([[1.0], np.cumprod(staying)[:-1]])
    incidence = np.cumsum(free[:, None] * hazard, axis=0)
    squares = [
        count * _moved(place, outcome=outcome, risk=risk, hazard=hazard, free=free) ** 2
        for place, row in enumerate(counts)
        for outcome, count in enumerate(row)
        if count
    ]
    return incidence, np.sqrt(added(np.array(squares).reshape(len(squares), *hazard.shape)))


def _moved(place: int, *, outcome: int, risk: Floats, hazard: Floats, free: Floats) -> Floats:
    """Return the derivative of the incidence, shape (times, causes), by the weight of a person who leaves so."""
    own = np.zeros_like(hazard)
    own[: place + 1] = -hazard[: place + 1]
    if outcome:
        own[place, outcome - 1] += 1
    own /= risk[:, None]
    staying = 1 - np.add.accumulate(hazard, axis=1)[:, -1]
    lost = np.add.accumulate(own, axis=1)[:, -1]
    # After a time at which everybody left with an event there is no later one.
    shares = np.divide(lost, staying, out=np.zeros_like(lost), where=staying > 0)
    before = np.concatenate([[0.0], np.cumsum(shares)[:-1]])
    return np.asarray(np.cumsum(free[:, None] * (own - before[:, None] * hazard), axis=0))


def _told(values: Floats) -> list[float | None]:
    return [None if value != value else shortened(value) for value in values.tolist()]  # noqa: PLR0124 -- a NaN
