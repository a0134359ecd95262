"""Plans as people write, sign, send, agree and return them."""

import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Message, Plan
from hansa.areas.exchange.network import plans as network_plans
from hansa.kernel.actions import GivenError, RoleError
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp.learning_agreements import Signature
from hansa.lib.exchange import plans
from tests.areas.exchange.hosting import Incoming, offer
from tests.areas.exchange.league import League
from tests.areas.exchange.scene import COURSE, ENDS, STARTS, Outgoing, Scene
from tests.conftest import given

SIGNED = Signature(
    signer_name="K", signer_position="Coordinator", signer_email="k@ki.example", timestamp=datetime.now(UTC)
)


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    return Outgoing(scene)


@pytest.fixture
def guest(scene: Scene) -> Incoming:
    return Incoming(scene)


def draft(stay: Outgoing, **changes: object) -> Plan:
    given_ = {"mobility": str(stay.made.pk), "components": json.dumps([COURSE]), **changes}
    return actions.plans.draft(Plan(), by=stay.scene[rules.OFFICER], **given_)


def in_state(mobility, state: str) -> None:
    with given():
        mobility.state = state
        mobility.save()


def test_draft_takes_courses_and_places_from_the_catalogue_of_the_host(stay: Outgoing, scene: Scene) -> None:
    course = offer(scene.side.id)
    ward = offer(scene.side.id, form="place", title="Ward 3", code="", department="Cardiology", credits=None)

    made = draft(stay, offers=[str(course.pk), str(ward.pk)], components="")

    assert made.document["components"] == [
        {"form": "course", "code": "S-101", "title": "Surgery", "credits": "7.5", "term": "2026/2027"},
        {
            "form": "rotation",
            "title": "Ward 3",
            "department": "Cardiology",
            "supervisor": "Cardiology",
            "first": str(STARTS),
            "last": str(ENDS),
            "hours": 702,
            "goals": "Ward 3",
        },
    ]
    assert (made.number, made.phase, made.state) == (1, "before", "draft")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"mobility": "nonsense"}, "mobility"),
        ({"mobility": str(uuid4())}, "mobility"),
        ({"offers": [str(uuid4())]}, "offers"),
        ({"offers": ["nonsense"]}, "offers"),
        ({"components": "{"}, "components"),
        ({"components": "{}"}, "components"),
        ({"components": "[]"}, "components"),
        ({"home": "1"}, "home"),
    ],
)
def test_draft_names_what_is_wrong(stay: Outgoing, changes, field) -> None:
    with pytest.raises(GivenError) as refused:
        draft(stay, **changes)

    assert list(refused.value.faults) == [field]
    assert not Plan.objects.exists()


def test_draft_waits_until_the_version_before_is_settled(stay: Outgoing) -> None:
    draft(stay)

    with pytest.raises(RefusedError, match="Version 1 is not settled yet"):
        draft(stay)


def test_draft_for_a_stay_that_is_over_is_refused(stay: Outgoing) -> None:
    in_state(stay.made, "cancelled")

    with pytest.raises(RefusedError, match="before a stay and changed during it"):
        draft(stay)


def test_draft_own_is_for_the_own_stay_alone(stay: Outgoing, scene: Scene, person) -> None:
    given_ = {"mobility": str(stay.made.pk), "components": json.dumps([COURSE])}

    with pytest.raises(RefusedError, match="somebody else's stay"):
        actions.plans.draft_own(Plan(), by=person(rules.PARTICIPANT), **given_)
    made = actions.plans.draft_own(Plan(), by=scene[rules.PARTICIPANT], terms="Only after a test.", **given_)

    assert (made.document["automatic"], made.document["terms"]) == (False, "Only after a test.")


def test_revise_takes_the_signature_back(stay: Outgoing, scene: Scene) -> None:
    made = actions.plans.sign(draft(stay), by=scene[rules.PARTICIPANT])
    before = made.digest

    actions.plans.revise(made, by=scene[rules.OFFICER], components=json.dumps([{**COURSE, "credits": "5"}]))

    assert (stay.plan.state, stay.plan.signatures, stay.plan.number) == ("draft", {}, 1)
    assert stay.plan.digest != before


def test_revise_own_keeps_what_is_no_content(stay: Outgoing, scene: Scene) -> None:
    made = draft(stay)

    actions.plans.revise_own(made, by=scene[rules.PARTICIPANT], components=json.dumps([{**COURSE, "title": "Other"}]))

    assert stay.plan.document["components"][0]["title"] == "Other"
    assert stay.plan.document["mobility"] == stay.made.urn


def test_sign_and_endorse_send_both_signatures_over_one_hash(stay: Outgoing, scene: Scene) -> None:
    plan = stay.planned()

    body = scene.letters("mobilities.planned")[0]
    assert body["document"] == plan.document
    assert sorted(body["signatures"]) == ["participant", "sending"]
    for role, token in body["signatures"].items():
        said = plans.PlanSignature.read(token, key=own().signing.public)
        assert (said.plan, said.role, said.party) == (plan.digest, role, own().id)
        assert said.by not in {"participant", "officer"}


def test_sign_is_for_the_participant_alone(stay: Outgoing, person) -> None:
    with pytest.raises(RoleError, match="somebody else's"):
        actions.plans.sign(draft(stay), by=person(rules.PARTICIPANT))


def test_all_three_signatures_verify(stay: Outgoing, scene: Scene) -> None:
    stay.agreed()

    keys = {"sending": own().signing.public, "receiving": scene.side.signing.public}
    plans.verify(stay.plan.document, stay.plan.signatures, keys=keys)
    assert stay.plan.state == "agreed"


def test_newer_version_during_the_stay_replaces_the_older(stay: Outgoing, scene: Scene) -> None:
    stay.agreed()
    stay.hear("confirmed", starts=str(STARTS), ends=str(ENDS))
    stay.hear("arrived", day="2026-10-02")
    first = stay.plan

    newer = stay.planned()
    held = Plan.objects.get(pk=first.pk).state
    stay.hear("plan_agreed", plan=str(newer.pk), digest=newer.digest, signature=stay.signature(newer))

    assert (newer.number, newer.phase, newer.document["previous"]) == (2, "during", first.digest)
    assert (held, Plan.objects.get(pk=first.pk).state, stay.plan.state) == ("agreed", "replaced", "agreed")


def test_agree_signs_as_the_third(guest: Incoming, scene: Scene) -> None:
    guest.agreed()

    keys = {"sending": scene.side.signing.public, "receiving": own().signing.public}
    plans.verify(guest.plan.document, guest.plan.signatures, keys=keys)
    body = scene.letters("mobilities.plan_agreed")[0]
    assert (body["digest"], body["signature"]) == (guest.plan.digest, guest.plan.signatures["receiving"])


def test_decline_returns_the_plan_with_the_comment(guest: Incoming, scene: Scene) -> None:
    guest.hear("planned", **guest.planned())

    actions.plans.decline(guest.plan, by=scene[rules.DEPARTMENT], reason="Surgery is full.")

    assert (guest.plan.state, guest.plan.comment) == ("returned", "Surgery is full.")
    assert scene.letters("mobilities.plan_returned")[0]["reason"] == "Surgery is full."


def test_plan_of_a_cancelled_stay_is_not_carried_on(stay: Outgoing, scene: Scene) -> None:
    plan = draft(stay)
    in_state(stay.made, "cancelled")

    with pytest.raises(RefusedError, match="before a stay and changed during it"):
        actions.plans.sign(plan, by=scene[rules.PARTICIPANT])
    with pytest.raises(RefusedError, match="before a stay and changed during it"):
        actions.plans.revise(plan, by=scene[rules.OFFICER], components=json.dumps([COURSE]))


def test_side_that_may_not_is_told_who_does(stay: Outgoing, guest: Incoming, scene: Scene) -> None:
    ours = stay.planned()
    guest.hear("planned", **guest.planned())
    theirs = guest.plan

    assert not actions.plans.agree.possible(ours, scene[rules.OFFICER])
    assert not actions.plans.endorse.possible(theirs, scene[rules.OFFICER])
    with pytest.raises(RefusedError, match="Only the receiving institution"):
        actions.plans.agree(ours, by=scene[rules.OFFICER])
    with given():
        theirs.state = "signed"
        theirs.save()
    with pytest.raises(RefusedError, match="Only the sending institution"):
        actions.plans.endorse(theirs, by=scene[rules.OFFICER])
    assert not actions.plans.revise.possible(theirs, scene[rules.OFFICER])


def test_endorse_for_the_network_wants_what_its_document_needs(league: League, person) -> None:
    stay = league.mobility(iia=league.iia())
    league.plan(stay, "A1", state="agreed", signatures={"receiving": network_plans.kept_of(SIGNED)})
    plan = league.plan(stay, "A1", "A2", state="signed")

    with pytest.raises(InvalidError, match="profile"):
        actions.plans.endorse(plan, by=person(rules.OFFICER))
    league.profile()
    actions.plans.endorse(plan, by=person(rules.OFFICER))

    assert Plan.objects.get(pk=plan.pk).state == "offered"
    assert Message.objects.get().kind == "omobility-la-cnr"
