"""Compile the cohort definitions of ../shared and run those with rows on GiBleed, on one thread of DuckDB."""

import csv
import statistics
import time
from pathlib import Path

import duckdb
from tests.lib.cohorts.gibleed import loaded

from benchmarks.rows import Row
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


def measure() -> list[Row]:
    """Return how long compiling takes, and running the definitions that find somebody, where ../shared is there."""
    if not FOLDER.is_dir():
        return [Row(figure="cohorts on GiBleed", hansa="../shared is not there", target="–", holds=None)]
    texts = {file.stem: file.read_bytes() for file in sorted((FOLDER / "cohorts").glob("*.json"))}
    times = [compile_seconds(text) for text in texts.values()]
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    loaded(connection, FOLDER / "gibleed")
    with (FOLDER / "counts.csv").open() as file:
        full = [row["cohort_definition_id"] for row in csv.DictReader(file) if int(row["rows"])]
    began = time.perf_counter()
    for number in full:
        run(compiled(read(texts[number]), Target(int(number))), connection)
    taken, most = time.perf_counter() - began, RUNNING * len(full)
    return [
        Row(
            figure=f"cohort JSON to SQL, slowest of {len(times)} (median {statistics.median(times) * 1e3:.2f} ms)",
            hansa=f"{max(times) * 1e3:.1f} ms",
            target=f"{COMPILING * 1e3:.0f} ms",
            holds=max(times) <= COMPILING,
        ),
        Row(
            figure=f"{len(full)} cohorts of GiBleed that find somebody, one thread",
            hansa=f"{taken:.2f} s",
            target=f"{most:.2f} s (5 s for 142)",
            holds=taken <= most,
        ),
    ]
