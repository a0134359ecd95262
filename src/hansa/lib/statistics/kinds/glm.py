"""Generalised linear models."""

import numpy as np

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.analyses import GlmAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.glm import Glm
from hansa.lib.statistics.kinds import faults, sums
from hansa.lib.statistics.kinds.kind import Found, Kind, OwnRows, Summed
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable


class GlmKind(Kind[GlmAnalysis]):
    """Answer for generalised linear models."""

    analysis = GlmAnalysis

    def faults(self, analysis: GlmAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its formula, its response and its exposure."""
        try:
            formula = analysis.parsed(protocol)
        except InvalidError as error:
            yield "formula", error.message, error.remedy
            return
        yield from of_response(analysis.family, protocol.variables[formula.response])
        yield from _of_exposure(analysis, protocol)

    def estimator(self, analysis: GlmAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what fits it by Newton's method."""
        return Glm.from_protocol(analysis, protocol=protocol)

    def own_rows(self, analysis: GlmAnalysis, rows: Table, *, protocol: Protocol) -> OwnRows:
        """Return its design, and its response and exposure where they are numbers."""
        formula = analysis.parsed(protocol)
        numbers = sums.numbers_among((formula.response, analysis.exposure), protocol)
        values = {name: rows[name].astype(np.float64) for name in numbers}
        return OwnRows(values, formula.matrix(rows), formula.names)

    def summed(self, analysis: GlmAnalysis, rows: Table, *, protocol: Protocol) -> Summed:
        """Yield the numbers of every column, and response and exposure."""
        formula = analysis.parsed(protocol)
        yield from sums.of_formula(formula, rows, protocol=protocol)
        names = sums.numbers_among((formula.response, analysis.exposure), protocol)
        yield from (((name, ""), rows[name]) for name in names)

    def crossings(self, analysis: GlmAnalysis, protocol: Protocol) -> list[tuple[str, ...]]:
        """Return the categories that its formula multiplies."""
        return [names for names in analysis.parsed(protocol).crossings if len(names) > 1]


def of_response(family: str, response: Variable) -> Found:
    """Yield what is wrong with the response of a family."""
    if family == "binomial":
        if len(response.categories) != 2:  # noqa: PLR2004 -- no and yes
            yield "formula", "The response of a binomial model has not two levels.", "Name a boolean, or two levels."
    elif response.type == "category":
        yield "formula", f"The response of a {family} model is a category.", "Name a number."
    elif family == "poisson" and (response.bounds is None or response.bounds[0] < 0):
        yield "formula", "The response of a poisson model may be negative.", "Give it a range that begins at 0."


def _of_exposure(analysis: GlmAnalysis, protocol: Protocol) -> Found:
    if analysis.exposure is None:
        return
    if analysis.family != "poisson":
        yield "exposure", f"A {analysis.family} model has no exposure.", "Remove it, or choose the poisson family."
    yield from faults.of_name("exposure", name=analysis.exposure, protocol=protocol)
    bounds = protocol.variables[analysis.exposure].range if analysis.exposure in protocol.variables else (1.0, 1.0)
    if bounds is None or bounds[0] <= 0:
        message = f"The exposure '{analysis.exposure}' has no range that begins above 0."
        yield "exposure", message, "Give it one, such as [1, 3000]; nobody is at risk for no time."
