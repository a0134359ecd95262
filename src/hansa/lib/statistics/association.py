"""A genome-wide association study over several sites, equal to the one of the pooled file.

First genotypes are counted and it is decided which variants may be used (genotype_counts.py); where principal
components are asked for, they are found (components.py). Then the null model, the formula without any variant, is
estimated (glm.py), and each variant is added to it, many in a round (variant_models.py). Nobody's genotype leaves a
site, nor a sum over few persons.

A linear model is tested by Student's t, a logistic one by Wald's z, as PLINK does. The inflation factor is the median
of the squared statistics over that of chi-square; well above 1 it tells of relatedness or of ancestry that the
formula does not adjust for (Devlin and Roeder, Biometrics 55 (1999) 997-1004).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtr

from hansa.lib.canonical import decode64, encode64
from hansa.lib.genomics.genotypes import COPIES
from hansa.lib.genomics.panel import Variant
from hansa.lib.statistics import variant_models as models
from hansa.lib.statistics.allele_frequencies import tally
from hansa.lib.statistics.arithmetic import shortened, unfold
from hansa.lib.statistics.components import Components
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.formula import parse as parse_formula
from hansa.lib.statistics.genotype_counts import USABLE, GenotypeCounts, blocks, named
from hansa.lib.statistics.glm import Glm
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable

#: How many numbers of variants leave a site in one round.
NUMBERS = 60_000
MOST_LOOKS = 25
#: The median of chi-square with one degree of freedom.
MEDIAN = 0.454936423119572
DIVERGED = "diverged"
#: What a round is about, in their order.
COUNTS, COMPONENTS, NULL, VARIANTS = "counts", "components", "null", "variants"
#: What a result says of each variant, a list for each.
COLUMNS = ("variants", "persons", "frequency", "estimate", "standard_error", "p")


def component_names(count: int) -> tuple[str, ...]:
    """Return the names of principal components in a formula."""
    return tuple(f"pc{place + 1}" for place in range(count))


@dataclass(frozen=True, kw_only=True)
class Gwas:
    """Estimate the effect of each variant of a panel on one response."""

    name: str
    null: Glm
    panel: Sequence[Variant]
    build: str
    minimum_cell: int = 1
    components: Components

    kind: ClassVar[str] = "gwas"
    needs_secure_sum: ClassVar[bool] = True

    @classmethod
    def from_protocol(cls, analysis: Any, *, protocol: Protocol) -> "Gwas":
        """Return the estimator of an analysis; InvalidError when its formula is not sound."""
        minimum, count = protocol.disclosure.minimum_cell, analysis.components or 0
        names = component_names(count)
        variables = {**protocol.variables, **dict.fromkeys(names, Variable(type="number"))}
        formula = parse_formula(" + ".join((analysis.formula, *names)), variables=variables, survival=False)
        panel: Any = protocol.data.panel
        null = Glm(name=f"{analysis.name} null", formula=formula, family=analysis.family, minimum_cell=minimum)
        return cls(
            name=analysis.name,
            null=null,
            panel=panel.parsed,
            build=panel.build,
            minimum_cell=minimum,
            components=Components(count),
        )

    @property
    def parameters(self) -> int:
        """Return the number of coefficients, with that of the variant."""
        return self.null.parameters + 1

    def start(self) -> State:
        """Return the state before the round that counts."""
        return {
            "null": self.null.start(),
            "counts": self._counts.start(),
            "components": self.components.start(),
            "looked": None,
            "done": 0,
            "sums": [],
            "found": [],
            "problem": None,
        }

    def is_done(self, state: State) -> bool:
        """Tell whether every variant was tested, or the null model cannot be estimated."""
        if state["problem"]:
            return True
        return self._step(state) == VARIANTS and state["done"] == len(self._kept(state))

    def local(self, state: State, table: Table) -> Vector:
        """Return genotype counts, sums of the components, what the null model asks for, or sums of variants."""
        step = self._step(state)
        if step == COUNTS:
            return self._counts.local(state["counts"], table)
        if step == COMPONENTS:
            return self.components.local(state["components"], table, shares=self._counts.shares(state["counts"]))
        seen = self._with_scores(state, table)
        return self.null.local(state["null"], seen) if step == NULL else self._added(state, seen)

    def _added(self, state: State, table: Table) -> Vector:
        which = self._next(state)
        Z, outcome = self.null.standardised(state["null"], table)
        rows = models.Rows(Z, outcome - Z @ self._coefficients(state) if self._is_linear else outcome)
        means, imputed, partial = self._missing(state, which)
        found, place = [], 0
        for doses in blocks(table, which):
            part = slice(place, place + doses.shape[1])
            known = models.Known.of(doses, means=means[part], imputed=imputed[part])
            if self._is_linear:
                found.append(models.linear_sums(rows, known, partial=partial[part]))
            else:
                found.append(models.logistic_sums(rows, known, trial=np.array(state["looked"]["trial"]).T[:, part]))
            place = part.stop
        return np.concatenate([np.concatenate(each) for each in zip(*found, strict=True)])

    def size(self, state: State) -> int:
        """Return how many numbers `local` gives in this state."""
        step = self._step(state)
        if step == COUNTS:
            return self._counts.size(state["counts"])
        if step == COMPONENTS:
            return self.components.size(state["components"])
        if step == NULL:
            return len(self.null.labels(state["null"]))
        which, p = self._next(state), self.null.parameters
        if not self._is_linear:
            return models.logistic_numbers(p) * len(which)
        numbers, more = models.linear_numbers(p)
        return numbers * len(which) + more * int(np.count_nonzero(self._missing(state, which)[2]))

    def bound(self, state: State) -> float | None:
        """Return how large a sum is at most for each row, None for those of Newton's method, which need all digits.

        Columns and residual have a mean square of one at most and doses are two at most, so no sum of their products
        is larger than twice the rows (Cauchy and Schwarz).
        """
        step = self._step(state)
        if step == COUNTS:
            return 1.0
        return 2.0 if step == VARIANTS and self._is_linear else None

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each number."""
        step = self._step(state)
        if step == COUNTS:
            return self._counts.labels(state["counts"])
        if step == COMPONENTS:
            return self.components.labels(state["components"], [each.text for each in self.panel])
        if step == NULL:
            return self.null.labels(state["null"])
        which = self._next(state)
        names, columns, response = self._names(which), self.null.formula.names, self.null.formula.response
        if not self._is_linear:
            return models.labelled(names, models.logistic_labels(columns, response))
        of_all, of_partial = models.linear_labels(columns, response)
        partial = self._names(which[self._missing(state, which)[2]])
        return (*models.labelled(names, of_all), *models.labelled(partial, of_partial))

    def _names(self, which: npt.NDArray[np.int64]) -> list[str]:
        return [self.panel[index].text for index in which]

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of the null model; variants of few carriers are left out, each for itself."""
        return self.null.cells(state["null"], total) if self._step(state) == NULL else ()

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of the first round."""
        return self._counts.persons(state["counts"], vector)

    def sums(self, state: State, total: Vector) -> Sums:
        """Return the sums of the null model of which few persons may have nearly all."""
        return self.null.sums(state["null"], total) if self._step(state) == NULL else {}

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        step = self._step(state)
        if step == COUNTS:
            counted = {**state, "counts": self._counts.combine(state["counts"], total)}
            return self._looking(counted) if self._counts.is_done(counted["counts"]) else counted
        if step == COMPONENTS:
            return {**state, "components": self.components.combine(state["components"], total)}
        if step == NULL:
            null = self.null.combine(state["null"], total)
            told = {**state, "null": null, "problem": null["problem"]}
            return self._begun(told) if self.null.is_done(null) and not null["problem"] else told
        tested = self._tested(state, total) if self._is_linear else self._looked(state, total)
        return self._begun({**state, **tested})

    def _step(self, state: State) -> str:
        """Return what this round is about."""
        if not self._counts.is_done(state["counts"]):
            return COUNTS
        if not self.components.is_done(state["components"]):
            return COMPONENTS
        return VARIANTS if self.null.is_done(state["null"]) else NULL

    def _looking(self, state: State) -> State:
        """Return the state with the first directions of the components, if any are asked for."""
        if not self.components.count:
            return state
        shares = self._counts.shares(state["counts"])
        begun = self.components.begin(self._kept(state), shares=shares, rows=self._persons(state))
        return {**state, "components": begun, "problem": begun["problem"]}

    def _persons(self, state: State) -> int:
        """Return of how many persons the variant that is known of most is known."""
        return int(self._counts.numbers(state["counts"])[0].max())

    def _with_scores(self, state: State, table: Table) -> Table:
        """Return the rows with where each person stands on the components."""
        if not self.components.count:
            return table
        shares = self._counts.shares(state["counts"])
        scores = self.components.scores(state["components"], table, shares=shares, rows=self._persons(state))
        columns = dict(zip(component_names(self.components.count), scores.T, strict=True))
        return replace(table, columns={**table.columns, **columns})

    def result(self, state: State) -> dict[str, Any]:
        """Return for each variant its frequency, coefficient, error and p-value, a list for each, and the problem."""
        told = {
            "name": self.name,
            "kind": self.kind,
            "family": self.null.family,
            "formula": self.null.formula.text,
            "rows": state["null"]["rows"],
            "build": self.build,
            "statistic": "t" if self._is_linear else "z",
            "problem": state["problem"],
        }
        if state["problem"]:
            return {**told, "inflation": None, "left_out": {}, **{key: [] for key in COLUMNS}}
        components = {"components": self.components.result(state["components"])} if self.components.count else {}
        return {**told, **components, **self._columns(state)}

    def _columns(self, state: State) -> dict[str, Any]:
        reasons, kept = named(self._counts.reasons(state["counts"])), self._kept(state)
        effect, error = (
            self._solved(state) if self._is_linear else np.array(state["found"], dtype=np.float64).reshape(-1, 2).T
        )
        for index in kept[np.isnan(effect)]:
            reasons[index] = DIVERGED
        which, found = kept[~np.isnan(effect)], ~np.isnan(effect)
        effect, error = effect[found], error[found]
        statistic = effect / error
        degrees = self._degrees(state, which)
        tail = stdtr(degrees, -abs(statistic)) if self._is_linear else ndtr(-abs(statistic))
        columns = (
            [self.panel[index].text for index in which],
            self._counts.numbers(state["counts"])[0][which].tolist(),
            self._counts.shares(state["counts"])[which].tolist(),
            effect.tolist(),
            error.tolist(),
            [shortened(2 * float(p)) for p in tail],
        )
        return {
            "inflation": shortened(float(np.median(statistic**2)) / MEDIAN) if len(which) else None,
            "left_out": tally(reasons),
            **dict(zip(COLUMNS, columns, strict=True)),
        }

    def _degrees(self, state: State, which: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the degrees of freedom of each variant; one with means in the place of a few loses nobody."""
        persons, imputed = self._counts.numbers(state["counts"])[0][which], self._missing(state, which)[1]
        return np.asarray(np.where(imputed, state["null"]["rows"], persons) - self.parameters)

    @property
    def _is_linear(self) -> bool:
        return self.null.family == "gaussian"

    @cached_property
    def _counts(self) -> GenotypeCounts:
        return GenotypeCounts(self.panel, self.minimum_cell, None if self._is_linear else self.null.formula.response)

    def _kept(self, state: State) -> npt.NDArray[np.int64]:
        return np.flatnonzero(self._counts.reasons(state["counts"]) == USABLE)

    def _next(self, state: State) -> npt.NDArray[np.int64]:
        """Return which variants the next round is about."""
        if self._is_linear:
            return self._part(state, done=state["done"])
        kept, open_ = self._kept(state), np.array(state["looked"]["open"], dtype=np.int64)
        return np.asarray(kept[state["done"] + open_])

    def _part(self, state: State, *, done: int) -> npt.NDArray[np.int64]:
        """Return as many variants after those done as one round has numbers for."""
        kept, (numbers, more) = self._kept(state)[done:], models.linear_numbers(self.null.parameters)
        asked = np.cumsum(numbers + more * self._missing(state, kept)[2])
        return kept[: max(int(np.searchsorted(asked, NUMBERS, side="right")), 1)]

    def _missing(self, state: State, which: npt.NDArray[np.int64]) -> tuple[Vector, models.Marks, models.Marks]:
        """Return the mean dose of variants, which of them get it where they are not known, and which lose persons."""
        lacking = state["null"]["rows"] - self._counts.numbers(state["counts"])[0][which]
        imputed = (lacking > 0) & (lacking < self.minimum_cell)
        return COPIES * self._counts.shares(state["counts"])[which], imputed, (lacking > 0) & ~imputed

    def _coefficients(self, state: State) -> Vector:
        return np.array(state["null"]["best"]["coefficients"], dtype=np.float64)

    def _begun(self, state: State) -> State:
        """Return the state with the first trial of the next variants of a logistic model."""
        left = len(self._kept(state)) - state["done"]
        if self._is_linear or state["looked"] is not None or left == 0:
            return state
        size = min(left, NUMBERS // models.logistic_numbers(self.null.parameters))
        trial = [*self._coefficients(state).tolist(), 0.0]
        begun = {"open": list(range(size)), "trial": [trial] * size, "found": [None] * size, "looks": 0}
        return {**state, "looked": begun}

    def _tested(self, state: State, total: Vector) -> State:
        """Return the sums of a linear model as they are, which say the same on every processor."""
        done = state["done"] + len(self._next(state))
        return {"sums": [*state["sums"], encode64(total.astype("<f8").tobytes())], "done": done}

    def _solved(self, state: State) -> tuple[Vector, Vector]:
        """Return effects and errors of a linear model from the sums of all rounds."""
        effects, errors, done = [np.empty(0)], [np.empty(0)], 0
        for text in state["sums"]:
            which = self._part(state, done=done)
            effect, error = self._estimated(state, np.frombuffer(decode64(text), dtype="<f8"), which=which)
            effects.append(effect)
            errors.append(error)
            done += len(which)
        return np.concatenate(effects), np.concatenate(errors)

    def _estimated(self, state: State, total: Vector, *, which: npt.NDArray[np.int64]) -> tuple[Vector, Vector]:
        """Return effects and errors of the variants of one round."""
        null = state["null"]
        p, size = self.null.parameters, len(which)
        means, imputed, partial = self._missing(state, which)
        numbers, more = models.linear_numbers(p)
        taken = np.zeros((more, size))
        taken[:, partial] = total[numbers * size :].reshape(more, -1)
        persons, one, two = (each[which] for each in self._counts.numbers(state["counts"]))
        filled = np.where(imputed, (null["rows"] - persons) * means**2, 0.0)
        effect, squared = models.linear_estimates(
            total[: numbers * size].reshape(numbers, size),
            taken,
            information=unfold(np.array(null["best"]["information"], dtype=np.float64), size=p),
            squares=one + 4.0 * two + filled,
            deviance=np.full(size, null["best"]["deviance"]),
        )
        error = np.sqrt(np.maximum(squared, 0.0) / self._degrees(state, which))
        return effect * null["outcome_scale"], error * null["outcome_scale"]

    def _looked(self, state: State, total: Vector) -> State:
        """Return what a look at a logistic model changes: the trials that are open, or the effects of all."""
        looked, p = state["looked"], self.null.parameters
        sums = total.reshape(models.logistic_numbers(p), -1)
        trial, left, error, fails = models.logistic_step(sums, np.array(looked["trial"], dtype=np.float64).T)
        found, still = list(looked["found"]), []
        for place, index in enumerate(looked["open"]):
            if fails[place]:
                found[index] = [None, None]
            elif left[place] <= models.SHORT:
                found[index] = [float(trial[-1, place]), float(error[place])]
            else:
                still.append(place)
        if still and looked["looks"] + 1 < MOST_LOOKS:
            names = [looked["open"][place] for place in still]
            rest = {"open": names, "trial": trial.T[still].tolist(), "found": found, "looks": looked["looks"] + 1}
            return {"looked": rest}
        ended = [each or [None, None] for each in found]
        return {"looked": None, "done": state["done"] + len(ended), "found": [*state["found"], *ended]}
