"""Calibration by negative controls, which follows from the results of other analyses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hansa.lib.statistics.analyses import CalibrationAnalysis
from hansa.lib.statistics.calibration import CONFIDENCE, FEWEST_CONTROLS, calibrated, systematic_error
from hansa.lib.statistics.estimator import Cell, Estimator, State, Sums, Vector
from hansa.lib.statistics.kinds.kind import Found, Kind
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table

NOT_ENOUGH = (
    "Fewer than {fewest} controls, or the model itself, have an estimate of '{term}'. Name the term as the models' "
    "tables do, and ask for controls that are frequent enough."
)


@dataclass(frozen=True)
class Concluded:
    """Stand for an analysis that adds nothing up: it is done before the first round."""

    name: str
    kind: str

    parameters: ClassVar[int] = 0
    needs_secure_sum: ClassVar[bool] = False

    def start(self) -> State:
        """Return the state, which stays as it is."""
        return {}

    def is_done(self, state: State) -> bool:
        """Tell that no round is needed."""
        return True

    def local(self, state: State, table: Table) -> Vector:
        """Return no sum."""
        return np.empty(0)

    def labels(self, state: State) -> tuple[str, ...]:
        """Return no name."""
        return ()

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return no count."""
        return ()

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return no count."""
        return ()

    def sums(self, state: State, total: Vector) -> Sums:
        """Return no sum."""
        return {}

    def combine(self, state: State, total: Vector) -> State:
        """Return the state."""
        return state

    def result(self, state: State) -> dict[str, Any]:
        """Return name and kind; the rest follows from other analyses."""
        return {"name": self.name, "kind": self.kind}


class CalibrationKind(Kind[CalibrationAnalysis]):
    """Answer for calibration by negative controls."""

    analysis = CalibrationAnalysis

    def faults(self, analysis: CalibrationAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with the model and the controls that it names."""
        for key, names in (("of", (analysis.of,)), ("controls", analysis.controls)):
            for name in names:
                if not list(protocol.models(name)):
                    yield key, f"There is no model '{name}'.", "Name an analysis of kind glm or cox."
        if analysis.of in analysis.controls or len(set(analysis.controls)) < len(analysis.controls):
            yield "controls", "A model is named twice.", "Name each control once, and not the model itself."

    def estimator(self, analysis: CalibrationAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what stands for it among the analyses that add something up."""
        return Concluded(analysis.name, analysis.kind)

    def concluded(
        self, analysis: CalibrationAnalysis, found: dict[str, Any], *, results: Mapping[str, dict[str, Any]]
    ) -> dict[str, Any]:
        """Return the term as it was found and as the controls correct it, or the problem."""
        of = results[analysis.of]
        term = _term(of, name=analysis.term)
        terms = {name: _term(results[name], name=analysis.term) for name in analysis.controls}
        controls = {name: one for name, one in terms.items() if one is not None}
        told = {
            **found,
            "of": analysis.of,
            "model": of["kind"],
            "family": of.get("family"),
            "confidence": CONFIDENCE,
            "controls": [{**_short(one), "name": name} for name, one in controls.items()],
        }
        if term is None or len(controls) < FEWEST_CONTROLS:
            problem = NOT_ENOUGH.format(fewest=FEWEST_CONTROLS, term=analysis.term)
            return {**told, "problem": problem, "systematic": None, "terms": []}
        error = systematic_error(
            [one["estimate"] for one in controls.values()], errors=[one["standard_error"] for one in controls.values()]
        )
        return {
            **told,
            "problem": None,
            "systematic": {"mean": error.mean, "variance": error.variance},
            "terms": [_short(term), {**calibrated(term, by=error), "name": f"{analysis.term}, {CORRECTED}"}],
        }


#: How the corrected term is called beside the one that was found.
CORRECTED = "calibrated"


def _short(term: Mapping[str, Any]) -> dict[str, Any]:
    return {key: term[key] for key in ("name", "estimate", "standard_error", "low", "high", "p")}


def _term(result: Mapping[str, Any], *, name: str) -> Mapping[str, Any] | None:
    """Return a term of a model's result, None where it has none of that name."""
    return next((term for term in result["terms"] if term["name"] == name), None)
