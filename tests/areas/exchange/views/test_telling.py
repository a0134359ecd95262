"""What is said to leave the house before a click."""

import pytest

from hansa.areas.exchange.models import Application, Check, Mobility, Plan
from hansa.areas.exchange.views import telling
from hansa.kernel.actions import ACTIONS
from tests.areas.exchange.league import League
from tests.areas.exchange.scene import Outgoing, Scene


def test_every_action_of_exchange_says_what_leaves_the_house(scene: Scene) -> None:
    ours = [action for action in ACTIONS.values() if action.record.area == "exchange"]

    silent = [action.name for action in ours if not telling.tells(action.name, action.record())]

    assert (silent, len(ours) > 50) == ([], True)


def test_actions_of_others_are_left_to_them() -> None:
    assert telling.tells("studies.approve", Mobility()) is None


@pytest.mark.parametrize("action", ["applications.submit", "mobilities.report", "plans.sign", "checks.submit"])
def test_what_stays_here_is_said_to_stay(action: str) -> None:
    assert telling.tells(action, Application()) == ["Nothing leaves this house."]


def test_partner_of_a_stay_gets_a_letter(scene: Scene) -> None:
    stay = Outgoing(scene, "5.2")
    stay.hear("accepted", note="")
    plan, check = stay.planned(), stay.mobility.checks.all()[0]

    told = {
        tuple(telling.tells(action, record) or ())
        for action, record in (("mobilities.cancel", stay.mobility), ("plans.endorse", plan), ("checks.verify", check))
    }

    assert told == {("Karolinska Institutet gets a signed letter about it.",)}


def test_member_of_the_network_is_told_by_the_network(league: League) -> None:
    iia = league.iia()
    stay = league.mobility(iia=iia)

    assert telling.tells("mobilities.cancel", stay) == telling.tells("iias.share", iia)
    assert telling.tells("iias.share", iia)[0].endswith("is told through Erasmus Without Paper.")


@pytest.mark.parametrize("record", [Mobility(), Plan(), Check()])
def test_record_that_is_only_about_to_be_made_has_some_partner(record) -> None:
    (told,) = telling.tells(f"{record.noun}.make", record) or ()

    assert told.startswith("The partner is told at once")
