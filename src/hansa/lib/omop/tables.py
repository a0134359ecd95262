"""The tables of the OMOP CDM 5.4 that cohorts and variables read, and the type of each column.

Source: OMOP CDM 5.4, table and field specifications. Free text (notes) is not among them.
"""

# Where a copied database keeps which tables and fields its source lacked.
LACKING = "hansa_lacking"
NEEDED = ("person", "observation_period", "concept", "concept_ancestor", "concept_relationship")

_EVENT = "person_id visit_occurrence_id visit_detail_id provider_id"
COLUMNS: dict[str, tuple[str, ...]] = {
    table: tuple(columns.split())
    for table, columns in {
        "person": "person_id gender_concept_id year_of_birth month_of_birth day_of_birth race_concept_id"
        " ethnicity_concept_id location_id provider_id care_site_id",
        "observation_period": "observation_period_id person_id observation_period_start_date"
        " observation_period_end_date period_type_concept_id",
        "visit_occurrence": "visit_occurrence_id person_id provider_id care_site_id visit_concept_id"
        " visit_source_concept_id visit_type_concept_id visit_start_date visit_end_date admitted_from_concept_id"
        " discharged_to_concept_id",
        "visit_detail": "visit_detail_id visit_occurrence_id person_id provider_id care_site_id visit_detail_concept_id"
        " visit_detail_source_concept_id visit_detail_type_concept_id visit_detail_start_date visit_detail_end_date"
        " admitted_from_concept_id discharged_to_concept_id",
        "condition_occurrence": f"condition_occurrence_id {_EVENT} condition_concept_id condition_source_concept_id"
        " condition_type_concept_id condition_status_concept_id condition_start_date condition_end_date stop_reason",
        "drug_exposure": f"drug_exposure_id {_EVENT} drug_concept_id drug_source_concept_id drug_type_concept_id"
        " drug_exposure_start_date drug_exposure_end_date days_supply quantity refills route_concept_id stop_reason"
        " lot_number",
        "procedure_occurrence": f"procedure_occurrence_id {_EVENT} procedure_concept_id procedure_source_concept_id"
        " procedure_type_concept_id procedure_date procedure_end_date quantity modifier_concept_id",
        "device_exposure": f"device_exposure_id {_EVENT} device_concept_id device_source_concept_id"
        " device_type_concept_id device_exposure_start_date device_exposure_end_date quantity unique_device_id",
        "measurement": f"measurement_id {_EVENT} measurement_concept_id measurement_source_concept_id"
        " measurement_type_concept_id measurement_date operator_concept_id value_as_number value_as_concept_id"
        " unit_concept_id range_low range_high",
        "observation": f"observation_id {_EVENT} observation_concept_id observation_source_concept_id"
        " observation_type_concept_id observation_date value_as_number value_as_string value_as_concept_id"
        " qualifier_concept_id unit_concept_id",
        "death": "person_id death_date death_type_concept_id cause_concept_id cause_source_concept_id",
        "specimen": "specimen_id person_id specimen_concept_id specimen_type_concept_id specimen_date quantity"
        " unit_concept_id anatomic_site_concept_id disease_status_concept_id specimen_source_id",
        "condition_era": "condition_era_id person_id condition_concept_id condition_era_start_date"
        " condition_era_end_date condition_occurrence_count",
        "drug_era": "drug_era_id person_id drug_concept_id drug_era_start_date drug_era_end_date drug_exposure_count"
        " gap_days",
        "dose_era": "dose_era_id person_id drug_concept_id unit_concept_id dose_value dose_era_start_date"
        " dose_era_end_date",
        "payer_plan_period": "payer_plan_period_id person_id payer_plan_period_start_date payer_plan_period_end_date"
        " payer_concept_id payer_source_concept_id plan_concept_id plan_source_concept_id sponsor_concept_id"
        " sponsor_source_concept_id stop_reason_concept_id stop_reason_source_concept_id",
        "provider": "provider_id specialty_concept_id care_site_id",
        "care_site": "care_site_id place_of_service_concept_id location_id",
        "location": "location_id region_concept_id country_concept_id",
        "concept": "concept_id concept_name domain_id vocabulary_id concept_class_id standard_concept concept_code"
        " valid_start_date valid_end_date invalid_reason",
        "concept_ancestor": "ancestor_concept_id descendant_concept_id min_levels_of_separation"
        " max_levels_of_separation",
        "concept_relationship": "concept_id_1 concept_id_2 relationship_id valid_start_date valid_end_date"
        " invalid_reason",
        "vocabulary": "vocabulary_id vocabulary_name vocabulary_version vocabulary_concept_id",
        "cdm_source": "cdm_source_name cdm_holder source_release_date cdm_release_date cdm_version vocabulary_version",
    }.items()
}
_WHOLE = frozenset(
    {
        *("year_of_birth", "month_of_birth", "day_of_birth", "days_supply", "refills", "gap_days"),
        *("condition_occurrence_count", "drug_exposure_count"),
        *("min_levels_of_separation", "max_levels_of_separation"),
    }
)
_DECIMAL = frozenset({"value_as_number", "range_low", "range_high", "quantity", "dose_value"})
_CONCEPTS = frozenset({"concept_id_1", "concept_id_2"})
_WORDS = frozenset(
    {"domain_id", "vocabulary_id", "concept_class_id", "relationship_id", "specimen_source_id", "unique_device_id"}
)
# Columns that say who somebody is and that no study reads.
IDENTIFYING = frozenset(
    {
        *("person_source_value", "provider_name", "npi", "dea"),
        *("address_1", "address_2", "city", "zip", "county", "latitude", "longitude"),
    }
)


def kind(column: str) -> str:
    """Return the SQL type of a column of the CDM, by its name; days are integers, which dates are moved by."""
    if column.endswith("_date"):
        return "date"
    if column.endswith("_datetime"):
        return "timestamp"
    if column in _DECIMAL:
        return "double"
    if column in _WHOLE:
        return "integer"
    return "bigint" if column in _CONCEPTS or (column.endswith("_id") and column not in _WORDS) else "varchar"
