"""A hostile or broken partner at the door: it may neither take the threads nor fill the disk of a node."""

import threading
import time
from datetime import UTC, datetime

import pytest
from django.db import connection

from hansa.kernel import courier, door
from hansa.kernel.door import Call
from hansa.kernel.identity import own
from hansa.kernel.models import Held
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import moment
from hansa.lib.sealing import seal
from tests.conftest import given
from tests.kernel.conftest import Scene
from tests.paper import SOLNA, PaperPartner
from tests.patience import until


def collect(paper, *, seconds=0, done=()):
    asked = Call(sender=paper.id, recipient=own().id, at=moment(datetime.now(UTC)), seconds=seconds, done=list(done))
    return door.collect(paper.id, asked.sign(paper.signing))


@pytest.fixture
def solna(scene):
    other = PaperPartner(id=SOLNA)
    with given():
        other.row()
    return other


@pytest.fixture
def alone(monkeypatch):
    monkeypatch.setattr(door, "_waiting", set())
    return door._waiting


def took(paper, **options):
    begun = time.monotonic()
    assert collect(paper, **options) == []
    return time.monotonic() - begun


@pytest.mark.django_db(transaction=True)
def test_collect_lets_one_partner_wait_once_and_answers_its_next_call_at_once(scene, alone):
    first = []

    def ask():
        first.append(took(scene.paper, seconds=2))
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    until(lambda: alone)
    second = took(scene.paper, seconds=20)
    thread.join(60)

    assert second < 19
    assert first[0] > 1.8
    assert alone == set()


def test_collect_answers_at_once_while_as_many_wait_as_may(scene, alone):
    alone |= {f"partner {number}" for number in range(door.MOST_WAITING)}

    assert took(scene.paper, seconds=20) < 19

    assert len(alone) == door.MOST_WAITING


def test_place_to_wait_is_free_again_when_asking_failed(scene, alone, monkeypatch):
    def broken(*_given, **_named):
        raise ValueError("broken")

    monkeypatch.setattr(door, "waiting", broken)

    with pytest.raises(ValueError, match="broken"):
        collect(scene.paper, seconds=2)

    assert alone == set()


def test_collector_rests_when_it_is_answered_at_once_with_nothing(scene, monkeypatch):
    answers = iter([([], []), (["sha256:x"], [])])
    monkeypatch.setattr(courier, "fetch", lambda *_given, **_named: next(answers))
    with given():
        partner = scene.row
        partner.address = "https://ki.example"
        partner.save()
    step = courier.incoming(partner)

    assert (step({}), step({})) == (courier.bell.PATIENCE, 0.0)


def test_collect_refuses_to_forget_too_much_at_once(scene):
    with pytest.raises(InvalidError, match="too many envelopes"):
        collect(scene.paper, done=["sha256:x"] * (door.MOST_DONE + 1))


def hold(sender, size, number=0, recipient=SOLNA):
    envelope = {"sealed": "x" * size}
    Held.objects.create(
        recipient=recipient, sender=sender, envelope=envelope, digest=f"{sender}{number}", at=datetime.now(UTC)
    )


def relayed(scene, to):
    return scene.paper.address(seal(b'{"for":"Solna"}', to=to.sealing.public), to=to.id)


def test_hold_refuses_more_bytes_of_one_sender_than_its_share(scene, solna, monkeypatch):
    monkeypatch.setattr(door, "MOST_HELD_BYTES_OF_ONE", 5_000)
    hold(scene.paper.id, 4_900)

    with pytest.raises(RefusedError, match="Too many letters wait here"):
        door.hand_in(relayed(scene, solna))

    assert Held.objects.count() == 1


def test_hold_counts_the_share_of_each_sender_by_itself(scene, solna, monkeypatch):
    monkeypatch.setattr(door, "MOST_HELD_BYTES_OF_ONE", 5_000)
    hold("https://ror.org/somebody-else", 4_900)

    assert door.hand_in(relayed(scene, solna)) is None


def test_hold_refuses_more_bytes_for_one_recipient_than_its_place(scene, solna, monkeypatch):
    monkeypatch.setattr(door, "MOST_HELD_BYTES", 5_000)
    hold("https://ror.org/somebody-else", 4_900)

    with pytest.raises(RefusedError, match="Too many letters wait here"):
        door.hand_in(relayed(scene, solna))


def test_collect_answers_with_no_more_than_fits_but_always_with_one(scene, solna, monkeypatch):
    monkeypatch.setattr(door, "MOST_ANSWERED_BYTES", 2_500)
    for number in range(4):
        hold(scene.paper.id, 1_500, number)

    assert len(collect(solna)) == 2

    monkeypatch.setattr(door, "MOST_ANSWERED_BYTES", 10)
    assert len(collect(solna)) == 1


@pytest.mark.django_db(transaction=True)
def test_own_letters_of_a_partner_do_not_crowd_out_the_answer(scene, monkeypatch):
    monkeypatch.setattr(door, "MOST_ANSWERED_BYTES", 10)
    first = scene.send()
    scene.send()

    (envelope,) = collect(scene.paper)

    assert scene.paper.open(envelope)["letter"] == first.token
    assert isinstance(scene, Scene)
