"""Check the data quality of GiBleed from ../shared, on DuckDB."""

import sys
import time
from pathlib import Path

import duckdb
from tests.lib.cohorts.gibleed import loaded

from hansa.lib.omop.tables import COLUMNS, LACKING, kind
from hansa.lib.quality.running import checked

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "conformance" / "omop"
TARGET = 2.0
REPEATS = 5


def main() -> int:
    """Measure, print, and say whether the target holds."""
    if not FOLDER.is_dir():
        print(f"{FOLDER} is not there; nothing is measured")
        return 0
    connection = duckdb.connect()
    loaded(connection, FOLDER / "gibleed")
    connection.execute(f"create table {LACKING} (name varchar, field varchar)")
    there = {str(name) for (name,) in connection.execute("show tables").fetchall()}
    for table, columns in COLUMNS.items():
        if table not in there:
            connection.execute(f"create table {table} ({', '.join(f'{name} {kind(name)}' for name in columns)})")
        known = {str(row[0]) for row in connection.execute(f"describe {table}").fetchall()}
        for name in (name for name in columns if name not in known):
            connection.execute(f"alter table {table} add column {name} {kind(name)}")
    times = []
    for _repeat in range(REPEATS):
        began = time.perf_counter()
        document = checked(connection)
        times.append(time.perf_counter() - began)
    print(
        f"GiBleed: {len(document['checks'])} checks with rows, {document['without_rows']} without, "
        f"{document['failed']} failed, in {min(times):.2f} s at best, {max(times):.2f} s at worst (target {TARGET:.0f} s)"
    )
    return int(min(times) > TARGET)


if __name__ == "__main__":
    sys.exit(main())
