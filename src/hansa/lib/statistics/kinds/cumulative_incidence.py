"""Cumulative incidence of competing causes, whose numbers are counts of persons only."""

from hansa.lib.statistics.analyses import CompetingAnalysis
from hansa.lib.statistics.cumulative_incidence import CumulativeIncidence
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds import faults
from hansa.lib.statistics.kinds.kind import Found, Kind, steps, width
from hansa.lib.statistics.schema import Protocol

# No event, and two that compete.
FEWEST_LEVELS = 3


class CompetingKind(Kind[CompetingAnalysis]):
    """Answer for competing causes."""

    analysis = CompetingAnalysis

    def faults(self, analysis: CompetingAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its groups, its causes and its time on the grid."""
        yield from faults.of_groups(analysis.by, protocol)
        yield from faults.of_name("time", name=analysis.time, protocol=protocol)
        event = protocol.variables.get(analysis.event)
        if event is None:
            yield from faults.of_name("event", name=analysis.event, protocol=protocol)
        elif len(event.categories) < FEWEST_LEVELS:
            remedy = "Name a category: no event first, then the causes; for one cause ask for kaplan_meier."
            yield "event", f"'{analysis.event}' has no two causes.", remedy
        if analysis.time in protocol.variables:
            yield from faults.of_time("time", name=analysis.time, protocol=protocol)

    def estimator(self, analysis: CompetingAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what counts events of each cause and persons under observation by step of time."""
        return CumulativeIncidence.from_protocol(analysis, protocol=protocol)

    def numbers(self, analysis: CompetingAnalysis, *, protocol: Protocol) -> float:
        """Return the counts of every step of time in every group."""
        return width(analysis.event, protocol) * steps(analysis.time, protocol) * width(analysis.by, protocol)
