"""Run an extraction on a connection that is given."""

from dataclasses import dataclass
from typing import Any

from hansa.lib.cohorts.running import Connection
from hansa.lib.omop.extraction import Extraction


@dataclass(frozen=True)
class Extract:
    """One row a person, person_id first, and how many persons each inclusion rule left (rule -1: all who enter)."""

    rows: list[tuple[Any, ...]]
    attrition: list[tuple[int, int]]


def run(plan: Extraction, connection: Connection) -> Extract:
    """Run the statements, fetch what they found, and drop the temporary tables."""
    try:
        for statement in plan.statements:
            connection.execute(statement)
        rows = connection.execute(plan.rows).fetchall()
        attrition = connection.execute(plan.attrition).fetchall()
    finally:
        for statement in plan.clean_up:
            connection.execute(statement)
    return Extract(rows, attrition)
