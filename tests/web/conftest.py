"""What the tests of the pages find: a house with partners, a memorandum and studies, and people of every role."""

from types import SimpleNamespace

import pytest

from hansa.areas.studies.states import State
from tests.web import house as made_house

PASSWORD = "seven ships on the Spree"


@pytest.fixture
def house(db):
    partners = made_house.partners()
    agreement = made_house.agreement()
    data = made_house.dataset()
    studies = {state: made_house.study(agreement, state) for state in State}
    made_house.run_round(studies[State.RUNNING])
    made_house.letter(studies[State.RELEASED].urn)
    return SimpleNamespace(partners=partners, agreement=agreement, data=data, studies=studies)


@pytest.fixture
def signed_in(client, person):
    """Return a browser in which someone with these roles is signed in."""

    def sign_in(*roles, **fields):
        client.person = person(*roles, **{"password": PASSWORD, "name": "Professor Adele Brandt", **fields})
        client.force_login(client.person)
        return client

    return sign_in


@pytest.fixture
def everything(signed_in):
    """Return a browser of someone who holds every role."""
    return signed_in("administrator", "auditor", "steward", "investigator", "coordinator", "signatory")
