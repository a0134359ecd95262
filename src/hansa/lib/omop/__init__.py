"""OMOP CDM databases: which tables they have, and the variables of a study taken from them."""
