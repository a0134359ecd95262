"""Generalised linear models."""

from typing import TypeVar

import numpy as np

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.analyses import GlmAnalysis, MixedAnalysis, PenalisedAnalysis, Regression
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds import faults, sums
from hansa.lib.statistics.kinds.kind import Found, Kind, OwnRows, Summed
from hansa.lib.statistics.mixed_model import MixedModel
from hansa.lib.statistics.negative_binomial import regression_of
from hansa.lib.statistics.penalised import Penalised
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable

R = TypeVar("R", bound=Regression)
#: The families of counts.
COUNTS = ("poisson", "negative_binomial")
#: Those whose logarithm of the mean, or of the odds, may have an offset.
OFFSET = (*COUNTS, "binomial")


class RegressionKind(Kind[R]):
    """Answer for what regression models share."""

    def family_of(self, analysis: R) -> str:
        """Return the family of the response."""
        return str(getattr(analysis, "family", "gaussian"))

    def faults(self, analysis: R, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its formula and its response."""
        try:
            formula = analysis.parsed(protocol)
        except InvalidError as error:
            yield "formula", error.message, error.remedy
            return
        yield from of_response(self.family_of(analysis), protocol.variables[formula.response])

    def own_rows(self, analysis: R, rows: Table, *, protocol: Protocol) -> OwnRows:
        """Return its design, and those of its other variables that are numbers."""
        formula = analysis.parsed(protocol)
        values = {name: rows[name].astype(np.float64) for name in self.added(analysis, protocol)}
        return OwnRows(values, formula.matrix(rows), formula.names)

    def summed(self, analysis: R, rows: Table, *, protocol: Protocol) -> Summed:
        """Yield the numbers of every column, and of its other variables."""
        yield from sums.of_formula(analysis.parsed(protocol), rows, protocol=protocol)
        yield from (((name, ""), rows[name]) for name in self.added(analysis, protocol))

    def added(self, analysis: R, protocol: Protocol) -> list[str]:
        """Return the numbers beside its columns that it adds up."""
        return sums.numbers_among((analysis.parsed(protocol).response,), protocol)

    def crossings(self, analysis: R, protocol: Protocol) -> list[tuple[str, ...]]:
        """Return the categories that its formula multiplies."""
        return [names for names in analysis.parsed(protocol).crossings if len(names) > 1]


class GlmKind(RegressionKind[GlmAnalysis]):
    """Answer for generalised linear models."""

    analysis = GlmAnalysis

    def faults(self, analysis: GlmAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its formula, its response and its exposure."""
        yield from super().faults(analysis, protocol=protocol)
        yield from _of_exposure(analysis, protocol)

    def estimator(self, analysis: GlmAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what fits it by Newton's method."""
        return regression_of(analysis, protocol=protocol)

    def added(self, analysis: GlmAnalysis, protocol: Protocol) -> list[str]:
        """Return response and exposure where they are numbers."""
        return sums.numbers_among((analysis.parsed(protocol).response, analysis.exposure), protocol)


class PenalisedKind(RegressionKind[PenalisedAnalysis]):
    """Answer for penalised models."""

    analysis = PenalisedAnalysis

    def estimator(self, analysis: PenalisedAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what fits it by coordinate descent on summed products."""
        return Penalised.from_protocol(analysis, protocol=protocol)


class MixedKind(RegressionKind[MixedAnalysis]):
    """Answer for linear models with a random intercept of the hospital."""

    analysis = MixedAnalysis

    def estimator(self, analysis: MixedAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what fits it by restricted maximum likelihood."""
        return MixedModel.from_protocol(analysis, protocol=protocol)

    def adds_over_rows(self, analysis: MixedAnalysis) -> bool:
        """Tell that a site corrects its sums by the number of all its rows."""
        return False

    def tells_sites(self, analysis: MixedAnalysis) -> bool:
        """Tell that the size of a site and its sums follow from the totals at many ratios."""
        return True


def of_response(family: str, response: Variable) -> Found:
    """Yield what is wrong with the response of a family."""
    if family == "binomial":
        if len(response.categories) != 2:  # noqa: PLR2004 -- no and yes
            yield "formula", "The response of a binomial model has not two levels.", "Name a boolean, or two levels."
    elif response.type == "category":
        yield "formula", f"The response of a {family} model is a category.", "Name a number."
    elif family in COUNTS and (response.bounds is None or response.bounds[0] < 0):
        yield "formula", f"The response of a {family} model may be negative.", "Give it a range that begins at 0."


def _of_exposure(analysis: GlmAnalysis, protocol: Protocol) -> Found:
    if analysis.exposure is None:
        return
    if analysis.family not in OFFSET:
        yield "exposure", f"A {analysis.family} model has no exposure.", "Remove it, or choose the poisson family."
    yield from faults.of_name("exposure", name=analysis.exposure, protocol=protocol)
    bounds = protocol.variables[analysis.exposure].range if analysis.exposure in protocol.variables else (1.0, 1.0)
    if bounds is None or bounds[0] <= 0:
        message = f"The exposure '{analysis.exposure}' has no range that begins above 0."
        yield "exposure", message, "Give it one, such as [1, 3000]; nobody is at risk for no time."
