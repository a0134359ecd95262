"""Allele frequencies and genome-wide association, over the variants of the protocol's panel."""

from typing import Any

from hansa.lib.statistics.allele_frequencies import AlleleFrequencies
from hansa.lib.statistics.analyses import FrequencyAnalysis, GwasAnalysis
from hansa.lib.statistics.association import Gwas, component_names
from hansa.lib.statistics.estimator import Estimator
from hansa.lib.statistics.genotype_counts import CHUNK, WHAT
from hansa.lib.statistics.kinds.glm import RegressionKind
from hansa.lib.statistics.kinds.kind import Found, Kind
from hansa.lib.statistics.schema import Protocol

#: A study ends after so many rounds at most (programme.py), and a logistic model takes about seven for each part.
MOST_LOGISTIC = 20_000


class FrequencyKind(Kind[FrequencyAnalysis]):
    """Answer for allele frequencies."""

    analysis = FrequencyAnalysis

    def faults(self, analysis: FrequencyAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with the panel."""
        yield from of_panel(protocol)

    def estimator(self, analysis: FrequencyAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what counts genotypes."""
        panel: Any = protocol.data.panel
        minimum = protocol.disclosure.minimum_cell
        return AlleleFrequencies(name=analysis.name, panel=panel.parsed, build=panel.build, minimum_cell=minimum)

    def numbers(self, analysis: FrequencyAnalysis, *, protocol: Protocol) -> float:
        """Return the genotype counts of one round."""
        return counted(protocol)


class GwasKind(RegressionKind[GwasAnalysis]):
    """Answer for genome-wide association studies."""

    analysis = GwasAnalysis

    def faults(self, analysis: GwasAnalysis, *, protocol: Protocol) -> Found:
        """Yield what is wrong with its formula, its response and the panel."""
        yield from super().faults(analysis, protocol=protocol)
        yield from of_panel(protocol)
        taken = [name for name in component_names(analysis.components or 0) if name in protocol.variables]
        if taken:
            yield "components", f"The variable '{taken[0]}' has the name of a component.", "Give it another name."
        count = named(protocol)
        if analysis.family == "binomial" and count > MOST_LOGISTIC:
            message = f"A logistic model of {count} variants takes more rounds than a study has."
            yield "family", message, f"Divide the panel into studies of at most {MOST_LOGISTIC} variants."

    def estimator(self, analysis: GwasAnalysis, *, protocol: Protocol) -> Estimator:
        """Return what adds each variant to its model."""
        return Gwas.from_protocol(analysis, protocol=protocol)

    def numbers(self, analysis: GwasAnalysis, *, protocol: Protocol) -> float:
        """Return the genotype counts of one round, which a logistic model asks for with each outcome."""
        return counted(protocol) * (2 if analysis.family == "binomial" else 1)


def named(protocol: Protocol) -> int:
    """Return about how many variants the panel names."""
    return len(protocol.data.panel.variants.splitlines()) if protocol.data.panel else 0


def counted(protocol: Protocol) -> int:
    """Return how many genotypes are counted in one round, among those with one outcome."""
    return len(WHAT) * min(named(protocol), CHUNK)


def of_panel(protocol: Protocol) -> Found:
    """Yield that an analysis of variants has no panel."""
    if protocol.data.panel is None:
        yield "kind", "There are no variants to study.", "Add 'panel: {build: …, variants: …}' under data."
