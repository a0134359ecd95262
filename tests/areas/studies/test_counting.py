"""How many people would each hospital have: counted, declined, told."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from hansa.areas.studies import actions, counting, inquiry_words, views
from hansa.areas.studies.models import Inquiry
from hansa.kernel import jobs
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Job
from hansa.lib.errors import RefusedError
from tests.areas.studies.databases import PEOPLE, connect, database
from tests.areas.studies.inquiring import answer, ask, ask_us, stub
from tests.areas.studies.scene import Scene
from tests.conftest import given
from tests.paper import SOLNA, STOCKHOLM, PaperPartner, memorandum


def test_inquiry_of_a_partner_is_answered_at_once_where_the_clause_says_so(automatic):
    assert ask_us(automatic).outcome == "applied"

    jobs.run_due()

    inquiry = Inquiry.objects.get()
    (told,) = automatic.letters("inquiries.counted")
    assert inquiry.state == "counted"
    assert abs(told["counts"][0] - PEOPLE) <= 10
    assert told["reason"] == ""
    with given():
        Job.objects.all().delete()
        counting.owe(inquiry)
    jobs.run_due()
    assert len(automatic.letters("inquiries.counted")) == 1


def test_inquiry_of_a_partner_waits_for_the_steward_where_the_clause_does_not_say_automatic(asked):
    steward = asked.people["steward"]
    jobs.run_due()
    inquiry = Inquiry.objects.get()

    waiting = [item["title"] for item in views.waiting(steward)]
    counted_before = inquiry.counts.count()
    actions.count(inquiry, by=steward)
    jobs.run_due()

    assert (waiting, views.waiting_count(steward), counted_before) == (["Users"], 0, 0)
    assert Inquiry.objects.get().state == "counted"
    assert inquiry_words.page(Inquiry.objects.get())["is_own"] is False
    assert views.waiting(asked.people["coordinator"]) == []


def test_steward_may_decline_to_count(asked):
    inquiry = Inquiry.objects.get()

    actions.refuse(inquiry, by=asked.people["steward"], reason="Not before the ethics vote.")

    assert asked.letters("inquiries.declined") == [{"reason": "Not before the ethics vote."}]
    assert asked.letters("inquiries.counted") == []
    assert Inquiry.objects.get().state == "declined"
    assert inquiry_words.page(Inquiry.objects.get())["rows"] == []


def test_own_inquiry_cannot_be_declined(automatic):
    inquiry = ask(automatic)

    with pytest.raises(RefusedError, match="asked itself"):
        actions.refuse(inquiry, by=automatic.people["steward"], reason="No.")


def test_count_is_not_said_where_no_database_is_connected(two):
    ask_us(two)
    inquiry = Inquiry.objects.get()
    actions.count(inquiry, by=two.people["steward"])

    jobs.run_due()

    (told,) = two.letters("inquiries.declined")
    assert told["reason"].startswith("No OMOP database is connected here.")
    assert Inquiry.objects.get().state == "declined"


def test_count_is_not_said_to_who_has_asked_too_often(db, tmp_path):
    scene = Scene(tmp_path, limits={"counting": "automatic", "inquiries_per_week": 1})
    connect(scene, database(tmp_path / "omop.duckdb"))
    ask_us(scene)
    ask_us(scene, id="11234567-89ab-4def-8123-456789abcdef")
    ask_us(scene, id="21234567-89ab-4def-8123-456789abcdef", proposer="another")

    jobs.run_due()
    ask(scene)

    (told,) = scene.letters("inquiries.declined")
    assert told["reason"].startswith("Whoever asks has asked as often")
    assert len(scene.letters("inquiries.counted")) == 2
    with pytest.raises(RefusedError, match="as often in seven days"):
        ask(scene)


def test_institution_that_names_somebody_else_each_time_has_a_budget_too(db, tmp_path):
    scene = Scene(tmp_path, limits={"counting": "automatic", "inquiries_per_week": 1})
    connect(scene, database(tmp_path / "omop.duckdb"))
    for place in range(counting.PEOPLE + 1):
        ask_us(scene, id=f"{place}1234567-89ab-4def-8123-456789abcdef", proposer=f"{place}")

    jobs.run_due()

    assert len(scene.letters("inquiries.counted")) == counting.PEOPLE
    assert len(scene.letters("inquiries.declined")) == 1


def test_budget_grows_again_after_a_week(automatic):
    inquiry = ask(automatic)
    later = timezone.now() + timedelta(days=8)

    counting.check_budget(inquiry, at=later)

    assert counting.step_of(inquiry) == 10


def test_counts_are_never_finer_than_the_smallest_cell_of_the_clause(db, tmp_path):
    scene = Scene(tmp_path, limits={"minimum_cell": 25, "count_step": 10})

    assert counting.step_of(stub(scene)) == 25
    assert counting.step_of(stub(scene, stated_limits={"minimum_cell": 40})) == 40


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"cohort": "{"}, "cohort: .*not JSON"),
        ({"cohort": json.dumps({"PrimaryCriteria": {"CriteriaList": [{"Episode": {}}]}})}, "cohort: .*Episode"),
        ({"purpose": "DUO:9"}, "purpose: .*not a code"),
    ],
)
def test_ask_says_what_is_wrong(automatic, changes, told):
    with pytest.raises(GivenError, match=told):
        ask(automatic, **changes)


def test_ask_goes_to_the_parties_that_the_clause_names(db, tmp_path):
    (clause,) = memorandum(PaperPartner(id=STOCKHOLM))["clauses"]
    scene = Scene(tmp_path, STOCKHOLM, SOLNA, clauses=[clause | {"parties": [own().id, STOCKHOLM]}])

    assert ask(scene).parties == [own().id, STOCKHOLM]


def test_refusal_is_told_where_the_clause_has_lapsed_meanwhile(asked):
    with given():
        Agreement.objects.update(state="suspended")
        counting.owe(Inquiry.objects.get())

    jobs.run_due()

    (told,) = asked.letters("inquiries.declined")
    assert told["reason"]
    assert Inquiry.objects.get().state == "declined"


def test_question_that_is_taken_back_is_not_counted_any_more(automatic):
    inquiry = ask(automatic)

    actions.retract(inquiry, by=automatic.people["investigator"])
    jobs.run_due()

    assert automatic.letters("inquiries.withdrawn") == [{}, {}]
    assert Inquiry.objects.get().state == "withdrawn"
    assert inquiry.counts.count() == 0


def test_answer_that_crosses_the_withdrawal_is_kept_and_changes_nothing(automatic):
    inquiry = ask(automatic)
    actions.retract(inquiry, by=automatic.people["investigator"])

    for side in automatic.sides:
        assert answer(automatic, inquiry, side, counts=[40, 30, 20]).outcome == "applied"

    assert Inquiry.objects.get().state == "withdrawn"
    assert inquiry.counts.count() == 2


def test_only_who_asked_takes_it_back(asked):
    with pytest.raises(RefusedError, match="Another institution asked this"):
        actions.retract(Inquiry.objects.get(), by=asked.people["investigator"])
