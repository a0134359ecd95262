"""A small made-up OMOP database, and cohort expressions over it."""

import json

import duckdb

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.running import run

CLINICAL = "person_id visit_occurrence_id provider_id"
TABLES = {
    "concept": "concept_id invalid_reason",
    "concept_ancestor": "ancestor_concept_id descendant_concept_id",
    "concept_relationship": "concept_id_1 concept_id_2 relationship_id invalid_reason",
    "person": "person_id gender_concept_id year_of_birth race_concept_id ethnicity_concept_id",
    "observation_period": "observation_period_id person_id observation_period_start_date observation_period_end_date"
    " period_type_concept_id",
    "payer_plan_period": "payer_plan_period_id person_id payer_plan_period_start_date payer_plan_period_end_date"
    " payer_concept_id plan_source_concept_id",
    "provider": "provider_id specialty_concept_id",
    "care_site": "care_site_id place_of_service_concept_id",
    "location": "location_id region_concept_id",
    "location_history": "location_history_id location_id entity_id domain_id start_date end_date",
    "death": "person_id death_date death_type_concept_id cause_concept_id cause_source_concept_id",
    "condition_occurrence": f"condition_occurrence_id {CLINICAL} condition_concept_id condition_source_concept_id"
    " condition_start_date condition_end_date condition_type_concept_id condition_status_concept_id stop_reason",
    "drug_exposure": f"drug_exposure_id {CLINICAL} drug_concept_id drug_source_concept_id drug_exposure_start_date"
    " drug_exposure_end_date days_supply",
    "measurement": f"measurement_id {CLINICAL} measurement_concept_id measurement_source_concept_id measurement_date"
    " value_as_number value_as_concept_id range_low range_high",
    "visit_occurrence": "visit_occurrence_id person_id provider_id care_site_id visit_concept_id visit_start_date"
    " visit_end_date",
}
TEXTS = {"invalid_reason", "relationship_id", "domain_id", "stop_reason"}
ROWS = {
    "concept": [(10, None), (11, None), (12, "D"), (20, None), (30, None), (40, None), (50, None), (90, None)],
    "concept_ancestor": [(10, 10), (10, 11), (10, 12)],
    "concept_relationship": [(90, 10, "Maps to", None)],
    "person": [(1, 8507, 1960, 1, 2), (2, 8532, 1990, 3, 4)],
    "observation_period": [(1, 1, "2000-01-01", "2010-12-31", 7), (2, 2, "2005-01-01", "2010-12-31", 8)],
    "payer_plan_period": [(1, 1, "2000-01-01", "2001-12-31", 10, 20)],
    "provider": [(5, 38)],
    "care_site": [(6, 87)],
    "location": [(3, 30)],
    "location_history": [(1, 3, 1, "PERSON", "2001-01-01", None), (2, 3, 6, "CARE_SITE", "2000-01-01", None)],
    "death": [(2, "2010-06-01", 1, 10, 10)],
    "condition_occurrence": [
        (1, 1, 100, 5, 11, 90, "2001-01-01", None, 1, 2, "it's over"),
        (2, 1, None, None, 10, 0, "2002-01-01", "2002-01-10", 1, 3, None),
        (3, 2, None, None, 10, 0, "2006-01-01", None, 4, 2, "moved"),
        (4, 2, None, None, 12, 0, "2007-01-01", None, 1, 2, None),
    ],
    "drug_exposure": [
        (1, 1, 100, 5, 20, 0, "2001-01-01", "2001-01-10", None),
        (2, 1, None, None, 20, 0, "2001-01-15", None, 10),
        (3, 1, None, None, 0, 20, "2003-01-01", None, None),
    ],
    "measurement": [
        (1, 1, 100, 5, 40, 0, "2001-01-02", 7.5, 0, 4, 6),
        (2, 2, None, None, 40, 0, "2006-02-01", 5, 0, 4, 6),
    ],
    "visit_occurrence": [(100, 1, 5, 6, 50, "2001-01-01", "2001-01-03")],
}
SETS = {
    1: [(10, True, False, False)],
    2: [(20, False, False, False)],
    3: [(30, False, False, False)],
    4: [(40, False, False, False)],
}
CONDITION = {"ConditionOccurrence": {"CodesetId": 1}}


def kind(column):
    if column in TEXTS:
        return "varchar"
    if column.endswith("_date"):
        return "date"
    return "double" if column in {"value_as_number", "range_low", "range_high"} else "integer"


def database():
    connection = duckdb.connect()
    for table, columns in TABLES.items():
        names = columns.split()
        connection.execute(f"create table {table} ({', '.join(f'{name} {kind(name)}' for name in names)})")
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(names))})", ROWS[table])
    return connection


def concept_set(number, items):
    keys = ("includeDescendants", "isExcluded", "includeMapped")
    return {
        "id": number,
        "name": "made up",
        "expression": {
            "items": [
                {"concept": {"CONCEPT_ID": item[0], "CONCEPT_NAME": "x"}, **dict(zip(keys, item[1:], strict=True))}
                for item in items
            ]
        },
    }


def expression(*criteria, **more):
    return {
        "ConceptSets": [concept_set(number, items) for number, items in SETS.items()],
        "PrimaryCriteria": {
            "CriteriaList": list(criteria),
            "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
            "PrimaryCriteriaLimit": {"Type": "All"},
        },
    } | more


def group(*criteria, kind="ALL", **more):
    return {"Type": kind, "CriteriaList": list(criteria)} | more


def window(start, end, **more):
    edges = [{"Days": abs(days) if days is not None else None, "Coeff": coeff} for days, coeff in (start, end)]
    return {"Start": edges[0], "End": edges[1]} | more


ANYTIME = window((None, -1), (None, 1))


def counted(criteria, *, times=2, count=1, start=ANYTIME, distinct=False, column=None, **more):
    return {
        "Criteria": criteria,
        "StartWindow": start,
        "Occurrence": {"Type": times, "Count": count, "IsDistinct": distinct, "CountColumn": column},
    } | more


def found(given):
    return run(compiled(read(json.dumps(given)), Target(7)), database())


def starts(given):
    return [(row[1], str(row[2])) for row in found(given).rows]


def spans(given):
    return [(row[1], str(row[2]), str(row[3])) for row in found(given).rows]
