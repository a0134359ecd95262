"""What each site estimates alone, compared; the model it is of answers for its rows."""

from hansa.lib.statistics.analyses import MetaAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds.kind import Found, Kind
from hansa.lib.statistics.meta_analysis import Heterogeneity
from hansa.lib.statistics.schema import Protocol


class MetaAnalysisKind(Kind[MetaAnalysis]):
    """Answer for comparisons of sites."""

    analysis = MetaAnalysis

    def faults(self, analysis: MetaAnalysis, *, protocol: Protocol) -> Found:
        """Yield that there is no such model."""
        if not list(protocol.models(analysis.of)):
            yield "of", f"There is no model '{analysis.of}'.", "Name an analysis of kind glm or cox."

    def estimator(self, analysis: MetaAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what adds up the weights of the sites' own estimates."""
        return Heterogeneity.from_protocol(analysis, protocol=protocol)

    def adds_over_rows(self, analysis: MetaAnalysis) -> bool:
        """Tell that a site estimates alone from all of its rows."""
        return False

    def tells_sites(self, analysis: MetaAnalysis) -> bool:
        """Tell that few sites' own estimates follow from the sums of their weights."""
        return True
