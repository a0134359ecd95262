import pytest

from hansa.areas.studies import actions, cohort_words, omop, views
from hansa.areas.studies.models import Dataset
from hansa.areas.studies.queries import programme
from tests.areas.studies.databases import PEOPLE, cohort_protocol, connect, database
from tests.areas.studies.scene import PROTOCOL
from tests.lib.omop.sample import COHORTS


def test_cohorts_are_told_by_their_concepts_and_rules(two):
    items = [{"concept": {"CONCEPT_ID": 10, "CONCEPT_NAME": "aspirin"}}]
    named = {**COHORTS["users"], "ConceptSets": [{"id": 0, "name": "drugs", "expression": {"items": items}}]}
    study = two.propose(cohort_protocol(cohorts={"users": named, "others": COHORTS["outcome"]}))

    told = cohort_words.cohorts(study)

    assert [(one["name"], one["is_target"]) for one in told] == [("users", True), ("others", False)]
    assert told[0]["concepts"] == [{"name": "drugs", "concepts": "aspirin (10)"}]
    assert told[0]["rules"] == ["born after 1955"]
    assert told[1]["concepts"][0]["concepts"] == "(20)"


def test_study_of_a_table_has_no_cohorts(two):
    study = two.propose(PROTOCOL)

    assert (cohort_words.cohorts(study), cohort_words.entering(study)) == ([], [])


def test_people_who_enter_are_told_to_who_decides_once_they_are_counted(two, tmp_path):
    dataset = connect(two, database(tmp_path / "omop.duckdb"))
    study = two.propose(cohort_protocol())
    study.dataset = dataset

    before = cohort_words.entering(study)
    omop.extract(Dataset.objects.get(), programme(study).protocol)

    assert before == []
    assert cohort_words.entering(study) == [("everybody who enters", PEOPLE), ("born after 1955", PEOPLE)]
    assert views.study_page(study, two.people["investigator"])["entering"] == []
    assert actions.approve(study, by=two.people["steward"], dataset="data").state == "approved"


@pytest.mark.parametrize(
    ("taken", "told"),
    [
        (None, ""),
        ({"take": "age"}, "age at entry"),
        ({"take": "outcome", "cohort": "bleeding"}, "enters 'bleeding' while at risk"),
        (
            {"take": "drug", "concepts": [1, 2], "window": [-365, 0]},
            "drug (1, 2), from day -365 to day 0 after entry",
        ),
        ({"take": "drug", "concepts": [1], "window": [None, 0]}, "drug (1), until day 0 after entry"),
        ({"take": "drug", "concepts": [1], "window": [1, None]}, "drug (1), from day 1 after entry"),
        ({"take": "cohort", "cohort": "c", "window": [None, None]}, "enters 'c', at any time"),
    ],
)
def test_origin_says_how_a_variable_is_taken(taken, told):
    assert cohort_words.origin(taken) == told
