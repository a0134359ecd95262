import pytest

from hansa.lib.omop.tables import COLUMNS
from hansa.lib.quality.checks import alone, concept_fields, of_table, query_of


@pytest.mark.parametrize("table", COLUMNS)
def test_checks_of_a_table_are_counted_in_one_query(table):
    checks = list(of_table(table))

    assert len({(check.field, check.kind) for check in checks}) == len(checks)
    assert {check.table for check in checks} <= {table}
    if checks:
        assert query_of(table, checks, cdm="cdm").count(" from cdm.") >= 1


def test_vocabulary_tables_hold_no_concepts_to_look_up():
    assert concept_fields("concept") == []
    assert concept_fields("death") == ["death_type_concept_id", "cause_concept_id", "cause_source_concept_id"]


def test_checks_of_people_name_the_limit_that_holds_for_them():
    limits = {
        check.table: check.threshold for check, _query in alone(cdm="c") if check.kind == "measurePersonCompleteness"
    }

    assert limits["observation_period"] == 0.0
    assert limits["drug_exposure"] == 1.0
