"""Incidence rates by group, with exact intervals, and their ratios to the first group.

The first round counts persons with and without the event in each group; where few stand behind one of
these counts no time is added. The second adds the time at risk, as a share of the range of the time,
and its square, by which a sum is found that a few persons make up.

The interval of a rate is Garwood's exact one (Garwood 1936, Biometrika 28, 437). Given the events of two
groups together, those of one are binomial with a share of the person-time; the interval of the ratio
follows from Clopper and Pearson's (1934, Biometrika 26, 404), and the p value adds what is no likelier
than what was seen (Przyborowski and Wilenski 1940, Biometrika 31, 313). R's `poisson.test` gives the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import betaincinv, gammaincinv, gammaln, xlogy

from hansa.lib.statistics.analyses import IncidenceAnalysis
from hansa.lib.statistics.arithmetic import shortened
from hansa.lib.statistics.crossings import is_few, refusal
from hansa.lib.statistics.dominance import dominated
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable

CONFIDENCE = 0.95
# As in R, counts whose likelihood differs only by rounding are equally likely.
NO_LIKELIER = 1 + 1e-7


@dataclass(frozen=True, kw_only=True)
class Incidence:
    """Estimate the rate of an event per unit of time, by the levels of `by` where it is named."""

    name: str
    time: str
    event: str
    by: str | None
    variables: Mapping[str, Variable]
    minimum_cell: int = 1

    kind: ClassVar[str] = "incidence"
    needs_secure_sum: ClassVar[bool] = False
    parameters: ClassVar[int] = 0

    @classmethod
    def from_protocol(cls, analysis: IncidenceAnalysis, *, protocol: Protocol) -> "Incidence":
        """Return the estimator of an analysis."""
        return cls(
            name=analysis.name,
            time=analysis.time,
            event=analysis.event,
            by=analysis.by,
            variables=protocol.variables,
            minimum_cell=protocol.disclosure.minimum_cell,
        )

    def start(self) -> State:
        """Return the state before the round that counts."""
        return {"counts": None, "sums": None, "problem": None}

    def is_done(self, state: State) -> bool:
        """Tell whether the time is added, or may not be."""
        return state["sums"] is not None or state["problem"] is not None

    def local(self, state: State, table: Table) -> Vector:
        """Return persons without and with the event by group, then shares of time and their squares by group."""
        events, group = table[self.event] == 1, self._group(table)
        size = len(self._levels)
        if state["counts"] is None:
            return np.bincount(2 * group + events, minlength=2 * size).astype(np.float64)
        share = table[self.time] / self._longest
        parts = [np.bincount(group, weights=share**power, minlength=size) for power in (1, 2)]
        return np.concatenate(parts)

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        if state["counts"] is None:
            return tuple(
                f"persons {having} {self.event}{where}" for where in self._where for having in ("without", "with")
            )
        return tuple(f"sum of {what}{where}" for what in (self.time, f"squared {self.time}") for where in self._where)

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of the first round, none where few of them stop the analysis."""
        return () if self._few(state, total) else self.persons(state, total)

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of the first round; later sums count nobody."""
        return () if state["counts"] is not None else tuple(zip(self.labels(state), vector.tolist(), strict=True))

    def sums(self, state: State, total: Vector) -> Sums:
        """Return the sums of time of which few persons may have nearly all."""
        if state["counts"] is None:
            return {}
        first, second = total.reshape(2, -1).tolist()
        pairs = zip(self._where, first, second, self._persons(state), strict=True)
        return {
            f"sum of {self.time}{where}": (one, two)
            for where, one, two, persons in pairs
            if two > 0 and dominated((one, two), persons=persons)
        }

    def combine(self, state: State, total: Vector) -> State:
        """Return the state with what was added."""
        if state["counts"] is not None:
            return {**state, "sums": total.tolist()}
        few = self._few(state, total)
        problem = " ".join(refusal(few, minimum_cell=self.minimum_cell)) if few else None
        return {"counts": [round(count) for count in total.tolist()], "sums": None, "problem": problem}

    def result(self, state: State) -> dict[str, Any]:
        """Return the rate of each group, and its ratio to that of the first."""
        return {
            "name": self.name,
            "kind": self.kind,
            "by": self.by,
            "unit": self.variables[self.time].unit,
            "confidence": CONFIDENCE,
            "problem": state["problem"],
            "groups": [] if state["problem"] else self._groups(state),
        }

    def _groups(self, state: State) -> list[dict[str, Any]]:
        shares = state["sums"][: len(self._levels)]
        events, times = state["counts"][1::2], [share * self._longest for share in shares]
        found = []
        for place, level in enumerate(self._levels):
            told = {"level": level, "persons": self._persons(state)[place], "events": events[place]}
            told |= {"time": times[place], **rate(events[place], time=times[place])}
            told["ratio"] = ratio((events[0], events[place]), times=(times[0], times[place])) if place else None
            found.append(told)
        return found

    def _persons(self, state: State) -> list[int]:
        counts = state["counts"]
        return [without + having for without, having in zip(counts[::2], counts[1::2], strict=True)]

    def _few(self, state: State, total: Vector) -> tuple[str, ...]:
        if state["counts"] is not None:
            return ()
        cells = self.persons(state, total)
        return tuple(
            label.removeprefix("persons ") for label, count in cells if is_few(count, minimum_cell=self.minimum_cell)
        )

    def _group(self, table: Table) -> "np.ndarray[Any, np.dtype[np.int64]]":
        return np.zeros(table.rows, dtype=np.int64) if self.by is None else table[self.by].astype(np.int64)

    @property
    def _levels(self) -> Sequence[str | None]:
        return self.variables[self.by].categories if self.by else (None,)

    @property
    def _where(self) -> tuple[str, ...]:
        return tuple(f" among {self.by}[{level}]" if self.by else "" for level in self._levels)

    @property
    def _longest(self) -> float:
        return (self.variables[self.time].range or (0.0, 1.0))[1]


def rate(events: int, *, time: float) -> dict[str, float | None]:
    """Return a rate with Garwood's exact interval; nothing where nobody was at risk."""
    if time <= 0:
        return {"rate": None, "low": None, "high": None}
    tail = (1 - CONFIDENCE) / 2
    low = shortened(float(gammaincinv(events, tail))) / time if events else 0.0
    return {"rate": events / time, "low": low, "high": shortened(float(gammaincinv(events + 1, 1 - tail))) / time}


def ratio(events: Sequence[int], *, times: Sequence[float]) -> dict[str, float | None]:
    """Return the ratio of the second of two rates to the first, its exact interval and p value; null is unbounded."""
    whole = sum(events)
    if not whole or min(times) <= 0:
        return {"estimate": None, "low": None, "high": None, "p": None}
    share, tail = times[1] / (times[0] + times[1]), (1 - CONFIDENCE) / 2
    first, second = events
    low = shortened(float(betaincinv(second, first + 1, tail))) if second else 0.0
    high = shortened(float(betaincinv(second + 1, first, 1 - tail))) if first else 1.0
    return {
        "estimate": (second / times[1]) / (first / times[0]) if first else None,
        "low": _odds(low, times),
        "high": _odds(high, times),
        "p": shortened(_no_likelier(second, whole=whole, share=share)),
    }


def _odds(share: float, times: Sequence[float]) -> float | None:
    return share / (1 - share) * (times[0] / times[1]) if share < 1 else None


def _no_likelier(seen: int, *, whole: int, share: float) -> float:
    """Return how likely are all counts, of a binomial one, that are no likelier than the one seen."""
    counts = np.arange(whole + 1, dtype=np.float64)
    logs = gammaln(whole + 1) - gammaln(counts + 1) - gammaln(whole - counts + 1)
    chances = np.exp(logs + xlogy(counts, share) + xlogy(whole - counts, 1 - share))
    return min(1.0, math.fsum(chances[chances <= chances[seen] * NO_LIKELIER].tolist()))
