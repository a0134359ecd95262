"""Resources of three made-up patients."""

import json

SNOMED, LOINC, UCUM, RXNORM = (
    "http://snomed.info/sct",
    "http://loinc.org",
    "http://unitsofmeasure.org",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
)


def code(system, value):
    return {"coding": [{"system": system, "code": value}]}


def about(patient="a"):
    return {"subject": {"reference": f"Patient/{patient}"}}


def of(kind, patient="a", **more):
    return {"resourceType": kind, **about(patient), **more}


PATIENTS = [
    {"resourceType": "Patient", "id": "a", "gender": "female", "birthDate": "1960-05-01", "name": "Secret"},
    {"resourceType": "Patient", "id": "b", "gender": "male", "birthDate": "1970", "deceasedDateTime": "2020-01-01"},
    {"resourceType": "Patient", "id": "c", "gender": "other", "birthDate": "1980-02"},
]
QUANTITY = {"value": 6.5, "system": UCUM, "code": "%"}
RESOURCES = [
    of("Condition", code=code(SNOMED, "1"), onsetDateTime="2010-01-02", abatementDateTime="2010-02-01"),
    of("Condition", "b", code=code(SNOMED, "99"), recordedDate="2011-01-02"),
    of("Observation", code=code(LOINC, "4548-4"), effectiveDateTime="2012-03-04", valueQuantity=QUANTITY),
    of("Observation", code=code(SNOMED, "7"), effectiveDateTime="2012-03-04", valueCodeableConcept=code(SNOMED, "1")),
    of("MedicationRequest", medicationCodeableConcept=code(RXNORM, "2"), authoredOn="2013-01-01"),
    {
        "resourceType": "Immunization",
        "patient": {"reference": "urn:uuid:b"},
        "vaccineCode": code(RXNORM, "2"),
        "occurrenceDateTime": "2013-01-01",
    },
    of("Procedure", code=code(SNOMED, "5"), performedPeriod={"start": "2014-01-01", "end": "2014-01-03"}),
    {**of("Encounter", period={"start": "2014-01-01", "end": "2014-01-05"}), "class": {"code": "IMP"}},
    {"resourceType": "Organization", "id": "hospital"},
]


def lines(*resources):
    return "".join(json.dumps(resource) + "\n" for resource in resources)


def bundle(*resources):
    return json.dumps({"resourceType": "Bundle", "entry": [{"resource": resource} for resource in resources]})
