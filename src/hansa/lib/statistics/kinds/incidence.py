"""Incidence rates: events for the time at risk."""

from hansa.lib.statistics.analyses import IncidenceAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.incidence import Incidence
from hansa.lib.statistics.kinds import faults, sums
from hansa.lib.statistics.kinds.kind import Found, Kind, OwnRows, Summed, width
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table


class IncidenceKind(Kind[IncidenceAnalysis]):
    """Answer for incidence rates."""

    analysis = IncidenceAnalysis

    def faults(self, analysis: IncidenceAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its groups, its event and its time."""
        yield from faults.of_groups(analysis.by, protocol)
        yield from faults.of_name("time", name=analysis.time, protocol=protocol)
        yield from faults.of_name("event", name=analysis.event, protocol=protocol)
        if analysis.time in protocol.variables:
            yield from faults.of_time("time", name=analysis.time, protocol=protocol, is_on_grid=False)

    def estimator(self, analysis: IncidenceAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what adds up events and time at risk."""
        return Incidence.from_protocol(analysis, protocol=protocol)

    def numbers(self, analysis: IncidenceAnalysis, *, protocol: Protocol) -> float:
        """Return the counts of persons and events of every group."""
        return 2 * width(analysis.by, protocol)

    def own_rows(self, analysis: IncidenceAnalysis, rows: Table, *, protocol: Protocol) -> OwnRows:
        """Return the time at risk of each person in each group."""
        return OwnRows(dict(sums.described((analysis.time,), rows, by=analysis.by, protocol=protocol)))

    def summed(self, analysis: IncidenceAnalysis, rows: Table, *, protocol: Protocol) -> Summed:
        """Yield the time at risk, in all and by group."""
        return sums.by_group((analysis.time,), rows, by=analysis.by, protocol=protocol)
