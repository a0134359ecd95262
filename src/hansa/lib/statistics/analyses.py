"""What a protocol can ask for: the keys of each kind of analysis, and the variables that it reads.

The keys are closed, as all of a protocol is (schema.py). What is computed of an analysis is in `kinds`.
"""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal, Protocol, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from hansa.lib.statistics.formula import Formula
from hansa.lib.statistics.formula import parse as parse_formula
from hansa.lib.statistics.variables import Number, Variable

Name: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=10_000)]


class Declared(Protocol):
    """What an analysis can refer to: the variables of the protocol, and its other analyses."""

    @property
    def variables(self) -> Mapping[str, Variable]:
        """Return the declared variables by name."""

    def models(self, name: str) -> Iterator["Model"]:
        """Yield the model of a name, nothing if there is none."""


class Closed(BaseModel):
    """Know every key that may stand here; another one is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Asked(Closed):
    """Hold what every analysis has, and what the protocol has to know of it."""

    #: Models see only the rows that lack none of their variables; a description sees all rows.
    sees_all_rows: ClassVar[bool] = False

    name: Name

    @abstractmethod
    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""

    def times(self, protocol: Declared) -> tuple[str, ...]:
        """Return the variables of time that it reads from the time grid."""
        return ()


class TableOneAnalysis(Asked):
    """Describe variables: counts and shares, means and standard deviations, missing values."""

    sees_all_rows: ClassVar[bool] = True

    kind: Literal["table_one"]
    variables: Annotated[tuple[Name, ...], Field(min_length=1)]
    by: Name | None = None

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (self.by, *self.variables)


class QuantilesAnalysis(Asked):
    """Tell the quartiles of variables, counted in `steps` of their units, by the levels of a category."""

    kind: Literal["quantiles"]
    steps: Annotated[dict[Name, Annotated[Number, Field(gt=0)]], Field(min_length=1)]
    by: Name | None = None

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (self.by, *self.steps)


class KaplanMeierAnalysis(Asked):
    """Estimate survival, by the levels of a category where `by` names one."""

    kind: Literal["kaplan_meier"]
    time: Name
    event: Name
    by: Name | None = None

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (self.time, self.event, self.by)

    def times(self, protocol: Declared) -> tuple[str, ...]:
        """Return the variables of time that it reads from the time grid."""
        return (self.time,)


class IncidenceAnalysis(Asked):
    """Estimate the rate of an event per unit of time, by the levels of a category where `by` names one."""

    kind: Literal["incidence"]
    time: Name
    event: Name
    by: Name | None = None

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (self.time, self.event, self.by)


class Regression(Asked):
    """Hold what regression models share: a formula with one response."""

    formula: Text

    def parsed(self, protocol: Declared) -> Formula:
        """Return the parsed formula."""
        return parse_formula(self.formula, variables=protocol.variables, survival=False)

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return self.parsed(protocol).used


class Questioned(Asked):
    """Hold what a model has that may ask the question of another one otherwise: a sensitivity analysis."""

    # Left out of what is signed where it is not given, so that older protocols keep their digest.
    sensitivity_of: Name | None = Field(default=None, exclude_if=lambda value: value is None)


class GlmAnalysis(Regression, Questioned):
    """Fit a generalised linear model with the canonical link of its family, a negative binomial one with the log.

    `exposure` is the time at risk behind each count, whose logarithm is the offset; of a binomial model it is the odds
    that the event falls into a window by the lengths of times alone, as in a self-controlled case series.
    """

    kind: Literal["glm"]
    family: Literal["gaussian", "binomial", "poisson", "negative_binomial"]
    # Left out of what is signed where it is not given, so that older protocols keep their digest.
    exposure: Name | None = Field(default=None, exclude_if=lambda value: value is None)

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (*super().reads(protocol), self.exposure)


class PenalisedAnalysis(Regression):
    """Fit a generalised linear model whose coefficients a penalty holds near zero, to predict or to choose terms.

    `mixing` 1 is the lasso, 0 is ridge regression. It gives no intervals.
    """

    kind: Literal["penalised"]
    family: Literal["gaussian", "binomial", "poisson"]
    penalty: Annotated[Number, Field(gt=0)]
    mixing: Annotated[Number, Field(ge=0, le=1)] = 1.0


class MixedAnalysis(Regression):
    """Fit a linear model in which persons of one hospital are alike: a random intercept of the hospital, by REML."""

    kind: Literal["mixed_model"]


class CompetingAnalysis(Asked):
    """Estimate the cumulative incidence of each cause where one event keeps the others from happening.

    `event` is a category whose first level is the end of observation without any of them.
    """

    kind: Literal["cumulative_incidence"]
    time: Name
    event: Name
    by: Name | None = None

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (self.time, self.event, self.by)

    def times(self, protocol: Declared) -> tuple[str, ...]:
        """Return the variables of time that it reads from the time grid."""
        return (self.time,)


class CoxAnalysis(Questioned):
    """Fit a Cox model, over risk sets of all sites (`pooled`) or of each site (`site`).

    With a `cause` the event is a category of competing causes, and persons with another one leave the risk set then.
    """

    kind: Literal["cox"]
    formula: Text
    ties: Literal["efron", "breslow"] = "efron"
    strata: tuple[Name, ...] = ()
    baseline: Literal["pooled", "site"] = "pooled"
    # Left out of what is signed where it is not given, so that older protocols keep their digest.
    # Errors that hold where hazards are not proportional or persons not alike (Lin and Wei).
    robust: bool = Field(default=False, exclude_if=lambda value: not value)
    cause: Annotated[str, Field(min_length=1)] | None = Field(default=None, exclude_if=lambda value: value is None)

    def parsed(self, protocol: Declared) -> Formula:
        """Return the parsed formula."""
        return parse_formula(
            self.formula, variables=protocol.variables, survival=True, competing=self.cause is not None
        )

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (*self.parsed(protocol).used, *self.strata)

    def times(self, protocol: Declared) -> tuple[str, ...]:
        """Return the variables of time that it reads from the time grid."""
        return (self.parsed(protocol).response,) if self.baseline == "pooled" else ()


class EffectAnalysis(Asked):
    """Estimate the effect of a treatment on everybody, by weights that make treated and untreated alike.

    `adjust` is the right side of the formula of the propensity score; scores are held within `truncate` of 0 and 1.
    """

    kind: Literal["treatment_effect"]
    treatment: Name
    outcome: Name
    adjust: Text
    family: Literal["gaussian", "binomial", "poisson"]
    truncate: Annotated[Number, Field(ge=0.01, le=0.25)] = 0.05

    def propensity(self, protocol: Declared) -> Formula:
        """Return the parsed formula of the propensity score."""
        return parse_formula(f"{self.treatment} ~ {self.adjust}", variables=protocol.variables, survival=False)

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return (self.outcome, *self.propensity(protocol).used)


class MetaAnalysis(Asked):
    """Compare what each site estimates alone, for the model that `of` names."""

    kind: Literal["meta_analysis"]
    of: Name

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        return tuple(name for model in protocol.models(self.of) for name in model.reads(protocol))


class CalibrationAnalysis(Asked):
    """Correct a term of a model by what the same term shows in models of outcomes that it cannot cause."""

    kind: Literal["calibration"]
    of: Name
    term: Text
    controls: Annotated[tuple[Name, ...], Field(min_length=3)]

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return the variables it reads, None in the place of one that is not given."""
        models = (model for name in (self.of, *self.controls) for model in protocol.models(name))
        return tuple(name for model in models for name in model.reads(protocol))


class FrequencyAnalysis(Asked):
    """Tell how frequent the alternate allele of each variant of the panel is."""

    kind: Literal["allele_frequencies"]

    def reads(self, protocol: Declared) -> tuple[str | None, ...]:
        """Return no variable: only genotypes are counted."""
        return ()


class GwasAnalysis(Regression):
    """Test each variant of the panel for its association with the response of a formula, which adjusts for the rest.

    The formula names no variant: copies of the alternate allele are added to it, one variant at a time, and beside them
    as many principal components of the genotypes as `components` says.
    """

    kind: Literal["gwas"]
    family: Literal["gaussian", "binomial"]
    components: Annotated[int, Field(strict=True, ge=1, le=20)] | None = None


Model: TypeAlias = GlmAnalysis | CoxAnalysis
Described: TypeAlias = (
    TableOneAnalysis | QuantilesAnalysis | KaplanMeierAnalysis | CompetingAnalysis | IncidenceAnalysis
)
OfModels: TypeAlias = MetaAnalysis | CalibrationAnalysis
Genomic: TypeAlias = FrequencyAnalysis | GwasAnalysis
Analysis: TypeAlias = Described | Model | PenalisedAnalysis | MixedAnalysis | EffectAnalysis | OfModels | Genomic
