"""Table 1: who was studied."""

from hansa.lib.statistics.analyses import TableOneAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds import faults, sums
from hansa.lib.statistics.kinds.kind import Found, Kind, OwnRows, Summed, width
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.table_one import TableOne


class TableOneKind(Kind[TableOneAnalysis]):
    """Answer for Table 1."""

    analysis = TableOneAnalysis

    def faults(self, analysis: TableOneAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its groups and its variables."""
        yield from faults.of_groups(analysis.by, protocol)
        for name in analysis.variables:
            yield from faults.of_name("variables", name=name, protocol=protocol)
        if len(set(analysis.variables) | {analysis.by}) <= len(analysis.variables):
            yield "variables", "A variable is described twice.", "Name each once, and not the one of 'by'."

    def estimator(self, analysis: TableOneAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what counts and adds up its variables."""
        return TableOne.from_protocol(analysis, protocol=protocol)

    def numbers(self, analysis: TableOneAnalysis, *, protocol: Protocol) -> float:
        """Return the counts of every level, of those without a value, and of each group."""
        return width(analysis.by, protocol) * sum(3 + width(name, protocol) for name in analysis.variables)

    def own_rows(self, analysis: TableOneAnalysis, rows: Table, *, protocol: Protocol) -> OwnRows:
        """Return the known values of each number in each group."""
        return OwnRows(dict(sums.described(analysis.variables, rows, by=analysis.by, protocol=protocol)))

    def summed(self, analysis: TableOneAnalysis, rows: Table, *, protocol: Protocol) -> Summed:
        """Yield the known values of each number, in all and by group."""
        return sums.by_group(analysis.variables, rows, by=analysis.by, protocol=protocol)
