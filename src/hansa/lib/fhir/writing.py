"""Write mapped rows as an OMOP database in a DuckDB file."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pandas as pd

from hansa.lib.fhir.mapping import Mapped
from hansa.lib.omop.tables import COLUMNS, kind

VOCABULARY = ("concept", "concept_ancestor", "concept_relationship", "vocabulary")


def write(found: Mapped, connection: duckdb.DuckDBPyConnection) -> None:
    """Write every table of the CDM; tables of the vocabulary that are there stay as they are."""
    there = {str(name) for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    for table, columns in COLUMNS.items():
        if table in there:
            continue
        typed = ", ".join(f"{name} {kind(name)}" for name in columns)
        connection.execute(f"create table {table} ({typed})")
        if rows := found.rows.get(table):
            values = [[row.get(name) for name in columns] for row in rows]
            connection.register("mapped", pd.DataFrame(values, columns=list(columns), dtype=object))
            connection.execute(f"insert into {table} select * from mapped")
            connection.unregister("mapped")
    connection.execute("insert into cdm_source (cdm_source_name, cdm_version) values ('Converted from FHIR R4', '5.4')")


def told(found: Mapped) -> dict[str, Any]:
    """Return what was mapped and what was not: counts only."""
    counts: Mapping[str, int] = {table: len(rows) for table, rows in found.rows.items()}
    return {
        "rows": dict(counts),
        "unknown_codes": dict(found.unknown),
        "left_out": dict(found.left_out),
        "no_resource": found.places,
    }
