"""The effect of a treatment on everybody, by weights from a propensity score."""

import numpy as np

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.analyses import EffectAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds import faults, sums
from hansa.lib.statistics.kinds.kind import Found, Kind, OwnRows, Summed
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.treatment_effect import TreatmentEffect


class EffectKind(Kind[EffectAnalysis]):
    """Answer for effects of treatments."""

    analysis = EffectAnalysis

    def faults(self, analysis: EffectAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its treatment, its outcome and what it adjusts for."""
        for key, name in (("treatment", analysis.treatment), ("outcome", analysis.outcome)):
            yield from faults.of_name(key, name=name, protocol=protocol)
        try:
            used = analysis.propensity(protocol).used
        except InvalidError as error:
            yield "adjust", error.message, error.remedy
            return
        if analysis.outcome in used:
            yield "adjust", "The outcome is among what is adjusted for.", "Leave it out."
        if len(protocol.variables[analysis.treatment].categories) != 2:  # noqa: PLR2004 -- treated or not
            yield "treatment", "The treatment has not two levels.", "Name a boolean, or a category of two levels."
        outcome = protocol.variables.get(analysis.outcome)
        if outcome is not None and (outcome.type == "number") != (analysis.family != "binomial"):
            message = f"The outcome of a {analysis.family} family is of another type."
            yield "outcome", message, "Name a boolean for binomial, a number for gaussian and poisson."

    def estimator(self, analysis: EffectAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what fits the scores and adds up the weighted outcomes."""
        return TreatmentEffect.from_protocol(analysis, protocol=protocol)

    def own_rows(self, analysis: EffectAnalysis, rows: Table, *, protocol: Protocol) -> OwnRows:
        """Return the design of its scores, and its outcome where that is a number."""
        formula = analysis.propensity(protocol)
        numbers = sums.numbers_among((analysis.outcome,), protocol)
        values = {name: rows[name].astype(np.float64) for name in numbers}
        return OwnRows(values, formula.matrix(rows), formula.names)

    def summed(self, analysis: EffectAnalysis, rows: Table, *, protocol: Protocol) -> Summed:
        """Yield the numbers of every column, and the outcome."""
        yield from sums.of_formula(analysis.propensity(protocol), rows, protocol=protocol)
        yield from (((name, ""), rows[name]) for name in sums.numbers_among((analysis.outcome,), protocol))

    def crossings(self, analysis: EffectAnalysis, protocol: Protocol) -> list[tuple[str, ...]]:
        """Return the categories that its scores multiply, each with the treatment."""
        return [(*names, analysis.treatment) for names in analysis.propensity(protocol).crossings]
