from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.utils import timezone

from hansa.kernel import accounts, sessions, tokens
from hansa.kernel.models import ApiToken, Attempt, Person
from hansa.kernel.sessions import EntryError, enter, leave, person_of
from hansa.kernel.throttle import ThrottledError

GOOD = "correct horse battery staple"


@pytest.fixture
def request_in():
    def make(session=None):
        request = RequestFactory().post("/login/", REMOTE_ADDR="192.0.2.7")
        request.session = session or SessionStore()
        return request

    return make


def test_enter_opens_a_session(request_in, person):
    bob = person("auditor", username="bob", password=GOOD)
    request = request_in()

    entered = enter(request, username="Bob", password=GOOD)

    assert entered == bob
    assert get_user(request) == bob
    assert Attempt.objects.filter(failures__gt=0).count() == 0


@pytest.mark.parametrize(("username", "password"), [("bob", "wrong"), ("nobody", GOOD)])
def test_enter_answers_a_wrong_name_like_a_wrong_password(request_in, person, username, password):
    person("auditor", username="bob", password=GOOD)

    with pytest.raises(EntryError, match="do not belong together"):
        enter(request_in(), username=username, password=password)


def test_enter_refuses_a_disabled_person(request_in, person):
    person("auditor", username="bob", password=GOOD, state=Person.State.DISABLED)

    with pytest.raises(EntryError):
        enter(request_in(), username="bob", password=GOOD)


def test_enter_makes_guessers_wait_even_with_the_right_password(request_in, person):
    person("auditor", username="bob", password=GOOD)
    for _guess in range(5):
        with pytest.raises(EntryError):
            enter(request_in(), username="bob", password="wrong")

    with pytest.raises(ThrottledError, match="Try again in"):
        enter(request_in(), username="bob", password=GOOD)


def test_leave_closes_the_session(request_in, person):
    person("auditor", username="bob", password=GOOD)
    request = request_in()
    enter(request, username="bob", password=GOOD)

    leave(request)

    assert not get_user(request).is_authenticated


def test_session_ends_when_the_account_is_disabled(request_in, person, administrator):
    bob = person("auditor", username="bob", password=GOOD)
    request = request_in()
    enter(request, username="bob", password=GOOD)

    accounts.disable(bob, by=administrator)

    assert not get_user(request).is_authenticated


def test_session_ends_when_the_password_changes(request_in, person, administrator):
    bob = person("auditor", username="bob", password=GOOD)
    request = request_in()
    enter(request, username="bob", password=GOOD)

    accounts.reset_password(bob, by=administrator, password="a password quite different")

    assert not get_user(request).is_authenticated


def test_token_speaks_for_its_person_within_its_scopes(person):
    bob = person("auditor")
    token = tokens.create(ApiToken(), by=bob, name="notebook", scopes=["people.read"])

    found = person_of(token.text)

    assert found == bob
    assert found.scopes == {"people.read"}


@pytest.mark.parametrize("later", [timedelta(days=30, seconds=5), timedelta(days=400)])
def test_token_opens_nothing_after_its_end(person, later):
    token = tokens.create(ApiToken(), by=person("auditor"), name="notebook", scopes=["people.read"])

    with pytest.raises(EntryError, match="opens nothing"):
        person_of(token.text, now=timezone.now() + later)


def test_token_opens_nothing_for_a_disabled_person(person, administrator):
    bob = person("auditor")
    token = tokens.create(ApiToken(), by=bob, name="notebook", scopes=["people.read"])

    accounts.disable(bob, by=administrator)

    with pytest.raises(EntryError):
        person_of(token.text)


def test_token_opens_nothing_when_revoked_or_unknown(person):
    bob = person("auditor")
    token = tokens.create(ApiToken(), by=bob, name="notebook", scopes=["people.read"])
    tokens.revoke(token, by=bob)

    for text in (token.text, sessions.PREFIX + "x", ""):
        with pytest.raises(EntryError):
            person_of(text)
