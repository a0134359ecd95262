"""What is about a person is that person's own: stays, plans and checks, and what they are called."""

import json

import pytest

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Check, Mobility, Plan
from tests.areas.exchange.scene import COURSE, Outgoing, Scene


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene, "5.2")
    made.hear("accepted", note="")
    given_ = {"mobility": str(made.made.pk), "components": json.dumps([COURSE])}
    actions.plans.draft(Plan(), by=scene[rules.OFFICER], **given_)
    return made


@pytest.mark.parametrize("kind", [Mobility, Plan, Check], ids=lambda kind: kind.noun)
def test_own_of_finds_what_belongs_to_a_person(stay: Outgoing, scene: Scene, kind) -> None:
    mine = kind.objects.filter(kind.own_of(scene[rules.PARTICIPANT]))
    others = kind.objects.filter(kind.own_of(scene[rules.OFFICER]))

    assert mine.count() == kind.objects.count() > 0
    assert not others.exists()
    assert all(one.belongs_to(scene[rules.PARTICIPANT]) for one in mine)
    assert not any(one.belongs_to(scene[rules.OFFICER]) for one in mine)


def test_plans_and_checks_are_told_with_their_stay(stay: Outgoing) -> None:
    check = stay.mobility.checks.get(kind="licence")

    assert {stay.plan.about, check.about} == {stay.made.urn}
    assert str(stay.mobility) == stay.made.title
    assert str(stay.plan) == f"{stay.made.title}, 1"
    assert str(check) == "licence or student status"
