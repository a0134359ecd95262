"""Load the CSV files of GiBleed into DuckDB with the types of the CDM, and what its cohorts must hold."""

import csv
import gzip
import re

WHOLE = {"days_supply", "refills", "year_of_birth", "gap_days"}
NUMBERS = {"value_as_number", "range_low", "range_high", "quantity", "dose_value"}
WORDS = {"vocabulary", "domain", "relationship", "concept_class", "concept", "concept_relationship"}


def kind(table, column, seen):
    if column.endswith("_date"):
        return "date"
    if column in WHOLE:
        return "integer"
    if column in NUMBERS:
        return "double"
    return "bigint" if column.endswith("_id") and seen == "VARCHAR" and table not in WORDS else seen


def loaded(connection, folder):
    for file in sorted(folder.glob("*.csv.gz")):
        table = file.name.removesuffix(".csv.gz")
        if table.startswith("achilles"):
            continue
        source = f"read_csv('{file}', header = true, sample_size = -1, nullstr = '')"
        columns = connection.execute(f"select * from {source} limit 0").description
        casts = []
        for written, seen, *_ in columns:
            plain = re.sub(r"^date\((\w+),.*$", r"\1", written.lower())
            quoted = '"' + written.replace('"', '""') + '"'
            casts.append(f'try_cast({quoted} as {kind(table, plain, str(seen))}) as "{plain}"')
        connection.execute(f"create table {table} as select {', '.join(casts)} from {source}")


def expected(folder):
    rows = {}
    with gzip.open(folder / "expected.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            span = (int(row["subject_id"]), row["cohort_start_date"], row["cohort_end_date"])
            rows.setdefault(row["cohort_definition_id"], []).append(span)
    return rows
