import json

import pytest
from pydantic import TypeAdapter

from hansa.lib.cohorts.reading import read
from hansa.lib.omop.extraction import EVENTS, extraction
from hansa.lib.omop.running import run
from hansa.lib.omop.tables import COLUMNS
from hansa.lib.omop.variables import Derivation
from tests.lib.omop.sample import COHORTS, MG, OUTCOME, TEST, G, database

READ = TypeAdapter(Derivation).validate_python


def values(*taken, **changed):
    """Return the values of some derivations for persons 1 to 4, who are in the target cohort."""
    cohorts = {name: read(json.dumps(given)) for name, given in (COHORTS | changed).items()}
    variables = {f"v{place}": READ(one) for place, one in enumerate(taken)}
    with database() as connection:
        found = run(extraction(cohorts, target="users", variables=variables), connection)
        left = connection.execute("select count(*) from duckdb_tables() where temporary").fetchone()
    assert [row[0] for row in found.rows] == [1, 2, 3, 4]
    assert left == (0,)
    return list(zip(*(row[1:] for row in found.rows), strict=True))


def of_outcome(*, changed=None, **more):
    named = {"cohort": "outcome"} | more
    return values({"take": "time_at_risk"} | named, {"take": "outcome"} | named, **(changed or {}))


def test_extraction_takes_what_is_known_at_the_first_entry():
    taken = values({"take": "age"}, {"take": "sex"}, {"take": "year"}, {"take": "prior_observation"})

    assert taken == [
        (61, 52, 42, 31),
        ("female", "male", None, "male"),
        (2011, 2012, 2012, 2011),
        (365, 730, 214, 365),
    ]


def test_extraction_counts_days_at_risk_until_the_outcome_or_the_end_of_observation():
    assert of_outcome() == [(31, 30, None, None), (1, 0, None, None)]


def test_extraction_ends_risk_after_days_or_with_the_cohort():
    ten_days = {"EndStrategy": {"DateOffset": {"DateField": "StartDate", "Offset": 10}}}
    changed = {"users": COHORTS["users"] | ten_days}

    assert of_outcome(days=20) == [(20, 20, None, None), (0, 0, None, None)]
    assert of_outcome(until="cohort", washout=0, changed=changed) == [(10, 10, 10, None), (0, 0, 0, None)]
    assert of_outcome(washout=0, changed=changed)[0] == (31, 30, 1095, None)


def test_extraction_counts_an_outcome_on_the_day_of_entry_if_risk_begins_there():
    assert of_outcome(from_day=0)[1] == (1, 0, None, 1)


def test_extraction_forgets_outcomes_before_the_washout():
    assert of_outcome(washout=10) == [(31, 30, 1095, None), (1, 0, 0, None)]
    assert of_outcome(washout=40)[0][2] is None


def test_extraction_has_no_time_for_whoever_leaves_before_risk_begins():
    assert of_outcome(from_day=60)[0] == (None, None, None, None)


def test_extraction_takes_events_of_concepts_and_descendants_in_a_window():
    condition = {"take": "condition", "concepts": [OUTCOME], "window": [None, None]}

    taken = values(condition, condition | {"descendants": False}, condition | {"window": [0, 31]})

    assert taken == [(1, 0, 1, 1), (0, 0, 1, 1), (1, 0, 0, 1)]


def test_extraction_counts_events():
    assert values({"take": "measurement", "concepts": [TEST], "window": [-400, 0]}) == [(4, 1, 0, 0)]


@pytest.mark.parametrize(
    ("choose", "expected"), [("last", 7.0), ("first", 5.0), ("lowest", 5.0), ("highest", 7.0), ("mean", 6.0)]
)
def test_extraction_takes_a_value_of_a_unit_in_a_window(choose, expected):
    taken = {"take": "value", "concepts": [TEST], "units": [MG], "choose": choose}

    assert values(taken) == [(expected, None, None, None)]


def test_extraction_takes_values_of_every_unit_where_none_is_named():
    assert values({"take": "value", "concepts": [TEST], "choose": "highest"})[0][0] == 900.0
    assert values({"take": "value", "concepts": [TEST], "units": [G]})[0][0] == 900.0


def test_extraction_takes_whether_somebody_enters_another_cohort():
    assert values({"take": "cohort", "cohort": "outcome"}) == [(0, 0, 1, 1)]
    assert values({"take": "cohort", "cohort": "outcome", "window": [1, None]}) == [(1, 0, 0, 0)]


def test_extraction_makes_the_same_stage_once():
    cohorts = {name: read(json.dumps(given)) for name, given in COHORTS.items()}
    risk = READ({"take": "time_at_risk", "cohort": "outcome"})
    outcome = READ({"take": "outcome", "cohort": "outcome"})

    one = extraction(cohorts, target="users", variables={"time": risk})
    both = extraction(cohorts, target="users", variables={"time": risk, "event": outcome})

    assert both.statements == one.statements


def test_every_kind_of_event_is_in_the_tables_of_the_cdm():
    for table, at, concept in EVENTS.values():
        assert {at, concept, "person_id"} <= set(COLUMNS[table])
