"""Letters that ask how many people there are, and answer."""

import pytest

from hansa.areas.studies.models import Inquiry
from hansa.kernel import jobs
from hansa.kernel.identity import own
from tests.areas.studies.inquiring import answer, ask, ask_us, stub
from tests.conftest import given
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
    for counts in ("many", [True], [-1], ["5"], [5], [5, 5]):
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


def test_refusal_of_a_partner_is_kept_with_its_reason(automatic):
    inquiry = ask(automatic)

    receipt = automatic.say("inquiries.declined", inquiry, {"reason": "Not before the ethics vote."})

    assert receipt.outcome == "applied"
    row = inquiry.counts.get(party=automatic.side.id)
    assert (row.counts, row.reason) == ([], "Not before the ethics vote.")


def test_what_a_partner_said_first_counts(automatic):
    inquiry = ask(automatic)
    answer(automatic, inquiry, automatic.side, counts=[40, 30, 20])

    automatic.say("inquiries.declined", inquiry, {"reason": "No."})
    answer(automatic, inquiry, automatic.side, counts=[90, 80, 70])

    assert inquiry.counts.get(party=automatic.side.id).counts == [40, 30, 20]


def test_question_is_taken_back_only_by_who_asked(asked):
    inquiry = Inquiry.objects.get()

    with given():
        Inquiry.objects.update(lead=own().id)
    receipts = [asked.say("inquiries.withdrawn", inquiry, {})]
    with given():
        Inquiry.objects.update(lead=asked.side.id)

    receipts += [
        asked.say("inquiries.withdrawn", stub(asked, id="91234567-89ab-4def-8123-456789abcdef"), {}),
        asked.say("inquiries.withdrawn", inquiry, {}),
        asked.say("inquiries.withdrawn", inquiry, {}),
    ]

    assert [receipt.outcome for receipt in receipts] == ["refused", "refused", "applied", "applied"]
    assert "did not ask this" in receipts[0].reason
    assert Inquiry.objects.get().state == "withdrawn"
