"""Do the hospitals agree? A random-effects meta-analysis of estimates that each site makes alone.

Beside a joint model every site fits the same model to its own rows. What leaves it are sums over sites:
first how many sites have an estimate of each term, then the weights (inverse variances), by which all is
scaled, then at trial values of the variance between sites (tau squared) weights, weighted estimates and their
squares. Cochran's Q, the variance of DerSimonian and Laird (1986, Controlled Clinical Trials 7, 177), that of
restricted maximum likelihood by Fisher scoring (Viechtbauer 2005, JEBS 30, 261) and the interval of Hartung and
Knapp (2001, Statistics in Medicine 20, 3875), never shorter than without them (Roever, Knapp and Friede 2015, BMC
Medical Research Methodology 15, 99), follow from these sums; I squared is Higgins and Thompson's (2002,
Statistics in Medicine 21, 1539), the prediction interval Higgins, Thompson and Spiegelhalter's (2009, JRSS A
172, 137).

A site whose rows the rules of disclosure would not show alone, or whose fit has a problem, gives zeros and is
not counted. With few sites these sums determine what each site estimated, as a forest plot would show it; so
nothing is given that such a plot could not.
"""

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from scipy.special import chdtrc, ndtri, stdtrit

from hansa.lib.disclosure import too_many_parameters
from hansa.lib.statistics import cox
from hansa.lib.statistics.analyses import GlmAnalysis, MetaAnalysis
from hansa.lib.statistics.arithmetic import shortened
from hansa.lib.statistics.estimator import Cell, Estimator, State, Sums, Vector
from hansa.lib.statistics.negative_binomial import regression_of
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table

CONFIDENCE = 0.95
MOST_LOOKS = 60
SHORT = 1e-10
# Of each term: weights, weighted estimates, squares; squared weights, with estimates, squares and variances.
SUMS = ("w", "wy", "wyy", "ww", "wwy", "wwyy", "wwv")
LEAST_FOR_PREDICTION = 3


@dataclass(frozen=True, kw_only=True)
class Heterogeneity:
    """Combine the estimates of a model that every site makes alone."""

    name: str
    of: str
    model: Estimator
    terms: tuple[str, ...]
    minimum_cell: int = 1
    _kept: dict[int, tuple[Table, Vector]] = field(default_factory=dict, compare=False, repr=False)

    kind: ClassVar[str] = "meta_analysis"
    parameters: ClassVar[int] = 0

    @classmethod
    def from_protocol(cls, analysis: MetaAnalysis, *, protocol: Protocol) -> "Heterogeneity":
        """Return the estimator of an analysis."""
        of = next(protocol.models(analysis.of))
        names = of.parsed(protocol).names
        model: Estimator = (
            regression_of(of, protocol=protocol)
            if isinstance(of, GlmAnalysis)
            else cox.from_protocol(of, protocol=protocol)
        )
        minimum = protocol.disclosure.minimum_cell
        return cls(name=analysis.name, of=analysis.of, model=model, terms=tuple(names), minimum_cell=minimum)

    @property
    def needs_secure_sum(self) -> bool:
        """Tell whether the model itself may only run where no site sees another's sums."""
        return self.model.needs_secure_sum

    def start(self) -> State:
        """Return the state before the round that counts sites."""
        return {"sites": None, "scale": None, "trial": None, "fixed": None, "found": None, "looks": 0}

    def is_done(self, state: State) -> bool:
        """Tell whether the variance between sites no longer moves."""
        return state["found"] is not None

    def local(self, state: State, table: Table) -> Vector:
        """Return which terms this site can estimate alone, their weights, or the sums at the trial variances."""
        estimate, variance = self._alone(table)
        known = ~np.isnan(variance)
        if state["sites"] is None:
            return known.astype(np.float64)
        weight = np.zeros(len(variance))
        weight[known] = 1 / variance[known]
        if state["scale"] is None:
            return weight
        scale = np.array(state["scale"])
        # A variance as a share of what sites have on average, an estimate in units of its root.
        v, y = np.where(known, variance * scale, 0.0), np.where(known, estimate * np.sqrt(scale), 0.0)
        w = np.zeros(len(v))
        w[known] = 1 / (v + np.array(state["trial"]))[known]
        return np.concatenate([w, w * y, w * y * y, w * w, w * w * y, w * w * y * y, w * w * v])

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each sum."""
        if state["sites"] is None:
            return tuple(f"sites that can estimate {term} alone" for term in self.terms)
        if state["scale"] is None:
            return tuple(f"weight of {term} where a site estimates alone" for term in self.terms)
        return tuple(f"sum {what} of {term} where a site estimates alone" for what in SUMS for term in self.terms)

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return nothing: sites are counted, and persons by the model itself."""
        return ()

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return nothing: sites are counted, and persons by the model itself."""
        return ()

    def sums(self, state: State, total: Vector) -> Sums:
        """Return nothing: no value of a person is added."""
        return {}

    def combine(self, state: State, total: Vector) -> State:
        """Return the next trial variances, or what was found."""
        if state["sites"] is None:
            counted = {**state, "sites": [round(count) for count in total.tolist()]}
            return counted if any(counted["sites"]) else {**counted, "found": []}
        if state["scale"] is None:
            means = (weight / max(sites, 1) for weight, sites in zip(total.tolist(), state["sites"], strict=True))
            return {**state, "scale": [mean or 1.0 for mean in means], "trial": [0.0] * len(total)}
        sums = [dict(zip(SUMS, column, strict=True)) for column in total.reshape(len(SUMS), -1).T.tolist()]
        looked = {**state, "looks": state["looks"] + 1}
        if state["fixed"] is None:
            first = list(map(_fixed, sums, state["sites"]))
            return {**looked, "fixed": first, "trial": [one["tau2"] for one in first]}
        # The second look is at the variances of DerSimonian and Laird.
        looked.setdefault("simple", list(map(_mean, sums)))
        return _moved(looked, sums)

    def result(self, state: State) -> dict[str, Any]:
        """Return for each term what the sites agree on, how far they differ, and where the next would lie."""
        terms = [
            {"name": name, "sites": sites, **self._term(state, place)}
            for place, (name, sites) in enumerate(zip(self.terms, state["sites"], strict=True))
        ]
        return {
            "name": self.name,
            "kind": self.kind,
            "of": self.of,
            "model": self.model.kind,
            "family": getattr(self.model, "family", None),
            "confidence": CONFIDENCE,
            "terms": terms,
        }

    def _alone(self, table: Table) -> tuple[Vector, Vector]:
        """Return estimates and variances of this site alone, NaN where it gives none, each of shape (terms,)."""
        kept = self._kept.get(0)
        if kept is None or kept[0] is not table:
            kept = (table, _fitted(self.model, table, terms=self.terms, minimum_cell=self.minimum_cell))
            self._kept[0] = kept
        return kept[1][0], kept[1][1]

    def _term(self, state: State, place: int) -> dict[str, Any]:
        """Return the figures of one term on its own scale."""
        sites = state["sites"][place]
        if sites < 2:  # noqa: PLR2004 -- one site agrees with itself
            return dict.fromkeys(("fixed", "random", "dersimonian_laird", "tau2", "q", "df", "p", "i2", "prediction"))
        root = math.sqrt(state["scale"][place])
        first, trial = state["fixed"][place], state["trial"][place]
        mean = _mean(state["found"][place])
        # Few sites agree by chance more than they should: the interval is never shorter than the usual one.
        error = math.sqrt(max(1.0, mean["spread"] / (sites - 1)) * mean["variance"])
        quantile = shortened(float(stdtrit(sites - 1, 0.5 + CONFIDENCE / 2)))
        return {
            "fixed": _interval(first["estimate"], math.sqrt(first["variance"]), quantile=_normal(), root=root),
            "random": _interval(mean["estimate"], error, quantile=quantile, root=root),
            "dersimonian_laird": self._simple(state, place, root=root),
            "tau2": trial / state["scale"][place],
            "q": first["q"],
            "df": sites - 1,
            "p": shortened(float(chdtrc(sites - 1, first["q"]))),
            "i2": max(0.0, 1 - (sites - 1) / first["q"]) if first["q"] > 0 else 0.0,
            "prediction": _prediction(mean, trial=trial, sites=sites, root=root),
        }

    @staticmethod
    def _simple(state: State, place: int, *, root: float) -> dict[str, float]:
        mean = state["simple"][place]
        told = _interval(mean["estimate"], math.sqrt(mean["variance"]), quantile=_normal(), root=root)
        return {**told, "tau2": state["fixed"][place]["tau2"] / state["scale"][place]}


def _moved(state: State, sums: list[dict[str, float]]) -> State:
    """Return the state with the next trial variances, or what was found where they no longer move."""
    old = state["trial"]
    each = zip(sums, old, state["sites"], strict=True)
    new = [_scored(one, trial=trial, sites=sites) for one, trial, sites in each]
    is_near = all(abs(after - before) <= SHORT * (1 + before) for after, before in zip(new, old, strict=True))
    if is_near or state["looks"] >= MOST_LOOKS:
        return {**state, "found": sums}
    return {**state, "trial": new}


def _fitted(model: Estimator, table: Table, *, terms: tuple[str, ...], minimum_cell: int) -> Vector:
    """Return what a model estimates on one site's rows alone, shape (2, terms): estimates and variances."""
    nothing = np.full((2, len(terms)), np.nan)
    if too_many_parameters(len(terms), table.rows, minimum_cell=minimum_cell):
        return nothing
    state = model.start()
    while not model.is_done(state):
        state = model.combine(state, model.local(state, table))
    found = {term["name"]: term for term in model.result(state)["terms"]}
    for place, name in enumerate(terms):
        if name in found:
            nothing[:, place] = found[name]["estimate"], found[name]["standard_error"] ** 2
    return nothing


def _fixed(sums: dict[str, float], sites: int) -> dict[str, float]:
    """Return the fixed effect, Cochran's Q and the variance of DerSimonian and Laird."""
    if sites < 2:  # noqa: PLR2004 -- one site agrees with itself
        return {"estimate": 0.0, "variance": 0.0, "q": 0.0, "tau2": 0.0}
    mean = _mean(sums)
    left = sums["w"] - sums["ww"] / sums["w"]
    tau2 = max(0.0, (mean["spread"] - (sites - 1)) / left)
    return {"estimate": mean["estimate"], "variance": mean["variance"], "q": mean["spread"], "tau2": tau2}


def _mean(sums: dict[str, float]) -> dict[str, float]:
    """Return the weighted mean, its variance, and the weighted squares around it."""
    if sums["w"] <= 0:
        return {"estimate": 0.0, "variance": 0.0, "spread": 0.0}
    mean = sums["wy"] / sums["w"]
    return {"estimate": mean, "variance": 1 / sums["w"], "spread": max(0.0, sums["wyy"] - mean * sums["wy"])}


def _scored(sums: dict[str, float], *, trial: float, sites: int) -> float:
    """Return the next variance by Fisher scoring of the restricted likelihood; never below zero."""
    if sites < 2:  # noqa: PLR2004 -- one site agrees with itself
        return 0.0
    mean = sums["wy"] / sums["w"]
    squares = sums["wwyy"] - 2 * mean * sums["wwy"] + mean * mean * sums["ww"]
    moved = (squares - sums["wwv"]) / sums["ww"] + 1 / sums["w"]
    return max(0.0, moved if moved > 0 or trial > 0 else 0.0)


def _interval(estimate: float, error: float, *, quantile: float, root: float) -> dict[str, float]:
    """Return an estimate with error and interval on its own scale."""
    middle, width = estimate / root, quantile * error / root
    return {
        "estimate": middle,
        "standard_error": error / root,
        "low": middle - width,
        "high": middle + width,
    }


def _prediction(mean: dict[str, float], *, trial: float, sites: int, root: float) -> dict[str, float] | None:
    """Return where the estimate of a further site would lie; three sites at least can say that."""
    if sites < LEAST_FOR_PREDICTION:
        return None
    quantile = shortened(float(stdtrit(sites - 2, 0.5 + CONFIDENCE / 2)))
    told = _interval(mean["estimate"], math.sqrt(trial + mean["variance"]), quantile=quantile, root=root)
    return {"low": told["low"], "high": told["high"]}


def _normal() -> float:
    return shortened(float(ndtri(0.5 + CONFIDENCE / 2)))
