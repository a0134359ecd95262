"""Which OMOP concept a code of FHIR is, by the vocabulary tables that a hospital has."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

# Code systems of FHIR by the name of the vocabulary in OMOP.
SYSTEMS = {
    "http://snomed.info/sct": "SNOMED",
    "http://loinc.org": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://hl7.org/fhir/sid/icd-10": "ICD10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD10CM",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "ICD10GM",
    "http://fhir.de/CodeSystem/dimdi/icd-10-gm": "ICD10GM",
    "http://hl7.org/fhir/sid/icd-9-cm": "ICD9CM",
    "http://www.whocc.no/atc": "ATC",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://unitsofmeasure.org": "UCUM",
}


@dataclass(frozen=True)
class Concept:
    """A standard concept, the concept of the code itself, and the domain of the standard one."""

    standard: int
    source: int
    domain: str


@dataclass(frozen=True)
class Vocabulary:
    """Know concepts by vocabulary and code."""

    concepts: Mapping[tuple[str, str], Concept] = field(default_factory=dict)

    def find(self, system: str, code: str) -> Concept | None:
        """Return the concept of a code, None where it is not known."""
        return self.concepts.get((SYSTEMS.get(system, system), code))


def load(connection: duckdb.DuckDBPyConnection) -> Vocabulary:
    """Return the codes of a database that has the tables concept and concept_relationship."""
    rows = connection.execute(
        "select c.vocabulary_id, c.concept_code, c.concept_id, coalesce(s.concept_id, 0), coalesce(s.domain_id, '')"
        " from concept c left join concept_relationship r on r.concept_id_1 = c.concept_id"
        " and r.relationship_id = 'Maps to' and r.invalid_reason is null"
        " left join concept s on s.concept_id = coalesce(r.concept_id_2,"
        " case when c.standard_concept = 'S' then c.concept_id end) and s.standard_concept = 'S'"
        " where c.concept_code is not null order by c.invalid_reason nulls last, s.concept_id desc"
    ).fetchall()
    known = {(str(name), str(code)): Concept(int(to), int(own), str(domain)) for name, code, own, to, domain in rows}
    return Vocabulary(known)
