"""Forms come from the inputs of actions, and everything in them has words."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import pytest
from django import forms
from django.http import QueryDict
from django.utils import translation
from pydantic import Field, SecretStr, create_model

from hansa.kernel.actions import ACTIONS, GivenError
from hansa.kernel.jobs import KINDS as JOBS
from hansa.kernel.letters import KINDS as LETTERS
from hansa.kernel.people import GRANTS
from hansa.lib.errors import InvalidError
from hansa.web import words
from hansa.web.forms import ActionForm, form_for


class Made:
    """An action that takes one input of every type."""

    noun = "things"
    name = "things.make"
    inputs = create_model(
        "inputs",
        name=(Annotated[str, Field(title="Name of the thing", description="As people say it.")], ...),
        reason=(str, ""),
        protocol=(str, ""),
        password=(SecretStr, ...),
        language=(Literal["en", "de"], "de"),
        roles=(list[Literal["steward", "auditor"]], ...),
        agree=(bool, False),
        days=(int | None, None),
        share=(float, 0.5),
        day=(date, None),
        moment=(datetime, None),
        parties=(list[str], []),
        mapping=(dict[str, str], {}),
        document=(dict[str, Any], {}),
    )


def made(data=None, **more):
    return form_for(Made(), choices={}, data=data, **more)


FILLED = {
    "name": "x",
    "password": " secret ",
    "language": "en",
    "roles": ["steward"],
    "days": "3",
    "parties": "a\n\n b \n",
    "mapping": "age = alter\ntime = dauer = d",
    "document": '{"a": [1]}',
}


def test_form_has_a_field_of_the_right_kind_for_every_input():
    kinds = {name: type(field) for name, field in made().fields.items()}

    assert {name: kind.__name__ for name, kind in kinds.items()} == {
        "name": "CharField",
        "reason": "CharField",
        "protocol": "CharField",
        "password": "CharField",
        "language": "ChoiceField",
        "roles": "MultipleChoiceField",
        "agree": "BooleanField",
        "days": "IntegerField",
        "share": "FloatField",
        "day": "DateField",
        "moment": "DateTimeField",
        "parties": "LinesField",
        "mapping": "PairsField",
        "document": "JSONField",
    }


def test_form_never_shows_a_secret_again():
    form = made(FILLED)

    assert isinstance(form.fields["password"].widget, forms.PasswordInput)
    assert "secret" not in form.as_p()


def test_form_takes_words_from_the_input_itself_where_it_has_any():
    field = made().fields["name"]

    assert (field.label, field.help_text, field.required) == ("Name of the thing", "As people say it.", True)


def test_form_gives_what_was_filled_in_and_leaves_out_the_rest():
    form = made(FILLED)

    assert form.is_valid(), form.errors
    assert form.given() == {
        "name": "x",
        "password": " secret ",
        "language": "en",
        "roles": ["steward"],
        "agree": False,
        "days": 3,
        "parties": ["a", "b"],
        "mapping": {"age": "alter", "time": "dauer = d"},
        "document": {"a": [1]},
    }


def test_form_shows_defaults_as_people_write_them():
    form = made(initial={"parties": ["a", "b"], "mapping": {"age": "alter"}})

    assert form["parties"].value() == "a\nb"
    assert form["mapping"].value() == "age = alter"
    assert form["language"].value() == "de"


@pytest.mark.parametrize("language", ["en", "de", "sv"])
def test_form_writes_days_as_browsers_take_them_in_every_language(language):
    with translation.override(language):
        assert 'value="2026-11-05"' in str(made(initial={"day": date(2026, 11, 5)})["day"])


@pytest.mark.parametrize("line", ["age", "= alter", "age ="])
def test_form_says_which_line_is_no_pair(line):
    form = made({**FILLED, "mapping": f"time = dauer\n{line}"})

    assert form.errors["mapping"] == [f"Write each line as: name = what it is here. This is none: {line}"]


def test_form_narrows_what_may_be_chosen():
    form = form_for(Made(), choices={"name": [("a", "Anna")]})

    assert form.fields["name"].choices == [("a", "Anna")]


class Chosen:
    """An action with choices that may be left out, one of them with many."""

    noun = "things"
    name = "things.choose"
    inputs = create_model(
        "inputs",
        level=(Literal["low", "high"] | None, None),
        month=(Literal[tuple(f"month_{number}" for number in range(1, 21))], ...),
        fields=(list[Literal["law", "medicine"]], []),
    )


def test_form_lets_a_choice_be_left_out():
    form = form_for(Chosen(), choices={}, data={"month": "month_3", "fields": ["law"]})

    assert form.fields["level"].choices == [("", "–"), ("low", "low"), ("high", "high")]
    assert form.is_valid()
    assert form.given() == {"month": "month_3", "fields": ["law"]}


def test_form_shows_a_long_list_of_choices_as_one_to_choose_from():
    page = form_for(Chosen(), choices={}).as_p()

    assert '<select name="month" required id="id_month">' in page
    assert page.count("<option") == 3 + 21


class Wishing:
    """An action whose input has an order."""

    inputs = create_model("Inputs", wishes=(list[str], ...))
    name = "applications.apply"


WISHES = {"wishes": [("a", "Stockholm"), ("b", "Uppsala"), ("c", "Lund")]}


@pytest.mark.parametrize(
    ("chosen", "expected"), [(["b", "", "a"], ["b", "a"]), (["b", "b", "c"], ["b", "c"]), (["", "", "c"], ["c"])]
)
def test_form_takes_wishes_in_their_order_and_each_once(chosen, expected):
    form = form_for(Wishing(), choices=WISHES, data=QueryDict("&".join(f"wishes={one}" for one in chosen)))

    assert form.is_valid()
    assert form.given() == {"wishes": expected}


def test_form_asks_for_wishes_one_by_one():
    page = str(form_for(Wishing(), choices=WISHES, initial={"wishes": ["c", "a"]})["wishes"])

    assert page.count("<select") == 3
    assert [line.partition("<")[0] for line in page.split('">') if line[:1].isdigit()] == ["1. ", "2. ", "3. "]
    assert [part.partition(">")[0] for part in page.split("<option ")[1:] if "selected" in part] == [
        'value="c" selected',
        'value="a" selected',
        'value="" selected',
    ]


@pytest.mark.parametrize("chosen", [["d"], [""]])
def test_form_takes_only_wishes_that_there_are(chosen):
    form = form_for(Wishing(), choices=WISHES, data=QueryDict(f"wishes={chosen[0]}"))

    assert not form.is_valid()


def test_form_writes_a_list_of_hundreds_at_once():
    many = [(str(number), f"Number <{number}>") for number in range(101)]

    page = str(form_for(Made(), choices={"name": many}, initial={"name": "7"})["name"])

    assert page.count("<option") == 1 + 101
    assert page.count(" selected") == 1
    assert '<option value="7" selected>Number &lt;7&gt;</option>' in page
    assert 'name="name"' in page


def test_form_shows_a_fault_beside_the_field_it_is_about():
    form = made(FILLED)
    form.is_valid()

    form.blame(GivenError({"name": "This name is taken.", "elsewhere": "This too."}))

    assert form.errors == {"name": ["This name is taken."], "__all__": ["This too."]}
    assert 'aria-describedby="id_name_helptext id_name_error"' in str(form["name"])


def test_form_shows_a_fault_of_no_field_above_all():
    form = ActionForm(data={})
    form.is_valid()

    form.blame(InvalidError("The file is broken.", "Mend line 3."))

    assert form.errors == {"__all__": ["The file is broken. Mend line 3."]}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_words_name_every_input_of_every_action(name):
    inputs = set(ACTIONS[name].inputs.model_fields)

    assert {one for one in inputs if words.found("LABELS", one, of=name) is None} == set()


def test_words_name_every_permission_letter_and_job():
    granted = set().union(*GRANTS.values())

    names = {*granted, *LETTERS, *JOBS} - set(ACTIONS)
    assert {name for name in names if words.found("NAMES", name) is None} == set()
