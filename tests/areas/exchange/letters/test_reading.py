"""A letter about a stay speaks of a stay that is here, from one of its two institutions, under its own terms."""

from dataclasses import replace
from uuid import uuid4

import pytest

from hansa.areas.exchange.letters.reading import id_of
from hansa.areas.exchange.models import Mobility, PartnerCount
from hansa.kernel import door
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError
from hansa.lib.letters import Receipt
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import Scene
from tests.conftest import given


@pytest.mark.parametrize("urn", ["", "urn:hansa:mobilities:1", f"urn:hansa:plans:{uuid4()}", f"x{uuid4()}"])
def test_id_of_takes_the_name_of_a_record_alone(urn: str) -> None:
    with pytest.raises(InvalidError, match="does not name what it is about"):
        id_of(urn, noun="mobilities")


def test_letter_about_a_stay_that_is_not_here_is_refused(scene: Scene) -> None:
    receipt = scene.say("mobilities.accepted", scene.incoming(), {"note": ""})

    assert receipt.reason == "This stay is not known here."


def test_letter_from_the_side_that_may_not_say_it_is_refused(scene: Scene) -> None:
    guest = Incoming(scene)

    receipt = guest.say("accepted", note="")

    assert "may not say this about this stay" in receipt.reason
    assert guest.mobility.state == "nominated"


def test_letter_about_the_stay_of_two_others_is_refused(scene: Scene) -> None:
    guest = Incoming(scene)
    with given():
        mobility = guest.mobility
        mobility.partner = mobility.sending = "https://ror.org/00m8d6786"
        mobility.save()

    receipt = guest.say("cancelled", reason="Because.")

    assert "may not say this about this stay" in receipt.reason


def test_letter_under_other_terms_is_refused(scene: Scene) -> None:
    stay = scene.nominate("5.2")
    under = stay.request("mobilities.accepted")
    stricter = replace(under, limits={**under.limits, "language_level": "C2"})

    letter = scene.side.write("mobilities.accepted", record=stay.urn, body={"note": "", "taken": 1}, under=stricter)
    receipt = hand_in(scene, letter)

    assert "states other terms than the stay" in receipt.reason


def hand_in(scene: Scene, letter):
    answer = scene.side.open(door.hand_in(scene.side.seal_letter(letter)))
    return Receipt.read(answer["receipt"], key=own().signing.public)


def test_letter_that_comes_too_late_names_the_state(scene: Scene) -> None:
    guest = Incoming(scene)
    guest.do("reject", reason="No ward is free.")

    receipt = guest.say("cancelled", reason="Because.")

    assert receipt.reason == "The stay is rejected by the host here."


def test_cancelled_by_the_sender_is_noted_with_its_count(scene: Scene) -> None:
    guest = Incoming(scene)

    guest.hear("cancelled", reason="She fell ill.", taken=0)

    assert (guest.mobility.state, guest.mobility.comment) == ("cancelled", "She fell ill.")
    assert PartnerCount.objects.get().taken == 0
    assert Mobility.objects.count() == 1


def test_rejected_is_noted_with_the_reason(scene: Scene) -> None:
    stay = scene.nominate()

    receipt = scene.say("mobilities.rejected", stay, {"reason": "No ward is free."})

    assert receipt.outcome == "applied"
    assert (scene.now(stay).state, scene.now(stay).comment) == ("rejected", "No ward is free.")
