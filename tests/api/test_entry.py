import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from hansa.kernel.models import ApiToken, Person
from tests.api.programs import Program, token_of
from tests.conftest import given

pytestmark = pytest.mark.django_db


def test_nobody_is_turned_away_with_401():
    answer = Client().get("/api/me")

    assert (answer.status_code, answer.json()["error"]) == (401, "entry")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_token_speaks_for_its_person(person):
    ada = person("steward", username="ada")

    told = Program(ada, scopes=["studies.read"]).get("/me").json()

    assert (told["username"], told["permissions"]) == ("ada", ["studies.read"])


@pytest.mark.parametrize("shown", ["hansa_wrong", "", "ä"])
def test_wrong_token_opens_nothing(person, shown):
    answer = Client(headers={"Authorization": f"Bearer {shown}"}).get("/api/me")

    assert (answer.status_code, answer.json()["error"]) == (401, "entry")


@pytest.mark.parametrize("change", ["expired", "revoked", "disabled"])
def test_token_that_ended_opens_nothing(person, change):
    ada = person("steward", username="ada")
    text = token_of(ada)
    with given():
        if change == "expired":
            ApiToken.objects.update(expires=timezone.now())
        if change == "revoked":
            ApiToken.objects.update(state=ApiToken.State.REVOKED)
        if change == "disabled":
            Person.objects.update(state=Person.State.DISABLED)

    answer = Client(headers={"Authorization": f"Bearer {text}"}).get("/api/me")

    assert answer.status_code == 401


def test_session_reads(person):
    client = Client()
    client.force_login(person("steward", username="ada"))

    assert client.get("/api/me").json()["username"] == "ada"


def test_session_changes_only_from_a_form_of_this_node(person):
    ada = person("steward", username="ada")
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)

    forged = client.post(f"/api/people/{ada.pk}/change_language", {"language": "sv"}, content_type="application/json")

    assert forged.status_code == 403
    assert set(forged.json()) == {"error", "message", "remedy"}
    ada.refresh_from_db()
    assert ada.language == "en"


def test_session_with_the_form_s_secret_may_change(person):
    ada = person("steward", username="ada")
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    secret = "x" * 32
    client.cookies[settings.CSRF_COOKIE_NAME] = secret

    answer = client.post(
        f"/api/people/{ada.pk}/change_language",
        {"language": "sv"},
        content_type="application/json",
        headers={"X-CSRFToken": secret},
    )

    assert answer.status_code == 200
    ada.refresh_from_db()
    assert ada.language == "sv"
