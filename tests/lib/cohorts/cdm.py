"""A small made-up OMOP database, and cohort expressions over it."""

import json

import duckdb

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.fragments import quoted
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
    " payer_concept_id plan_source_concept_id payer_source_concept_id plan_concept_id sponsor_concept_id"
    " sponsor_source_concept_id stop_reason_concept_id stop_reason_source_concept_id",
    "provider": "provider_id specialty_concept_id",
    "care_site": "care_site_id place_of_service_concept_id",
    "location": "location_id region_concept_id",
    "location_history": "location_history_id location_id entity_id domain_id start_date end_date",
    "death": "person_id death_date death_type_concept_id cause_concept_id cause_source_concept_id",
    "condition_occurrence": f"condition_occurrence_id {CLINICAL} condition_concept_id condition_source_concept_id"
    " condition_start_date condition_end_date condition_type_concept_id condition_status_concept_id stop_reason",
    "drug_exposure": f"drug_exposure_id {CLINICAL} drug_concept_id drug_source_concept_id drug_exposure_start_date"
    " drug_exposure_end_date days_supply drug_type_concept_id stop_reason refills quantity route_concept_id lot_number",
    "measurement": f"measurement_id {CLINICAL} measurement_concept_id measurement_source_concept_id measurement_date"
    " value_as_number value_as_concept_id range_low range_high measurement_type_concept_id operator_concept_id"
    " unit_concept_id",
    "observation": f"observation_id {CLINICAL} observation_concept_id observation_source_concept_id observation_date"
    " value_as_number value_as_string value_as_concept_id qualifier_concept_id unit_concept_id"
    " observation_type_concept_id",
    "procedure_occurrence": f"procedure_occurrence_id {CLINICAL} procedure_concept_id procedure_source_concept_id"
    " procedure_date procedure_type_concept_id modifier_concept_id quantity",
    "visit_occurrence": "visit_occurrence_id person_id provider_id care_site_id visit_concept_id visit_start_date"
    " visit_end_date visit_source_concept_id visit_type_concept_id",
    "visit_detail": f"visit_detail_id {CLINICAL} care_site_id visit_detail_concept_id visit_detail_source_concept_id"
    " visit_detail_start_date visit_detail_end_date visit_detail_type_concept_id",
    "device_exposure": f"device_exposure_id {CLINICAL} device_concept_id device_source_concept_id"
    " device_exposure_start_date device_exposure_end_date device_type_concept_id unique_device_id quantity",
    "specimen": "specimen_id person_id specimen_concept_id specimen_date specimen_type_concept_id quantity"
    " unit_concept_id anatomic_site_concept_id disease_status_concept_id specimen_source_id",
    "condition_era": "condition_era_id person_id condition_concept_id condition_era_start_date condition_era_end_date"
    " condition_occurrence_count",
    "drug_era": "drug_era_id person_id drug_concept_id drug_era_start_date drug_era_end_date drug_exposure_count"
    " gap_days",
    "dose_era": "dose_era_id person_id drug_concept_id unit_concept_id dose_value dose_era_start_date"
    " dose_era_end_date",
}
TEXTS = {
    "invalid_reason",
    "relationship_id",
    "domain_id",
    "stop_reason",
    "lot_number",
    "value_as_string",
    "unique_device_id",
    "specimen_source_id",
}
NUMBERS = {"value_as_number", "range_low", "range_high", "dose_value"}
ROWS = {
    "concept": [
        (10, None),
        (11, None),
        (12, "D"),
        (20, None),
        (30, None),
        (40, None),
        (50, None),
        (87, None),
        (90, None),
    ],
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
    "observation": [
        (1, 1, 100, 5, 10, 90, "2001-02-01", 3.5, "50% off", 1, 2, 3, 4),
        (2, 2, None, None, 10, 0, "2006-03-01"),
    ],
    "procedure_occurrence": [(1, 1, 100, 5, 10, 90, "2001-02-02", 1, 2, 3)],
    "visit_detail": [
        (1, 1, 100, 5, 6, 50, 90, "2001-01-01", "2002-01-02", 10),
        (2, 2, None, None, None, 50, 0, "2006-01-01", None),
    ],
    "device_exposure": [
        (1, 1, 100, 5, 10, 90, "2001-03-01", None, 1, "(01)x", 2),
        (2, 2, None, None, 10, 0, "2006-01-05", "2006-01-09"),
    ],
    "specimen": [(1, 1, 10, "2001-04-01", 1, 2, 3, 4, 5, "A_1"), (2, 2, 11, "2006-04-01", 2)],
    "condition_era": [(1, 1, 10, "2001-01-01", "2001-01-31", 2), (2, 2, 11, "2006-01-01", "2006-01-01", 1)],
    "drug_era": [(1, 1, 20, "2001-01-01", "2001-01-25", 2, 5), (2, 1, 20, "2003-01-01", "2003-01-02", 1, 0)],
    "dose_era": [(1, 1, 20, 3, 2.5, "2001-01-01", "2001-01-10"), (2, 1, 20, 4, 5, "2003-01-01", "2003-01-02")],
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
    return "double precision" if column in NUMBERS else "integer"


def tables(connection):
    for table, columns in TABLES.items():
        connection.execute(f"create table {table} ({', '.join(f'{name} {kind(name)}' for name in columns.split())})")


def written(value):
    return "null" if value is None else str(value) if isinstance(value, int | float) else quoted(str(value))


def filled(connection, table, rows):
    """Insert rows, which may leave out the last columns."""
    for row in rows:
        names = TABLES[table].split()[: len(row)]
        values = ", ".join(written(value) for value in row)
        connection.execute(f"insert into {table} ({', '.join(names)}) values ({values})")


def database():
    connection = duckdb.connect()
    tables(connection)
    for table, rows in ROWS.items():
        filled(connection, table, rows)
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
        "QualifiedLimit": {"Type": "All"},
        "ExpressionLimit": {"Type": "All"},
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
    return run(compiled(read(json.dumps(given)), Target(7, location_history=True)), database())


def starts(given):
    return [(row[1], str(row[2])) for row in found(given).rows]


def spans(given):
    return [(row[1], str(row[2]), str(row[3])) for row in found(given).rows]
