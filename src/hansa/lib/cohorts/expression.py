"""What an OHDSI cohort expression says, as typed values.

Source of the constructs: OHDSI circe-be, package org.ohdsi.circe.cohortdefinition. Limits and
names follow it; a day count is whole days, an end date belongs to the period.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from hansa.lib.cohorts.domains import Attribute, Domain


@dataclass(frozen=True)
class DateRange:
    """Dates compared with one date, or lying between two."""

    operator: str
    value: dt.date
    extent: dt.date | None = None


@dataclass(frozen=True)
class NumericRange:
    """Numbers compared with one number, or lying between two."""

    operator: str
    value: Decimal
    extent: Decimal | None = None


@dataclass(frozen=True)
class TextFilter:
    """Texts that contain, start with or end with another."""

    operator: str
    text: str


@dataclass(frozen=True)
class ConceptList:
    """Concepts named one by one, wanted or excluded."""

    concepts: tuple[int, ...]
    excluded: bool = False


@dataclass(frozen=True)
class ConceptSetChoice:
    """Concepts of one concept set, wanted or excluded."""

    codeset: int
    excluded: bool = False


@dataclass(frozen=True)
class Flag:
    """A condition that is either asked for or not."""


Value = DateRange | NumericRange | TextFilter | ConceptList | ConceptSetChoice | Flag


@dataclass(frozen=True)
class Condition:
    """One attribute of an event and what it must be."""

    attribute: Attribute
    value: Value


@dataclass(frozen=True)
class DateAdjustment:
    """Move the start and end of an event by days, counted from its start or end."""

    start_with_end: bool
    start_offset: int
    end_with_end: bool
    end_offset: int


@dataclass(frozen=True)
class Period:
    """A first and a last day, either of which may be open."""

    start: dt.date | None
    end: dt.date | None


@dataclass(frozen=True)
class Criterion:
    """Events of one domain that meet conditions."""

    domain: Domain
    codeset: int | None = None
    source_codeset: int | None = None
    first: bool = False
    conditions: tuple[Condition, ...] = ()
    adjustment: DateAdjustment | None = None
    period: Period | None = None
    correlated: "Group | None" = None


@dataclass(frozen=True)
class Bound:
    """One edge of a window: days from the index date, or as far as observation reaches."""

    days: int | None
    backwards: bool


@dataclass(frozen=True)
class Window:
    """Where in time an event must lie, seen from the index event."""

    start: Bound
    end: Bound
    index_end: bool
    event_end: bool


@dataclass(frozen=True)
class Occurrence:
    """How often an event must be found, and what is counted."""

    operator: str
    count: int
    distinct: bool = False
    column: str = "DOMAIN_CONCEPT"


@dataclass(frozen=True)
class Correlated:
    """A criterion counted in windows around the index event."""

    criterion: Criterion
    start: Window
    end: Window | None
    occurrence: Occurrence
    same_visit: bool = False
    beyond_observation: bool = False


@dataclass(frozen=True)
class Demographic:
    """Conditions on the person and the dates of the index event."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Group:
    """Criteria of which all, any, at least or at most some must hold."""

    kind: str
    count: int = 0
    criteria: tuple[Correlated, ...] = ()
    demographics: tuple[Demographic, ...] = ()
    groups: "tuple[Group, ...]" = ()

    @property
    def parts(self) -> int:
        """Say how many criteria and groups this group holds."""
        return len(self.criteria) + len(self.demographics) + len(self.groups)


@dataclass(frozen=True)
class ConceptItem:
    """One concept of a concept set and what it brings along."""

    concept: int
    excluded: bool
    descendants: bool
    mapped: bool


@dataclass(frozen=True)
class ConceptSet:
    """A numbered set of concepts."""

    number: int
    items: tuple[ConceptItem, ...]


@dataclass(frozen=True)
class InclusionRule:
    """A named group that an entry event must meet."""

    name: str
    group: Group


@dataclass(frozen=True)
class DateOffset:
    """The cohort ends some days after the start or the end of the entry event."""

    from_end: bool
    days: int


@dataclass(frozen=True)
class CustomEra:
    """The cohort ends when continuous exposure to drugs of a concept set ends."""

    codeset: int
    gap: int
    offset: int
    supply: int | None


@dataclass(frozen=True)
class CohortExpression:
    """A whole cohort expression."""

    concept_sets: tuple[ConceptSet, ...]
    entry: tuple[Criterion, ...]
    prior_days: int
    post_days: int
    entry_limit: str
    additional: Group | None
    qualified_limit: str
    rules: tuple[InclusionRule, ...]
    expression_limit: str
    exit: DateOffset | CustomEra | None
    censoring: tuple[Criterion, ...]
    era_pad: int
    censor_window: Period = field(default=Period(None, None))
