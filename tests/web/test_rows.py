"""A field of rows: what is sent becomes a list as JSON, and what cannot be read is named by its row and part."""

import json

import pytest
from django import forms
from django.http import QueryDict

from hansa.kernel.pages import Part
from hansa.web.rows import MOST, SPARE, SPARE_SHORT, RowsField, RowsInput

PARTS = (
    Part("title", "Title"),
    Part("credits", "Credits", is_kept=True),
    Part("hours", "Hours", "whole"),
    Part("share", "Share", "number"),
    Part("passed", "passed", "yes"),
    Part("first", "First day", "day"),
    Part("fields", "Fields", "list"),
    Part("eqf", "Levels", "wholes"),
    Part("languages", "Languages", "levels"),
    Part("way", "Direction", choices=(("out", "we send"), ("in", "we receive"))),
)


def form(data: str | None = None, *, required: bool = True, courses: object = None) -> forms.Form:
    """Return a form with one field of rows."""
    sent = QueryDict(data) if data is not None else None
    made = forms.Form(data=sent, initial={"courses": courses} if courses is not None else None)
    made.fields["courses"] = RowsField(parts=PARTS, label="Courses", required=required)
    return made


def test_rows_become_json_in_the_types_of_their_parts():
    sent = form(
        "courses-0-title=Surgery&courses-0-credits=7.5&courses-0-hours=120&courses-0-share=0.5&courses-0-passed=yes"
        "&courses-0-first=2026-11-05&courses-0-fields=0912,+0913&courses-0-eqf=6,7&courses-0-languages=en+B2,+de+C1"
        "&courses-0-way=out"
    )

    assert sent.is_valid()
    assert json.loads(sent.cleaned_data["courses"]) == [
        {
            "title": "Surgery",
            "credits": "7.5",
            "hours": 120,
            "share": 0.5,
            "passed": True,
            "first": "2026-11-05",
            "fields": ["0912", "0913"],
            "eqf": [6, 7],
            "languages": {"en": "B2", "de": "C1"},
            "way": "out",
        }
    ]


def test_what_is_left_empty_is_left_out_but_for_what_is_kept():
    sent = form("courses-0-title=+&courses-0-passed=yes&courses-3-title=Surgery&courses-3-hours=+")

    assert sent.is_valid()
    assert json.loads(sent.cleaned_data["courses"]) == [{"title": "Surgery", "credits": "", "passed": False}]


def test_rows_that_must_be_there_are_asked_for():
    assert form("courses-0-title=").errors == {"courses": ["This field is required."]}
    empty = form("courses-0-title=", required=False)
    assert (empty.is_valid(), empty.cleaned_data) == (True, {"courses": ""})
    assert form("").errors == {"courses": ["This field is required."]}


@pytest.mark.parametrize(
    ("part", "written", "told"),
    [
        ("hours", "many", "Row 2, Hours: “many” cannot be read. Write a whole number."),
        ("share", "1,5", "Row 2, Share: “1,5” cannot be read. Write a number, with a full stop before the decimals."),
        ("eqf", "six", "Row 2, Levels: “six” cannot be read. Write whole numbers with commas between them."),
        (
            "languages",
            "en",
            "Row 2, Languages: “en” cannot be read. Write each language with its level, such as: en B2, de C1.",
        ),
    ],
)
def test_row_and_part_that_cannot_be_read_are_named(part, written, told):
    sent = form(f"courses-0-title=A&courses-1-title=B&courses-1-{part}={written}")

    assert sent.errors == {"courses": [told]}
    assert f'name="courses-1-{part}" id="id_courses-1-{part}" value="{written}"' in str(sent["courses"])


def test_form_opens_with_what_is_there_and_some_empty_rows():
    courses = json.dumps(
        [
            {
                "title": 'A "B" <c>',
                "passed": True,
                "fields": ["1", "2"],
                "languages": {"en": "B2"},
                "share": 20.0,
                "way": "in",
            }
        ]
    )

    written = str(form(courses=courses)["courses"])

    assert written.count("<fieldset") == 1 + SPARE
    assert 'value="A &quot;B&quot; &lt;c&gt;"' in written
    assert 'name="courses-0-passed" id="id_courses-0-passed" value="yes" checked' in written
    assert ('value="1, 2"' in written, 'value="en B2"' in written, 'value="20"' in written) == (True, True, True)
    assert '<option value="in" selected>we receive</option>' in written
    assert '<input type="date" name="courses-1-first"' in written
    assert '<input type="number" name="courses-1-hours"' in written
    assert str(form()["courses"]).count("<fieldset") == SPARE
    assert RowsInput(PARTS[:2]).render("scale", None).count("<fieldset") == SPARE_SHORT
    assert 'value=""' in str(form(courses=[{"title": None}])["courses"])


def test_no_more_rows_are_shown_or_read_than_anybody_fills_in():
    many = "&".join(f"courses-{number}-title={number}" for number in range(MOST + 5))

    sent = form(many)

    assert sent.is_valid()
    assert len(json.loads(sent.cleaned_data["courses"])) == MOST
    assert str(sent["courses"]).count("<fieldset") == MOST


def test_rows_tell_of_their_fault_to_those_who_hear_the_page():
    sent = form("courses-0-title=A&courses-0-hours=many")
    sent.fields["courses"].widget.attrs["aria-describedby"] = "id_courses_error"

    assert '<fieldset class="row" aria-describedby="id_courses_error"><legend>1</legend>' in str(sent["courses"])
    assert sent.fields["courses"].widget.value_omitted_from_data({}, {}, "courses")
    assert sent["courses"].id_for_label == ""
