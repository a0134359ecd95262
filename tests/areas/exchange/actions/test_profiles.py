"""What an officer tells the network of this institution."""

from datetime import date

import pytest

from hansa.areas.exchange.actions import profiles
from hansa.areas.exchange.models import Profile
from hansa.areas.exchange.rules import OFFICER, PARTICIPANT
from hansa.kernel.actions import GivenError, RoleError
from hansa.lib.errors import InvalidError, RefusedError

WHO = {
    "name": "Charité",
    "street": "Charitéplatz 1",
    "city": "Berlin",
    "country": "DE",
    "website": "https://www.charite.example",
    "email": "office@charite.example",
    "phone": "+4930450",
    "contact_given_names": "Olga",
    "contact_family_name": "Office",
    "contact_position": "Coordinator",
    "units": "med = Medicine",
}
WHEN = {
    "nominations_autumn": "05-31",
    "nominations_spring": "10-31",
    "applications_autumn": "06-15",
    "applications_spring": "11-15",
    "decision_weeks": 4,
    "transcript_weeks": 5,
    "housing": "https://www.charite.example/housing",
    "visa": "https://www.charite.example/visa",
    "insurance": "https://www.charite.example/insurance",
}


@pytest.fixture
def officer(person):
    return person(OFFICER)


@pytest.fixture
def published(officer):
    return profiles.publish(Profile(), by=officer, **WHO)


def test_publish_tells_who_we_are(published):
    assert Profile.objects.get().city == "Berlin"
    assert not published.is_calendar_given


def test_publish_is_done_once(published, officer):
    with pytest.raises(RefusedError, match="There is a profile already"):
        profiles.publish(Profile(), by=officer, **WHO)


def test_publish_is_for_officers(person):
    with pytest.raises(RoleError):
        profiles.publish(Profile(), by=person(PARTICIPANT), **WHO)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("country", "Germany", "country"),
        ("phone", "030 450", "telephone"),
        ("website", "www.charite.example", "address"),
        ("email", "office", "e-mail"),
        ("units", "Medicine", "units, line 1"),
        ("units", "a = b\nmed =", "units, line 2"),
        ("units", "a b = Medicine", "identifier"),
    ],
)
def test_publish_refuses_what_the_network_cannot_read(officer, name, value, words):
    with pytest.raises(InvalidError, match=words):
        profiles.publish(Profile(), by=officer, **{**WHO, name: value})
    assert not Profile.objects.exists()


def test_revise_keeps_what_is_left_empty(published, officer):
    profiles.revise(published, by=officer, city="Potsdam")

    found = Profile.objects.get()
    assert (found.city, found.street) == ("Potsdam", WHO["street"])


def test_inform_gives_the_calendar(published, officer):
    profiles.inform(published, by=officer, **WHEN, requirements="Language = B2")

    found = Profile.objects.get()
    assert found.is_calendar_given
    assert (found.decision_weeks, found.requirements) == (4, "Language = B2")


@pytest.mark.parametrize(
    ("name", "value"), [("nominations_autumn", "31 May"), ("decision_weeks", 99), ("nominations_spring", "13-01")]
)
def test_inform_refuses_what_is_no_day_or_week(published, officer, name, value):
    with pytest.raises(GivenError, match=name):
        profiles.inform(published, by=officer, **{**WHEN, name: value})


def test_inform_refuses_a_day_that_no_year_has(published, officer):
    with pytest.raises(InvalidError, match="autumn-term"):
        profiles.inform(published, by=officer, **{**WHEN, "nominations_autumn": "02-31"})


def test_profile_is_named_after_the_institution(published):
    assert str(published) == "Charité"
    assert published.created.date() >= date(2026, 1, 1)
