"""What can be taken along from a stay, and by whom."""

import json

import pytest

from hansa.areas.exchange import rules
from hansa.areas.exchange.models import Plan
from hansa.areas.exchange.views import taking
from hansa.lib.exchange import baking
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import Outgoing, Scene
from tests.conftest import given

NAMES = ["credential.json", "credential.jwt", "credential.svg", "credential.jwt.svg"]


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene)
    made.agreed()
    made.present()
    made.transcribed()
    return made


def test_stay_without_a_transcript_has_nothing_to_take_along(scene: Scene) -> None:
    assert taking.downloads(scene.nominate(), scene[rules.OFFICER]) == []
    assert taking.downloads(Plan(), scene[rules.OFFICER]) == []


def test_credential_is_there_in_every_form(stay: Outgoing, scene: Scene) -> None:
    found = taking.downloads(stay.mobility, scene[rules.PARTICIPANT])

    made = {one.name: one.build() for one in found}
    assert list(made) == NAMES
    assert json.loads(made["credential.json"][1]) == stay.mobility.credential
    assert [made[name][0] for name in NAMES] == [
        "application/vc+ld+json",
        "application/vc+jwt",
        *[baking.MEDIA_TYPE] * 2,
    ]


def test_transcript_is_there_where_the_host_wrote_it(scene: Scene) -> None:
    guest = Incoming(scene)
    guest.transcribed()
    with given():
        made = guest.mobility
        made.raw = "<elmo/>"
        made.save()

    found = taking.downloads(made, scene[rules.DEPARTMENT])

    assert found[-1].name == "transcript.elmo.xml"
    assert found[-1].build() == ("application/xml", b"<elmo/>")


def test_participant_takes_the_own_credential_and_no_other(stay: Outgoing, scene: Scene, client, person) -> None:
    address = f"/mobilities/{stay.made.pk}/downloads/credential.svg/"
    client.force_login(scene[rules.PARTICIPANT])
    page, mine = client.get(f"/mobilities/{stay.made.pk}/"), client.get(address)

    client.force_login(person(rules.PARTICIPANT))
    other, none = client.get(address), client.get(address.replace("svg", "exe"))

    assert f'href="{address}"' in page.content.decode()
    assert (mine.status_code, mine.headers["Content-Type"]) == (200, baking.MEDIA_TYPE)
    assert mine.headers["Content-Disposition"] == 'attachment; filename="credential.svg"'
    assert "sandbox" in mine.headers["Content-Security-Policy"]
    assert (other.status_code, none.status_code) == (404, 404)


def test_name_that_is_not_offered_is_absent(stay: Outgoing, scene: Scene, client) -> None:
    client.force_login(scene[rules.PARTICIPANT])

    assert client.get(f"/mobilities/{stay.made.pk}/downloads/other.svg/").status_code == 404
