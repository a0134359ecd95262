"""What the steward's page says could be learnt at worst, from the data in the house, before anybody approves."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from hansa.areas.studies import actions, views, weighing
from hansa.areas.studies.models import Dataset
from hansa.kernel import jobs
from hansa.kernel.models import Person
from hansa.lib.disclosure import Budget
from hansa.lib.disclosure.worst import Overlap, Worst
from hansa.lib.errors import DisclosureError
from tests.areas.studies.scene import PROTOCOL, rows_of
from tests.conftest import given

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WHOLE = Budget(left_to_person=50, left_to_institution=200, of_person=50, of_institution=200, grows=None)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def told(scene, study=None):
    return weighing.weighed(study or scene.study, scene.people["steward"], at=datetime.now(UTC))


def rare(scene):
    columns = rows_of(99)
    columns["event"] = ["1", "1", *["0"] * 78]
    return scene.dataset(columns=columns)


def test_pending_request_says_smallest_group_parameters_unique_levels_overlaps_and_budget(three):
    columns = rows_of(99)
    columns["age"] = [str(30 + row // 2) for row in range(79)] + ["95"]
    columns["event"] = ["1"] * 12 + ["0"] * 68
    three.dataset(columns=columns)
    three.propose()

    (one,) = told(three)

    assert one == {
        "dataset": "data",
        "sentences": [
            "The analyses use 80 persons.",
            "The smallest group that is counted or added up is 'event[yes]', with 12 persons here.",
            "The first round sends 6 numbers; the largest model has 2 parameters.",
            "There are 40 persons here for each parameter; with one, the model would repeat what each has.",
            "In 'age' 2 persons have a value that nobody else here has: whoever knows it knows the person.",
            "No earlier study had sums of these persons.",
            "Budget: whoever proposes has 50 of 50 studies left on these data for this purpose.",
            "All of their institution together have 200 of 200 left.",
        ],
        "stops": [],
    }


def test_pending_request_says_which_earlier_studies_had_sums_of_the_same_persons(three):
    three.dataset()
    three.approved_by_all(three.propose())
    jobs.run_due()

    sentences = told(three, three.propose())[0]["sentences"]

    assert "'Age and the event' had sums of exactly the same persons." in sentences
    assert "Budget: whoever proposes has 49 of 50 studies left on these data for this purpose." in sentences


def test_pending_request_says_why_approval_would_be_refused(three):
    rare(three)
    three.propose()

    (one,) = told(three)

    assert one["stops"][0].startswith("Fewer than 3 people here have 'event[yes]'")


def test_data_that_do_not_fit_are_told_and_nothing_is_counted(three):
    columns = rows_of(99)
    columns["age"][0] = "400"
    three.dataset(columns=columns)
    three.propose()

    (one,) = told(three)

    assert one["sentences"] == []
    assert "outside 18 to 100" in one["stops"][0]


def test_data_that_cannot_be_read_are_told(three):
    from hansa.areas.studies import datasets, guards

    row = three.dataset()
    datasets.drop(row.table)
    guards._reading.cache_clear()
    three.propose()

    (one,) = told(three)

    assert "not on this node" in one["stops"][0]


def test_many_rows_are_looked_at_when_somebody_approves(three, monkeypatch):
    three.dataset()
    three.propose()
    monkeypatch.setattr(weighing, "MOST_ROWS", 79)

    (one,) = told(three)

    assert one["sentences"] == ["These data have 80 rows. They are looked at when you approve, by the same rules."]


def test_dataset_of_an_approved_study_is_weighed_alone(three):
    three.dataset()
    three.dataset("other")
    three.propose()
    before = [one["dataset"] for one in told(three)]

    three.approve(three.study)

    assert (before, [one["dataset"] for one in told(three)]) == (["data", "other"], ["data"])


def test_nothing_is_weighed_where_no_data_can_be_meant(three):
    dataset = three.dataset(columns={"years": ["40"] * 20})
    study = three.propose()
    with given():
        study.state = "failed"

    assert told(three, three.study) == []
    assert told(three, study) == []
    study.dataset = dataset
    dataset.state = Dataset.State.REMOVED
    assert told(three, study) == []


def test_only_those_who_decide_here_read_it_and_only_of_studies_under_way(three):
    three.dataset()
    three.propose()
    study = actions.decline(three.study, by=three.people["steward"], reason="No.")

    assert told(three, study) == []
    assert weighing.weighed(three.propose(), three.people["investigator"], at=NOW) == []


def test_page_shows_what_was_stopped_to_those_who_decide_and_to_nobody_else(three, client):
    rare(three)
    study = three.propose()
    with pytest.raises(DisclosureError):
        three.approve(study)

    pages = {}
    for role in ("steward", "investigator"):
        client.force_login(Person.objects.get(username=role))
        pages[role] = client.get(f"/studies/{study.pk}/").content.decode()

    assert "A rule of disclosure stopped this." in pages["steward"]
    assert "Approval would be refused." in pages["steward"]
    assert "Fewer than 3 people" in pages["steward"]
    assert "What could be learnt at worst" not in pages["investigator"]
    assert "Fewer than 3 people" not in pages["investigator"]
    assert list(views.detail(study, three.people["investigator"])["cautions"]) == []


def test_words_leave_out_what_there_is_none_of_and_count_what_is_more():
    overlaps = tuple(Overlap(name=f"Study {number}", shared=60, apart=number) for number in range(1, 8))
    worst = Worst(
        rows=1, smallest=None, parameters=0, numbers=3, unique={}, overlaps=overlaps, budget=WHOLE, findings=()
    )

    sentences = list(weighing.in_words(worst))

    assert sentences[0] == "The analyses use 1 person."
    assert "'Study 1' had sums of 60 of the same persons; 1 are in only one of the two." in sentences
    assert "2 more studies had sums of some of them." in sentences
    assert [one for one in sentences if "smallest" in one or "each parameter" in one] == []


def test_protocol_of_other_variables_fits_no_data(three):
    three.dataset()
    three.propose(PROTOCOL.replace("age", "years"))

    assert told(three) == []
