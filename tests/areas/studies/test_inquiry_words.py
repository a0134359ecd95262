"""The page of an inquiry."""

from hansa.areas.studies import inquiry_words, views
from hansa.areas.studies.models import Inquiry
from hansa.kernel import jobs
from tests.areas.studies.inquiring import answer, ask


def test_inquiry_is_answered_by_every_party_rule_by_rule(automatic):
    inquiry = ask(automatic)
    jobs.run_due()
    first, second = automatic.sides
    answer(automatic, inquiry, first, counts=[100, 90, 90])
    waiting = inquiry_words.page(Inquiry.objects.get())["waits"]
    answer(automatic, inquiry, second, reason="No OMOP database is connected here.")

    inquiry = Inquiry.objects.get()
    page = views.detail(inquiry, automatic.people["investigator"])
    assert waiting == {"who": "Karolinska University Hospital", "what": "the number of people"}
    assert inquiry.state == "counted"
    assert [row["words"] for row in page["rows"]] == [
        "everybody who enters",
        "born after 1955",
        "in the cohort, at any time",
    ]
    assert all(row["counts"][0] in {"70", "80", "90"} for row in page["rows"])
    assert page["rows"][1]["counts"][1] == "90"
    assert page["reasons"] == [("Karolinska University Hospital", "No OMOP database is connected here.")]
    assert page["waits"] == {}


def test_form_offers_clauses_that_permit_it_and_purposes_in_words(automatic):
    offered = views.choices("inquiries.ask")

    assert [name for name, _words in offered["clause"]] == ["4.1"]
    assert ("DUO:0000007", "research on a named disease (DUO:0000007)") in offered["purpose"]
