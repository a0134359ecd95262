"""The door: letters handed in, receipts taken, envelopes held for those who only dial out."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from hansa.kernel import bell, door
from hansa.kernel.door import Call
from hansa.kernel.identity import own
from hansa.kernel.letters import OUTBOX
from hansa.kernel.models import Held
from hansa.lib.canonical import digest
from hansa.lib.errors import HansaError, InvalidError, RefusedError, SignatureError
from hansa.lib.keys import SigningKey
from hansa.lib.letters import moment
from hansa.lib.sealing import seal, unseal
from tests.conftest import given
from tests.kernel.conftest import Scene
from tests.paper import SOLNA, PaperPartner


def call(paper, *, seconds=0, done=(), at=None, **changes):
    """Return the signed question of a partner on paper."""
    asked = Call(
        **{
            "sender": paper.id,
            "recipient": own().id,
            "at": moment(at or datetime.now(UTC)),
            "seconds": seconds,
            "done": list(done),
            **changes,
        }
    )
    return asked.sign(paper.signing)


def collect(paper, **options):
    return door.collect(paper.id, call(paper, **options))


@pytest.fixture
def solna(scene):
    """Return a second partner, which only dials out."""
    other = PaperPartner(id=SOLNA)
    with given():
        other.row()
    return other


def relayed(scene, to, content=b'{"for":"Solna"}'):
    """Return an envelope of the first partner for the second."""
    return scene.paper.address(seal(content, to=to.sealing.public), to=to.id)


def test_hand_in_answers_a_letter_and_takes_a_receipt_in_silence(scene):
    assert set(scene.hand_in(scene.paper.seal_letter(scene.note()))) == {
        "receipt",
        "witness",
        "note",
        "cosignature",
        "seen",
    }
    scene.send()
    (envelope,) = collect(scene.paper)

    assert door.hand_in(scene.paper.answer(envelope)) is None
    assert collect(scene.paper) == []


def test_own_letters_wait_at_the_door_only_for_who_has_no_address(scene):
    scene.send()
    with given():
        partner = scene.row
        partner.address = "https://ki.example"
        partner.save()

    assert collect(scene.paper) == []


def test_holds_an_envelope_until_its_recipient_collected_it(scene, solna):
    envelope = relayed(scene, solna)

    assert door.hand_in(envelope) is None

    assert collect(solna) == collect(solna) == [envelope]
    assert collect(solna, done=[digest(envelope["sealed"])]) == []
    assert Held.objects.count() == 0


def test_holds_the_same_envelope_once(scene, solna):
    envelope = relayed(scene, solna)

    for _ in range(2):
        door.hand_in(envelope)

    assert Held.objects.count() == 1


def test_cannot_read_what_it_holds(scene, solna):
    envelope = relayed(scene, solna)
    door.hand_in(envelope)
    held = Held.objects.get()

    with pytest.raises(InvalidError, match="closed to another key"):
        unseal(held.envelope["sealed"], key=own().sealing)
    assert "Solna" not in str(vars(held))


def test_acknowledging_for_others_removes_nothing(scene, solna):
    envelope = relayed(scene, solna)
    door.hand_in(envelope)

    collect(scene.paper, done=[digest(envelope["sealed"])])

    assert Held.objects.count() == 1


@pytest.mark.parametrize("state", ["unknown", "reachable", "blocked"])
def test_passes_nothing_on_to_who_is_unknown_or_can_be_reached(scene, solna, state):
    row = Scene(solna).row
    with given():
        if state == "unknown":
            row.delete()
        else:
            row.address = "https://kuh.example" if state == "reachable" else ""
            row.state = "known" if state == "reachable" else "blocked"
            row.save()

    with pytest.raises(RefusedError, match=f"does not pass letters on to {SOLNA}") as no:
        door.hand_in(relayed(scene, solna))

    assert no.value.remedy
    assert Held.objects.count() == 0


@pytest.mark.parametrize("cause", ["hand_in", "collect"])
def test_drops_what_nobody_came_for(scene, solna, cause):
    ages = {"old": door.LONGEST_HELD + timedelta(minutes=1), "young": door.LONGEST_HELD - timedelta(minutes=1)}
    Held.objects.bulk_create(
        Held(recipient="https://ror.org/000000000", sender="x", envelope={}, digest=name, at=datetime.now(UTC) - age)
        for name, age in ages.items()
    )

    if cause == "hand_in":
        door.hand_in(relayed(scene, solna))
    else:
        collect(solna)

    assert "young" in Held.objects.values_list("digest", flat=True)
    assert "old" not in Held.objects.values_list("digest", flat=True)


def test_holds_no_more_than_the_limit_for_one_recipient(scene, solna):
    Held.objects.bulk_create(
        Held(recipient=SOLNA, sender="x", envelope={}, digest=str(number), at=datetime.now(UTC))
        for number in range(door.MOST_HELD)
    )

    with pytest.raises(RefusedError, match="Too many letters wait here for Karolinska University Hospital"):
        door.hand_in(relayed(scene, solna))

    assert Held.objects.count() == door.MOST_HELD


def test_alarm_is_kept_although_the_letter_leaves_no_trace(scene):
    scene.say(scene.note())
    scene.paper.leaves = [b"first"]

    with pytest.raises(HansaError, match="got smaller"):
        door.hand_in(scene.paper.envelope(inside(scene)))

    assert "got smaller" in scene.row.alarm


def inside(scene):
    letter = scene.paper.write("tests.noted", body={"text": "x"})
    scene.paper.leaves = [b"first"]
    return {"letter": letter.sign(scene.paper.signing), "witness": scene.paper.witness(since=0), "seen": 0}


def test_own_call_is_signed_for_one_partner(scene):
    token = door.call(recipient=scene.paper.id, seconds=20, done=["sha256:x"])

    asked = Call.read(token, key=own().signing.public)
    assert (asked.sender, asked.recipient, asked.seconds, asked.done) == (own().id, scene.paper.id, 20, ["sha256:x"])


@pytest.mark.parametrize(("sender", "token"), [(None, "x"), ("x", None)])
def test_collect_refuses_a_call_without_a_sender(scene, sender, token):
    with pytest.raises(InvalidError, match="names no sender"):
        door.collect(sender, token)


def test_collect_turns_a_stranger_away(scene):
    with pytest.raises(RefusedError, match="does not know"):
        collect(PaperPartner(id=SOLNA))


def test_collect_refuses_a_call_by_another_key(scene):
    scene.paper.signing = SigningKey.generate()

    with pytest.raises(SignatureError):
        collect(scene.paper)


@pytest.mark.parametrize("changes", [{"sender": SOLNA}, {"recipient": SOLNA}])
def test_collect_refuses_a_call_by_or_for_somebody_else(scene, changes):
    with pytest.raises(RefusedError, match="by or for somebody else"):
        collect(scene.paper, **changes)


def test_collect_refuses_an_old_call(scene):
    with pytest.raises(InvalidError, match=r"60 minutes behind ours.*NTP"):
        collect(scene.paper, at=datetime.now(UTC) - timedelta(hours=1))


def test_collect_gives_up_after_the_seconds_asked_for(scene):
    begun = time.monotonic()

    assert collect(scene.paper, seconds=1) == []

    assert time.monotonic() - begun > 0.9


@pytest.mark.django_db(transaction=True)
def test_collect_wakes_when_a_letter_is_written(scene):
    found, took = [], []

    def ask():
        begun = time.monotonic()
        found.extend(collect(scene.paper, seconds=20))
        took.append(time.monotonic() - begun)
        connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    time.sleep(0.3)
    row = scene.send()
    thread.join(60)

    content = scene.paper.open(found[0])
    assert content["letter"] == row.token
    assert took[0] < 19


def test_close_lets_nobody_wait_any_longer(scene, monkeypatch):
    monkeypatch.setattr(door, "_closing", threading.Event())
    since = bell.count(OUTBOX)

    door.close()
    began = time.monotonic()
    found = collect(scene.paper, seconds=20)

    assert (found, bell.count(OUTBOX)) == ([], since + 1)
    assert time.monotonic() - began < 19


def test_collect_seals_for_keys_that_were_confirmed_while_it_waited(scene):
    seen = iter(door.waiting(scene.row, until=time.monotonic() + 0.2))
    assert next(seen) == []
    old = scene.paper
    new = PaperPartner(signing=old.signing)
    with given():
        partner = scene.row
        partner.identity = new.identity.to_json()
        partner.save()
    scene.send()

    (envelope,) = next(seen)

    assert new.open(envelope)["letter"]
