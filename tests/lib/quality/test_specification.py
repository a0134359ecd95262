from hansa.lib.omop.tables import COLUMNS
from hansa.lib.quality.specification import DOMAINS, KEYS, MAIN, PERIODS, RANGES, REFERENCES, REQUIRED


def test_specification_names_fields_that_the_tables_have():
    for table, fields in REQUIRED.items():
        assert set(fields) <= set(COLUMNS[table])
    for table, days in PERIODS.items():
        assert {day for day in days if day} <= set(COLUMNS[table])
    every = {column for columns in COLUMNS.values() for column in columns}
    assert {*DOMAINS, *RANGES, *REFERENCES} <= every
    assert set(REFERENCES.values()) <= set(COLUMNS)


def test_main_concept_of_a_table_is_the_one_it_is_named_for():
    assert MAIN["condition_occurrence"] == "condition_concept_id"
    assert MAIN["visit_detail"] == "visit_detail_concept_id"
    assert "person" not in MAIN
    assert KEYS["person"] == "person_id"
