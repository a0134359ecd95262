"""Letters that ask how many people there are, and answer."""

import pytest

from hansa.areas.studies.models import Inquiry
from hansa.kernel import jobs
from hansa.kernel.identity import own
from tests.areas.studies.inquiring import answer, ask, ask_us, stub
from tests.paper import STOCKHOLM


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"title": 5}, "which people"),
        ({"cohort": []}, "which people"),
        ({"cohort": {}}, "PrimaryCriteria"),
        ({"fields": {"parties": [own, own, STOCKHOLM]}}, "must both be parties"),
    ],
)
def test_letter_that_asks_badly_is_refused(two, changes, told):
    if "fields" in changes:
        changes = {"fields": {"parties": [own().id, own().id, STOCKHOLM]}}

    receipt = ask_us(two, **changes)

    assert receipt.outcome == "refused"
    assert told in receipt.reason
    assert not Inquiry.objects.exists()


def test_letter_about_no_inquiry_is_refused(two):
    made = stub(two, id="01234567-89ab-4def-8123-456789abcdef")
    made.noun = "others"

    assert "does not name an inquiry" in two.say("inquiries.asked", made, {"title": "", "cohort": {}}).reason
    made.noun, made.id = "inquiries", "no-name"
    assert "does not name an inquiry" in two.say("inquiries.asked", made, {"title": "", "cohort": {}}).reason


def test_letter_that_asks_twice_is_refused(asked):
    assert "here already" in ask_us(asked).reason


def test_answer_is_refused_where_nobody_asked_or_it_holds_no_counts(automatic):
    inquiry = ask(automatic)
    other = stub(automatic, id="91234567-89ab-4def-8123-456789abcdef")

    assert "Nobody here asked" in answer(automatic, other, automatic.side).reason
    for counts in ("many", [True], [-1], ["5"]):
        assert "does not hold counts" in answer(automatic, inquiry, automatic.side, counts=counts).reason


def test_question_that_a_node_would_not_take_counts_as_answered(automatic):
    inquiry = ask(automatic)

    automatic.refuse("inquiries.asked", reason="No such clause.")
    automatic.refuse("inquiries.asked", automatic.sides[1], reason="No such clause.")
    jobs.run_due()
    state = Inquiry.objects.get().state
    row = inquiry.counts.get(party=STOCKHOLM)

    assert state == "counted"
    assert str(inquiry) == "Users"
    assert row.reason.startswith("No such clause.")
