"""Nominations that are taken with an offer, come twice, or are refused by the partner's node."""

from hansa.areas.exchange.models import Mobility
from hansa.kernel.identity import own
from tests.areas.exchange.hosting import offer
from tests.areas.exchange.letters.test_plans import refuse
from tests.areas.exchange.scene import Scene
from tests.conftest import given


def test_nominated_for_an_offer_of_ours(scene: Scene) -> None:
    found = offer(own().id)

    receipt = scene.nominated(body={"offer": str(found.pk)})

    assert receipt.outcome == "applied", receipt.reason
    assert scene.mobility.offer == found


def test_nominated_twice_under_one_name_is_refused(scene: Scene) -> None:
    scene.nominated()

    receipt = scene.nominated(id=scene.mobility.pk)

    assert receipt.reason == "A stay of this name is here already."
    assert Mobility.objects.count() == 1


def test_nomination_that_the_partners_node_refuses_is_rejected_with_its_reason(scene: Scene) -> None:
    stay = scene.nominate()

    refuse(scene)

    assert scene.now(stay).state == "rejected"
    assert scene.now(stay).comment == "Karolinska Institutet: The plan is odd. Write another."


def test_nomination_cancelled_meanwhile_stays_cancelled(scene: Scene) -> None:
    stay = scene.nominate()
    with given():
        stay.state = "cancelled"
        stay.save()

    refuse(scene)

    assert scene.now(stay).state == "cancelled"
