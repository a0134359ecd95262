"""Run the checks on a connection that is given, and say what came of them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hansa.lib.cohorts.running import Connection
from hansa.lib.omop.tables import COLUMNS, LACKING, NEEDED
from hansa.lib.quality.checks import Check, alone, of_table, query_of

CATEGORIES = ("conformance", "completeness", "plausibility")


def checked(connection: Connection, *, cdm: str = "main") -> dict[str, Any]:
    """Return what every check found in a database with all tables of the CDM: a document of counts."""
    found = [_told(check, (violated, rows)) for check, violated, rows in lacking(connection, cdm=cdm)]
    for table in COLUMNS:
        if checks := list(of_table(table)):
            row = connection.execute(query_of(table, checks, cdm=cdm)).fetchone()
            found += [_told(check, row[2 * place : 2 * place + 2]) for place, check in enumerate(checks)]
    for check, query in alone(cdm=cdm):
        found.append(_told(check, connection.execute(query).fetchone()))
    looked_at = [one for one in found if one["rows"]]
    return {
        "hansa": "data-check/1",
        "versions": _versions(connection, cdm=cdm),
        "checks": looked_at,
        "without_rows": len(found) - len(looked_at),
        "passed": sum(one["passed"] for one in looked_at),
        "failed": sum(not one["passed"] for one in looked_at),
    }


def lacking(connection: Connection, *, cdm: str) -> Iterator[tuple[Check, int, int]]:
    """Yield for each table whether the source had it, and how many of its fields; connecting keeps what it lacked."""
    rows = connection.execute(f"select name, field from {cdm}.{LACKING}").fetchall()
    for table, columns in COLUMNS.items():
        is_absent = (table, "") in rows
        yield Check(table, "", "cdmTable", "conformance", "", limit=0.0 if table in NEEDED else 1.0), int(is_absent), 1
        if not is_absent:
            absent = sum((table, column) in rows for column in columns)
            yield Check(table, "", "cdmField", "conformance", ""), absent, len(columns)


def _told(check: Check, counts: Sequence[int]) -> dict[str, Any]:
    violated, rows = counts
    share = violated / rows if rows else 0.0
    return {
        "table": check.table,
        "field": check.field,
        "check": check.kind,
        "category": check.category,
        "violated": int(violated),
        "rows": int(rows),
        "share": share,
        "threshold": check.threshold,
        "passed": share <= check.threshold,
    }


def _versions(connection: Connection, *, cdm: str) -> dict[str, str]:
    source = connection.execute(f"select max(cdm_version), max(vocabulary_version) from {cdm}.cdm_source").fetchone()
    vocabulary = connection.execute(
        f"select max(vocabulary_version) from {cdm}.vocabulary where vocabulary_id = 'None'"
    ).fetchone()
    told = dict(zip(("cdm", "vocabulary_told"), (str(value or "") for value in source), strict=True))
    return {**told, "vocabulary": str(vocabulary[0] or "")}


def summary(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a partner may see: how many checks passed by category, and no count of anybody."""
    checks: Sequence[Mapping[str, Any]] = document["checks"]
    by_category = {
        name: {
            "checks": sum(one["category"] == name for one in checks),
            "passed": sum(one["category"] == name and one["passed"] for one in checks),
        }
        for name in CATEGORIES
    }
    failing = dict.fromkeys(f"{one['table']}: {one['check']}" for one in checks if not one["passed"])
    return {"versions": document["versions"], "categories": by_category, "failing": list(failing)}
