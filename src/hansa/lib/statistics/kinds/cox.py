"""Cox models of survival."""

import math

from hansa.lib.errors import InvalidError
from hansa.lib.statistics import cox
from hansa.lib.statistics.analyses import CoxAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds import faults, sums
from hansa.lib.statistics.kinds.kind import Found, Kind, OwnRows, Summed, steps, width
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table


class CoxKind(Kind[CoxAnalysis]):
    """Answer for Cox models."""

    analysis = CoxAnalysis

    def faults(self, analysis: CoxAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its formula, its strata and its time on the grid."""
        try:
            formula = analysis.parsed(protocol)
        except InvalidError as error:
            yield "formula", error.message, error.remedy
            return
        levels = protocol.variables[str(formula.event)].categories
        if analysis.cause is not None and analysis.cause not in levels[1:]:
            remedy = f"Name one of {', '.join(levels[1:])}; the first level is no event."
            yield "cause", f"The event has no cause '{analysis.cause}'.", remedy
        for name in analysis.strata:
            yield from faults.of_name("strata", name=name, protocol=protocol)
            if name in formula.used:
                yield "strata", f"'{name}' is in the formula and in the strata.", "Keep it in one of the two."
        if analysis.baseline == "pooled":
            yield from faults.of_time("formula", name=formula.response, protocol=protocol)

    def estimator(self, analysis: CoxAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what fits it over the risk sets of all sites, or of each."""
        return cox.from_protocol(analysis, protocol=protocol)

    def numbers(self, analysis: CoxAnalysis, *, protocol: Protocol) -> float:
        """Return the counts of every step of time in every stratum; a site's own risk sets stay there."""
        if analysis.baseline == "site":
            return 0
        try:
            response = analysis.parsed(protocol).response
        except InvalidError:
            return 0
        return 2 * steps(response, protocol) * math.prod(width(name, protocol) for name in analysis.strata)

    def adds_over_rows(self, analysis: CoxAnalysis) -> bool:
        """Tell whether risk sets are those of all sites; a site's own are not the sum of those of its parts."""
        return analysis.baseline == "pooled"

    def own_rows(self, analysis: CoxAnalysis, rows: Table, *, protocol: Protocol) -> OwnRows:
        """Return its design; times are steps of the grid and counted."""
        formula = analysis.parsed(protocol)
        return OwnRows({}, formula.matrix(rows), formula.names)

    def summed(self, analysis: CoxAnalysis, rows: Table, *, protocol: Protocol) -> Summed:
        """Yield the numbers of every column."""
        return sums.of_formula(analysis.parsed(protocol), rows, protocol=protocol)

    def crossings(self, analysis: CoxAnalysis, protocol: Protocol) -> list[tuple[str, ...]]:
        """Return the categories that its formula multiplies."""
        return [names for names in analysis.parsed(protocol).crossings if len(names) > 1]
