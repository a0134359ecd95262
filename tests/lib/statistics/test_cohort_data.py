import copy
import json

import pytest
import yaml

from hansa.lib.omop.running import run
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.cohort_data import MOST_COHORTS, expressions, extraction_of
from tests.lib.omop.sample import COHORTS, database

PROTOCOL = {
    "hansa": "study/1",
    "title": "Outcome by age",
    "question": "Does the outcome depend on age?",
    "purpose": "DUO:0000042",
    "clause": "4.1",
    "data": {
        "target": "users",
        "cohorts": COHORTS,
        "variables": {
            "age": {"type": "number", "unit": "a", "omop": {"take": "age"}},
            "event": {"type": "boolean", "omop": {"take": "outcome", "cohort": "outcome", "washout": 0}},
        },
    },
    "analyses": [{"name": "model", "kind": "glm", "formula": "event ~ age", "family": "binomial"}],
    "disclosure": {"minimum_cell": 5},
}


def faults(change=None):
    """Return the faults of the protocol after a change of its data."""
    given = copy.deepcopy(PROTOCOL)
    if change is not None:
        change(given["data"])
    return [f"{fault.place}: {fault.message}" for fault in protocols.check(json.dumps(given))]


def test_protocol_of_cohorts_is_sound_as_json_and_as_yaml():
    assert faults() == []
    assert protocols.check(yaml.safe_dump(PROTOCOL, sort_keys=False)) == []


def test_protocol_without_cohorts_keeps_its_digest():
    given = copy.deepcopy(PROTOCOL)
    given["data"] = {"variables": {"age": {"type": "number"}, "event": {"type": "boolean"}}}

    found = protocols.parse(json.dumps(given)).to_json()["data"]

    assert set(found) == {"variables"}
    assert "omop" not in found["variables"]["age"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda data: data.pop("target"), ["data: No cohort is named whose persons are studied."]),
        (lambda data: data.update(target="nobody"), ["data.target: There is no cohort 'nobody'."]),
        (
            lambda data: data["variables"]["age"].pop("omop"),
            ["data.variables.age: 'age' does not say how it is taken from the cohorts."],
        ),
        (
            lambda data: data["variables"]["age"].update(unit="mo"),
            ["data.variables.age.omop: 'age' is counted in 'a'."],
        ),
        (
            lambda data: data["cohorts"]["outcome"].pop("PrimaryCriteria"),
            ["data.cohorts.outcome: The cohort expression cannot be honoured at $.PrimaryCriteria: it is missing."],
        ),
        (
            lambda data: data["cohorts"]["outcome"]["PrimaryCriteria"].update(CriteriaList=[{"LocationRegion": {}}]),
            ["data.cohorts.outcome: "],
        ),
        (
            lambda data: data["cohorts"].update({f"c{place}": COHORTS["users"] for place in range(MOST_COHORTS)}),
            [f"data.cohorts: There are {MOST_COHORTS + 2} cohorts."],
        ),
        (
            lambda data: data.pop("cohorts"),
            [
                "data.target: There are no cohorts.",
                "data.variables.age.omop: There are no cohorts to take it from.",
                "data.variables.event.omop: There are no cohorts to take it from.",
            ],
        ),
        (
            lambda data: data["variables"]["age"].update(omop={"take": "height"}),
            ["data.variables.age.omop: What is to be taken is not known."],
        ),
        (
            lambda data: data["variables"]["age"].update(omop={}),
            ["data.variables.age.omop: It does not say what is taken."],
        ),
        (
            lambda data: data["variables"]["event"]["omop"].update(day=1),
            ["data.variables.event.omop.day: The key 'day' is not known here."],
        ),
        (
            lambda data: data["variables"]["age"].update(omap={}),
            ["data.variables.age.omap: The key 'omap' is not known here."],
        ),
    ],
)
def test_protocol_names_what_is_wrong_with_its_cohorts(change, expected):
    found = sorted(faults(change))

    assert len(found) == len(expected)
    assert all(one.startswith(start) for one, start in zip(found, expected, strict=True))


def test_protocol_suggests_the_key_of_a_derivation():
    given = copy.deepcopy(PROTOCOL)
    given["data"]["variables"]["event"]["omop"]["dys"] = 1

    assert [fault.remedy for fault in protocols.check(json.dumps(given))] == ["Did you mean 'days'?"]


def test_extraction_of_a_protocol_gives_one_row_a_person():
    asked = protocols.parse(json.dumps(PROTOCOL))

    with database() as connection:
        found = run(extraction_of(asked), connection)

    assert found.rows == [(1, 61, 1), (2, 52, 0), (3, 42, 0), (4, 31, None)]
    assert set(expressions(asked)) == {"users", "outcome"}
