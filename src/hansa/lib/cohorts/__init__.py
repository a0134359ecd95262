"""Cohorts on OMOP: read an OHDSI cohort expression (Circe JSON) and write the SQL that gives its rows."""
