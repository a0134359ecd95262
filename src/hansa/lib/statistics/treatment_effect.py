"""The effect of a treatment on everybody, from people who were not drawn by lot.

The chance to be treated (propensity score) follows from a logistic model over all sites. Each person is weighted
by the inverse of the chance of what they had (Rosenbaum 1987, JASA 82, 387; Hernan and Robins 2006, Journal of
Epidemiology and Community Health 60, 578), scores held within bounds, so that no weight exceeds one over the
bound (Cole and Hernan 2008, American Journal of Epidemiology 168, 656). The weighted means of the outcome in
both groups give difference and ratio; their errors are the robust ones of the weighted model, which here are sums
over each group: sum of w^2 (y - mean)^2 / (sum of w)^2. They take the score as known, which makes them, if
anything, too large (Lunceford and Davidian 2004, Statistics in Medicine 23, 2937).

Rounds: counts; those of the logistic model; weighted sums with balance, by group; squares around the means. Balance
is the difference of means in deviations of the unweighted groups, before and after (Austin 2009, Statistics in
Medicine 28, 3083); the effective numbers are Kish's (1965), (sum of w)^2 / sum of w^2.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, ndtr, ndtri

from hansa.lib.statistics.analyses import EffectAnalysis
from hansa.lib.statistics.arithmetic import logarithm, shortened
from hansa.lib.statistics.crossings import Crossings, refusal
from hansa.lib.statistics.estimator import Cell, State, Sums, Vector
from hansa.lib.statistics.glm import Glm
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable

CONFIDENCE = 0.95
GROUPS = ("untreated", "treated")


@dataclass(frozen=True, kw_only=True)
class TreatmentEffect:
    """Compare weighted means of an outcome between treated and untreated."""

    name: str
    treatment: str
    outcome: str
    family: str
    truncate: float
    score: Glm
    variables: Mapping[str, Variable]
    minimum_cell: int = 1

    kind: ClassVar[str] = "treatment_effect"
    needs_secure_sum: ClassVar[bool] = False

    @classmethod
    def from_protocol(cls, analysis: EffectAnalysis, *, protocol: Protocol) -> "TreatmentEffect":
        """Return the estimator of an analysis; InvalidError when its formula is not sound."""
        minimum = protocol.disclosure.minimum_cell
        formula = analysis.propensity(protocol)
        return cls(
            name=analysis.name,
            treatment=analysis.treatment,
            outcome=analysis.outcome,
            family=analysis.family,
            truncate=analysis.truncate,
            score=Glm(name=f"{analysis.name} score", formula=formula, family="binomial", minimum_cell=minimum),
            variables=protocol.variables,
            minimum_cell=minimum,
        )

    @property
    def parameters(self) -> int:
        """Return the number of coefficients of the score."""
        return self.score.parameters

    def start(self) -> State:
        """Return the state before the round that counts."""
        return {"score": self.score.start(), "counted": False, "sums": None, "squares": None, "problem": None}

    def is_done(self, state: State) -> bool:
        """Tell whether the squares are in, or nothing may be added."""
        return state["squares"] is not None or state["problem"] is not None

    def local(self, state: State, table: Table) -> Vector:
        """Return counts, then what the score's model adds, then weighted sums and squares by group."""
        if not self.score.is_done(state["score"]):
            sums = self.score.local(state["score"], table)
            return sums if state["counted"] else np.concatenate([sums, self._crossings.local(table)])
        treated, y = table[self.treatment] == 1, self._outcome(table)
        weight = self._weights(state, table, treated=treated)
        if state["sums"] is None:
            X = self._columns(table)
            parts = [
                part for among in (~treated, treated) for part in self._group(X[among], y[among], weight=weight[among])
            ]
            return np.concatenate(parts)
        means = self._means(state)
        return np.array(
            [
                float(((weight * (y - mean))[among] ** 2).sum())
                for mean, among in zip(means, (~treated, treated), strict=True)
            ]
        )

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        if not self.score.is_done(state["score"]):
            more = () if state["counted"] else self._crossings.labels
            return (*self.score.labels(state["score"]), *more)
        if state["sums"] is not None:
            return tuple(f"sum of squared weight × squared distance of {self.outcome} among {g}" for g in GROUPS)
        names = self.score.formula.names[1:]
        what = ["weights", "squared weights", f"weight × {self.outcome}", "persons"]
        what += [text.format(name) for text in ("{}", "squared {}", "weight × {}") for name in names]
        return tuple(f"sum of {one} among {group}" for group in GROUPS for one in what)

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of the first round, none where few of them stop the analysis."""
        if state["counted"] or self._begin(state, total)["problem"]:
            return ()
        return self.persons(state, total)

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of the first round; later sums count nobody anew."""
        if state["counted"]:
            return ()
        size = len(self._crossings.labels)
        of_score = self.score.persons(state["score"], vector[: len(vector) - size])
        return (*of_score, *self._crossings.cells(vector[len(vector) - size :]))

    def sums(self, state: State, total: Vector) -> Sums:
        """Return the sums of the score's model of which few persons may have nearly all."""
        if self.score.is_done(state["score"]) or not state["counted"]:
            return {}
        return self.score.sums(state["score"], total)

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a round."""
        if not state["counted"]:
            return self._begin(state, total)
        if not self.score.is_done(state["score"]):
            score = self.score.combine(state["score"], total)
            return {**state, "score": score, "problem": score["problem"]}
        return {**state, "sums" if state["sums"] is None else "squares": total.tolist()}

    def result(self, state: State) -> dict[str, Any]:
        """Return the effect, the means of both groups, and how far weights made the groups alike."""
        told = {
            "name": self.name,
            "kind": self.kind,
            "treatment": self.treatment,
            "outcome": self.outcome,
            "family": self.family,
            "formula": self.score.formula.text,
            "truncate": self.truncate,
            "confidence": CONFIDENCE,
            "problem": state["problem"],
        }
        if state["problem"]:
            return {**told, "groups": [], "effects": [], "balance": []}
        groups = [self._told(state, place) for place in range(len(GROUPS))]
        return {
            **told,
            "groups": groups,
            "effects": list(_effects(groups, self.family)),
            "balance": self._balance(state),
        }

    @property
    def _crossings(self) -> Crossings:
        """Return the sets of categories to count: the treatment with the outcome where that is one."""
        is_number = self.variables[self.outcome].type == "number"
        return Crossings(((self.treatment,) if is_number else (self.treatment, self.outcome),), self.variables)

    def _begin(self, state: State, total: Vector) -> State:
        """Return the state after the counts, which may already be the end."""
        size = len(total) - len(self._crossings.labels)
        score = self.score.combine(state["score"], total[:size])
        few = self._crossings.few(total[size:], minimum_cell=self.minimum_cell)
        problem = " ".join(refusal(few, minimum_cell=self.minimum_cell)) if few else score["problem"]
        return {**state, "counted": True, "score": score, "problem": problem}

    def _outcome(self, table: Table) -> Vector:
        return table[self.outcome].astype(np.float64)

    def _columns(self, table: Table) -> Vector:
        return np.asarray(self.score.formula.matrix(table), dtype=np.float64)[:, 1:]

    def _weights(self, state: State, table: Table, *, treated: Vector) -> Vector:
        """Return the inverse of each person's chance of the treatment they had, shape (rows,)."""
        terms = {term["name"]: term["estimate"] for term in self.score.result(state["score"])["terms"]}
        b = np.array([terms[name] for name in self.score.formula.names])
        chance = np.clip(expit(self.score.formula.matrix(table) @ b), self.truncate, 1 - self.truncate)
        return np.asarray(1 / np.where(treated, chance, 1 - chance), dtype=np.float64)

    def _group(self, X: Vector, y: Vector, *, weight: Vector) -> tuple[Vector, ...]:
        own = np.array([weight.sum(), (weight * weight).sum(), weight @ y, float(len(y))])
        return own, X.sum(axis=0), (X * X).sum(axis=0), weight @ X

    def _split(self, state: State) -> list[list[float]]:
        half = len(state["sums"]) // 2
        return [state["sums"][:half], state["sums"][half:]]

    def _means(self, state: State) -> list[float]:
        return [sums[2] / sums[0] if sums[0] else 0.0 for sums in self._split(state)]

    def _told(self, state: State, place: int) -> dict[str, Any]:
        whole, squares, weighted, persons = self._split(state)[place][:4]
        return {
            "group": GROUPS[place],
            "level": self.variables[self.treatment].categories[place],
            "persons": round(persons),
            "effective": whole * whole / squares,
            "mean": weighted / whole,
            "standard_error": math.sqrt(state["squares"][place]) / whole,
        }

    def _balance(self, state: State) -> list[dict[str, Any]]:
        names = self.score.formula.names[1:]
        size, both = len(names), self._split(state)
        found = []
        for place, name in enumerate(names):
            means, variances, weighted = [], [], []
            for sums in both:
                n, first, second = sums[3], sums[4 + place], sums[4 + size + place]
                means.append(first / n)
                variances.append(max(0.0, (second - first * first / n) / (n - 1)))
                weighted.append(sums[4 + 2 * size + place] / sums[0])
            spread = math.sqrt((variances[0] + variances[1]) / 2)
            before, after = (((pair[1] - pair[0]) / spread if spread else None) for pair in (means, weighted))
            found.append({"name": name, "before": before, "after": after})
        return found


def _effects(groups: list[dict[str, Any]], family: str) -> "list[dict[str, Any]]":
    """Return the difference of the means, and for shares and counts the ratio as a logarithm with its own error."""
    (m0, e0), (m1, e1) = ((group["mean"], group["standard_error"]) for group in groups)
    found = [_effect("difference", m1 - m0, error=math.sqrt(e0 * e0 + e1 * e1))]
    if family != "gaussian" and min(m0, m1) > 0:
        found.append(_effect("ratio", logarithm(m1) - logarithm(m0), error=math.hypot(e0 / m0, e1 / m1)))
    if family == "binomial" and min(m0, m1) > 0 and max(m0, m1) < 1:
        odds = logarithm(m1 / (1 - m1)) - logarithm(m0 / (1 - m0))
        found.append(_effect("odds_ratio", odds, error=math.hypot(e0 / (m0 * (1 - m0)), e1 / (m1 * (1 - m1)))))
    return found


def _effect(name: str, estimate: float, *, error: float) -> dict[str, Any]:
    width = shortened(float(ndtri(0.5 + CONFIDENCE / 2))) * error
    tail = shortened(2 * float(ndtr(-abs(estimate / error)))) if error else None
    return {
        "name": name,
        "estimate": estimate,
        "standard_error": error,
        "low": estimate - width,
        "high": estimate + width,
        "p": tail,
    }
