"""The protocol of a study: what is computed, from which variables, under which limits.

A protocol is a text that an investigator writes and that the data steward of every party reads,
so it is closed: a key that is not known here is a fault, never ignored. Each fault names the
line, the place, what is wrong and what to do. What is signed and compared between parties is
the digest of the values in canonical form, so YAML and JSON of the same content agree.

    hansa: study/1
    title: Recurrence-free survival by hormone therapy
    question: Does hormone therapy prolong recurrence-free survival?
    purpose: DUO:0000007
    clause: "4.1"
    data: {variables: {time: {type: number, unit: d, range: [0, 3000]}, event: {type: boolean}, ...}}
    missing: listwise
    analyses: [{name: adjusted, kind: cox, formula: "Surv(time, event) ~ age", ties: efron}, ...]
    disclosure: {minimum_cell: 10, time_grid: 30}
"""

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from hansa.lib.canonical import digest
from hansa.lib.genomics.panel import Variant
from hansa.lib.genomics.panel import variants as variants_of
from hansa.lib.omop.variables import CohortName
from hansa.lib.statistics.analyses import (
    Analysis,
    Closed,
    CoxAnalysis,
    GlmAnalysis,
    Model,
    Name,
    Text,
)
from hansa.lib.statistics.units import KINDS
from hansa.lib.statistics.variables import Number, Variable

Count: TypeAlias = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]

# Days in one unit of time, by UCUM code.
DAYS = {unit: days for unit, days in KINDS[0].items() if days >= 1}


class GenomePanel(Closed):
    """Name the variants that a study is about, one a line, on a build of the human genome.

    `strand: forward` says that all files are on the forward strand; else variants of which that cannot be told are
    refused, and others that a file has on the other strand are put right.
    """

    build: Literal["GRCh37", "GRCh38"]
    strand: Literal["forward", "any"] = "any"
    variants: Annotated[str, Field(min_length=1)]

    @cached_property
    def parsed(self) -> tuple[Variant, ...]:
        """Return the variants; InvalidError names the line of a fault."""
        return variants_of(self.variants)


class Data(Closed):
    """Declare every variable that an analysis may name, and the cohorts they are taken from where data are OMOP.

    Each cohort is an OHDSI cohort expression, as ATLAS exports it; a row is a person of the `target`.
    """

    variables: Annotated[dict[Name, Variable], Field(min_length=1)]
    # Left out of what is signed where they are not given, so that older protocols keep their digest.
    cohorts: dict[CohortName, dict[str, Any]] | None = Field(default=None, exclude_if=lambda value: value is None)
    target: CohortName | None = Field(default=None, exclude_if=lambda value: value is None)
    panel: GenomePanel | None = Field(default=None, exclude_if=lambda value: value is None)


class Disclosure(Closed):
    """Say what a release may show: the smallest count, the steps of time, the fewest sites."""

    minimum_cell: Count
    time_grid: Annotated[Number, Field(gt=0)] | None = None
    minimum_sites: Count = 3


class Protocol(Closed):
    """Hold one study as it was proposed."""

    hansa: Literal["study/1"]
    title: Text
    question: Text
    purpose: Annotated[str, Field(pattern=r"^DUO:[0-9]{7}$")]
    clause: Annotated[str, Field(min_length=1, max_length=64)]
    data: Data
    missing: Literal["listwise"] = "listwise"
    analyses: Annotated[tuple[Annotated[Analysis, Field(discriminator="kind")], ...], Field(min_length=1)]
    disclosure: Disclosure

    @property
    def variables(self) -> dict[str, Variable]:
        """Return the declared variables by name."""
        return self.data.variables

    @property
    def purposes(self) -> tuple[str, ...]:
        """Return the codes of the Data Use Ontology that a clause must cover."""
        return (self.purpose,)

    def models(self, name: str) -> Iterator[Model]:
        """Yield the model of a name, nothing if there is none."""
        for analysis in self.analyses:
            if isinstance(analysis, GlmAnalysis | CoxAnalysis) and analysis.name == name:
                yield analysis

    def used_by(self, analysis: Analysis) -> tuple[str, ...]:
        """Return the variables an analysis reads, each once."""
        return tuple(dict.fromkeys(name for name in analysis.reads(self) if name is not None))

    def model_variables(self) -> tuple[str, ...]:
        """Return the variables of all analyses but descriptions; rows that lack one of them are in no model."""
        models = (analysis for analysis in self.analyses if not analysis.sees_all_rows)
        return tuple(dict.fromkeys(name for analysis in models for name in self.used_by(analysis)))

    def times(self) -> tuple[str, ...]:
        """Return the variables of time that analyses read from the time grid."""
        return tuple(dict.fromkeys(name for analysis in self.analyses for name in analysis.times(self)))

    def limits(self) -> dict[str, int]:
        """Return the limits to compare with those of the clause, the time grid in whole days rounded down."""
        limits = {"minimum_cell": self.disclosure.minimum_cell, "minimum_sites": self.disclosure.minimum_sites}
        if self.disclosure.time_grid is not None and self.times():
            days = min(DAYS[self.variables[name].unit] for name in self.times())
            limits["time_grid_days"] = math.floor(self.disclosure.time_grid * days)
        return limits

    def to_json(self) -> dict[str, Any]:
        """Return the protocol as plain JSON, with everything said that may be left out."""
        return self.model_dump(mode="json")

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the canonical form."""
        return digest(self.to_json())
