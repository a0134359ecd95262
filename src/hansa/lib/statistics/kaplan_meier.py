"""The product-limit estimate of survival for each group, with a log-rank test between groups.

Survival up to a time is the product of the shares of those at risk who went on without the
event. Its variance is Greenwood's; the interval is taken on the scale of log survival, the
default of R ("log"), or of log(-log) survival, which never leaves 0 to 1 ("log-log").
One round of counts on the time grid is all that is needed: numbers at risk are sums of counts.

Every count of a site on the grid may be one person, so the counts only leave a site under
secure aggregation; the curve shows the merged grid, where no small count is left (grid.py).

Kaplan and Meier, JASA 53 (1958) 457-481; Greenwood (1926); Kalbfleisch and Prentice (2002) section 1.4.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from scipy.special import ndtri

from hansa.lib.statistics.analyses import KaplanMeierAnalysis
from hansa.lib.statistics.arithmetic import shortened
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.grid import Counts
from hansa.lib.statistics.log_rank import at_risk, log_rank
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.survival import Codes, Floats, Levels, Read
from hansa.lib.statistics.survival_design import design_of, division, grid_of
from hansa.lib.statistics.table import Table

Interval: TypeAlias = Literal["log", "log-log"]

TOLERANCE = math.sqrt(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class KaplanMeier:
    """Estimate survival by group, and compare the groups within strata where there are any.

    The groups that `read` gives are stratum times groups plus group. `at` lists times at which the
    result states survival.
    """

    name: str
    read: Read
    counts: Counts
    groups: Levels
    interval: Interval = "log"
    confidence: float = 0.95
    at: Sequence[float] = ()
    time_unit: str | None = None

    kind = "kaplan_meier"
    parameters = 0
    needs_secure_sum = True

    def start(self) -> State:
        """Return the state before the only round."""
        return {"total": None}

    def local(self, state: State, table: Table) -> Vector:
        """Return how many persons had the event or were censored in each step, by group."""
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
        """Return the curve of each group, the log-rank test and the grid."""
        flat = np.array(state["total"], dtype=np.int64).reshape(len(state["ends"]), -1, len(self.groups), 2)
        time = np.array([self.counts.grid.time(end) for end in state["ends"]])
        curves = [
            {"level": level, **self._curve(time, flat.sum(axis=1)[:, group])} for group, level in enumerate(self.groups)
        ]
        result = {
            "name": self.name,
            "kind": self.kind,
            "rows": int(flat.sum()),
            "time_unit": self.time_unit,
            "interval": self.interval,
            "confidence": self.confidence,
            "groups": curves,
            "grid": self.counts.released(state["ends"]),
        }
        if len(self.groups) > 1:
            result["log_rank"] = log_rank(list(flat.transpose(1, 0, 2, 3)))
        return result

    def _curve(self, time: Floats, counts: Codes) -> dict[str, Any]:
        """Return the curve of one group, from counts (times, 2), at the times when somebody leaves it."""
        seen = counts.any(axis=1)
        risk = at_risk(counts[:, None])[seen, 0]
        censored, events = counts[seen].T
        survival, error = product_limit(risk=risk, events=events)
        low, high = limits(survival, error=error, interval=self.interval, confidence=self.confidence)
        curve = {
            "persons": int(counts.sum()),
            "time": time[seen].tolist(),
            "survival": survival.tolist(),
            "low": _json(low),
            "high": _json(high),
            "at_risk": risk.tolist(),
            "events": events.tolist(),
            "censored": censored.tolist(),
        }
        curve["median"] = {
            key: median(time[seen], curve=line) for key, line in (("time", survival), ("low", low), ("high", high))
        }
        curve["at"] = [_at(moment, curve=curve) for moment in self.at]
        return curve


def from_protocol(analysis: KaplanMeierAnalysis, *, protocol: Protocol) -> KaplanMeier:
    """Return the estimator of one analysis of a protocol."""
    own = () if analysis.by is None else (analysis.by,)
    cut = division(own, variables=protocol.variables)
    return KaplanMeier(
        name=analysis.name,
        read=design_of(analysis.time, analysis.event, cut=cut),
        counts=Counts(grid_of(protocol, analysis.time), cut.levels),
        groups=("all",) if analysis.by is None else protocol.variables[analysis.by].categories,
        time_unit=protocol.variables[analysis.time].unit,
    )


def product_limit(*, risk: Codes, events: Codes) -> tuple[Floats, Floats]:
    """Return survival after each time and Greenwood's standard error of its logarithm, infinite at zero."""
    staying = (risk - events).astype(np.float64)
    with np.errstate(divide="ignore"):
        variance = np.cumsum(events / (risk * staying))
    return np.asarray(np.cumprod(staying / risk), dtype=np.float64), np.asarray(np.sqrt(variance), dtype=np.float64)


def limits(survival: Floats, *, error: Floats, interval: Interval, confidence: float) -> tuple[Floats, Floats]:
    """Return the lower and upper limit of survival with ten digits, NaN where R has none."""
    width = float(ndtri(0.5 + confidence / 2)) * error
    known = survival > 0 if interval == "log" else (survival > 0) & (survival < 1)
    level, width = np.log(survival[known]), width[known]
    low, high = np.full(len(survival), np.nan), np.full(len(survival), np.nan)
    if interval == "log":
        low[known], high[known] = np.exp(level - width), np.minimum(np.exp(level + width), 1)
    else:
        low[known] = np.exp(-np.exp(np.log(-level) - width / level))
        high[known] = np.exp(-np.exp(np.log(-level) + width / level))
    return _shortened(low), _shortened(high)


def median(time: Floats, *, curve: Floats) -> float | None:
    """Return when a curve falls to one half, halfway along where it stays there, None when it never does."""
    known = ~np.isnan(curve)
    time, curve = time[known], curve[known]
    reached = np.flatnonzero(curve <= 0.5 + TOLERANCE)
    below = np.flatnonzero(curve < 0.5 - TOLERANCE)
    if not len(reached):
        return None
    end = below[0] if len(below) else len(curve) - 1
    return float((time[reached[0]] + time[end]) / 2) if reached[0] < end else float(time[reached[0]])


def _at(moment: float, *, curve: dict[str, Any]) -> dict[str, Any]:
    """Return the curve at one time, None for survival after the last person left."""
    time = np.array(curve["time"])
    if not len(time) or moment > time[-1]:
        return {"time": moment, "survival": None, "low": None, "high": None, "at_risk": 0}
    place = int(np.searchsorted(time, moment, side="right")) - 1
    risk = curve["at_risk"][int(np.searchsorted(time, moment, side="left"))]
    point = {key: curve[key][place] if place >= 0 else 1.0 for key in ("survival", "low", "high")}
    return {"time": moment, **point, "at_risk": risk}


def _shortened(values: Floats) -> Floats:
    return np.array([shortened(value) for value in values.tolist()])


def _json(values: Floats) -> list[float | None]:
    return [None if math.isnan(value) else value for value in values.tolist()]
