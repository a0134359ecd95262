"""How good an OMOP database is: conformance, completeness and plausibility, table by table."""
