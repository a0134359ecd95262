"""The domains of OMOP events: their tables, dates, and the attributes a criterion may name.

Source: OHDSI circe-be, package org.ohdsi.circe.cohortdefinition.builders (which column each
attribute is compared with) and the OMOP CDM 5.4.
"""

from dataclasses import dataclass, field

DATE, WHOLE, DECIMAL, TEXT, CONCEPTS, FLAG, REGION = "date", "whole", "decimal", "text", "concepts", "flag", "region"


@dataclass(frozen=True)
class Attribute:
    """One attribute: the kind of its values, its SQL over the event ``c``, and the table it is found by."""

    kind: str
    sql: str
    via: str = ""


@dataclass(frozen=True)
class Domain:
    """One kind of event: where it stands and what may be asked of it."""

    name: str
    table: str
    key: str
    start: str
    end: str
    concept: str = ""
    source: tuple[str, str] | None = None
    visit: str = "c.visit_occurrence_id"
    attributes: dict[str, Attribute] = field(default_factory=dict, hash=False, compare=False)
    counted: dict[str, str] = field(default_factory=dict, hash=False, compare=False)
    has_codeset: bool = True
    has_first: bool = True
    has_period: bool = False
    has_adjustment: bool = True


LENGTH = "(c.end_date - c.start_date)"
GENDER = Attribute(CONCEPTS, "p.gender_concept_id", "person")
STARTS = Attribute(DATE, "c.start_date")
ENDS = Attribute(DATE, "c.end_date")
AGE = Attribute(WHOLE, "(extract(year from c.start_date) - p.year_of_birth)", "person")
AGE_AT_END = Attribute(WHOLE, "(extract(year from c.end_date) - p.year_of_birth)", "person")
NEXT_DAY = "(t.{} + 1)"
NO_VISIT = "cast(null as bigint)"


def concepts(column: str) -> Attribute:
    """Return an attribute that is compared with concepts."""
    return Attribute(CONCEPTS, f"c.{column}")


def whole(column: str) -> Attribute:
    """Return an attribute that is compared with whole numbers."""
    return Attribute(WHOLE, f"c.{column}")


def decimal(column: str) -> Attribute:
    """Return an attribute that is compared with numbers of four decimal places."""
    return Attribute(DECIMAL, f"c.{column}")


def text(column: str) -> Attribute:
    """Return an attribute that is compared with texts."""
    return Attribute(TEXT, f"c.{column}")


PERSONAL = {"Age": AGE, "Gender": GENDER}
CLINICAL = PERSONAL | {
    "OccurrenceStartDate": STARTS,
    # An event without a provider stays unless its specialty is asked for, hence a value and not a join.
    "ProviderSpecialty": Attribute(
        CONCEPTS, "(select max(pr.specialty_concept_id) from {cdm}.provider pr where pr.provider_id = c.provider_id)"
    ),
    "VisitType": Attribute(CONCEPTS, "v.visit_concept_id", "visit"),
}
ERA = {
    "EraStartDate": STARTS,
    "EraEndDate": ENDS,
    "EraLength": Attribute(WHOLE, LENGTH),
    "AgeAtStart": AGE,
    "AgeAtEnd": AGE_AT_END,
    "Gender": GENDER,
}
PERIOD = {
    "PeriodStartDate": STARTS,
    "PeriodEndDate": ENDS,
    "PeriodLength": Attribute(WHOLE, LENGTH),
    "AgeAtStart": AGE,
    "AgeAtEnd": AGE_AT_END,
}
PLACES = {
    "PlaceOfService": Attribute(CONCEPTS, "cs.place_of_service_concept_id", "care_site"),
    "PlaceOfServiceLocation": Attribute(REGION, "loc.region_concept_id", "region"),
}
SPAN = {"DURATION": LENGTH}
MOMENT = {"DURATION": "1"}

CONDITION_OCCURRENCE = Domain(
    "ConditionOccurrence",
    "condition_occurrence",
    "condition_occurrence_id",
    "t.condition_start_date",
    "coalesce(t.condition_end_date, t.condition_start_date + 1)",
    "condition_concept_id",
    ("ConditionSourceConcept", "condition_source_concept_id"),
    attributes=CLINICAL
    | {
        "OccurrenceEndDate": ENDS,
        "ConditionType": concepts("condition_type_concept_id"),
        "ConditionStatus": concepts("condition_status_concept_id"),
        "StopReason": text("stop_reason"),
    },
    counted=SPAN,
)
CONDITION_ERA = Domain(
    "ConditionEra",
    "condition_era",
    "condition_era_id",
    "t.condition_era_start_date",
    "t.condition_era_end_date",
    "condition_concept_id",
    visit=NO_VISIT,
    attributes=ERA | {"OccurrenceCount": whole("condition_occurrence_count")},
    counted=SPAN | {"ERA_OCCURRENCES": "c.condition_occurrence_count"},
)
DRUG_EXPOSURE = Domain(
    "DrugExposure",
    "drug_exposure",
    "drug_exposure_id",
    "t.drug_exposure_start_date",
    "coalesce(t.drug_exposure_end_date, t.drug_exposure_start_date + t.days_supply, t.drug_exposure_start_date + 1)",
    "drug_concept_id",
    ("DrugSourceConcept", "drug_source_concept_id"),
    attributes=CLINICAL
    | {
        # OHDSI's compiler compares the start here too; the rows must equal its rows.
        "OccurrenceEndDate": STARTS,
        "DrugType": concepts("drug_type_concept_id"),
        "StopReason": text("stop_reason"),
        "Refills": whole("refills"),
        "Quantity": decimal("quantity"),
        "DaysSupply": whole("days_supply"),
        "RouteConcept": concepts("route_concept_id"),
        # The effective dose and its unit are refused as not known: no CDM since 5.1 has their columns.
        "LotNumber": text("lot_number"),
    },
    counted=SPAN | {"DAYS_SUPPLY": "c.days_supply", "QUANTITY": "c.quantity", "REFILLS": "c.refills"},
)
DRUG_ERA = Domain(
    "DrugEra",
    "drug_era",
    "drug_era_id",
    "t.drug_era_start_date",
    "t.drug_era_end_date",
    "drug_concept_id",
    visit=NO_VISIT,
    attributes=ERA | {"OccurrenceCount": whole("drug_exposure_count"), "GapDays": whole("gap_days")},
    counted=SPAN | {"ERA_OCCURRENCES": "c.drug_exposure_count", "GAP_DAYS": "c.gap_days"},
)
DOSE_ERA = Domain(
    "DoseEra",
    "dose_era",
    "dose_era_id",
    "t.dose_era_start_date",
    "t.dose_era_end_date",
    "drug_concept_id",
    visit=NO_VISIT,
    attributes=ERA | {"Unit": concepts("unit_concept_id"), "DoseValue": decimal("dose_value")},
    counted=SPAN | {"UNIT": "c.unit_concept_id", "VALUE_AS_NUMBER": "c.dose_value"},
)
PROCEDURE_OCCURRENCE = Domain(
    "ProcedureOccurrence",
    "procedure_occurrence",
    "procedure_occurrence_id",
    "t.procedure_date",
    NEXT_DAY.format("procedure_date"),
    "procedure_concept_id",
    ("ProcedureSourceConcept", "procedure_source_concept_id"),
    attributes=CLINICAL
    | {
        "ProcedureType": concepts("procedure_type_concept_id"),
        "Modifier": concepts("modifier_concept_id"),
        "Quantity": whole("quantity"),
    },
    counted=MOMENT | {"QUANTITY": "c.quantity"},
)
OBSERVATION = Domain(
    "Observation",
    "observation",
    "observation_id",
    "t.observation_date",
    NEXT_DAY.format("observation_date"),
    "observation_concept_id",
    ("ObservationSourceConcept", "observation_source_concept_id"),
    attributes=CLINICAL
    | {
        "ObservationType": concepts("observation_type_concept_id"),
        "ValueAsNumber": decimal("value_as_number"),
        "ValueAsString": text("value_as_string"),
        "ValueAsConcept": concepts("value_as_concept_id"),
        "Qualifier": concepts("qualifier_concept_id"),
        "Unit": concepts("unit_concept_id"),
    },
    counted=MOMENT | {"VALUE_AS_NUMBER": "c.value_as_number"},
)
ABNORMAL = (
    "(c.value_as_number < c.range_low or c.value_as_number > c.range_high "
    "or c.value_as_concept_id in (4155142, 4155143))"
)
MEASUREMENT = Domain(
    "Measurement",
    "measurement",
    "measurement_id",
    "t.measurement_date",
    NEXT_DAY.format("measurement_date"),
    "measurement_concept_id",
    ("MeasurementSourceConcept", "measurement_source_concept_id"),
    attributes=CLINICAL
    | {
        "MeasurementType": concepts("measurement_type_concept_id"),
        "Operator": concepts("operator_concept_id"),
        "ValueAsNumber": decimal("value_as_number"),
        "ValueAsConcept": concepts("value_as_concept_id"),
        "Unit": concepts("unit_concept_id"),
        "RangeLow": decimal("range_low"),
        "RangeHigh": decimal("range_high"),
        "RangeLowRatio": Attribute(DECIMAL, "(c.value_as_number / nullif(c.range_low, 0))"),
        "RangeHighRatio": Attribute(DECIMAL, "(c.value_as_number / nullif(c.range_high, 0))"),
        "Abnormal": Attribute(FLAG, ABNORMAL),
    },
    counted=MOMENT | {"VALUE_AS_NUMBER": "c.value_as_number", "RANGE_HIGH": "c.range_high", "RANGE_LOW": "c.range_low"},
)
VISIT_OCCURRENCE = Domain(
    "VisitOccurrence",
    "visit_occurrence",
    "visit_occurrence_id",
    "t.visit_start_date",
    "t.visit_end_date",
    "visit_concept_id",
    ("VisitSourceConcept", "visit_source_concept_id"),
    attributes=CLINICAL
    | PLACES
    | {
        "OccurrenceEndDate": ENDS,
        "VisitType": concepts("visit_type_concept_id"),
        "VisitLength": Attribute(WHOLE, LENGTH),
    },
    counted=SPAN,
)
VISIT_DETAIL = Domain(
    "VisitDetail",
    "visit_detail",
    "visit_detail_id",
    "t.visit_detail_start_date",
    "t.visit_detail_end_date",
    "visit_detail_concept_id",
    ("VisitDetailSourceConcept", "visit_detail_source_concept_id"),
    attributes=PERSONAL
    | PLACES
    | {
        # OHDSI's compiler takes the age at the end here; the rows must equal its rows.
        "Age": AGE_AT_END,
        "ProviderSpecialty": CLINICAL["ProviderSpecialty"],
        "VisitDetailStartDate": STARTS,
        "VisitDetailEndDate": ENDS,
        "VisitDetailType": concepts("visit_detail_type_concept_id"),
        "VisitDetailLength": Attribute(WHOLE, LENGTH),
    },
    counted=SPAN | {"VISIT_DETAIL_ID": "c.visit_detail_id"},
)
DEVICE_EXPOSURE = Domain(
    "DeviceExposure",
    "device_exposure",
    "device_exposure_id",
    "t.device_exposure_start_date",
    "coalesce(t.device_exposure_end_date, t.device_exposure_start_date + 1)",
    "device_concept_id",
    ("DeviceSourceConcept", "device_source_concept_id"),
    attributes=CLINICAL
    | {
        "OccurrenceEndDate": ENDS,
        "DeviceType": concepts("device_type_concept_id"),
        "UniqueDeviceId": text("unique_device_id"),
        "Quantity": whole("quantity"),
    },
    counted=SPAN | {"QUANTITY": "c.quantity"},
)
SPECIMEN = Domain(
    "Specimen",
    "specimen",
    "specimen_id",
    "t.specimen_date",
    NEXT_DAY.format("specimen_date"),
    "specimen_concept_id",
    visit=NO_VISIT,
    attributes=PERSONAL
    | {
        "OccurrenceStartDate": STARTS,
        "SpecimenType": concepts("specimen_type_concept_id"),
        "Quantity": decimal("quantity"),
        "Unit": concepts("unit_concept_id"),
        "AnatomicSite": concepts("anatomic_site_concept_id"),
        "DiseaseStatus": concepts("disease_status_concept_id"),
        "SourceId": text("specimen_source_id"),
    },
    counted=MOMENT,
)
DEATH = Domain(
    "Death",
    "death",
    "person_id",
    "t.death_date",
    NEXT_DAY.format("death_date"),
    "cause_concept_id",
    ("DeathSourceConcept", "cause_source_concept_id"),
    visit=NO_VISIT,
    attributes=PERSONAL | {"OccurrenceStartDate": STARTS, "DeathType": concepts("death_type_concept_id")},
    counted=MOMENT | {"DOMAIN_CONCEPT": "coalesce(c.cause_concept_id, 0)"},
    has_first=False,
)
OBSERVATION_PERIOD = Domain(
    "ObservationPeriod",
    "observation_period",
    "observation_period_id",
    "t.observation_period_start_date",
    "t.observation_period_end_date",
    visit=NO_VISIT,
    attributes=PERIOD | {"PeriodType": concepts("period_type_concept_id")},
    counted=SPAN | {"DOMAIN_CONCEPT": "c.period_type_concept_id"},
    has_codeset=False,
    has_period=True,
)
PAYER_PLAN_PERIOD = Domain(
    "PayerPlanPeriod",
    "payer_plan_period",
    "payer_plan_period_id",
    "t.payer_plan_period_start_date",
    "t.payer_plan_period_end_date",
    visit=NO_VISIT,
    attributes=PERIOD
    | {"Gender": GENDER}
    | {
        f"{what}{source}Concept": Attribute(REGION, f"c.{column}{'_source' if source else ''}_concept_id")
        for what, column in (
            ("Payer", "payer"),
            ("Plan", "plan"),
            ("Sponsor", "sponsor"),
            ("StopReason", "stop_reason"),
        )
        for source in ("", "Source")
    },
    counted={"DOMAIN_CONCEPT": "c.payer_concept_id"},
    has_codeset=False,
    has_period=True,
)
LOCATION_REGION = Domain(
    "LocationRegion",
    "location_history",
    "location_history_id",
    "t.lived_from",
    "coalesce(t.lived_to, date '2099-12-31')",
    "region_concept_id",
    visit=NO_VISIT,
    has_first=False,
    has_adjustment=False,
)
DOMAINS = {
    domain.name: domain
    for domain in (
        CONDITION_OCCURRENCE,
        CONDITION_ERA,
        DRUG_EXPOSURE,
        DRUG_ERA,
        DOSE_ERA,
        PROCEDURE_OCCURRENCE,
        OBSERVATION,
        MEASUREMENT,
        VISIT_OCCURRENCE,
        VISIT_DETAIL,
        DEVICE_EXPOSURE,
        SPECIMEN,
        DEATH,
        OBSERVATION_PERIOD,
        PAYER_PLAN_PERIOD,
        LOCATION_REGION,
    )
}
DEMOGRAPHICS = {
    "Age": AGE,
    "Gender": GENDER,
    "Race": Attribute(CONCEPTS, "p.race_concept_id", "person"),
    "Ethnicity": Attribute(CONCEPTS, "p.ethnicity_concept_id", "person"),
    "OccurrenceStartDate": STARTS,
    "OccurrenceEndDate": ENDS,
}
