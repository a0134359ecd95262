"""An OMOP database of a few people in which nothing is wrong, and ways to plant one fault."""

from typing import Any

import duckdb

from hansa.lib.omop.tables import COLUMNS, LACKING, kind

CONCEPTS = {
    8507: "Gender",
    8532: "Gender",
    8527: "Race",
    38003564: "Ethnicity",
    9201: "Visit",
    32817: "Type Concept",
    100: "Condition",
    4163261: "Condition",
    200: "Drug",
    3004410: "Measurement",
    8554: "Unit",
    8840: "Unit",
}
WHO = {"person_id": 1, "visit_occurrence_id": 1}
ROWS: dict[str, list[dict[str, Any]]] = {
    "concept": [
        {"concept_id": concept, "domain_id": domain, "standard_concept": "S"} for concept, domain in CONCEPTS.items()
    ],
    "concept_ancestor": [{"ancestor_concept_id": 4163261, "descendant_concept_id": 4163261}],
    "vocabulary": [{"vocabulary_id": "None", "vocabulary_version": "v5.0 2026"}],
    "cdm_source": [{"cdm_version": "5.4", "vocabulary_version": "v5.0 2026"}],
    "person": [
        {
            "person_id": number,
            "gender_concept_id": 8507,
            "year_of_birth": 1960,
            "race_concept_id": 8527,
            "ethnicity_concept_id": 38003564,
        }
        for number in (1, 2)
    ],
    "observation_period": [
        {
            "observation_period_id": number,
            "person_id": number,
            "observation_period_start_date": "2000-01-01",
            "observation_period_end_date": "2010-12-31",
            "period_type_concept_id": 32817,
        }
        for number in (1, 2)
    ],
    "visit_occurrence": [
        {
            "visit_occurrence_id": 1,
            "person_id": 1,
            "visit_concept_id": 9201,
            "visit_start_date": "2005-01-01",
            "visit_end_date": "2005-01-10",
            "visit_type_concept_id": 32817,
        }
    ],
    "condition_occurrence": [
        {
            **WHO,
            "condition_occurrence_id": number,
            "condition_concept_id": concept,
            "condition_start_date": "2005-01-02",
            "condition_end_date": "2005-01-05",
            "condition_type_concept_id": 32817,
        }
        for number, concept in ((1, 100), (2, 4163261))
    ],
    "condition_era": [
        {
            "condition_era_id": 1,
            "person_id": 1,
            "condition_concept_id": 100,
            "condition_era_start_date": "2005-01-02",
            "condition_era_end_date": "2005-01-05",
            "condition_occurrence_count": 1,
        }
    ],
    "drug_exposure": [
        {
            **WHO,
            "drug_exposure_id": 1,
            "drug_concept_id": 200,
            "drug_exposure_start_date": "2005-01-02",
            "drug_exposure_end_date": "2005-01-05",
            "drug_type_concept_id": 32817,
            "days_supply": 3,
        }
    ],
    "measurement": [
        {
            **WHO,
            "measurement_id": 1,
            "measurement_concept_id": 3004410,
            "measurement_date": "2005-01-02",
            "measurement_type_concept_id": 32817,
            "value_as_number": 6.5,
            "unit_concept_id": 8554,
        }
    ],
    "death": [{"person_id": 2, "death_date": "2010-12-31", "death_type_concept_id": 32817}],
}


def database(*faults: str) -> duckdb.DuckDBPyConnection:
    """Return the database in memory, with faults planted as statements of SQL."""
    connection = duckdb.connect()
    connection.execute(f"create table {LACKING} (name varchar, field varchar)")
    for table, columns in COLUMNS.items():
        connection.execute(f"create table {table} ({', '.join(f'{name} {kind(name)}' for name in columns)})")
        for row in ROWS.get(table, ()):
            marks = ", ".join("?" for _name in row)
            connection.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))
    for fault in faults:
        connection.execute(fault)
    return connection
