"""Count the people of a cohort, inclusion rule by inclusion rule, as SQL in staged temporary tables."""

from dataclasses import dataclass

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.expression import CohortExpression
from hansa.lib.cohorts.running import Connection
from hansa.lib.disclosure.counting import People

# A prime near a million: two sets of the same size and the same sum rarely share the second sum as well.
PRIME = 1_000_003


@dataclass(frozen=True)
class Counting:
    """The statements to run in order, a query for each count, and what to drop at the end."""

    statements: list[str]
    queries: list[str]
    clean_up: list[str]


def counting(expression: CohortExpression, *, cdm: str = "main", prefix: str = "count") -> Counting:
    """Return the SQL that counts who enters, who is left after each inclusion rule, and who is in the cohort."""
    plan = compiled(expression, Target(cdm=cdm, prefix=prefix))
    people, queries = f"select person_id from {prefix}_qualified", []
    for rule in range(-1, len(expression.rules)):
        if rule >= 0:
            # A person stays while some event of theirs meets this rule and all before it.
            met = " ".join(
                f"join {prefix}_rule_{at} r{at} on r{at}.person_id = q.person_id and r{at}.event_id = q.event_id"
                for at in range(rule + 1)
            )
            people = f"select q.person_id from {prefix}_qualified q {met}"
        queries.append(_counted(people))
    queries.append(_counted(f"select subject_id as person_id from {plan.cohort}"))
    return Counting(plan.statements, queries, plan.clean_up)


def _counted(people: str) -> str:
    return (
        "select count(*), coalesce(sum(person_id), 0),"
        f" coalesce(sum((person_id % {PRIME}) * (person_id % {PRIME}) % {PRIME}), 0)"
        f" from (select distinct person_id from ({people}) e) d"
    )


def count(plan: Counting, connection: Connection) -> list[People]:
    """Run the statements and return the people of each count; drop the temporary tables."""
    try:
        for statement in plan.statements:
            connection.execute(statement)
        rows = [connection.execute(query).fetchone() for query in plan.queries]
    finally:
        for statement in plan.clean_up:
            connection.execute(statement)
    return [People(int(row[0]), tuple(int(mark) for mark in row[1:])) for row in rows]
