"""The credential in the forms that other programs read; each can be verified without this node."""

import json

import pytest
from django.utils import timezone
from lxml import etree

from hansa.areas.exchange.queries.credentials import FORMS, credential_of
from hansa.lib.errors import RefusedError
from hansa.lib.exchange import baking, credentials
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import Outgoing, Scene


@pytest.fixture(params=["sending", "receiving"])
def stay(request: pytest.FixtureRequest, scene: Scene):
    if request.param == "sending":
        made = Outgoing(scene)
        made.agreed()
        made.present()
    else:
        made = Incoming(scene)
    made.transcribed()
    return made.mobility


def baked(data: bytes):
    """Return the element of a picture that holds the credential."""
    return etree.fromstring(data).find(f"{{{baking.NAMESPACE}}}credential")


def test_credential_of_is_the_same_in_every_form(stay) -> None:
    written = {form: credential_of(stay, form)[1] for form in FORMS}

    bare = {name: value for name, value in stay.credential.items() if name != "proof"}
    assert credentials.verify(json.loads(written["json"]), now=timezone.now()) == ()
    assert credentials.verify(json.loads(baked(written["svg"]).text), now=timezone.now()) == ()
    assert credentials.read_jwt(written["jwt"].decode()) == bare
    assert credentials.read_jwt(baked(written["jwt.svg"]).get("verify")) == bare


def test_credential_of_says_which_kind_of_file_it_is(stay) -> None:
    types = [credential_of(stay, form)[0] for form in FORMS]

    assert types == ["application/vc+ld+json", "application/vc+jwt", "image/svg+xml", "image/svg+xml"]


def test_credential_of_is_refused_while_there_is_none(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="no credential of this form") as refused:
        credential_of(scene.nominate(), "json")

    assert refused.value.remedy


def test_credential_of_is_refused_in_a_form_that_nobody_knows(stay) -> None:
    with pytest.raises(RefusedError, match="no credential of this form"):
        credential_of(stay, "pdf")
