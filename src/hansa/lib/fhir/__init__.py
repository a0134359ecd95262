"""Patients' records in FHIR R4 as tables of the OMOP common data model, so that cohorts run on them unchanged."""
