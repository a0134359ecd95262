"""With what the forms of exchange open, so that nobody writes twice what is known."""

import json

import pytest
from django.utils import timezone

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Application, Iia, Mobility, Offer, Plan, Profile
from hansa.areas.exchange.views.filling import initial
from hansa.kernel.actions import ACTIONS
from hansa.kernel.pages import Asked
from tests.areas.exchange import treaty
from tests.areas.exchange.applying import applied, assessed, opened
from tests.areas.exchange.hosting import Incoming, offer
from tests.areas.exchange.league import League
from tests.areas.exchange.scene import COURSE, ENDS, STARTS, Outgoing, Scene

ROTATION = {
    "form": "rotation",
    "title": "Surgery",
    "department": "Surgery",
    "supervisor": "Dr S",
    "first": "2026-10-01",
    "last": "2026-10-28",
    "hours": 160,
    "goals": "To operate.",
}


def asked(record, person, **filled: str) -> Asked:
    """Return what is known when a form opens."""
    return Asked(record=record, person=person, given=filled)


def test_form_that_knows_nothing_opens_empty(scene: Scene) -> None:
    assert initial("mobilities.accept", asked(Mobility(), scene[rules.OFFICER])) == {}


def test_next_application_starts_from_the_last(scene: Scene) -> None:
    student = scene[rules.PARTICIPANT]
    before = initial("applications.apply", asked(Application(), student))
    row = applied(scene, opened(scene), motivation="I want to.")

    after = initial("applications.apply", asked(Application(), student))
    again = initial("applications.revise", asked(row, student))

    assert before == {}
    assert (after["family_name"], after["field"], "wishes" in after) == ("Muster", 912, False)
    assert (again["wishes"], again["motivation"]) == ([scene.side.id], "I want to.")


def test_assessment_names_every_criterion(scene: Scene) -> None:
    row = applied(scene, opened(scene))
    before = initial("applications.assess", asked(row, scene[rules.OFFICER]))

    after = initial("applications.assess", asked(assessed(scene, row, "90"), scene[rules.OFFICER]))

    assert before == {"points": {"marks": "", "letter": ""}}
    assert after == {"points": {"marks": 90, "letter": 0}}


def test_next_plan_starts_from_the_version_before(scene: Scene) -> None:
    stay, officer = Outgoing(scene), scene[rules.OFFICER]
    key = str(stay.made.pk)
    none = [initial("plans.draft", asked(Plan(), officer, mobility=one)) for one in ("", key)]
    stay.hear("accepted", note="")
    plan = stay.planned()

    next_one = initial("plans.draft", asked(Plan(), officer, mobility=key))
    same = initial("plans.revise", asked(plan, officer)), initial("plans.revise_own", asked(plan, officer))

    assert none == [{}, {}]
    assert json.loads(next_one["components"]) == [COURSE]
    assert (next_one["home"], next_one["terms"]) == ("", "")
    assert same == (next_one, next_one)


def test_days_are_those_of_the_stay_or_today(scene: Scene) -> None:
    made, officer = scene.nominate(), scene[rules.OFFICER]

    assert initial("mobilities.confirm", asked(made, officer)) == {"starts": STARTS, "ends": ENDS}
    assert initial("mobilities.arrive", asked(made, officer)) == {"day": timezone.localdate()}


@pytest.mark.parametrize("parts", [[COURSE], [ROTATION]])
def test_transcript_starts_from_the_plan_that_all_signed(scene: Scene, parts) -> None:
    guest = Incoming(scene)
    empty = initial("mobilities.transcribe", asked(guest.mobility, scene[rules.DEPARTMENT]))
    guest.do("accept")
    guest.hear("planned", **guest.planned(components=parts))
    actions.plans.agree(guest.plan, by=scene[rules.DEPARTMENT])

    found = initial("mobilities.transcribe", asked(guest.mobility, scene[rules.DEPARTMENT]))

    (line,) = json.loads(found["courses"])
    expected = {"code": "R1", "days": 28, "hours": 160, "department": "Surgery", "assessment": ""}
    assert empty == {"courses": ""}
    assert (line["title"], line["grade"], line["passed"]) == ("Surgery", "", True)
    assert parts == [COURSE] or line.items() >= expected.items()


def test_agreement_opens_with_its_conditions_and_loses_none(league: League, person) -> None:
    officer, iia = person(rules.OFFICER), treaty.drafted()

    found = initial("iias.revise", asked(iia, officer))
    actions.iias.revise(iia, by=officer, conditions=found["conditions"])

    assert [one["direction"] for one in json.loads(found["conditions"])] == ["out", "in"]
    assert initial("iias.revise", asked(iia, officer)) == found
    assert initial("iias.revise", asked(Iia(), officer)) == {}


def test_condition_without_a_total_has_none(league: League, person) -> None:
    bare = {key: value for key, value in treaty.OUT.items() if key != "total"}
    iia = treaty.drafted(conditions=json.dumps([{**bare, "kind": "staff-teacher", "total": None}]))

    (one,) = json.loads(initial("iias.revise", asked(iia, person(rules.OFFICER)))["conditions"])

    assert "total" not in one


def test_offer_and_profile_open_with_what_they_say(scene: Scene) -> None:
    made, officer = offer(scene.side.id), scene[rules.OFFICER]
    profile = Profile(name="Charité", city="Berlin", housing="https://charite.example/rooms")

    assert initial("offers.revise", asked(made, officer))["title"] == "Surgery"
    assert initial("profiles.revise", asked(profile, officer))["city"] == "Berlin"
    assert initial("profiles.inform", asked(profile, officer))["housing"] == "https://charite.example/rooms"


def test_every_filling_is_of_an_input_of_its_action(scene: Scene) -> None:
    given_ = {"offers.revise": Offer(), "profiles.revise": Profile(), "profiles.inform": Profile()}

    for name, record in given_.items():
        assert set(initial(name, asked(record, scene[rules.OFFICER]))) <= set(ACTIONS[name].inputs.model_fields)
