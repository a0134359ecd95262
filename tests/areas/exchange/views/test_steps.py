"""The way of a stay, and whose turn it is."""

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.states import MobilityState
from hansa.areas.exchange.views import steps
from hansa.kernel.identity import own
from tests.areas.exchange.scene import Outgoing, Scene


def test_accepted_stay_waits_for_the_sender_until_the_host_has_all(scene: Scene) -> None:
    stay = Outgoing(scene, "5.2")
    stay.hear("accepted", note="")
    turns = [steps.turns([stay.mobility])[stay.made.pk]]

    stay.verified()
    turns.append(steps.turns([stay.mobility])[stay.made.pk])
    stay.planned()
    turns.append(steps.turns([stay.mobility])[stay.made.pk])

    assert turns == [own().id, own().id, scene.side.id]
    assert str(steps.waits(stay.mobility, {})["what"]) == "the first day to be confirmed"


def test_steps_mark_what_is_done_and_where_the_stay_stands() -> None:
    decided = steps.steps(Mobility(state=MobilityState.DECIDED))
    cancelled = steps.steps(Mobility(state=MobilityState.CANCELLED))

    assert [step["here"] for step in decided] == [False] * 5 + [True, False]
    assert [step["done"] for step in decided] == [True] * 5 + [False] * 2
    assert not any(step["here"] or step["done"] for step in cancelled)


def test_stay_that_is_over_waits_for_nobody(scene: Scene) -> None:
    stay = scene.nominate()
    stay.state = MobilityState.RECOGNISED

    assert steps.waits(stay, {}) == {}
