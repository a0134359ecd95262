import pytest

from hansa.areas.studies import actions, counting, omop, quality_words, views
from hansa.areas.studies.models import Dataset, Inquiry
from hansa.kernel import jobs
from hansa.lib.omop.tables import COLUMNS
from hansa.lib.quality.checks import alone, of_table
from tests.areas.studies.databases import connect, database
from tests.areas.studies.inquiring import answer, ask, ask_us


def test_page_of_a_database_tells_how_good_it_is_once_it_is_checked(two, tmp_path):
    dataset = connect(two, database(tmp_path / "omop.duckdb"))

    before = views.detail(dataset, two.people["steward"])["quality"]
    jobs.run_due()
    after = views.detail(Dataset.objects.get(), two.people["steward"])["quality"]

    assert before is None
    assert after["words"].endswith("checks passed")
    assert {"no row lacks it", "what it points to is there"} <= {one["words"] for one in after["failed"]}
    assert after["failed"][0]["allowed"] == "0 %"


def test_every_check_is_told_in_words():
    kinds = {check.kind for table in COLUMNS for check in of_table(table)}
    kinds |= {check.kind for check, _query in alone(cdm="c")}

    assert kinds | {"cdmTable", "cdmField"} == set(quality_words.check_words())


def test_removed_database_is_not_checked_any_more(two, tmp_path):
    dataset = connect(two, database(tmp_path / "omop.duckdb"))
    actions.remove(dataset, by=two.people["steward"])

    jobs.run_due()

    assert Dataset.objects.get().quality is None
    assert not omop.file_of(dataset.table).exists()


def test_who_asks_for_numbers_hears_how_good_the_data_are(automatic):
    jobs.run_due()
    ask_us(automatic)
    jobs.run_due()

    (told,) = automatic.letters("inquiries.counted")

    assert set(told["quality"]["categories"]) == {"conformance", "completeness", "plausibility"}
    assert counting.database().quality["passed"] > 0


def test_page_of_an_inquiry_tells_how_good_the_data_of_each_hospital_are(automatic):
    inquiry = ask(automatic)
    quality = {"categories": {"conformance": {"checks": 3, "passed": 2}}, "failing": ["person: isRequired"]}
    answer(automatic, inquiry, automatic.side, counts=[10, 10, 10], quality=quality)
    answer(automatic, inquiry, automatic.sides[1], counts=[10, 10, 10], quality={"categories": {"x": {}}})

    (one,) = views.detail(Inquiry.objects.get(), automatic.people["investigator"])["quality"]

    assert (one["name"], one["words"], one["failing"]) == (
        "Karolinska Institutet",
        "2 of 3 checks passed",
        ["person: isRequired"],
    )


@pytest.mark.parametrize(
    "quality",
    [
        {"categories": {"conformance": {"checks": None, "passed": None}}, "failing": []},
        {"categories": {"conformance": {"checks": True, "passed": 0}}, "failing": []},
        {"categories": {"conformance": {"checks": -1, "passed": 0}}, "failing": []},
        {"categories": [], "failing": []},
        {"categories": {}, "failing": None},
        {"categories": {}, "failing": [5]},
    ],
)
def test_summary_that_a_node_would_not_write_is_not_kept(automatic, quality):
    inquiry = ask(automatic)

    receipt = answer(automatic, inquiry, automatic.side, counts=[10, 10, 10], quality=quality)

    assert receipt.outcome == "applied"
    assert views.detail(Inquiry.objects.get(), automatic.people["investigator"])["quality"] == []


def test_partner_cannot_put_words_beside_its_summary(automatic):
    inquiry = ask(automatic)
    quality = {
        "categories": {"conformance": {"checks": 3, "passed": 2, "more": "x"}},
        "failing": ["person: isRequired\u202e"],
        "name": "Another hospital",
        "words": "all is well",
    }
    answer(automatic, inquiry, automatic.side, counts=[10, 10, 10], quality=quality)

    (one,) = views.detail(Inquiry.objects.get(), automatic.people["investigator"])["quality"]

    assert one == {
        "name": "Karolinska Institutet",
        "words": "2 of 3 checks passed",
        "failing": ["person: isRequired"],
    }
    assert inquiry.counts.get(party=automatic.side.id).quality["categories"] == {
        "conformance": {"checks": 3, "passed": 2}
    }
