"""What moves a stay, whoever causes it: places, persons, counts, days, and what the network says."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from hansa.areas.exchange import stays
from hansa.areas.exchange.models import Check, Mobility, Plan
from hansa.areas.exchange.queries.network import place_named
from hansa.lib.errors import InvalidError, RefusedError
from tests.areas.exchange.hosting import Incoming, today
from tests.areas.exchange.league import KI, League
from tests.areas.exchange.samples import ABOUT
from tests.areas.exchange.scene import Scene
from tests.conftest import given


def test_shape_gives_a_title_that_names_nobody(scene: Scene) -> None:
    stay = scene.nominate()

    assert stay.title == "Charité – Universitätsmedizin Berlin → Karolinska Institutet, 2026/2027"
    assert (stay.lead, stay.parties, stay.partner) == (stay.sending, [stay.sending, stay.receiving], scene.side.id)


def test_take_network_place_refuses_what_the_network_cannot_carry(league: League) -> None:
    iia = league.iia()
    with given():
        iia.conditions = [{**iia.conditions[0], "kind": "staff-teacher"}]
        iia.save()
    with pytest.raises(RefusedError, match="carries no nominations of this kind") as refused:
        stays.take_network_place(Mobility(starts=date(2026, 10, 1)), place_named(f"iia:{iia.pk}", "1"))

    assert refused.value.remedy


def test_keep_person_refuses_an_address_that_is_none(scene: Scene) -> None:
    with pytest.raises(ValidationError):
        stays.keep_person(scene.nominate(), {**ABOUT, "email": "nobody"})


def test_tell_over_the_network_writes_no_letter(league: League) -> None:
    stay = league.mobility(iia=league.iia())

    with given():
        stays.tell(stay, "mobilities.verified", body={}, permit="exchange.verify")

    assert league.mobility(KI).partner == f"hei:{KI}"


def test_taken_now_counts_the_stay_itself_while_it_takes_a_place(scene: Scene) -> None:
    first, second = scene.nominate(), scene.nominate()

    assert stays.taken_now(second) == 2
    second.state = "cancelled"
    assert stays.taken_now(second) == 1
    assert first.others() == 1


def test_accept_asks_for_checks_at_the_bedside_alone(scene: Scene) -> None:
    ward, course = Incoming(scene, "5.2"), Incoming(scene)

    with given():
        stays.accept(course.mobility)
        stays.accept(ward.mobility)

    assert set(Check.objects.values_list("mobility", flat=True)) == {ward.made.pk}
    assert {one.pk for one in Check.objects.all()} == {
        stays.check_id(ward.made.pk, kind) for kind in Check.objects.values_list("kind", flat=True)
    }


@pytest.mark.parametrize("text", ["soon", "", None, "2026-02-30"])
def test_day_of_takes_days_alone(text: object) -> None:
    with pytest.raises(InvalidError, match="does not name a day"):
        stays.day_of(text)


def test_demand_day_lets_yesterday_pass(scene: Scene) -> None:
    stays.demand_day(scene.nominate(), today(-1), what="The arrival")


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_hear_decision_notes_what_the_network_says(league: League, state: str) -> None:
    stay = league.mobility()

    with given():
        stays.hear_decision(stay, is_accepted=state == "accepted", comment="We\u200b decided.")

    held = Mobility.objects.get(pk=stay.pk)
    assert (held.state, held.comment) == (state, "We decided.")


def test_hear_signature_and_comment_of_the_network(league: League) -> None:
    stay = league.mobility()
    older = league.plan(stay, "A1", state="agreed")
    newer = league.plan(stay, "A2")

    with given():
        stays.hear_signature(newer, {"name": "Kerstin"})
        third = league.plan(stay, "A3")
        stays.hear_comment(third, "Too much.")

    assert [Plan.objects.get(pk=one.pk).state for one in (older, newer, third)] == ["replaced", "agreed", "returned"]
    assert Plan.objects.get(pk=newer.pk).signatures["receiving"] == {"name": "Kerstin"}
    assert Plan.objects.get(pk=third.pk).comment == "Too much."
