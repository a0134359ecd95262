"""Medians and quartiles, whose numbers are counts of persons only."""

from hansa.lib.statistics.analyses import QuantilesAnalysis
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.kinds import faults
from hansa.lib.statistics.kinds.kind import Found, Kind, width
from hansa.lib.statistics.quantiles import Quantiles
from hansa.lib.statistics.schema import Protocol

#: The counts of all steps are seen by every party's node before steps are merged: they must say no more than about
#: how large values are. Ages fit by the year.
MOST_STEPS = 100


class QuantilesKind(Kind[QuantilesAnalysis]):
    """Answer for medians and quartiles."""

    analysis = QuantilesAnalysis

    def faults(self, analysis: QuantilesAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its groups and its variables."""
        yield from faults.of_groups(analysis.by, protocol)
        for name, step in analysis.steps.items():
            yield from faults.of_name("steps", name=name, protocol=protocol)
            variable = protocol.variables.get(name)
            if variable is None or variable.type != "number":
                continue
            if variable.range is None:
                yield "steps", f"'{name}' has no range to divide into steps.", "Give it one, such as [0, 100]."
            elif (variable.range[1] - variable.range[0]) / step > MOST_STEPS:
                least = (variable.range[1] - variable.range[0]) / MOST_STEPS
                yield (
                    "steps",
                    f"The steps of '{name}' are so fine that counts would say values.",
                    f"Use {least:g} or more.",
                )

    def estimator(self, analysis: QuantilesAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what counts persons by step of each variable."""
        return Quantiles.from_protocol(analysis, protocol=protocol)

    def numbers(self, analysis: QuantilesAnalysis, *, protocol: Protocol) -> float:
        """Return the counts of every step of every variable in every group."""
        found = 0.0
        for name, step in analysis.steps.items():
            bounds = protocol.variables[name].range if name in protocol.variables else None
            found += (bounds[1] - bounds[0]) / step if bounds else 0
        return found * width(analysis.by, protocol)
