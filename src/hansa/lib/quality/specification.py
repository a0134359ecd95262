"""What the OMOP CDM 5.4 asks of its fields, as far as it can be checked in a database.

Sources: OMOP CDM 5.4, field specifications; Kahn et al. 2016 (eGEMs 4, 1244) for the categories; the types of
checks are those of OHDSI's DataQualityDashboard, with limits of our own where it leaves them open.
"""

from dataclasses import dataclass

from hansa.lib.omop.tables import COLUMNS

KEYS = {
    table: ("person_id" if table == "person" else f"{table}_id")
    for table, columns in COLUMNS.items()
    if f"{table}_id" in columns or table == "person"
}
# A row without one of these cannot be used.
REQUIRED: dict[str, tuple[str, ...]] = {
    "person": ("gender_concept_id", "year_of_birth", "race_concept_id", "ethnicity_concept_id"),
    "observation_period": (
        "person_id",
        "observation_period_start_date",
        "observation_period_end_date",
        "period_type_concept_id",
    ),
    "visit_occurrence": (
        "person_id",
        "visit_concept_id",
        "visit_start_date",
        "visit_end_date",
        "visit_type_concept_id",
    ),
    "visit_detail": ("person_id", "visit_detail_concept_id", "visit_detail_start_date", "visit_occurrence_id"),
    "condition_occurrence": (
        "person_id",
        "condition_concept_id",
        "condition_start_date",
        "condition_type_concept_id",
    ),
    "drug_exposure": (
        "person_id",
        "drug_concept_id",
        "drug_exposure_start_date",
        "drug_exposure_end_date",
        "drug_type_concept_id",
    ),
    "procedure_occurrence": ("person_id", "procedure_concept_id", "procedure_date", "procedure_type_concept_id"),
    "device_exposure": ("person_id", "device_concept_id", "device_exposure_start_date", "device_type_concept_id"),
    "measurement": ("person_id", "measurement_concept_id", "measurement_date", "measurement_type_concept_id"),
    "observation": ("person_id", "observation_concept_id", "observation_date", "observation_type_concept_id"),
    "death": ("person_id", "death_date"),
    "specimen": ("person_id", "specimen_concept_id", "specimen_type_concept_id", "specimen_date"),
    "condition_era": ("person_id", "condition_concept_id", "condition_era_start_date", "condition_era_end_date"),
    "drug_era": ("person_id", "drug_concept_id", "drug_era_start_date", "drug_era_end_date"),
    "dose_era": ("person_id", "drug_concept_id", "unit_concept_id", "dose_value", "dose_era_start_date"),
    "payer_plan_period": ("person_id", "payer_plan_period_start_date", "payer_plan_period_end_date"),
}
# Start and end of what lasts, and the day of what happens once.
PERIODS: dict[str, tuple[str, str | None]] = {
    "observation_period": ("observation_period_start_date", "observation_period_end_date"),
    "visit_occurrence": ("visit_start_date", "visit_end_date"),
    "visit_detail": ("visit_detail_start_date", "visit_detail_end_date"),
    "condition_occurrence": ("condition_start_date", "condition_end_date"),
    "drug_exposure": ("drug_exposure_start_date", "drug_exposure_end_date"),
    "procedure_occurrence": ("procedure_date", "procedure_end_date"),
    "device_exposure": ("device_exposure_start_date", "device_exposure_end_date"),
    "measurement": ("measurement_date", None),
    "observation": ("observation_date", None),
    "specimen": ("specimen_date", None),
    "condition_era": ("condition_era_start_date", "condition_era_end_date"),
    "drug_era": ("drug_era_start_date", "drug_era_end_date"),
    "dose_era": ("dose_era_start_date", "dose_era_end_date"),
    "payer_plan_period": ("payer_plan_period_start_date", "payer_plan_period_end_date"),
}
# The domain that the concepts of a field belong to.
DOMAINS = {
    "gender_concept_id": "Gender",
    "race_concept_id": "Race",
    "ethnicity_concept_id": "Ethnicity",
    "visit_concept_id": "Visit",
    "visit_detail_concept_id": "Visit",
    "condition_concept_id": "Condition",
    "drug_concept_id": "Drug",
    "procedure_concept_id": "Procedure",
    "device_concept_id": "Device",
    "measurement_concept_id": "Measurement",
    "observation_concept_id": "Observation",
    "specimen_concept_id": "Specimen",
    "unit_concept_id": "Unit",
    "route_concept_id": "Route",
}
# The field by which each table says what happened.
MAIN = {
    table: column
    for table, columns in COLUMNS.items()
    for column in columns
    if column in DOMAINS and column.removesuffix("_concept_id") in table
}
REFERENCES = {
    "person_id": "person",
    "visit_occurrence_id": "visit_occurrence",
    "visit_detail_id": "visit_detail",
    "provider_id": "provider",
    "care_site_id": "care_site",
    "location_id": "location",
}
# Numbers outside are no numbers of this kind.
RANGES: dict[str, tuple[float, float]] = {
    "year_of_birth": (1850, 2100),
    "month_of_birth": (1, 12),
    "day_of_birth": (1, 31),
    "days_supply": (1, 365),
    "refills": (0, 24),
    "condition_occurrence_count": (1, 100_000),
    "drug_exposure_count": (1, 100_000),
}


@dataclass(frozen=True)
class Plausible:
    """Say of a concept, with its descendants, who can have it, and in which unit and range it is measured."""

    concept: int
    name: str
    sex: int | None = None
    unit: int | None = None
    low: float | None = None
    high: float | None = None


MALE, FEMALE = 8507, 8532
CONCEPTS = (
    Plausible(4163261, "malignant tumor of prostate", sex=MALE),
    Plausible(198803, "benign prostatic hyperplasia", sex=MALE),
    Plausible(197507, "primary malignant neoplasm of testis", sex=MALE),
    Plausible(4299535, "pregnancy", sex=FEMALE),
    Plausible(197610, "cyst of ovary", sex=FEMALE),
    Plausible(433527, "endometriosis", sex=FEMALE),
    Plausible(200051, "primary malignant neoplasm of ovary", sex=FEMALE),
    Plausible(3004410, "hemoglobin A1c", unit=8554, low=2, high=25),
    Plausible(3025315, "body weight", unit=9529, low=0.2, high=500),
    Plausible(3036277, "body height", unit=8582, low=20, high=260),
    Plausible(3004249, "systolic blood pressure", unit=8876, low=30, high=350),
    Plausible(3012888, "diastolic blood pressure", unit=8876, low=10, high=250),
    Plausible(3000963, "hemoglobin", unit=8713, low=1, high=30),
    Plausible(3016723, "creatinine", unit=8840, low=0, high=50),
    Plausible(3020891, "body temperature", unit=586323, low=25, high=45),
)
