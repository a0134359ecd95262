"""How many people would each hospital have: asked, counted, declined, told."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from hansa.areas.studies import actions, counting, inquiry_words, views
from hansa.areas.studies.models import Inquiry
from hansa.kernel import jobs
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.models import Job
from hansa.lib.errors import RefusedError
from tests.areas.studies.databases import PEOPLE, connect, database
from tests.areas.studies.scene import Scene
from tests.conftest import given
from tests.lib.omop.sample import COHORTS
from tests.paper import SOLNA, STOCKHOLM, PaperPartner, memorandum

COHORT = json.dumps(COHORTS["users"])
URN = "urn:hansa:inquiries:01234567-89ab-4def-8123-456789abcdef"


@pytest.fixture
def automatic(db, tmp_path):
    """Return a node with two partners and a database, under a clause that lets it answer by itself."""
    scene = Scene(tmp_path, STOCKHOLM, SOLNA, limits={"counting": "automatic", "count_step": 10})
    connect(scene, database(tmp_path / "omop.duckdb"))
    return scene


@pytest.fixture
def asked(two, tmp_path):
    """Return a node that a partner asks under a clause that wants a steward to answer."""
    connect(two, database(tmp_path / "omop.duckdb"))
    ask_us(two)
    return two


def ask(scene, **changes):
    """Ask from here."""
    values = {"title": "Users", "cohort": COHORT, "purpose": "DUO:0000042", "clause": "4.1", **changes}
    return actions.ask(Inquiry(), by=scene.people["investigator"], **values)


def stub(scene, **fields):
    """Return what a letter about an inquiry is written under."""
    parties = [own().id, *(side.id for side in scene.sides)]
    made = Inquiry(purpose="DUO:0000042", parties=parties, agreement=scene.agreement.hash, clause="4.1")
    made.stated_limits = {"minimum_cell": 10, "minimum_sites": len(parties)}
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def ask_us(scene, **changes):
    """Let the first partner ask us; return our receipt."""
    made = stub(scene, id=changes.pop("id", URN.rpartition(":")[2]), **changes.pop("fields", {}))
    body = {"title": "Users", "cohort": COHORTS["users"], "lead": scene.side.id, "proposer": "ada1", **changes}
    return scene.say("inquiries.asked", made, body)


def answer(scene, inquiry, side, **body):
    """Let a partner answer; return our receipt."""
    return scene.say("inquiries.counted", inquiry, {"counts": [], "reason": "", **body}, side)


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

    assert asked.letters("inquiries.counted") == [{"counts": [], "reason": "Not before the ethics vote."}]
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

    (told,) = two.letters("inquiries.counted")
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

    reasons = sorted(told["reason"][:28] for told in scene.letters("inquiries.counted"))
    assert reasons == ["", "", "Whoever asks has asked as of"]
    with pytest.raises(RefusedError, match="as often in seven days"):
        ask(scene)


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


def test_form_offers_clauses_that_permit_it_and_purposes_in_words(automatic):
    offered = views.choices("inquiries.ask")

    assert [name for name, _words in offered["clause"]] == ["4.1"]
    assert ("DUO:0000007", "research on a named disease (DUO:0000007)") in offered["purpose"]
