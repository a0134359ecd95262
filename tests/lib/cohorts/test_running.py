import json

import duckdb
import pytest

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.running import run
from tests.lib.cohorts.cdm import CONDITION, database, expression


def test_run_leaves_no_table_behind():
    connection = database()
    plan = compiled(read(json.dumps(expression(CONDITION))), Target(7))

    first, second = run(plan, connection), run(plan, connection)

    assert first == second
    assert first.rows[0][:2] == (7, 1)
    assert connection.execute("select count(*) from duckdb_tables() where temporary").fetchone() == (0,)


def test_run_that_fails_cleans_up_too():
    connection = database()
    connection.execute("drop table condition_occurrence")
    plan = compiled(read(json.dumps(expression(CONDITION))), Target(7))

    with pytest.raises(duckdb.Error):
        run(plan, connection)

    assert connection.execute("select count(*) from duckdb_tables() where temporary").fetchone() == (0,)
