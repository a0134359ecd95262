"""Learning agreements as receiving institutions fetch them, and what they may say to a proposal."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hansa.areas.exchange.models import Plan
from hansa.areas.exchange.states import MobilityState, PlanState
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp import mobility_statistics
from hansa.lib.ewp.answers import read_error
from hansa.lib.ewp.learning_agreements import ProposalApproval, ProposalComment, Signature, UpdateRequest
from tests.areas.exchange.league import CHARITE, KI, STATS, UU, YEAR
from tests.conftest import given
from tests.lib.ewp.schemas import validate

SIGNATURE = Signature(
    timestamp=datetime(2026, 6, 1, 12, tzinfo=UTC),
    signer_name="Karin Host",
    signer_position="Coordinator",
    signer_email="karin@ki.example",
    signer_app="Dashboard",
)
OURS = ("sending_hei_id", CHARITE)


@pytest.fixture
def stay(league):
    """Return an outgoing stay under an approved agreement, at an institution that says who signs."""
    league.profile()
    return league.mobility(iia=league.iia(), state=MobilityState.ACCEPTED)


def get(league, *ids, **changes):
    answer = league.ask("omobility-las", 1, [OURS, *(("omobility_id", key) for key in ids)], part="get-url", **changes)
    assert answer.status_code == 200, answer.content
    return las.GET.read(answer.content)


def index(league, pairs=(), **changes):
    answer = league.ask("omobility-las", 1, [OURS, *pairs], part="index-url", **changes)
    return las.INDEX.read(answer.content)


def update(league, decision, *, sending=CHARITE, **changes):
    document = las.UPDATE_REQUEST.build(UpdateRequest(sending_hei_id=sending, decision=decision))
    return league.ask("omobility-las", 1, part="update-url", document=document, **changes)


def approval(stay, proposal):
    return ProposalApproval(omobility_id=stay.foreign_id, changes_proposal_id=proposal, signature=SIGNATURE)


def comment(stay, proposal):
    return ProposalComment(
        omobility_id=stay.foreign_id, changes_proposal_id=proposal, comment="Take another course.", signature=SIGNATURE
    )


def waiting(league, stay):
    return get(league, stay.foreign_id)[0].changes_proposal.id


def test_index_lists_what_the_sending_institution_signed(league, stay):
    league.plan(league.mobility(), "A", state=PlanState.SIGNED)
    league.plan(stay, "A")

    assert index(league) == (stay.foreign_id,)
    assert index(league, [("modified_since", "2050-01-01T00:00:00Z")]) == ()
    assert index(league, [("receiving_hei_id", UU)]) == ()
    assert index(league, by=UU) == ()


def test_first_version_is_a_proposal_until_the_host_signs(league, stay):
    league.plan(stay, "A", "B")

    found = get(league, stay.foreign_id)[0]

    assert found.first_version is None
    assert [one.los_code for one in found.changes_proposal.components_studied] == ["A", "B"]
    assert found.changes_proposal.sending_hei_signature.signer_name == "Olga Office"
    assert found.changes_proposal.student_signature.signer_name == ""


def test_signature_makes_the_first_version(league, stay):
    plan = league.plan(stay, "A")

    answer = update(league, approval(stay, waiting(league, stay)))

    assert answer.status_code == 200
    assert Plan.objects.get(pk=plan.pk).state == PlanState.AGREED
    found = get(league, stay.foreign_id)[0]
    assert found.changes_proposal is None
    assert found.first_version.receiving_hei_signature == SIGNATURE


def test_changes_are_told_against_the_first_version(league, stay):
    first = league.plan(stay, "A", "B")
    update(league, approval(stay, waiting(league, stay)))
    league.plan(stay, "B", "C", terms="Only with a pass.")
    update(league, approval(stay, waiting(league, stay)))
    league.plan(stay, "C")

    found = get(league, stay.foreign_id)[0]

    assert Plan.objects.get(pk=first.pk).state == PlanState.REPLACED
    assert [(one.los_code, one.status) for one in found.first_version.components_studied] == [("A", ""), ("B", "")]
    assert [(one.los_code, one.status) for one in found.approved_changes.components_studied] == [
        ("A", "deleted"),
        ("B", ""),
        ("C", "inserted"),
    ]
    assert {one.recognition_conditions for one in found.approved_changes.components_recognized} == {"Only with a pass."}
    assert [(one.los_code, one.status) for one in found.changes_proposal.components_studied] == [
        ("A", "deleted"),
        ("B", "deleted"),
        ("C", "inserted"),
    ]


def test_answers_are_valid(league, stay):
    league.plan(stay, "A", "B")
    first = waiting(league, stay)
    validate(update(league, approval(stay, "stale")).content)
    validate(update(league, approval(stay, first)).content)
    league.plan(stay, "B", "C")

    validate(league.ask("omobility-las", 1, [OURS, ("omobility_id", stay.foreign_id)], part="get-url").content)
    validate(league.ask("omobility-las", 1, [OURS], part="index-url").content)
    validate(league.ask("omobility-las", 1, method="GET", part="stats-url").content)


def test_comment_returns_the_proposal(league, stay):
    plan = league.plan(stay, "A")

    answer = update(league, comment(stay, waiting(league, stay)))

    assert answer.status_code == 200
    found = Plan.objects.get(pk=plan.pk)
    assert (found.state, found.comment) == (PlanState.RETURNED, "Take another course.")
    assert waiting(league, stay)


@pytest.mark.parametrize("decide", [approval, comment])
def test_stale_decision_is_a_conflict_in_words_for_the_user(league, stay, decide):
    plan = league.plan(stay, "A")

    answer = update(league, decide(stay, "older"))

    assert answer.status_code == 409
    assert read_error(answer.content).user_messages
    assert Plan.objects.get(pk=plan.pk).state == PlanState.OFFERED


def test_decision_where_nothing_waits_is_a_conflict(league, stay):
    league.plan(stay, "A", state=PlanState.AGREED)

    assert update(league, approval(stay, "x")).status_code == 409


def test_decision_after_the_stay_was_cancelled_is_a_conflict(league, stay):
    league.plan(stay, "A")
    proposal = waiting(league, stay)
    with given():
        stay.state = MobilityState.CANCELLED
        stay.save()

    assert update(league, approval(stay, proposal)).status_code == 409


def test_decision_on_somebody_elses_agreement_says_no_more_than_on_none(league, stay):
    league.plan(stay, "A")
    proposal = waiting(league, stay)

    foreign = update(league, approval(stay, proposal), by=UU)
    stay.foreign_id = "unknown"
    unknown = update(league, approval(stay, proposal))

    assert foreign.status_code == unknown.status_code == 400
    assert foreign.content == unknown.content


def test_decision_for_another_sender_is_refused(league, stay):
    league.plan(stay, "A")

    answer = update(league, approval(stay, waiting(league, stay)), sending=KI)

    assert answer.status_code == 400


def test_agreement_is_not_served_while_nobody_is_named_who_signs(league):
    stay = league.mobility()
    league.plan(stay, "A")

    assert get(league, stay.foreign_id) == ()


def test_number_of_queries_does_not_grow_with_the_agreements(league, stay):
    def made():
        one = league.mobility(iia=league.iia())
        league.plan(one, "A")
        return one.foreign_id

    few, many = [made()], [made() for _number in range(20)]
    get(league, *few)
    with CaptureQueriesContext(connection) as first:
        get(league, *few)

    with CaptureQueriesContext(connection) as second:
        found = get(league, *many)

    assert len(found) == 20
    assert len(second) == len(first)


def test_statistics_tell_where_agreements_stand(league, stay):
    league.plan(stay, "A", state=PlanState.AGREED)
    changed = league.mobility()
    league.plan(changed, "A", state=PlanState.REPLACED)
    league.plan(changed, "B", state=PlanState.RETURNED)
    league.plan(league.mobility(), "A")
    league.plan(league.mobility(is_outgoing=False), "A")

    answer = league.ask("omobility-las", 1, method="GET", part="stats-url", by=STATS)

    assert mobility_statistics.OUTGOING_AGREEMENTS.read(answer.content) == (
        mobility_statistics.OutgoingAgreementYear(
            year=YEAR,
            total=3,
            not_modified_after_approval=1,
            modified_after_approval=1,
            latest_version_approved=1,
            latest_version_rejected=1,
            latest_version_awaiting=1,
        ),
    )
