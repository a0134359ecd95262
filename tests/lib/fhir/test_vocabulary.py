import duckdb

from hansa.lib.fhir.vocabulary import Concept, load

CONCEPTS = """
create table concept (concept_id bigint, domain_id varchar, vocabulary_id varchar, standard_concept varchar,
  concept_code varchar, invalid_reason varchar);
create table concept_relationship (concept_id_1 bigint, concept_id_2 bigint, relationship_id varchar,
  invalid_reason varchar);
insert into concept values (10, 'Condition', 'SNOMED', 'S', '1', null), (11, 'Condition', 'ICD10', null, 'K92.2', null),
  (12, 'Condition', 'ICD10', null, 'X', null), (13, 'Condition', 'SNOMED', null, '3', 'D');
insert into concept_relationship values (11, 10, 'Maps to', null), (13, 10, 'Maps to', 'D');
"""


def test_codes_lead_to_the_standard_concept_they_map_to():
    with duckdb.connect() as connection:
        connection.execute(CONCEPTS)
        vocabulary = load(connection)

    assert vocabulary.find("http://snomed.info/sct", "1") == Concept(10, 10, "Condition")
    assert vocabulary.find("http://hl7.org/fhir/sid/icd-10", "K92.2") == Concept(10, 11, "Condition")
    assert vocabulary.find("http://hl7.org/fhir/sid/icd-10", "X") == Concept(0, 12, "")
    assert vocabulary.find("SNOMED", "3") == Concept(0, 13, "")
    assert vocabulary.find("http://snomed.info/sct", "404") is None
