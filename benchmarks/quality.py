"""Check the data quality of GiBleed from ../shared, on DuckDB."""

from pathlib import Path

import duckdb
from tests.lib.cohorts.gibleed import loaded

from benchmarks.rows import Row, seconds
from hansa.lib.omop.tables import COLUMNS, LACKING, kind
from hansa.lib.quality.running import checked

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "conformance" / "omop"
TARGET = 2.0


def measure() -> list[Row]:
    """Return how long all checks of GiBleed take, where it lies beside the project."""
    if not FOLDER.is_dir():
        return [Row(figure="data check of GiBleed", hansa="../shared is not there", target="–", holds=None)]
    connection = duckdb.connect()
    loaded(connection, FOLDER / "gibleed")
    complete(connection)
    document = checked(connection)
    time = seconds(lambda: checked(connection), times=5)
    return [
        Row(
            figure=f"data check of GiBleed: {len(document['checks'])} checks with rows",
            hansa=f"{time:.2f} s",
            target=f"{TARGET:.0f} s",
            holds=time <= TARGET,
        )
    ]


def complete(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the tables and fields that the data set lacks, as connecting does."""
    connection.execute(f"create table {LACKING} (name varchar, field varchar)")
    there = {str(name) for (name,) in connection.execute("show tables").fetchall()}
    for table, columns in COLUMNS.items():
        if table not in there:
            connection.execute(f"create table {table} ({', '.join(f'{name} {kind(name)}' for name in columns)})")
        known = {str(row[0]) for row in connection.execute(f"describe {table}").fetchall()}
        for name in (name for name in columns if name not in known):
            connection.execute(f"alter table {table} add column {name} {kind(name)}")
