from datetime import date

import pytest

from hansa.lib.fhir.mapping import coded, day, mapped, period, reference
from hansa.lib.fhir.reading import Entry
from hansa.lib.fhir.vocabulary import Concept, Vocabulary
from tests.lib.fhir.samples import LOINC, PATIENTS, RESOURCES, SNOMED, about, code

KNOWN = Vocabulary(
    {
        ("SNOMED", "1"): Concept(10, 10, "Condition"),
        ("SNOMED", "5"): Concept(15, 15, "Procedure"),
        ("SNOMED", "7"): Concept(17, 17, "Observation"),
        ("LOINC", "4548-4"): Concept(3004410, 3004410, "Measurement"),
        ("UCUM", "%"): Concept(8554, 8554, "Unit"),
        ("RxNorm", "2"): Concept(20, 20, "Drug"),
        ("ICD10", "X"): Concept(0, 12, ""),
    }
)


def run(*resources):
    # Patients come last: what is said of somebody may stand before them.
    entries = [Entry(str(place), resource) for place, resource in enumerate(resources)]
    return mapped(lambda: iter(entries), KNOWN)


def test_every_resource_becomes_a_row_of_its_table():
    found = run(*RESOURCES, *PATIENTS)
    rows = found.rows

    assert [(row["person_id"], row["gender_concept_id"], row["year_of_birth"]) for row in rows["person"]] == [
        (1, 8532, 1960),
        (2, 8507, 1970),
        (3, 0, 1980),
    ]
    assert rows["death"] == [{"person_id": 2, "death_date": date(2020, 1, 1), "death_type_concept_id": 32817}]
    first, second = rows["condition_occurrence"]
    assert (first["condition_concept_id"], first["condition_start_date"]) == (10, date(2010, 1, 2))
    assert first["condition_end_date"] == date(2010, 2, 1)
    assert (second["condition_occurrence_id"], second["person_id"], second["condition_concept_id"]) == (2, 2, 0)
    (test,) = rows["measurement"]
    assert (test["measurement_concept_id"], test["value_as_number"], test["unit_concept_id"]) == (3004410, 6.5, 8554)
    assert rows["observation"][0]["value_as_concept_id"] == 10
    assert [row["person_id"] for row in rows["drug_exposure"]] == [1, 2]
    assert rows["procedure_occurrence"][0]["procedure_end_date"] == date(2014, 1, 3)
    assert rows["visit_occurrence"][0]["visit_concept_id"] == 9201


def test_everybody_is_observed_from_the_first_to_the_last_day_of_any_record():
    found = run(*PATIENTS, *RESOURCES)

    assert [
        (row["person_id"], row["observation_period_start_date"], row["observation_period_end_date"])
        for row in found.rows["observation_period"]
    ] == [(1, date(2010, 1, 2), date(2014, 1, 5)), (2, date(2011, 1, 2), date(2020, 1, 1))]


def test_nothing_that_identifies_is_copied():
    assert "Secret" not in str(run(*PATIENTS).rows)


def test_what_cannot_be_mapped_is_counted():
    unborn = {"resourceType": "Patient", "id": "x"}
    twice = PATIENTS[0]
    stranger = {"resourceType": "Condition", **about("z"), "onsetDateTime": "2010-01-01"}
    mistake = {**RESOURCES[0], "verificationStatus": {"coding": [{"code": "entered-in-error"}]}}
    undone = {**RESOURCES[6], "status": "not-done"}
    dateless = [{"resourceType": kind, **about()} for kind in ("Condition", "Observation", "Procedure", "Encounter")]
    drug = {"resourceType": "MedicationStatement", **about()}

    found = run(PATIENTS[0], unborn, twice, stranger, mistake, undone, *dateless, drug, RESOURCES[1], PATIENTS[1])

    assert found.left_out == {
        "Patient": 2,
        "Condition": 3,
        "Procedure": 2,
        "Observation": 1,
        "Encounter": 1,
        "MedicationStatement": 1,
    }
    assert found.unknown == {"Condition": 1}


def test_place_of_what_is_no_resource_is_kept():
    found = mapped(lambda: iter([Entry("a.ndjson, line 7", None)]), KNOWN)

    assert (found.places, found.rows) == (["a.ndjson, line 7"], {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2010-03-04T05:06:07+01:00", date(2010, 3, 4)),
        ("2010-03", date(2010, 3, 1)),
        ("2010", date(2010, 1, 1)),
        ("2010-13-01", None),
        ("soon", None),
        (None, None),
    ],
)
def test_day_is_the_first_that_a_text_may_mean(text, expected):
    assert day(text) == expected


@pytest.mark.parametrize("value", ["Patient/17", "urn:uuid:17", "https://fhir.hospital.example/Patient/17"])
def test_reference_is_the_id_that_it_ends_with(value):
    assert reference({"reference": value}) == "17"
    assert reference(None) == ""


def test_first_code_with_a_standard_concept_is_taken():
    both = {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "X"}, *code(SNOMED, "1")["coding"], 7]}

    assert coded(both, KNOWN).standard == 10
    assert coded({"coding": both["coding"][:1]}, KNOWN).source == 12
    assert coded({"coding": 5}, KNOWN) == coded(None, KNOWN) == Concept(0, 0, "")


def test_period_without_a_start_is_passed_over():
    assert period(
        {"onsetPeriod": {"end": "2010-01-01"}, "recordedDate": "2011-01-01"}, "onsetPeriod", "recordedDate"
    ) == (
        date(2011, 1, 1),
        None,
    )


def test_measurement_without_a_unit_or_with_a_text_has_no_number():
    text = {"resourceType": "Observation", **about(), "code": code(LOINC, "4548-4"), "issued": "2012-03-04T00:00:00Z",
            "valueQuantity": {"value": "6.5"}}  # fmt: skip

    (row,) = run(PATIENTS[0], text).rows["measurement"]

    assert "value_as_number" not in row


def test_unknown_kind_of_visit_is_concept_zero_and_counted():
    visit = {"resourceType": "Encounter", **about(), "period": {"start": "2014-01-01"}}

    found = run(PATIENTS[0], visit)

    assert found.rows["visit_occurrence"][0]["visit_concept_id"] == 0
    assert found.unknown == {"Encounter": 1}
