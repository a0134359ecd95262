"""Choices from a register: shown and checked where an input is marked with ``OneOf``."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from hansa.kernel.choices import OneOf, choices_of

COLOURS = {"red": "Red: warm.", "blue": "Blue: cold."}
Colour = Annotated[str, OneOf(lambda: COLOURS)]


class Given(BaseModel):
    """The inputs of an action made for tests."""

    one: Colour
    many: list[Colour] = []
    maybe: Annotated[Colour | None, Field(description="Perhaps.")] = None
    free: str = ""
    several: Annotated[list[str], Field(max_length=3)] = []


@pytest.mark.parametrize(("name", "expected"), [("one", COLOURS), ("many", COLOURS), ("maybe", COLOURS)])
def test_choices_are_found_wherever_the_mark_stands(name, expected):
    assert choices_of(Given.model_fields[name]) == expected


@pytest.mark.parametrize("name", ["free", "several"])
def test_unmarked_input_has_no_choices(name):
    assert choices_of(Given.model_fields[name]) == {}


def test_name_that_may_be_chosen_is_taken():
    assert Given(one="red", many=["blue", "red"]).many == ["blue", "red"]


def test_another_name_is_refused_with_those_that_may_be_chosen():
    with pytest.raises(ValidationError) as refused:
        Given(one="red", many=["green"])

    [fault] = refused.value.errors()
    assert fault["loc"] == ("many", 0)
    assert fault["msg"] == "Choose from red, blue."


def test_schema_tells_the_choices_of_this_moment(monkeypatch):
    monkeypatch.setitem(COLOURS, "black", "Black.")

    schema = Given.model_json_schema()

    assert schema["properties"]["one"]["enum"] == ["red", "blue", "black"]
    assert schema["properties"]["many"]["items"] == {"type": "string", "enum": ["red", "blue", "black"]}
