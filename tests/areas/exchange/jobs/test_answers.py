from datetime import UTC, datetime

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.jobs import fetches
from hansa.areas.exchange.models import Message, Plan
from hansa.kernel.models import Job, Person
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp import omobilities
from tests.areas.exchange.jobs.post_office import deliver, sent
from tests.areas.exchange.league import CHARITE, KI
from tests.areas.exchange.university import no, publish
from tests.conftest import given


@pytest.fixture
def officer(db):
    made = Person(username="officer", name="Olga", roles=["officer"], state="active")
    with given():
        made.save()
    return made


@pytest.fixture
def nominated(university, league):
    """A nomination that came in under an agreement."""
    league.iia()
    made = university.nominate()
    sent("omobility-get")
    return made


@pytest.fixture
def stay(nominated):
    return fetches.hearing.incoming(KI, key="N-1")


@pytest.mark.parametrize(
    ("kind", "parameter"),
    [
        ("omobility-cnr", "sending_hei_id"),
        ("omobility-la-cnr", "sending_hei_id"),
        ("imobility-cnr", "receiving_hei_id"),
        ("imobility-tor-cnr", "receiving_hei_id"),
    ],
)
def test_notification_names_this_institution_where_the_partner_speaks_only_the_older_major(
    university, league, kind, parameter
):
    university.majors = {kind: (1,)}
    publish(league, university)

    found = sent(kind)

    assert found.state == "delivered"
    assert university.asked[-1].pairs == {"omobility_id": ["N-1"], parameter: [CHARITE]}


@pytest.mark.parametrize("kind", ["omobility-cnr", "imobility-cnr", "imobility-tor-cnr"])
def test_notification_takes_the_newest_major_that_both_speak(university, kind):
    assert sent(kind).state == "delivered"
    assert university.asked[-1].path == f"/{kind}/v2"
    assert university.asked[-1].pairs == {"omobility_id": ["N-1"]}


def test_acceptance_goes_to_the_sender_with_what_it_proposed(university, nominated, stay, officer):
    actions.mobilities.accept(stay, by=officer, note="welcome")

    deliver()

    decision = omobilities.UPDATE_REQUEST.read(university.asked[-1].body).decision
    assert university.asked[-1].path == "/omobilities/v3/update"
    assert decision == omobilities.Approval(omobility_id="N-1", proposal_id=nominated.nomination.proposal_id)


def test_rejection_goes_to_the_sender_with_its_reason(university, nominated, stay, officer):
    actions.mobilities.reject(stay, by=officer, reason="No place in surgery.")

    deliver()

    decision = omobilities.UPDATE_REQUEST.read(university.asked[-1].body).decision
    assert decision.comment == "No place in surgery."


def test_sender_of_the_older_major_is_only_told_that_something_changed(university, league, nominated, stay, officer):
    university.majors = {"omobilities": (2,), "imobility-cnr": (1,)}
    publish(league, university)
    actions.mobilities.accept(stay, by=officer)

    deliver()

    assert Message.objects.get(kind="omobility-approve").state == "delivered"
    assert university.asked[-1].path == "/imobility-cnr/v1"


def test_conflict_fetches_anew_and_says_so(university, nominated, stay, officer):
    university.nominate(nomination={"receiving_academic_year_id": "2026/2027", "nominee_isced_f_code": "0913"})
    actions.mobilities.accept(stay, by=officer)
    university.instead = [no(409, "The nomination has changed.")]

    deliver()

    answer = Message.objects.get(kind="omobility-approve")
    stay.refresh_from_db()
    assert (answer.state, answer.trouble) == ("failed", f"{KI} says no (409). The nomination has changed.")
    assert answer.remedy == "It is fetched anew by itself: look what has changed, and decide again."
    assert (stay.state, stay.field) == ("nominated", 913)
    assert stay.comment == "The sending institution has changed the nomination: look at it again."


def test_conflict_over_something_that_cannot_be_fetched_only_fails(university):
    university.instead = [no(409, "Odd.")]

    assert sent("omobility-cnr").state == "failed"
    assert Message.objects.count() == 1


def test_answer_about_a_stay_that_is_gone_says_so(university):
    found = sent("omobility-reject", mobility="00000000-0000-0000-0000-000000000000", proposal="1")

    assert found.trouble == "What this message is about is no longer here."


@pytest.fixture
def plan(university, league, nominated, stay):
    league.profile()
    university.agree()
    sent("omobility-la-get")
    return Plan.objects.get()


def test_our_signature_under_an_agreement_goes_to_the_sender(university, plan, officer):
    actions.plans.agree(plan, by=officer)

    deliver()

    asked = las.UPDATE_REQUEST.read(university.asked[-1].body)
    assert asked.sending_hei_id == KI
    assert isinstance(asked.decision, las.ProposalApproval)
    assert asked.decision.changes_proposal_id == university.agreements["N-1"].changes_proposal.id
    assert asked.decision.signature.signer_name == "Olga Office"
    assert asked.decision.signature.signer_app == "Hansa"
    assert (datetime.now(UTC) - asked.decision.signature.timestamp).total_seconds() < 60


def test_our_comment_on_an_agreement_goes_to_the_sender(university, plan, officer):
    actions.plans.decline(plan, by=officer, reason="The course is full.")

    deliver()

    decision = las.UPDATE_REQUEST.read(university.asked[-1].body).decision
    assert isinstance(decision, las.ProposalComment)
    assert decision.comment == "The course is full."


def test_proposal_without_an_id_is_answered_without_one(university, plan):
    from hansa.areas.exchange.jobs.answers import proposal_of

    plan.raw = las.GET.build([]).decode()

    assert proposal_of(plan) == ""


def test_agreement_cannot_be_signed_before_somebody_is_named_who_signs(university, plan, officer, league):
    from hansa.areas.exchange.models import Profile

    with given():
        Profile.objects.all().delete()
    actions.plans.agree(plan, by=officer)

    deliver()

    found = Message.objects.get(kind="omobility-la-approve")
    assert (found.state, "Publish the profile" in found.remedy) == ("failed", True)
    assert Job.objects.filter(record=found.urn, state="failed").exists()
