import pytest

from hansa.lib.omop.tables import COLUMNS, IDENTIFYING, NEEDED, kind


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("person_id", "bigint"),
        ("concept_id_1", "bigint"),
        ("vocabulary_id", "varchar"),
        ("days_supply", "integer"),
        ("value_as_number", "double"),
        ("birth_datetime", "timestamp"),
        ("death_date", "date"),
        ("concept_name", "varchar"),
    ],
)
def test_kind_is_the_type_of_the_cdm(column, expected):
    assert kind(column) == expected


def test_tables_hold_what_is_needed_and_nothing_that_identifies():
    assert set(NEEDED) <= set(COLUMNS)
    assert not IDENTIFYING & {column for columns in COLUMNS.values() for column in columns}
