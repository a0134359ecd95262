"""What people fill in row by row is what the actions take."""

import json
from decimal import Decimal

from hansa.areas.exchange.actions.iias import conditions_of
from hansa.areas.exchange.actions.transcripts import scale_of
from hansa.kernel.actions import ACTIONS
from hansa.lib.exchange import plans, transcript
from hansa.web.forms import form_for
from tests.areas.exchange.league import CHARITE, KI


def filled(name: str, action: str, rows: list[dict[str, str]]) -> str:
    """Return what the form of an action makes of rows that somebody filled in."""
    sent = {f"{name}-{number}-{part}": value for number, row in enumerate(rows) for part, value in row.items()}
    field = form_for(ACTIONS[action], choices={}, data=sent)
    field.is_valid()
    text: str = field.cleaned_data[name]
    return text


def test_conditions_in_rows_are_conditions():
    row = {
        "kind": "student-studies",
        "direction": "out",
        "first_year": "2026/2027",
        "last_year": "2028/2029",
        "places": "4",
        "total": "20",
        "fields": "0912 surgery only, 0913",
        "eqf": "6, 7",
        "languages": "en B2, de C1",
        "blended": "yes",
        "terms": "None.",
    }

    (found,) = conditions_of(filled("conditions", "iias.draft", [row]), ours=CHARITE, theirs=KI)

    assert (found.sending_hei, found.mobilities_per_year, found.total_per_year, found.blended) == (CHARITE, 4, 20, True)
    assert [(area.code, area.clarification) for area in found.subject_areas] == [
        ("0912", "surgery only"),
        ("0913", None),
    ]
    assert found.eqf_levels == (6, 7)
    assert [(one.language, one.level) for one in found.languages] == [("en", "B2"), ("de", "C1")]


def test_courses_and_rotations_in_rows_are_a_plan():
    course = {"form": "course", "code": "S-101", "title": "Surgery", "credits": "7.5", "term": "2026/2027"}
    rotation = {
        "form": "rotation",
        "title": "Ward",
        "department": "Surgery",
        "supervisor": "Prof. Lind",
        "first": "2026-10-01",
        "last": "2026-10-31",
        "hours": "160",
        "goals": "Suture.",
    }
    home = {"code": "CH-1", "title": "Chirurgie", "credits": "8"}
    document = {
        "hansa": plans.FORMAT,
        "mobility": "urn:hansa:mobilities:01234567-89ab-4def-8123-456789abcdef",
        "version": 1,
        "previous": None,
        "phase": "before",
        "components": json.loads(filled("components", "plans.draft", [course, rotation])),
        "home": json.loads(filled("home", "plans.draft", [home, {}])),
        "automatic": True,
        "terms": "",
    }

    plans.check(document)

    assert [one["form"] for one in document["components"]] == ["course", "rotation"]


def test_results_in_rows_are_a_transcript():
    course = {"code": "S-101", "title": "Surgery", "credits": "7.5", "grade": "1,0", "passed": "yes", "field": "0912"}
    rotation = {
        "code": "R1",
        "title": "Ward",
        "department": "Surgery",
        "hours": "160",
        "days": "20",
        "assessment": "Good.",
    }
    grades = [{"grade": "1,0", "count": "20", "passed": "yes"}, {"grade": "5,0"}]
    document = {
        "hansa": transcript.FORMAT,
        "mobility": "urn:hansa:mobilities:01234567-89ab-4def-8123-456789abcdef",
        "issued": "2026-11-21",
        "scale": scale_of(filled("scale", "mobilities.transcribe", grades)),
        "courses": json.loads(filled("courses", "mobilities.transcribe", [course, {**rotation, "passed": "yes"}])),
    }

    transcript.check(document)

    assert transcript.credits_of(document) == Decimal("7.5")
