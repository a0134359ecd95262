"""All analyses of a study in lockstep: one vector leaves a site in each round.

A programme is itself an estimator. It joins the sums of every analysis that is not yet done,
so a study takes as many rounds as its longest analysis. Its first round counts, and nothing but:
sites, rows, complete rows, and what the analyses count. Sums follow in later rounds, over groups
that these counts allow. Models see only rows that lack none of the variables of any model, so that
no two models of a study can be compared to find one person. Table 1 sees all rows and begins a
round later; where only a few rows are incomplete it leaves them out too, for its counts less
those of a model would tell what these few have.

Rows may come as one table or as partitions that are read anew at each look; nearly all sums add up over them.

A site looks at its own rows by `own_checks` and at its own counts by `own_cells`; both matter where
its sums are not masked, so that another can read them.

`rehearse` runs the programme over tables in one process. It calls what a node calls.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from hansa.lib.canonical import canonical
from hansa.lib.canonical import parse as parse_json
from hansa.lib.errors import InvalidError
from hansa.lib.secure_sum import STATISTICS, Encoding
from hansa.lib.statistics import attrition
from hansa.lib.statistics.analyses import Analysis
from hansa.lib.statistics.crossings import is_few
from hansa.lib.statistics.estimator import Bounded, Cell, Estimator, Sized, State, Sums, Vector
from hansa.lib.statistics.kinds.kind import OwnRows
from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Partitions, Table

# A site, its rows, and those of them that models use.
OWN_SUMS = ("sites", "persons", "persons without missing values")
MOST_ROUNDS = 100


@dataclass(frozen=True)
class Programme:
    """Run every analysis of a protocol, round by round."""

    protocol: Protocol

    name: ClassVar[str] = "programme"
    kind: ClassVar[str] = "programme"

    @cached_property
    def estimators(self) -> tuple[Estimator, ...]:
        """Return the estimator of each analysis, in the order of the protocol."""
        protocol = self.protocol
        return tuple(KINDS[each.kind].estimator(each, protocol=protocol) for each in protocol.analyses)

    @property
    def parameters(self) -> int:
        """Return the largest number of model parameters of any analysis."""
        return max(estimator.parameters for estimator in self.estimators)

    @property
    def needs_secure_sum(self) -> bool:
        """Tell whether some analysis may only run where no site sees another's sums."""
        return any(estimator.needs_secure_sum for estimator in self.estimators)

    @property
    def tells_sites(self) -> tuple[str, ...]:
        """Return the names of the analyses from whose totals numbers of one site can be worked out."""
        return tuple(each.name for each in self.protocol.analyses if KINDS[each.kind].tells_sites(each))

    def start(self) -> State:
        """Return the state before the first round."""
        analyses = {estimator.name: estimator.start() for estimator in self.estimators}
        return {
            "round": 0,
            "sites": None,
            "rows": None,
            "complete": None,
            "entering": None,
            "few_incomplete": False,
            "analyses": analyses,
        }

    def is_done(self, state: State) -> bool:
        """Tell whether all analyses are done."""
        return state["round"] > 0 and not list(self._open(state))

    def local(self, state: State, table: Table | Partitions) -> Vector:
        """Return the sums of one site for all open analyses, one after the other.

        Rows are looked at a block at a time where sums add up over them, so that memory does not grow with them.
        """
        return self.completed(state, _sum(self.added(state, block) for block in table.blocks()), rows=table)

    def added(self, state: State, block: Table) -> Vector:
        """Return what some rows of a site add to its sums; nothing for analyses that need all rows at once."""
        complete = block.complete(self._model_variables)
        counts = [0.0, float(block.rows), float(complete.rows), *(0.0 for _step in self._steps)]
        own = counts if state["round"] == 0 else []
        parts = [np.array(own, dtype=np.float64)]
        for estimator, part in self._open(state):
            if estimator.name in self._additive:
                parts.append(estimator.local(part, block if self._sees_all(estimator, state) else complete))
            else:
                parts.append(np.zeros(size_of(estimator, part)))
        return np.concatenate(parts)

    def completed(self, state: State, total: Vector, *, rows: Table | Partitions) -> Vector:
        """Return the sums of a site from what all its blocks add, with those that need all rows at once."""
        found = total.copy()
        place = 0
        if state["round"] == 0:
            found[0], place = 1.0, len(self._own)
            found[len(OWN_SUMS) : place] = self._entering(rows)
        for estimator, part in self._open(state):
            size = size_of(estimator, part)
            if estimator.name not in self._additive:
                whole = rows.complete(self._model_variables).whole()
                found[place : place + size] = estimator.local(part, whole)
            place += size
        return found

    def size(self, state: State) -> int:
        """Return how many numbers leave a site in this round."""
        own = len(self._own) if state["round"] == 0 else 0
        return own + sum(size_of(estimator, part) for estimator, part in self._open(state))

    def encoding(self, state: State, *, parties: int) -> Encoding:
        """Return how the numbers of this round are written: shortly where each has a bound that all parties know."""
        bounds = [
            estimator.bound(part) if isinstance(estimator, Bounded) else None for estimator, part in self._open(state)
        ]
        if state["round"] == 0 or None in bounds:
            return STATISTICS
        largest = max(bound * state["rows"] for bound in bounds if bound is not None)
        return Encoding.short(largest, parties=parties) or STATISTICS

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum, beginning with the analysis it is for."""
        names = list(self._own) if state["round"] == 0 else []
        for estimator, part in self._open(state):
            names += [f"{estimator.name}: {label}" for label in estimator.labels(part)]
        return tuple(names)

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of persons that later sums are about or the result shows."""
        shares = list(self._shares(state, total))
        found = [(f"{e.name}: {label}", count) for e, part, sums in shares for label, count in e.cells(part, sums)]
        if state["round"] == 0:
            steps = zip(self._steps, self._shown(total), strict=True)
            told = [(label, float(count)) for label, count in steps if count is not None]
            found[:0] = [*zip(OWN_SUMS[1:], total[1:3].tolist(), strict=True), *told]
        return tuple(found)

    def sums(self, state: State, total: Vector) -> Sums:
        """Return sum and sum of squares of values, none negative, of which few persons may have nearly all."""
        shares = self._shares(state, total)
        return {f"{e.name}: {label}": pair for e, part, sums in shares for label, pair in e.sums(part, sums).items()}

    def own_cells(self, table: Table) -> tuple[Cell, ...]:
        """Return every count of persons that one site would give, which it judges where they are not masked."""
        complete = table.complete(self._model_variables)
        counts = (table.rows, complete.rows, table.rows - complete.rows)
        found = list(zip((*OWN_SUMS[1:], "persons with missing values"), map(float, counts), strict=True))
        found += zip(self._steps, self._entering(table), strict=True)
        for estimator in self.estimators:
            start, rows = estimator.start(), table if estimator.name in self._descriptions else complete
            cells = estimator.persons(start, estimator.local(start, rows))
            found += [(f"{estimator.name}: {label}", count) for label, count in cells]
        return tuple((f"{label}, at this site", count) for label, count in found)

    def own_checks(self, table: Table) -> Iterator[OwnRows]:
        """Yield what a site looks at on its own rows, analysis by analysis, before it contributes unmasked sums."""
        complete = table.complete(self._model_variables)
        for analysis, estimator in self._pairs:
            rows = table if analysis.sees_all_rows else complete
            found = KINDS[analysis.kind].own_rows(analysis, rows, protocol=self.protocol)
            if found is not None:
                yield replace(found, parameters=estimator.parameters)

    def combine(self, state: State, total: Vector) -> State:
        """Return the next state from the added sums of all sites."""
        self._check(state, total)
        analyses = dict(state["analyses"])
        for estimator, part, sums in self._shares(state, total):
            analyses[estimator.name] = estimator.combine(part, sums)
        combined = {**state, "round": state["round"] + 1, "analyses": analyses}
        if state["round"] == 0:
            counts = [round(count) for count in total[:3].tolist()]
            combined |= dict(zip(("sites", "rows", "complete"), counts, strict=True))
            combined["entering"] = self._shown(total)
            if is_few(counts[1] - counts[2], minimum_cell=self.protocol.disclosure.minimum_cell):
                combined |= {"rows": counts[2], "few_incomplete": True}
        return combined

    def result(self, state: State, *, study: str | None = None) -> dict[str, Any]:
        """Return the result document of the study."""
        return {
            "hansa": "result/1",
            "study": study,
            "protocol": self.protocol.digest,
            "sites": state["sites"],
            "rows": state["rows"],
            "complete": state["complete"],
            **({"entering": state["entering"]} if self._steps else {}),
            "rounds": state["round"],
            "analyses": list(self._concluded(state)),
        }

    def _concluded(self, state: State) -> Iterator[dict[str, Any]]:
        """Yield the result of each analysis; those that follow from others see what these found."""
        found = {e.name: e.result(state["analyses"][e.name]) for e in self.estimators}
        for analysis in self.protocol.analyses:
            yield KINDS[analysis.kind].concluded(analysis, found[analysis.name], results=found)

    @property
    def _pairs(self) -> Iterator[tuple[Analysis, Estimator]]:
        return zip(self.protocol.analyses, self.estimators, strict=True)

    @cached_property
    def _descriptions(self) -> frozenset[str]:
        return frozenset(analysis.name for analysis in self.protocol.analyses if analysis.sees_all_rows)

    @cached_property
    def _steps(self) -> tuple[str, ...]:
        return attrition.steps(self.protocol)

    @property
    def _own(self) -> tuple[str, ...]:
        return (*OWN_SUMS, *self._steps)

    def _entering(self, rows: Table | Partitions) -> list[float]:
        """Return how many persons entered and each rule left at this site, zeros where nobody counted them."""
        counts = rows.entering or (0,) * len(self._steps)
        if len(counts) != len(self._steps):
            raise InvalidError(
                f"The rows say {len(counts)} steps of their cohort, the protocol has {len(self._steps)}.",
                "Extract the rows of this protocol again.",
            )
        return [float(count) for count in counts]

    def _shown(self, total: Vector) -> list[int | None]:
        """Return the added counts of the cohort's steps that may be shown."""
        counts = [round(count) for count in total[len(OWN_SUMS) : len(self._own)].tolist()]
        least = self.protocol.disclosure.minimum_cell
        return attrition.shown(counts, rows=round(float(total[1])), minimum_cell=least)

    def _sees_all(self, estimator: Estimator, state: State) -> bool:
        """Tell whether an analysis sees rows that lack something: descriptions, unless few rows do."""
        return estimator.name in self._descriptions and not state["few_incomplete"]

    @cached_property
    def _additive(self) -> frozenset[str]:
        return frozenset(each.name for each in self.protocol.analyses if KINDS[each.kind].adds_over_rows(each))

    @cached_property
    def _model_variables(self) -> tuple[str, ...]:
        return self.protocol.model_variables()

    def _open(self, state: State) -> Iterator[tuple[Estimator, State]]:
        """Yield each analysis that takes part in this round, with its state."""
        for estimator in self.estimators:
            part = state["analyses"][estimator.name]
            # Table 1 waits for the count of incomplete rows where there are models to compare it with.
            waits = state["round"] == 0 and estimator.name in self._descriptions and self._model_variables
            if not waits and not estimator.is_done(part):
                yield estimator, part

    def _shares(self, state: State, total: Vector) -> Iterator[tuple[Estimator, State, Vector]]:
        """Yield each open analysis with its state and its part of the total."""
        place = len(self._own) if state["round"] == 0 else 0
        for estimator, part in self._open(state):
            size = size_of(estimator, part)
            yield estimator, part, total[place : place + size]
            place += size

    def _check(self, state: State, total: Vector) -> None:
        size = self.size(state)
        if total.shape != (size,) or not np.all(np.isfinite(total)):
            raise InvalidError(
                f"The total of round {state['round'] + 1} is not {size} numbers.",
                "Ask all sites to repeat the round with the same version of Hansa.",
            )


def size_of(estimator: Estimator, state: State) -> int:
    """Return how many numbers an estimator adds up, without naming each where it can tell."""
    return estimator.size(state) if isinstance(estimator, Sized) else len(estimator.labels(state))


def _sum(vectors: Iterator[Vector]) -> Vector:
    """Return the sum of one vector or more."""
    total = next(vectors)
    for vector in vectors:
        total = total + vector
    return total


def rehearse(protocol: Protocol, sites: Mapping[str, Table | Partitions]) -> dict[str, Any]:
    """Return the result of a study over the tables of one or more sites, in one process.

    The state passes through canonical JSON between rounds as it does between nodes.
    """
    if not sites:
        raise InvalidError("There is no site to rehearse with.", "Give the data of at least one site.")
    programme = Programme(protocol)
    state = programme.start()
    while not programme.is_done(state) and state["round"] < MOST_ROUNDS:
        total = np.sum([programme.local(state, table) for table in sites.values()], axis=0)
        state = parse_json(canonical(programme.combine(state, total)))
    return programme.result(state)
