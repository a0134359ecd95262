"""To whom a mail to a group goes, and when it is not written at all."""

from typing import Any
from uuid import uuid4

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Mailing
from hansa.kernel.actions import GivenError
from hansa.kernel.models import Job
from hansa.lib.errors import RefusedError
from tests.areas.exchange.applying import applied, opened
from tests.areas.exchange.scene import Scene


def send(scene: Scene, **changes: Any) -> Mailing:
    return actions.mailings.send(Mailing(), by=scene["officer"], **{"subject": "S", "text": "T", **changes})


def test_send_owes_one_mail_to_everybody(scene: Scene) -> None:
    call = opened(scene)
    for name in ("ada", "bea"):
        applied(scene, call, name)

    mailing = send(scene, call=str(call.pk))

    assert mailing.state == "sending"
    assert [(job.data, job.group) for job in Job.objects.all()] == [({"number": 0}, "mail"), ({"number": 1}, "mail")]


def test_send_writes_once_to_an_address(scene: Scene) -> None:
    scene.nominate()
    scene.nominate(email="ANNA@charite.example")

    assert len(send(scene, year="2026/2027").recipients) == 1


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({"states": ["submitted"]}, 1),
        ({"states": ["submitted", "withdrawn"]}, 2),
        ({}, 2),
    ],
)
def test_send_chooses_applicants_by_state(scene: Scene, chosen, number) -> None:
    call = opened(scene)
    applied(scene, call, "ada")
    actions.applications.withdraw(applied(scene, call), by=scene["participant"])

    assert len(send(scene, call=str(call.pk), **chosen).recipients) == number


@pytest.mark.parametrize(
    ("chosen", "number"),
    [
        ({"kind": "student_studies"}, 2),
        ({"kind": "staff_training"}, 1),
        ({"year": "2026/2027"}, 3),
        ({"partner": "https://ror.org/056d84691"}, 3),
        ({"direction": "outgoing"}, 2),
        ({"direction": "incoming"}, 1),
        ({"states": ["nominated"], "direction": "outgoing"}, 1),
        ({"states": ["cancelled"]}, 1),
    ],
)
def test_send_chooses_people_by_their_stays(scene: Scene, chosen, number) -> None:
    scene.nominate(email="ada@charite.example")
    actions.mobilities.cancel(
        scene.nominate("5.3", email="bea@charite.example"), by=scene["officer"], reason="She fell ill."
    )
    scene.nominated()

    assert len(send(scene, **chosen).recipients) == number


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"subject": "one\ntwo", "year": "2026/2027"}, "subject"),
        ({"subject": "one\rtwo", "year": "2026/2027"}, "subject"),
        ({"text": "x" * 20_001, "year": "2026/2027"}, "text"),
        ({}, "call"),
        ({"call": "nothing"}, "call"),
        ({"call": str(uuid4())}, "call"),
        ({"states": ["asleep"]}, "states"),
        ({"direction": "up"}, "direction"),
    ],
)
def test_send_names_what_is_wrong(scene: Scene, changes, place) -> None:
    scene.nominate()

    with pytest.raises(GivenError) as refused:
        send(scene, **changes)

    assert list(refused.value.faults) == [place]


def test_send_takes_a_call_or_stays_but_not_both(scene: Scene) -> None:
    call = opened(scene)

    with pytest.raises(GivenError, match="not both"):
        send(scene, call=str(call.pk), year="2026/2027")
    with pytest.raises(GivenError, match="Choose among: draft, submitted"):
        send(scene, call=str(call.pk), states=["nominated", "arrived"])


def test_send_to_nobody_is_refused(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="This names 0 people"):
        send(scene, year="1999/2000")


def test_send_without_a_mail_server_says_what_to_write(scene: Scene, settings: Any) -> None:
    settings.EMAIL_HOST = ""

    with pytest.raises(RefusedError, match="names no mail server") as refused:
        send(scene, year="2026/2027")

    assert "mail = " in refused.value.remedy
    assert "copy the addresses" in refused.value.remedy
