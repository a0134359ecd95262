"""Turn FHIR R4 resources into rows of the OMOP CDM 5.4.

Source: HL7 FHIR R4; OHDSI's FHIR to OMOP implementation guide for which resource goes where. A person gets a
number of the site; no name, address or identifier is copied. A code that the vocabulary does not know is kept
as concept 0 and counted, never left out; a resource without a patient or a day is counted and left out.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hansa.lib.fhir.reading import Entry
from hansa.lib.fhir.vocabulary import Concept, Vocabulary

Row = dict[str, Any]
Resource = Mapping[str, Any]

SEXES = {"male": 8507, "female": 8532}
# Concepts of OMOP: a record of an electronic health record, and kinds of visits.
FROM_RECORD = 32817
INPATIENT = dict.fromkeys(("IMP", "ACUTE", "NONAC", "OBSENC"), 9201)
VISITS = {"AMB": 9202, "EMER": 9203, **INPATIENT, "HH": 581476, "VR": 5083}
NOT_HAPPENED = frozenset({"entered-in-error", "cancelled", "not-done", "draft", "nullified", "refuted"})
NO_CONCEPT = Concept(0, 0, "")


@dataclass
class Mapped:
    """Hold the rows of every table, and what could not be mapped."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)
    unknown: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)

    def add(self, table: str, row: Row) -> None:
        """Add a row with a number of its own."""
        found = self.rows.setdefault(table, [])
        key = "person_id" if table in ("person", "death") else f"{table}_id"
        found.append(row if table in ("person", "death") else {key: len(found) + 1, **row})


def mapped(read: Callable[[], Iterator[Entry]], vocabulary: Vocabulary) -> Mapped:
    """Return all resources as rows; they are read twice, because a patient may stand after what is said of them."""
    found = Mapped()
    for entry in read():
        if entry.resource is None:
            found.places.append(entry.place)
        elif entry.resource["resourceType"] == "Patient":
            _patient(entry.resource, found)
    for entry in read():
        if entry.resource is not None:
            _told(entry.resource, found, vocabulary=vocabulary)
    _observation_periods(found)
    return found


def _patient(resource: Resource, found: Mapped) -> None:
    born = day(resource.get("birthDate"))
    key = resource.get("id")
    if born is None or not isinstance(key, str) or key in found.persons:
        found.left_out["Patient"] += 1
        return
    number = found.persons[key] = len(found.persons) + 1
    found.add(
        "person",
        {
            "person_id": number,
            "gender_concept_id": SEXES.get(str(resource.get("gender")), 0),
            "year_of_birth": born.year,
            "month_of_birth": born.month,
            "race_concept_id": 0,
            "ethnicity_concept_id": 0,
        },
    )
    died = day(resource.get("deceasedDateTime"))
    if died is not None:
        found.add("death", {"person_id": number, "death_date": died, "death_type_concept_id": FROM_RECORD})


def _told(resource: Resource, found: Mapped, *, vocabulary: Vocabulary) -> None:
    kind = str(resource["resourceType"])
    tell = KINDS.get(kind)
    if tell is None:
        return
    person = found.persons.get(reference(resource.get("subject") or resource.get("patient")))
    row = None if person is None or _is_void(resource) else tell(resource, vocabulary)
    if row is None:
        found.left_out[kind] += 1
        return
    table, values = row
    concept = next((values[name] for name in values if name.endswith("_concept_id") and "type" not in name), None)
    if concept == 0:
        found.unknown[kind] += 1
    found.add(table, {"person_id": person, **values})


def _is_void(resource: Resource) -> bool:
    """Tell whether a resource says itself that it did not happen, or was written by mistake."""
    status = [resource.get("status")]
    verified = resource.get("verificationStatus")
    codings = verified.get("coding") if isinstance(verified, Mapping) else None
    status += [one.get("code") for one in codings if isinstance(one, Mapping)] if isinstance(codings, list) else []
    return any(str(one) in NOT_HAPPENED for one in status)


def reference(value: Any) -> str:
    """Return the id that a reference points to: of Patient/17, urn:uuid:17 or a whole address, 17."""
    text = str(value.get("reference") or "") if isinstance(value, Mapping) else ""
    return text.rpartition("/")[2].rpartition(":")[2]


def day(value: Any) -> date | None:
    """Return the day of a date or a moment; a year or a month stands for its first day."""
    if not isinstance(value, str):
        return None
    year, month, rest = (*value[:10].split("-"), "01", "01")[:3]
    try:
        return date(int(year), int(month), int(rest))
    except ValueError:
        return None


def coded(value: Any, vocabulary: Vocabulary) -> Concept:
    """Return the concept of a CodeableConcept: the first of its codes that has a standard concept, else any."""
    codings = value.get("coding") if isinstance(value, Mapping) else None
    known = [
        concept
        for coding in (codings if isinstance(codings, list) else ())
        if isinstance(coding, Mapping)
        and (concept := vocabulary.find(str(coding.get("system")), str(coding.get("code")))) is not None
    ]
    return next((concept for concept in known if concept.standard), known[0] if known else NO_CONCEPT)


def period(resource: Resource, *names: str) -> tuple[date | None, date | None]:
    """Return first and last day of the first of some elements that is there: a moment, or a period."""
    for name in names:
        value = resource.get(name)
        if isinstance(value, Mapping):
            start = day(value.get("start"))
            if start is not None:
                return start, day(value.get("end"))
        elif (found := day(value)) is not None:
            return found, None
    return None, None


def _condition(resource: Resource, vocabulary: Vocabulary) -> tuple[str, Row] | None:
    start, end = period(resource, "onsetDateTime", "onsetPeriod", "recordedDate")
    if start is None:
        return None
    concept = coded(resource.get("code"), vocabulary)
    return "condition_occurrence", {
        "condition_concept_id": concept.standard,
        "condition_source_concept_id": concept.source,
        "condition_start_date": start,
        "condition_end_date": day(resource.get("abatementDateTime")) or end,
        "condition_type_concept_id": FROM_RECORD,
    }


def _observation(resource: Resource, vocabulary: Vocabulary) -> tuple[str, Row] | None:
    at, _end = period(resource, "effectiveDateTime", "effectivePeriod", "issued")
    if at is None:
        return None
    concept = coded(resource.get("code"), vocabulary)
    quantity = resource.get("valueQuantity")
    values: Row = {"value_as_concept_id": coded(resource.get("valueCodeableConcept"), vocabulary).standard}
    if isinstance(quantity, Mapping) and isinstance(quantity.get("value"), int | float):
        unit = vocabulary.find(str(quantity.get("system")), str(quantity.get("code"))) or NO_CONCEPT
        values |= {"value_as_number": float(quantity["value"]), "unit_concept_id": unit.standard}
    noun = "observation" if concept.domain not in ("Measurement", "") else "measurement"
    return noun, {
        f"{noun}_concept_id": concept.standard,
        f"{noun}_source_concept_id": concept.source,
        f"{noun}_date": at,
        f"{noun}_type_concept_id": FROM_RECORD,
        **values,
    }


def _drug(resource: Resource, vocabulary: Vocabulary) -> tuple[str, Row] | None:
    names = ("effectiveDateTime", "effectivePeriod", "occurrenceDateTime", "authoredOn", "dateAsserted")
    start, end = period(resource, *names)
    if start is None:
        return None
    concept = coded(resource.get("medicationCodeableConcept") or resource.get("vaccineCode"), vocabulary)
    return "drug_exposure", {
        "drug_concept_id": concept.standard,
        "drug_source_concept_id": concept.source,
        "drug_exposure_start_date": start,
        "drug_exposure_end_date": end or start,
        "drug_type_concept_id": FROM_RECORD,
    }


def _procedure(resource: Resource, vocabulary: Vocabulary) -> tuple[str, Row] | None:
    start, end = period(resource, "performedDateTime", "performedPeriod")
    if start is None:
        return None
    concept = coded(resource.get("code"), vocabulary)
    return "procedure_occurrence", {
        "procedure_concept_id": concept.standard,
        "procedure_source_concept_id": concept.source,
        "procedure_date": start,
        "procedure_end_date": end,
        "procedure_type_concept_id": FROM_RECORD,
    }


def _encounter(resource: Resource, vocabulary: Vocabulary) -> tuple[str, Row] | None:
    start, end = period(resource, "period")
    if start is None:
        return None
    sort = resource.get("class")
    code = str(sort.get("code")) if isinstance(sort, Mapping) else ""
    return "visit_occurrence", {
        "visit_concept_id": VISITS.get(code, 0),
        "visit_start_date": start,
        "visit_end_date": end or start,
        "visit_type_concept_id": FROM_RECORD,
    }


def _observation_periods(found: Mapped) -> None:
    """Let each person be observed from the first to the last day of any record, and until death."""
    days: dict[int, list[date]] = {}
    for rows in found.rows.values():
        for row in rows:
            seen = [value for name, value in row.items() if name.endswith("_date") and value is not None]
            days.setdefault(row["person_id"], []).extend(seen)
    for person, seen in sorted(days.items()):
        if seen:
            found.add(
                "observation_period",
                {
                    "person_id": person,
                    "observation_period_start_date": min(seen),
                    "observation_period_end_date": max(seen),
                    "period_type_concept_id": FROM_RECORD,
                },
            )


KINDS: dict[str, Callable[[Resource, Vocabulary], tuple[str, Row] | None]] = {
    "Condition": _condition,
    "Observation": _observation,
    "MedicationRequest": _drug,
    "MedicationAdministration": _drug,
    "MedicationStatement": _drug,
    "Immunization": _drug,
    "Procedure": _procedure,
    "Encounter": _encounter,
}
