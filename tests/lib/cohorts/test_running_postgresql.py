"""PostgreSQL gives the rows of OHDSI's compiler too."""

import csv
import io
import json
import os
import uuid

import duckdb
import psycopg
import pytest

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.running import run
from tests.conformance import conformance
from tests.lib.cohorts.cdm import CONDITION, ROWS, counted, expression, filled, found, group, tables
from tests.lib.cohorts.gibleed import expected, loaded
from tests.postgres import postgres

TYPES = {"VARCHAR": "text", "DOUBLE": "double precision", "HUGEINT": "bigint", "TIMESTAMP": "timestamp"}
# One of twelve definitions, unless everything is asked for.
STEP = 1 if os.environ.get("HANSA_TEST_ALL") else 12


@pytest.fixture
def schema():
    with psycopg.connect(postgres(), autocommit=True) as connection:
        name = f"cohorts_{uuid.uuid4().hex}"
        connection.execute(f"create schema {name}")
        connection.execute(f"set search_path to {name}")
        yield connection, name
        connection.execute(f"drop schema {name} cascade")


def copied(source, target):
    """Copy every table of DuckDB to PostgreSQL."""
    for (table,) in source.execute("select table_name from duckdb_tables()").fetchall():
        columns = source.execute(f"select column_name, data_type from duckdb_columns() where table_name = '{table}'")
        wanted = ", ".join(f'"{name}" {TYPES.get(kind, kind)}' for name, kind in columns.fetchall())
        target.execute(f"create table {table} ({wanted})")
        text = io.StringIO()
        csv.writer(text).writerows(source.execute(f"select * from {table}").fetchall())
        with target.cursor().copy(f"copy {table} from stdin (format csv)") as copy:
            copy.write(text.getvalue())
        target.execute(f"analyze {table}")


def test_postgresql_gives_the_rows_of_the_reference(schema):
    connection, name = schema
    folder = conformance("omop")
    source, wanted, wrong = duckdb.connect(), expected(folder), []
    loaded(source, folder / "gibleed")
    copied(source, connection)

    for file in sorted((folder / "cohorts").glob("*.json"))[::STEP]:
        cohort = run(compiled(read(file.read_bytes()), Target(int(file.stem), cdm=name)), connection)
        if sorted((row[1], str(row[2]), str(row[3])) for row in cohort.rows) != sorted(wanted.get(file.stem, [])):
            wrong.append(file.stem)

    assert wrong == []


@pytest.mark.parametrize(
    "criterion",
    [
        CONDITION,
        {"VisitDetail": {"VisitDetailLength": {"Op": "gte", "Value": 300}, "PlaceOfServiceLocation": 3}},
        {"DeviceExposure": {"ProviderSpecialtyCS": {"CodesetId": 99, "IsExclusion": True}}},
        {"Specimen": {"SourceId": {"Op": "contains", "Text": "_1"}}},
        {"Measurement": {"Abnormal": True, "RangeLowRatio": {"Op": "gt", "Value": 0.5}}},
        {"DrugExposure": {"First": True, "Age": {"Op": "gt", "Value": 3}}},
        {"LocationRegion": {"CodesetId": 3}},
    ],
)
def test_postgresql_gives_the_rows_of_duckdb(schema, criterion):
    connection, name = schema
    tables(connection)
    for table, rows in ROWS.items():
        filled(connection, table, rows)
    rules = [{"name": "any", "expression": group(counted({"Observation": {}}, times=1, count=9))}]
    asked = expression(criterion, InclusionRules=rules, CollapseSettings={"CollapseType": "ERA", "EraPad": 3})

    plan = compiled(read(json.dumps(asked)), Target(7, cdm=name, location_history=True))

    assert run(plan, connection) == found(asked)


def test_failure_inside_a_transaction_names_its_own_cause(schema):
    connection, name = schema
    plan = compiled(read(json.dumps(expression(CONDITION))), Target(7, cdm=name))

    with pytest.raises(psycopg.errors.UndefinedTable), connection.transaction():
        run(plan, connection)
