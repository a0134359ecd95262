"""Survival curves, whose numbers are counts of persons only."""

from hansa.lib.statistics import kaplan_meier
from hansa.lib.statistics.analyses import KaplanMeierAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds import faults
from hansa.lib.statistics.kinds.kind import Found, Kind, steps, width
from hansa.lib.statistics.schema import Protocol


class KaplanMeierKind(Kind[KaplanMeierAnalysis]):
    """Answer for survival curves."""

    analysis = KaplanMeierAnalysis

    def faults(self, analysis: KaplanMeierAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its groups, its event and its time on the grid."""
        yield from faults.of_groups(analysis.by, protocol)
        yield from faults.of_name("time", name=analysis.time, protocol=protocol)
        yield from faults.of_name("event", name=analysis.event, protocol=protocol)
        if analysis.time in protocol.variables:
            yield from faults.of_time("time", name=analysis.time, protocol=protocol)

    def estimator(self, analysis: KaplanMeierAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what counts events and persons under observation by step of time."""
        return kaplan_meier.from_protocol(analysis, protocol=protocol)

    def numbers(self, analysis: KaplanMeierAnalysis, *, protocol: Protocol) -> float:
        """Return the counts of every step of time in every group."""
        return 2 * steps(analysis.time, protocol) * width(analysis.by, protocol)
