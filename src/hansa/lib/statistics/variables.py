"""What a protocol says about one column of the data, before anybody has seen the data.

Levels, coding and allowed range are public and the same for all institutions, so that each
of them builds the same columns from its own rows, even where a level does not occur.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from hansa.lib.omop.variables import Derivation

Number: TypeAlias = Annotated[float, Field(strict=True, allow_inf_nan=False)]

BOOLEAN_LEVELS = ("no", "yes")


class Variable(BaseModel):
    """Describe one variable: its type, unit, coding and allowed values."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["number", "boolean", "category"]
    label: str = ""
    unit: str = ""
    range: tuple[Number, Number] | None = None
    levels: tuple[str, ...] = ()
    coding: dict[str, str] = {}
    # How it is taken from an OMOP database; left out of what is signed where it is not given.
    omop: Derivation | None = Field(default=None, exclude_if=lambda value: value is None)

    @property
    def categories(self) -> tuple[str, ...]:
        """Return the levels of a category or a boolean, nothing for a number."""
        return BOOLEAN_LEVELS if self.type == "boolean" else self.levels

    @property
    def bounds(self) -> tuple[float, float] | None:
        """Return the smallest and the largest allowed number, if the protocol says them."""
        return (0.0, 1.0) if self.type == "boolean" else self.range
