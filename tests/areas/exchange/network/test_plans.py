"""Learning agreements both ways: the versions of a plan as one document of the network, and back."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hansa.areas.exchange.network import plans
from hansa.areas.exchange.states import PlanState
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.learning_agreements import GET, Component, Credit, Signature, TermNumber
from tests.areas.exchange.league import CHARITE, ENDS, KI, STARTS

SIGNED = Signature(
    timestamp=datetime(2026, 6, 1, tzinfo=UTC), signer_name="K", signer_position="C", signer_email="k@ki.example"
)


@pytest.fixture
def stay(league):
    league.profile()
    return league.mobility(iia=league.iia())


def document(stay, *shown):
    return plans.agreement_of(stay, shown, by=plans.sender())


def heard(stay, *shown):
    return plans.heard(GET.read(GET.build([document(stay, *shown)]))[0])


def test_plan_goes_there_and_back(league, stay):
    plan = league.plan(stay, "A", "B", terms="Only with a pass.")

    found = heard(stay, plan)[0]

    assert found.state == PlanState.OFFERED
    assert found.proposal
    assert set(found.signatures) == {"participant", "sending"}
    assert found.document(mobility=stay.urn, number=1, previous=None, phase="before") == plan.document


def test_versions_come_back_from_the_first_to_the_one_that_waits(league, stay):
    signed = {"receiving": plans.kept_of(SIGNED)}
    first = league.plan(stay, "A", state=PlanState.REPLACED, signatures=signed)
    second = league.plan(stay, "B", state=PlanState.AGREED, signatures=signed)
    third = league.plan(stay, "A", "B")

    found = heard(stay, first, second, third)

    assert [one.state for one in found] == [PlanState.AGREED, PlanState.AGREED, PlanState.OFFERED]
    assert [[part["code"] for part in one.components] for one in found] == [["A"], ["B"], ["A", "B"]]
    assert found[0].signatures["receiving"]["name"] == "K"


def test_proposal_is_new_only_with_new_content(league, stay):
    plan = league.plan(stay, "A")

    first, same = document(stay, plan), document(stay, plan)
    plan.document["components"][0]["credits"] = "5"

    assert first.changes_proposal.id == same.changes_proposal.id != document(stay, plan).changes_proposal.id


def test_sides_are_named_with_who_answers(league, stay):
    found = document(stay, league.plan(stay, "A"))

    assert (found.sending_hei.hei_id, found.sending_hei.contact_person.family_name) == (CHARITE, "Office")
    assert found.receiving_hei.contact_person.email == f"ewp@{KI}"
    assert found.receiving_hei.contact_person.family_name == f"University {KI}"


def test_institution_that_the_catalogue_does_not_know_has_its_postmaster(league, stay):
    stay.partner = "hei:gone.example"

    found = document(stay, league.plan(stay, "A")).receiving_hei

    assert found.contact_person.email == "postmaster@gone.example"


def test_plan_that_is_whole_is_let_through(league, stay):
    plans.check(stay, [league.plan(stay, "A")])


def test_plan_is_refused_while_nobody_is_named_who_signs(league):
    stay = league.mobility()

    with pytest.raises(InvalidError, match="nobody is named who signs"):
        plans.check(stay, [league.plan(stay, "A")])


def test_plan_without_a_language_is_refused(league, stay):
    stay.language = ""

    with pytest.raises(InvalidError, match="language"):
        plans.check(stay, [league.plan(stay, "A")])


def test_language_without_a_level_has_a_sign_of_its_own(league, stay):
    stay.language_level = "none"

    assert document(stay, league.plan(stay, "A")).student_language_skill.cefr_level == "NS"


def test_rotation_is_a_component_with_its_department(league, stay):
    plan = league.plan(stay, "A")
    rotation = {
        "form": "rotation",
        "title": "Surgery",
        "department": "Ward 4",
        "supervisor": "Prof. S",
        "first": str(STARTS),
        "last": str(ENDS),
        "hours": 160,
        "goals": "Assist",
    }
    plan.document["components"] = [rotation]

    found = document(stay, plan).changes_proposal.components_studied[0]

    assert (found.title, found.credits, found.los_code) == ("Surgery, Ward 4", (), "")


@pytest.mark.parametrize(
    ("said", "ends", "expected"),
    [
        ("2026/2027-2/3", ENDS, TermNumber(2, 3)),
        ("2/2", ENDS, TermNumber(2, 2)),
        ("winter", ENDS, TermNumber(1, 2)),
        ("winter", ENDS.replace(month=7), TermNumber(1, 1)),
    ],
)
def test_term_is_what_the_component_says_or_that_of_the_stay(league, stay, said, ends, expected):
    plan = league.plan(stay, "A")
    plan.document["components"][0]["term"] = said
    stay.ends = ends

    assert document(stay, plan).changes_proposal.components_studied[0].term == expected


def test_components_of_a_partner_get_codes_of_their_own(league, stay):
    agreement = document(stay, league.plan(stay, "A"))
    parts = (
        Component(title="One", los_code="X", credits=(Credit("ects", Decimal("5.50")), Credit("local", Decimal(3)))),
        Component(title="Two", los_code="X"),
        Component(title="Three", los_id="CR/3", term=TermNumber(2, 2)),
        Component(title="Four"),
        Component(title="Gone", los_code="Y", status="deleted"),
    )
    changed = replace(
        agreement, changes_proposal=replace(agreement.changes_proposal, components_studied=parts, virtual_components=())
    )

    found = plans.heard(changed)[0].components

    assert [(one["code"], one["credits"], one["term"]) for one in found] == [
        ("X", "5.5", "2026/2027"),
        ("X (2)", "0", "2026/2027"),
        ("CR/3", "0", "2026/2027-2/2"),
        ("no. 4", "0", "2026/2027"),
    ]


def test_version_without_components_is_no_plan_of_ours(league, stay):
    found = replace(heard(stay, league.plan(stay, "A"))[0], components=[])

    with pytest.raises(InvalidError, match="components"):
        found.document(mobility=stay.urn, number=1, previous=None, phase="before")
