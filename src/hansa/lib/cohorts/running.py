"""Run a compiled cohort on a connection that is given."""

import contextlib
from dataclasses import dataclass
from typing import Any, Protocol

from hansa.lib.cohorts.compiling import Compiled


class Connection(Protocol):
    """What a DuckDB connection and a PostgreSQL cursor have in common."""

    def execute(self, query: str) -> Any:
        """Run one statement."""


@dataclass(frozen=True)
class Cohort:
    """The rows of a cohort, and how many events and persons each inclusion rule leaves."""

    rows: list[tuple[Any, ...]]
    attrition: list[tuple[Any, ...]]


def run(plan: Compiled, connection: Connection) -> Cohort:
    """Run the statements, fetch what they found, and drop the temporary tables."""
    try:
        for statement in plan.statements:
            connection.execute(statement)
        rows = connection.execute(f"select * from {plan.cohort} order by 2, 3, 4").fetchall()
        counts = connection.execute(f"select * from {plan.attrition} order by 1").fetchall()
    except Exception:
        # In a PostgreSQL transaction that failed nothing can be dropped, nor need it be: the first error counts.
        with contextlib.suppress(Exception):
            clear(plan, connection)
        raise
    clear(plan, connection)
    return Cohort(rows, counts)


def clear(plan: Compiled, connection: Connection) -> None:
    """Drop the temporary tables."""
    for statement in plan.clean_up:
        connection.execute(statement)
