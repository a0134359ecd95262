"""Compile the cohort definitions of ../shared and run those with rows on GiBleed, on one thread of DuckDB."""

import csv
import statistics
import sys
import time
from pathlib import Path

import duckdb
from tests.lib.cohorts.gibleed import loaded

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.reading import read
from hansa.lib.cohorts.running import run

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "conformance" / "omop"
COMPILING = 0.010
# 5 s for the 142 of OHDSI's PhenotypeLibrary that are not empty on GiBleed.
RUNNING = 5.0 / 142
REPEATS = 5


def compile_seconds(text: bytes) -> float:
    """Return the median time from JSON to SQL."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        compiled(read(text), Target())
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def main() -> int:
    """Measure, print, and say whether the targets hold."""
    if not FOLDER.is_dir():
        print(f"{FOLDER} is not there; nothing is measured")
        return 0
    texts = {file.stem: file.read_bytes() for file in sorted((FOLDER / "cohorts").glob("*.json"))}
    times = [compile_seconds(text) for text in texts.values()]
    print(
        f"JSON to SQL: {len(times)} definitions, median {statistics.median(times) * 1e3:.2f} ms, "
        f"slowest {max(times) * 1e3:.2f} ms (target {COMPILING * 1e3:.0f} ms)"
    )
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    loaded(connection, FOLDER / "gibleed")
    with (FOLDER / "counts.csv").open() as file:
        full = [row["cohort_definition_id"] for row in csv.DictReader(file) if int(row["rows"])]
    began = time.perf_counter()
    for number in full:
        run(compiled(read(texts[number]), Target(int(number))), connection)
    seconds = time.perf_counter() - began
    print(f"GiBleed: {len(full)} definitions with rows in {seconds:.2f} s (target {RUNNING * len(full):.2f} s)")
    return int(max(times) > COMPILING or seconds > RUNNING * len(full))


if __name__ == "__main__":
    sys.exit(main())
