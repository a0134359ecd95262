import json

import duckdb
import pytest

from hansa.lib.cohorts.reading import read
from hansa.lib.omop.extraction import extraction
from hansa.lib.omop.running import run
from tests.lib.omop.sample import COHORTS, database

PLAN = extraction({name: read(json.dumps(given)) for name, given in COHORTS.items()}, target="users", variables={})


def test_run_tells_how_many_each_inclusion_rule_leaves():
    with database() as connection:
        assert run(PLAN, connection).attrition == [(-1, 4), (0, 4)]


def test_run_leaves_nothing_behind_where_a_statement_fails():
    with database() as connection:
        connection.execute("drop table observation_period")

        with pytest.raises(duckdb.CatalogException):
            run(PLAN, connection)

        assert connection.execute("select count(*) from duckdb_tables() where temporary").fetchone() == (0,)
