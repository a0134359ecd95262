"""A small OMOP database of five people, and cohorts over it."""

from datetime import date
from typing import Any

import duckdb

from hansa.lib.omop.tables import COLUMNS, kind

DRUG, OUTCOME, CHILD, TEST, MG, G = 10, 20, 21, 30, 8576, 8504
Rows = dict[str, list[dict[str, Any]]]


def day(text: str) -> date:
    return date.fromisoformat(text)


def person(number: int, *, sex: int, born: int, since: str, until: str) -> dict[str, Any]:
    return {"person": (number, sex, born), "since": day(since), "until": day(until)}


PEOPLE = [
    person(1, sex=8532, born=1950, since="2010-01-01", until="2014-12-31"),
    person(2, sex=8507, born=1960, since="2010-01-01", until="2012-01-31"),
    person(3, sex=0, born=1970, since="2011-06-01", until="2014-12-31"),
    person(4, sex=8507, born=1980, since="2010-01-01", until="2014-12-31"),
    person(5, sex=8532, born=1990, since="2010-01-01", until="2014-12-31"),
]


def rows() -> Rows:
    """Return the rows of every table that has any."""
    made: Rows = {
        "concept": [{"concept_id": concept} for concept in (DRUG, OUTCOME, CHILD, TEST)],
        "concept_ancestor": [
            {"ancestor_concept_id": OUTCOME, "descendant_concept_id": concept} for concept in (OUTCOME, CHILD)
        ],
        "person": [
            {"person_id": p["person"][0], "gender_concept_id": p["person"][1], "year_of_birth": p["person"][2]}
            for p in PEOPLE
        ],
        "observation_period": [
            {
                "observation_period_id": p["person"][0],
                "person_id": p["person"][0],
                "observation_period_start_date": p["since"],
                "observation_period_end_date": p["until"],
            }
            for p in PEOPLE
        ],
        # Person 1 begins the drug twice; the second time does not count. Person 5 never does.
        "drug_exposure": [
            {
                "drug_exposure_id": number,
                "person_id": who,
                "drug_concept_id": DRUG,
                "drug_exposure_start_date": day(begins),
                "drug_exposure_end_date": day(ends),
            }
            for number, (who, begins, ends) in enumerate(
                [
                    (1, "2011-01-01", "2011-03-01"),
                    (1, "2013-01-01", "2013-03-01"),
                    (2, "2012-01-01", "2012-01-20"),
                    (3, "2012-01-01", "2012-02-01"),
                    (4, "2011-01-01", "2011-02-01"),
                ]
            )
        ],
        # Person 1 has the outcome 31 days after entry, person 3 before it, person 4 on the day itself.
        "condition_occurrence": [
            {
                "condition_occurrence_id": number,
                "person_id": who,
                "condition_concept_id": concept,
                "condition_start_date": day(at),
            }
            for number, (who, concept, at) in enumerate(
                [(1, CHILD, "2011-02-01"), (3, OUTCOME, "2011-12-01"), (4, OUTCOME, "2011-01-01")]
            )
        ],
        "measurement": [
            {
                "measurement_id": number,
                "person_id": who,
                "measurement_concept_id": TEST,
                "measurement_date": day(at),
                "value_as_number": value,
                "unit_concept_id": unit,
            }
            for number, (who, at, value, unit) in enumerate(
                [
                    (1, "2010-06-01", 5.0, MG),
                    (1, "2010-12-01", 7.0, MG),
                    (1, "2010-12-01", 6.0, MG),
                    (1, "2010-11-01", 900.0, G),
                    (1, "2011-06-01", 99.0, MG),
                    (2, "2011-12-31", None, MG),
                    (4, "2009-01-01", 3.0, MG),
                ]
            )
        ],
    }
    return made


def database(more: Rows | None = None) -> duckdb.DuckDBPyConnection:
    """Return the database in memory."""
    connection = duckdb.connect()
    filled = rows() | (more or {})
    for table, columns in COLUMNS.items():
        connection.execute(f"create table {table} ({', '.join(f'{name} {kind(name)}' for name in columns)})")
        for row in filled.get(table, ()):
            marks = ", ".join("?" for _name in row)
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
    return connection


def cohort(domain: str, concept: int, *, limit: str = "All") -> dict[str, Any]:
    """Return a cohort expression of everybody with an event of a concept and its descendants."""
    item = {"concept": {"CONCEPT_ID": concept}, "includeDescendants": True}
    return {
        "ConceptSets": [{"id": 0, "name": "one", "expression": {"items": [item]}}],
        "PrimaryCriteria": {
            "CriteriaList": [{domain: {"CodesetId": 0}}],
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": limit},
        },
        "InclusionRules": [
            {
                "name": "born after 1955",
                "expression": {"Type": "ALL", "DemographicCriteriaList": [{"Age": {"Value": 0, "Op": "gte"}}]},
            }
        ],
    }


COHORTS = {"users": cohort("DrugExposure", DRUG), "outcome": cohort("ConditionOccurrence", OUTCOME)}
