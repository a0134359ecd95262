"""Cox's proportional hazards model over several sites, exactly.

The pooled model compares each person who has an event with all persons of all sites who are
still at risk. It needs the sums over these risk sets at each time (partial_likelihood.py), and
the sums of one site at one time can describe a single person. So it runs only where the sums
are added under secure aggregation by at least three sites that contribute (`needs_secure_sum`),
and on the merged time grid (grid.py). It equals R's `coxph` on times rounded up to that grid.

The site-stratified model gives each site a baseline hazard of its own and compares persons only
within a site. Each site looks at its own exact times, and just the log-likelihood, its gradient
and its information leave it: no time of an event does, and no secure aggregation is needed. It
equals `coxph(... + strata(site))`. The release rules still have to look at the number of events
of each site, for the gradient of a single event is that person's distance from those at risk.

With a cause the model is of the cause-specific hazard: who has another event is censored then
(Prentice et al., Biometrics 34 (1978) 541-554).

Cox, JRSS B 34 (1972) 187-220.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from hansa.lib.statistics.analyses import CoxAnalysis
from hansa.lib.statistics.crossings import Crossings
from hansa.lib.statistics.estimator import Cell, State, Vector
from hansa.lib.statistics.formula import Formula
from hansa.lib.statistics.grid import Counts, interval
from hansa.lib.statistics.hazards import ProportionalHazards
from hansa.lib.statistics.partial_likelihood import Moments, moments, own_likelihood, triangle
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.score_residuals import Increments, own_residuals, residuals
from hansa.lib.statistics.survival import Codes, Floats, Survival
from hansa.lib.statistics.survival_design import design_of, division, grid_of


@dataclass(frozen=True, kw_only=True)
class PooledCox(ProportionalHazards):
    """Estimate the pooled model; the groups that `read` gives are strata."""

    counts: Counts

    baseline: ClassVar[str] = "pooled"
    needs_secure_sum: ClassVar[bool] = True

    def _count(self, survival: Survival) -> Vector:
        return self.counts.local(survival)

    def _count_labels(self) -> tuple[str, ...]:
        return self.counts.labels()

    def _count_cells(self, counts: Vector) -> tuple[Cell, ...]:
        return self.counts.cells(counts)

    def _counted(self, counts: Vector) -> State:
        ends = self.counts.ends(counts)
        merged = self.counts.merged(counts, ends=ends)
        events = merged[:, :, 1]
        table = events.T.tolist()
        return {"rows": int(merged.sum()), "events": int(events.sum()), "ends": ends, "event_table": table}

    def _withheld(self, begun: State) -> State:
        return {**super()._withheld(begun), "ends": [], "event_table": []}

    def _add(self, survival: Survival, X: Floats) -> Vector:
        return np.asarray(X[survival.event > 0].sum(axis=0), dtype=np.float64)

    def _add_labels(self) -> tuple[str, ...]:
        return tuple(f"sum of {name} of persons with the event" for name in self.names)

    def _set_up(self, state: State, total: Vector) -> State:
        ready = super()._set_up(state, total)
        centred = total[: self.parameters] - state["events"] * np.array(ready["centre"])
        return {**ready, "event_sum": (centred / np.array(ready["scale"])).tolist()}

    def _look(self, state: State, survival: Survival, *, X: Floats) -> Vector:
        with np.errstate(over="ignore", invalid="ignore"):
            hazard = np.exp(X @ np.array(state["trial"]))
            place, starts = self._places(state, survival)
            events = self._events(state)
            sums = moments(X, hazard=hazard, place=place, places=len(events))
            edges = [*starts, len(events)]
            for start, end in pairwise(edges):
                sums[start:end] = np.cumsum(sums[start:end][::-1], axis=0)[::-1]
            if self.ties == "breslow":
                return sums.ravel()
            ranks = np.where(events > 1, np.cumsum(events > 1) - 1, -1)
            happened = (survival.event > 0) & (place >= 0)
            tied = moments(
                X[happened], hazard=hazard[happened], place=ranks[place[happened]], places=int((events > 1).sum())
            )
        return np.concatenate([sums.ravel(), tied.ravel()])

    def _places(self, state: State, survival: Survival) -> tuple[Codes, list[int]]:
        """Return the last time with events at which each person is at risk, and where each stratum starts."""
        ends = state["ends"]
        own = interval(self.counts.grid.place(survival.time), ends=ends)
        place = np.full(survival.rows, -1, dtype=np.int64)
        starts = [0]
        for stratum, events in enumerate(state["event_table"]):
            here = survival.group == stratum
            times = np.flatnonzero(events)
            last = np.searchsorted(times, own[here], side="right") - 1
            place[here] = np.where(last >= 0, last + starts[-1], -1)
            starts.append(starts[-1] + len(times))
        return place, starts[:-1]

    def _events(self, state: State) -> Codes:
        """Return the number of events of each time with events, stratum after stratum."""
        events = np.array(state["event_table"], dtype=np.int64).ravel()
        return events[events > 0]

    def _look_labels(self, state: State) -> tuple[str, ...]:
        factors = _products(self.names)
        times = [
            (f"{self.counts.grid.time(end):g}" + (f" ({level})" if level else ""), count)
            for level, events in zip(self.counts.levels, state["event_table"], strict=True)
            for end, count in zip(state["ends"], events, strict=True)
            if count
        ]
        tied = [time for time, count in times if count > 1 and self.ties == "efron"]
        return (
            *(f"relative hazards of persons at risk{by}, time {time}" for time, _ in times for by in factors),
            *(f"relative hazards of persons with the event{by}, time {time}" for time in tied for by in factors),
        )

    def _likelihood(self, state: State, total: Vector) -> Vector:
        events, width = self._events(state), triangle(self.parameters + 1)
        split = len(events) * width
        tied = total[split:].reshape(-1, width) if self.ties == "efron" else None
        sums = Moments(events, total[:split].reshape(-1, width), tied)
        return sums.sums(np.array(state["trial"], dtype=np.float64), event_sum=np.array(state["event_sum"]))

    def _residuals(self, state: State, survival: Survival, *, X: Floats) -> Floats:
        place, starts = self._places(state, survival)
        return residuals(
            X,
            hazard=np.exp(X @ np.array(state["best"]["coefficients"])),
            happened=(survival.event > 0) & (place >= 0),
            place=place,
            starts=starts,
            by_time=Increments.from_json(state["increments"]),
        )

    def _found(self, state: State, total: Vector) -> State:
        """Return how hazard and means move by time, which the added sums say."""
        events, width, p = self._events(state), triangle(self.parameters + 1), self.parameters
        split = len(events) * width
        S = total[:split].reshape(-1, width)[:, : p + 1]
        D = None
        if self.ties == "efron":
            D = np.zeros_like(S)
            D[events > 1] = total[split:].reshape(-1, width)[:, : p + 1]
        return {"increments": Increments.of(events, S=S, D=D).to_json()}

    def _grid(self, state: State) -> dict[str, object] | None:
        return self.counts.released(state["ends"])


@dataclass(frozen=True, kw_only=True)
class SiteCox(ProportionalHazards):
    """Estimate the model in which each site has its own baseline; the groups that `read` gives are strata in it."""

    baseline: ClassVar[str] = "site"
    needs_secure_sum: ClassVar[bool] = False

    def _count(self, survival: Survival) -> Vector:
        events = survival.event.sum()
        return np.array([survival.rows - events, events])

    def _count_labels(self) -> tuple[str, ...]:
        return ("persons without the event", "persons with the event")

    def _count_cells(self, counts: Vector) -> tuple[Cell, ...]:
        return tuple(zip(self._count_labels(), counts.tolist(), strict=True))

    def _counted(self, counts: Vector) -> State:
        return {"rows": round(counts[0] + counts[1]), "events": round(counts[1])}

    def _look(self, state: State, survival: Survival, *, X: Floats) -> Vector:
        return own_likelihood(
            np.array(state["trial"], dtype=np.float64),
            covariates=X,
            time=survival.time,
            event=survival.event,
            stratum=survival.group,
            efron=self.ties == "efron",
        )

    def _look_labels(self, state: State) -> tuple[str, ...]:
        gradient = (f"slope of the log-likelihood along {name}" for name in self.names)
        pairs = _products(self.names)[1 + self.parameters :]
        return ("log-likelihood", *gradient, *(f"information{factor}" for factor in pairs))

    def _residuals(self, state: State, survival: Survival, *, X: Floats) -> Floats:
        return own_residuals(
            np.array(state["best"]["coefficients"], dtype=np.float64),
            covariates=X,
            time=survival.time,
            event=survival.event,
            stratum=survival.group,
            efron=self.ties == "efron",
        )

    def _likelihood(self, state: State, total: Vector) -> Vector:
        return total

    def _grid(self, state: State) -> dict[str, object] | None:
        return None


def from_protocol(analysis: CoxAnalysis, *, protocol: Protocol) -> PooledCox | SiteCox:
    """Return the estimator of one analysis of a protocol."""
    formula = analysis.parsed(protocol)
    time, event = formula.response, str(formula.event)
    cut = division(analysis.strata, variables=protocol.variables)
    shared: dict[str, Any] = {
        "name": analysis.name,
        "read": design_of(time, event, cut=cut, formula=formula, cause=cause_of(analysis, protocol)),
        "names": formula.names,
        "bounds": tuple(column.bounds(protocol.variables) for column in formula.columns),
        "ties": analysis.ties,
        "crossings": _crossings(formula, strata=analysis.strata),
        "indicators": formula.indicators,
        "minimum_cell": protocol.disclosure.minimum_cell,
        "robust": analysis.robust,
    }
    if analysis.baseline == "site":
        return SiteCox(**shared)
    return PooledCox(**shared, counts=Counts(grid_of(protocol, time), cut.levels))


def cause_of(analysis: CoxAnalysis, protocol: Protocol) -> int | None:
    """Return the code of the cause that a model is of, None where the event has only one."""
    if analysis.cause is None:
        return None
    return protocol.variables[str(analysis.parsed(protocol).event)].categories.index(analysis.cause)


def _crossings(formula: Formula, *, strata: tuple[str, ...]) -> Crossings:
    """Return the sets of categories to count: those of each column with the event, and within the strata."""
    crossed = formula.crossings
    sets = [*((*names, str(formula.event)) for names in crossed)]
    if strata:
        sets += [strata, *((*strata, *names) for names in crossed)]
    return Crossings(tuple(dict.fromkeys(sets)), formula.variables)


def _products(names: Sequence[str]) -> tuple[str, ...]:
    """Return the name of each number in the triangle of [1, x] moments."""
    squares = (f" times {one} times {other}" for i, one in enumerate(names) for other in names[i:])
    return ("", *(f" times {name}" for name in names), *squares)
