import base64

import pytest
from django.test import Client, RequestFactory

from hansa.api import records
from hansa.api.door import API
from hansa.api.reading import AbsentError
from hansa.areas.studies.models import Dataset
from hansa.areas.studies.states import State
from hansa.kernel.actions import ACTIONS
from hansa.kernel.models import ApiToken, File, LedgerEntry, Person
from hansa.kernel.reading import kinds
from tests.api.programs import Program
from tests.uploads import PNG, attaching
from tests.web import house

pytestmark = pytest.mark.django_db

ADA = {"username": "ada", "name": "Ada", "password": "a sentence that I know", "roles": ["steward"]}


def test_list_shows_records_without_what_is_long(administrator):
    answer = Program(administrator).get("/people/")

    assert answer.json()["count"] == 1
    (row,) = answer.json()["records"]
    assert (row["called"], row["username"], row["state_in_words"]) == ("Astrid", "administrator", "active")
    assert set(row) & {"password", "salt", "roles", "urn"} == set()


def test_list_takes_a_state_and_a_part(administrator, person):
    person(username="second", name="Second", state=Person.State.DISABLED)
    program = Program(administrator)

    disabled = program.get("/people/", state="disabled").json()
    part = program.get("/people/", offset=1, limit=1).json()

    assert [row["username"] for row in disabled["records"]] == ["second"]
    assert (part["count"], [row["username"] for row in part["records"]]) == (2, ["second"])


@pytest.mark.parametrize("asked", [{"limit": "0"}, {"limit": "1000"}, {"offset": "-1"}, {"offset": "x"}])
def test_list_refuses_a_part_that_makes_no_sense(administrator, asked):
    answer = Program(administrator).get("/people/", **asked)

    assert answer.status_code == 400
    assert answer.json()["error"] == "given"
    assert next(iter(asked)) in answer.json()["message"]


def test_get_shows_everything_but_secrets_and_what_can_be_done(administrator, person):
    other = person("steward", username="other")

    told = Program(administrator).get(f"/people/{other.pk}").json()

    assert told["roles"] == ["steward"]
    assert {"change_roles", "disable", "reset_password"} <= set(told["can"])
    assert "enable" not in told["can"]
    assert set(told) & {"password", "salt", "urn"} == set()


def test_get_answers_404_for_what_is_not_there(administrator):
    program = Program(administrator)

    absent = program.get("/people/00000000-0000-4000-8000-000000000000")
    nowhere = program.get("/people/nobody")

    assert (absent.status_code, absent.json()["error"]) == (404, "absent")
    assert nowhere.status_code == 404


def test_action_that_makes_a_record_makes_it(administrator):
    answer = Program(administrator).post("/people/add", ADA)

    assert answer.status_code == 200
    made = Person.objects.get(username="ada")
    assert answer.json()["id"] == str(made.pk)
    assert made.check_password("a sentence that I know")
    assert "a sentence that I know" not in answer.content.decode()


def test_action_changes_a_record_and_seals_it(administrator, person):
    other = person("steward", username="other")

    answer = Program(administrator).post(f"/people/{other.pk}/disable")

    assert answer.json()["state"] == "disabled"
    assert '"action":"people.disable"' in LedgerEntry.objects.get().body


def test_action_refuses_who_has_no_role_and_changes_nothing(person, stranger):
    steward = person("steward", username="steward")

    answer = Program(steward).post("/people/add", ADA)

    assert (answer.status_code, answer.json()["error"]) == (403, "role")
    assert answer.json()["remedy"].startswith("It takes the permission people.add")
    assert not LedgerEntry.objects.exists()


def test_action_refuses_what_the_token_does_not_hold(administrator):
    answer = Program(administrator, scopes=["people.read"]).post("/people/add", ADA)

    assert (answer.status_code, answer.json()["error"]) == (403, "role")


def test_action_refuses_a_wrong_state_with_409(administrator, person):
    other = person("steward", username="other", state=Person.State.DISABLED)

    answer = Program(administrator).post(f"/people/{other.pk}/disable")

    assert (answer.status_code, answer.json()["error"]) == (409, "state")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({**ADA, "roles": ["king"]}, ["roles"]),
        ({"username": "ada"}, ["name", "password", "roles"]),
        ({**ADA, "by": "somebody"}, ["by"]),
        ({**ADA, "password": "short"}, ["password"]),
    ],
)
def test_action_names_each_input_that_is_wrong(administrator, body, names):
    answer = Program(administrator).post("/people/add", body)

    assert (answer.status_code, answer.json()["error"]) == (400, "given")
    assert sorted(answer.json()["faults"]) == names
    assert not Person.objects.filter(username="ada").exists()


@pytest.mark.parametrize("body", ["[]", '{"a": 1, "a": 2}', "{", '{"a": NaN}'])
def test_action_refuses_a_body_that_is_no_object(administrator, body):
    answer = Program(administrator).post("/people/add", body)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid")
    assert answer.json()["remedy"]


def test_new_token_is_told_once(administrator):
    program = Program(administrator)

    made = program.post("/tokens/create", {"name": "a script", "scopes": ["people.read"]}).json()
    again = program.get(f"/tokens/{made['id']}").json()

    assert Client(headers={"Authorization": f"Bearer {made['text']}"}).get("/api/me").status_code == 200
    assert set(again) & {"text", "digest"} == set()


def test_clause_that_forbids_is_cited(person):
    house.partners()
    held = house.agreement(state="suspended", suspended_by=house.HOSPITAL)
    study = house.study(held, State.PROPOSED)
    house.dataset()

    answer = Program(person("steward")).post(f"/studies/{study.pk}/approve", {"dataset": "gbsg2"})

    assert (answer.status_code, answer.json()["error"]) == (403, "clause")
    assert answer.json()["message"]
    assert answer.json()["remedy"]
    assert answer.json()["agreement"] in {held.hash, None}


def test_every_action_has_an_endpoint_with_its_words():
    schema = API.get_openapi_schema()
    operations = {about["operationId"]: about for methods in schema["paths"].values() for about in methods.values()}

    for name, action in ACTIONS.items():
        assert operations[name]["summary"] == action.title
        body = operations[name]["requestBody"]["content"]["application/json"]["schema"]
        assert set(body.get("properties", {})) == set(action.inputs.model_fields)


def test_every_kind_of_record_is_listed_and_shown():
    paths = set(API.get_openapi_schema()["paths"])

    assert {f"/api/{noun}/" for noun in kinds()} <= paths
    assert {f"/api/{noun}/{{key}}" for noun in kinds()} <= paths


def test_every_noun_of_the_registry_is_readable_by_somebody():
    assert {action.noun for action in ACTIONS.values()} <= set(kinds())


def test_token_is_listed_for_its_owner_alone(administrator, person):
    steward = person("steward", username="steward")
    Program(administrator)

    mine = Program(steward).get("/tokens/").json()

    assert mine["count"] == 1
    assert ApiToken.objects.count() == 2


@pytest.fixture
def attached(db, person):
    with attaching():
        yield house.dataset(), person("steward")


def asked_by(by):
    request = RequestFactory().get("/")
    request.auth = by
    return request


def test_file_is_taken_in_base64_and_told_with_its_record(attached):
    data, by = attached
    body = {"document": {"name": "scan.png", "content": base64.b64encode(PNG).decode()}}
    request = RequestFactory().post("/", body, content_type="application/json")
    request.auth = by

    told = records.changer(ACTIONS["datasets.attach"])(request, key=data.pk)

    (file,) = told["files"]
    assert file["added"] == File.objects.get().added.isoformat()
    assert {name: file[name] for name in ("name", "role", "media_type", "size")} == {
        "name": "scan.png",
        "role": "test",
        "media_type": "image/png",
        "size": len(PNG),
    }
    given = records.giver(Dataset)(asked_by(by), key=data.pk, digest=file["digest"])
    assert given.content == PNG
    assert given.headers["Content-Disposition"] == 'attachment; filename="scan.png"'


def test_file_that_is_not_there_is_absent(attached):
    data, by = attached

    with pytest.raises(AbsentError, match="no such file"):
        records.giver(Dataset)(asked_by(by), key=data.pk, digest="0" * 64)


def test_kind_that_keeps_files_has_an_address_for_them(attached):
    def paths(kind):
        return set(records.router_of(kind).path_operations)

    assert "/{uuidstr:key}/files/{digest}" in paths(Dataset)
    assert "/{uuidstr:key}/files/{digest}" not in paths(Person)
