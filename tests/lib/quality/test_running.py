import pytest

from hansa.lib.canonical import canonical
from hansa.lib.quality.running import checked, summary
from tests.lib.quality.sound import database


def failing(*faults):
    """Return which checks fail once a fault is planted, with how many rows violate them."""
    with database(*faults) as connection:
        document = checked(connection)
    return {
        (one["table"], one["field"], one["check"]): one["violated"] for one in document["checks"] if not one["passed"]
    }


def test_sound_database_passes_every_check():
    with database() as connection:
        document = checked(connection)

    assert [one for one in document["checks"] if not one["passed"]] == []
    assert (document["passed"], document["failed"]) == (len(document["checks"]), 0)
    assert document["passed"] > 100
    assert document["versions"] == {"cdm": "5.4", "vocabulary_told": "v5.0 2026", "vocabulary": "v5.0 2026"}
    assert canonical(document)


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("insert into hansa_lacking values ('person', '')", ("person", "", "cdmTable")),
        ("insert into hansa_lacking values ('drug_exposure', 'quantity')", ("drug_exposure", "", "cdmField")),
        ("update person set person_id = 1", ("person", "person_id", "isPrimaryKey")),
        ("update person set year_of_birth = null where person_id = 1", ("person", "year_of_birth", "isRequired")),
        (
            "update condition_occurrence set person_id = 9 where condition_occurrence_id = 1",
            ("condition_occurrence", "person_id", "isForeignKey"),
        ),
        (
            "update drug_exposure set visit_occurrence_id = 9",
            ("drug_exposure", "visit_occurrence_id", "isForeignKey"),
        ),
        ("update drug_exposure set provider_id = 9", ("drug_exposure", "provider_id", "isForeignKey")),
        ("update drug_exposure set drug_concept_id = 9", ("drug_exposure", "drug_concept_id", "isForeignKey")),
        ("update drug_exposure set drug_concept_id = 100", ("drug_exposure", "drug_concept_id", "fkDomain")),
        (
            "update concept set standard_concept = null where concept_id = 200",
            ("drug_exposure", "drug_concept_id", "isStandardValidConcept"),
        ),
        (
            "update concept set invalid_reason = 'D' where concept_id = 200",
            ("drug_exposure", "drug_concept_id", "isStandardValidConcept"),
        ),
        (
            "update drug_exposure set drug_concept_id = 0",
            ("drug_exposure", "drug_concept_id", "standardConceptRecordCompleteness"),
        ),
        (
            "delete from observation_period where person_id = 2",
            ("observation_period", "person_id", "measurePersonCompleteness"),
        ),
        ("delete from condition_era", ("condition_era", "person_id", "measureConditionEraCompleteness")),
        ("update drug_exposure set days_supply = 0", ("drug_exposure", "days_supply", "plausibleValueLow")),
        ("update drug_exposure set days_supply = 400", ("drug_exposure", "days_supply", "plausibleValueHigh")),
        (
            "update drug_exposure set drug_exposure_start_date = '1959-12-31'",
            ("drug_exposure", "drug_exposure_start_date", "plausibleAfterBirth"),
        ),
        (
            "insert into death (person_id, death_date) values (1, '2004-06-01')",
            ("drug_exposure", "drug_exposure_start_date", "plausibleBeforeDeath"),
        ),
        (
            "update drug_exposure set drug_exposure_end_date = '2005-01-01'",
            ("drug_exposure", "drug_exposure_end_date", "plausibleStartBeforeEnd"),
        ),
        (
            "update drug_exposure set drug_exposure_start_date = '2004-12-01'",
            ("drug_exposure", "drug_exposure_start_date", "withinVisitDates"),
        ),
        (
            "update person set gender_concept_id = 8532",
            ("condition_occurrence", "malignant tumor of prostate", "plausibleGender"),
        ),
        (
            "update measurement set unit_concept_id = 8840",
            ("measurement", "hemoglobin A1c", "plausibleUnitConceptIds"),
        ),
        ("update measurement set value_as_number = 1", ("measurement", "hemoglobin A1c", "plausibleValueLow")),
        ("update measurement set value_as_number = 65", ("measurement", "hemoglobin A1c", "plausibleValueHigh")),
    ],
)
def test_planted_fault_is_found(fault, check):
    found = failing(fault)

    assert found[check] >= 1
    # A fault of one kind may show in other checks, but only of the tables that it is about.
    assert all(
        table in fault or table in {check[0], "condition_era"} or "concept" in fault for table, *_more in found
    ) or (check[0] in {"person", "observation_period", "drug_exposure"})


def test_few_faults_are_within_what_is_allowed():
    with database() as connection:
        for number in range(3, 303):
            connection.execute(
                "insert into drug_exposure (drug_exposure_id, person_id, drug_concept_id, drug_exposure_start_date,"
                f" drug_exposure_end_date, drug_type_concept_id, days_supply) values ({number}, 1, 200, '2005-01-02',"
                f" '2005-01-03', 32817, {0 if number == 3 else 5})"
            )
        document = checked(connection)

    (found,) = [
        one for one in document["checks"] if (one["field"], one["check"]) == ("days_supply", "plausibleValueLow")
    ]
    assert (found["violated"], found["rows"], found["passed"]) == (1, 301, True)


def test_summary_holds_no_count_of_rows():
    with database("update drug_exposure set days_supply = 0") as connection:
        document = checked(connection)

    told = summary(document)

    assert told["failing"] == ["drug_exposure: plausibleValueLow"]
    assert told["categories"]["plausibility"]["checks"] - told["categories"]["plausibility"]["passed"] == 1
    assert sum(one["checks"] for one in told["categories"].values()) == len(document["checks"])
    assert set(told) == {"versions", "categories", "failing"}
