"""What the pages of plans and checks say."""

import json

import pytest

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Plan
from hansa.areas.exchange.views import planning
from hansa.kernel.files import Upload, one_of
from tests.areas.exchange.samples import PNG
from tests.areas.exchange.scene import COURSE, Outgoing, Scene


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene, "5.2")
    made.hear("accepted", note="")
    return made


def test_plan_shows_what_differs_from_the_version_before(stay: Outgoing, scene: Scene) -> None:
    first = stay.planned()
    stay.hear("plan_returned", plan=str(first.pk), digest=first.digest, reason="Too much.")
    home = json.dumps([{"code": "CH-1", "title": "Chirurgie", "credits": "8"}])
    about = {"mobility": str(stay.made.pk), "components": json.dumps([{**COURSE, "credits": "5"}]), "home": home}
    second = actions.plans.draft(Plan(), by=scene[rules.OFFICER], **about)

    shown = planning.plan(second, scene[rules.OFFICER])

    assert shown["before"] == first
    assert shown["differences"] == (
        "Changed: Surgery, credits: 7.5 → 5.",
        "Added at home: Chirurgie (CH-1), 8 ECTS credits.",
    )
    assert shown["warnings"] == ("The courses at the host have 5 ECTS credits, what they replace at home has 8.",)
    assert [one["signature"] for one in shown["signed"]] == [None, None, None]
    assert shown["mobility_url"] == f"/mobilities/{stay.made.pk}/"


def test_plan_shows_the_first_version_without_a_comparison(stay: Outgoing, scene: Scene) -> None:
    shown = planning.plan(stay.planned(), scene[rules.PARTICIPANT])

    assert (shown["before"], shown["differences"]) == (None, ())
    assert [bool(one["signature"]) for one in shown["signed"]] == [True, True, False]


def test_check_shows_the_evidence(stay: Outgoing, scene: Scene) -> None:
    check = stay.mobility.checks.get(kind="licence")
    actions.checks.submit(check, by=scene[rules.PARTICIPANT], document=Upload.of("proof.png", PNG))

    shown = planning.check(check, scene[rules.OFFICER])

    assert [one.name for one in shown["documents"]] == ["proof.png"]


@pytest.mark.parametrize("role", [rules.DEPARTMENT, "auditor"])
def test_evidence_is_for_the_participant_and_whoever_verifies_it(stay: Outgoing, scene: Scene, person, role) -> None:
    check = stay.mobility.checks.get(kind="licence")
    actions.checks.submit(check, by=scene[rules.PARTICIPANT], document=Upload.of("proof.png", PNG))
    digest, reader = check.files()[0].digest, person(role, "steward")

    assert planning.check(check, reader)["documents"] == []
    assert one_of(check, digest, by=reader) is None
    assert [one_of(check, digest, by=by).name for by in (scene[rules.PARTICIPANT], None)] == ["proof.png"] * 2
