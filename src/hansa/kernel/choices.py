"""Choices that are only known while the node runs, such as the roles of all its areas.

An input of an action that takes one of a few names is a ``Literal`` where these are
fixed, and a text marked with ``OneOf`` where a register holds them. Form, command and
API show the choices, and refuse what is none of them, in both cases.

    RoleName = Annotated[str, OneOf(role_choices)]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

Choices = Mapping[str, str | Promise]


@dataclass(frozen=True)
class OneOf:
    """Mark a text as one of the names that ``choices`` returns, each with its words for people."""

    choices: Callable[[], Choices]

    def check(self, value: str) -> str:
        """Return a name that may be chosen, or refuse it and say what may."""
        known = list(self.choices())
        if value not in known:
            told = _("Choose from {known}.").format(known=", ".join(known))
            raise PydanticCustomError("one_of", "{told}", {"told": told})
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], CoreSchema]) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: Callable[[Any], dict[str, Any]]) -> Any:
        return {**handler(schema), "enum": list(self.choices())}


def choices_of(about: FieldInfo) -> Choices:
    """Return what may be chosen for an input that is marked with ``OneOf``, or nothing."""
    marks = [*about.metadata, *_marks_in(about.annotation)]
    return next((mark.choices() for mark in marks if isinstance(mark, OneOf)), {})


def _marks_in(annotation: Any) -> list[Any]:
    inside = get_args(annotation)
    found = list(inside[1:]) if get_origin(annotation) is Annotated else []
    return [*found, *(mark for part in inside for mark in _marks_in(part))]
