import json

import duckdb
import pytest

from hansa.lib.cohorts.reading import read
from hansa.lib.omop.counting import count, counting
from tests.lib.omop.sample import COHORTS, database

GENDER = {"Type": "ALL", "DemographicCriteriaList": [{"Gender": [{"CONCEPT_ID": 8507}]}]}
PLAN = counting(read(json.dumps(COHORTS["users"] | {"InclusionRules": [
    {"name": "anybody", "expression": {"Type": "ALL", "DemographicCriteriaList": [{"Age": {"Value": 0, "Op": "gte"}}]}},
    {"name": "men", "expression": GENDER},
]})))  # fmt: skip


def test_count_gives_who_enters_who_is_left_and_who_is_in_the_cohort():
    with database() as connection:
        found = count(PLAN, connection)
        left = connection.execute("select count(*) from duckdb_tables() where temporary").fetchone()

    assert [people.count for people in found] == [4, 4, 2, 2]
    assert [people.marks for people in found] == [(10, 30), (10, 30), (6, 20), (6, 20)]
    assert left == (0,)


def test_count_leaves_nothing_behind_where_a_statement_fails():
    with database() as connection:
        connection.execute("drop table observation_period")

        with pytest.raises(duckdb.CatalogException):
            count(PLAN, connection)

        assert connection.execute("select count(*) from duckdb_tables() where temporary").fetchone() == (0,)
