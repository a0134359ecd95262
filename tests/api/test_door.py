import pytest
from django.test import Client

from hansa.api import door, records
from hansa.kernel.actions import ACTIONS
from tests.api.programs import Program

pytestmark = pytest.mark.django_db


def test_docs_name_every_action_and_bring_no_script():
    page = Client().get("/api/docs").content.decode()

    assert all(action.verb in page for action in ACTIONS.values())
    assert "<script" not in page
    assert "//cdn" not in page


def test_openapi_describes_the_tokens():
    told = Client().get("/api/openapi.json").json()

    assert told["info"]["title"] == "Hansa"
    assert told["components"]["securitySchemes"]["Token"] == {"type": "http", "scheme": "bearer"}


def test_unknown_address_is_answered_in_json(administrator):
    answer = Program(administrator).get("/people/x/y")

    assert answer.status_code == 404


def test_fault_inside_is_told_by_its_kind_alone(administrator, monkeypatch, caplog):
    def breaks(*_given, **_named):
        raise ZeroDivisionError("Erika Mustermann")

    monkeypatch.setattr(records.reading, "readable", breaks)

    answer = Program(administrator).get("/people/")

    assert (answer.status_code, answer.json()["error"]) == (500, "fault")
    assert "ZeroDivisionError" in answer.json()["message"]
    assert "Mustermann" not in answer.content.decode() + caplog.text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"enum": ["en", "de"]}, "en | de"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": "string", "format": "password"}, "password"),
        ({"type": "integer"}, "integer"),
        ({"anyOf": []}, "JSON"),
    ],
)
def test_kind_of_says_an_input_in_a_word(given, expected):
    assert door.kind_of(given) == expected


def every_operation():
    for path, methods in door.API.get_openapi_schema()["paths"].items():
        for method in methods:
            yield method, path.replace("{key}", "00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize(("method", "path"), list(every_operation()), ids=str)
def test_nobody_gets_anything_without_a_token(method, path):
    answer = getattr(Client(), method)(path, content_type="application/json")

    assert (answer.status_code, answer.json()["error"]) == (401, "entry")


@pytest.mark.parametrize(("method", "path"), list(every_operation()), ids=str)
def test_who_has_no_role_does_nothing(stranger, method, path):
    program = Program(stranger, scopes=["everything"])

    answer = getattr(program.client, method)(path, content_type="application/json")

    own = {"/api/me", "/api/actions", "/api/people/", "/api/tokens/"}
    assert answer.status_code in ({200} if path in own and method == "get" else {400, 403, 404})
