"""How a variable of a protocol is taken from an OMOP CDM database, one value for each person of a cohort.

Source of tables, columns and concepts: OMOP CDM 5.4. Days are whole days from the person's first entry
into the target cohort; a window includes both of its ends, and an end that is left out is open.
"""

from collections.abc import Iterator
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Concept: TypeAlias = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]
Day: TypeAlias = Annotated[int, Field(strict=True, ge=-40_000, le=40_000)]
CohortName: TypeAlias = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Window: TypeAlias = tuple[Day | None, Day | None]

YEAR_BEFORE: Window = (-365, 0)
MOST_CONCEPTS = 10_000


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AtStart(_Closed):
    """Take what is known of a person on the day of entry.

    `age` is the year of entry less the year of birth, `year` that of entry, `prior_observation` the days
    observed before.
    """

    take: Literal["age", "sex", "year", "prior_observation"]


class Risk(_Closed):
    """Take the days at risk, or whether the outcome happens in them.

    Risk begins `from_day` days after entry and ends with the outcome, after `days`, with the cohort or the
    observation, whichever is first. Whoever had the outcome in the `washout` days before has no value.
    """

    take: Literal["time_at_risk", "outcome"]
    cohort: CohortName
    from_day: Annotated[Day, Field(ge=0)] = 1
    days: Annotated[Day, Field(ge=1)] | None = None
    until: Literal["cohort", "observation"] = "observation"
    washout: Annotated[Day, Field(ge=0)] | None = None


class Events(_Closed):
    """Take whether a person has an event of the concepts in a window; for a variable of type number, how many."""

    take: Literal["condition", "drug", "procedure", "measurement", "observation", "device", "visit"]
    concepts: Annotated[tuple[Concept, ...], Field(min_length=1, max_length=MOST_CONCEPTS)]
    descendants: Annotated[bool, Field(strict=True)] = True
    window: Window = YEAR_BEFORE


class Value(_Closed):
    """Take the value of a measurement in a window; of measurements of one day the one of the largest number."""

    take: Literal["value"]
    concepts: Annotated[tuple[Concept, ...], Field(min_length=1, max_length=MOST_CONCEPTS)]
    units: Annotated[tuple[Concept, ...], Field(max_length=100)] = ()
    descendants: Annotated[bool, Field(strict=True)] = True
    window: Window = YEAR_BEFORE
    choose: Literal["first", "last", "lowest", "highest", "mean"] = "last"


class Member(_Closed):
    """Take whether a person enters another cohort in a window."""

    take: Literal["cohort"]
    cohort: CohortName
    window: Window = (None, 0)


Derivation: TypeAlias = Annotated[AtStart | Risk | Events | Value | Member, Field(discriminator="take")]

TAKES: dict[str, type[BaseModel]] = {
    name: model
    for model in (AtStart, Risk, Events, Value, Member)
    for name in model.model_fields["take"].annotation.__args__  # type: ignore[union-attr]  # each is a Literal
}
TYPES = {
    "age": ("number",),
    "year": ("number",),
    "prior_observation": ("number",),
    "sex": ("category",),
    "time_at_risk": ("number",),
    "outcome": ("boolean",),
    "value": ("number",),
    "cohort": ("boolean",),
}
UNITS = {"age": "a", "prior_observation": "d", "time_at_risk": "d"}
SEXES = ("female", "male")


def odd(taken: Derivation, *, kind: str, unit: str, cohorts: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Find what does not fit between a derivation and its variable: what is wrong, and what to do."""
    types = TYPES.get(taken.take, ("boolean", "number"))
    if kind not in types:
        yield f"'{taken.take}' gives a {' or a '.join(types)}.", f"Declare the variable as a {' or a '.join(types)}."
    if taken.take in UNITS and unit != UNITS[taken.take]:
        yield f"'{taken.take}' is counted in '{UNITS[taken.take]}'.", f"Write 'unit: {UNITS[taken.take]}'."
    named = getattr(taken, "cohort", None)
    if named is not None and named not in cohorts:
        yield f"There is no cohort '{named}'.", f"Use one of {', '.join(cohorts)}."
    low, high = getattr(taken, "window", (None, None))
    if low is not None and high is not None and low > high:
        yield "The window ends before it begins.", "Write [first day, last day]."
