import json

import duckdb

from hansa.lib.cohorts.reading import read
from hansa.lib.fhir.mapping import mapped
from hansa.lib.fhir.reading import Entry
from hansa.lib.fhir.writing import told, write
from hansa.lib.omop.extraction import extraction
from hansa.lib.omop.running import run
from hansa.lib.omop.tables import COLUMNS
from hansa.lib.quality.running import checked
from tests.lib.fhir.samples import PATIENTS, RESOURCES
from tests.lib.fhir.test_mapping import KNOWN
from tests.lib.omop.sample import cohort


def written():
    entries = [Entry("x", resource) for resource in (*RESOURCES, *PATIENTS)]
    found = mapped(lambda: iter(entries), KNOWN)
    connection = duckdb.connect()
    connection.execute("create table concept (concept_id bigint, concept_code varchar, domain_id varchar,"
                       " standard_concept varchar, invalid_reason varchar)")  # fmt: skip
    connection.execute("insert into concept values (20, '2', 'Drug', 'S', null)")
    write(found, connection)
    return found, connection


def test_cohort_and_data_check_run_on_what_was_converted():
    _found, connection = written()
    with connection:
        users = read(json.dumps(cohort("DrugExposure", 20)))
        rows = run(extraction({"users": users}, target="users", variables={}), connection).rows
        connection.execute("create table hansa_lacking (name varchar, field varchar)")
        document = checked(connection)

    assert rows == [(1,), (2,)]
    assert document["passed"] > 50
    failed = {one["check"] for one in document["checks"] if not one["passed"]}
    # The made-up vocabulary has one concept, the third patient no record, and eras are not derived.
    assert failed <= {
        *("isForeignKey", "standardConceptRecordCompleteness"),
        *("measurePersonCompleteness", "measureConditionEraCompleteness"),
    }


def test_every_table_of_the_cdm_is_there_and_the_vocabulary_is_kept():
    _found, connection = written()
    with connection:
        there = {str(name) for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        kept = connection.execute("select count(*) from concept").fetchone()

    assert set(COLUMNS) <= there
    assert kept == (1,)


def test_told_counts_rows_and_what_was_not_mapped():
    found, connection = written()
    connection.close()

    assert told(found)["rows"]["person"] == 3
    assert told(found)["unknown_codes"] == {"Condition": 1}
    assert told(found)["left_out"] == {}
