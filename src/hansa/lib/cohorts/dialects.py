"""Write a compiled cohort for Spark and Trino.

The compiler writes dates as DuckDB and PostgreSQL take them (``date + 1``); Spark SQL and Trino
want functions. Spark keeps the stages as temporary views, Trino, which has none, as tables.
"""

from dataclasses import replace

import sqlglot
from sqlglot import exp

from hansa.lib.cohorts.compiling import Compiled
from hansa.lib.errors import InvalidError

DIALECTS = ("spark", "trino")


def translated(plan: Compiled, dialect: str) -> Compiled:
    """Return the statements of a compiled cohort in another dialect of SQL."""
    if dialect not in DIALECTS:
        raise InvalidError(f"Cohorts cannot be written for {dialect}.", f"Choose one of {', '.join(DIALECTS)}.")
    statements, clean_up = ([written(each, dialect) for each in part] for part in (plan.statements, plan.clean_up))
    return replace(plan, statements=statements, clean_up=clean_up)


def written(statement: str, dialect: str) -> str:
    """Return one statement in another dialect."""
    tree = sqlglot.parse_one(statement, read="duckdb")
    # Those inside others come first, so that none is lost when the outer one is replaced.
    for node in reversed(list(tree.find_all(exp.Add, exp.Sub))):
        node.replace(dated(node))
    for search in list(tree.find_all(exp.Escape)):
        search.replace(searched(search.this, dialect))
    return staged(tree, dialect).sql(dialect=dialect)


def dated(node: exp.Binary) -> exp.Expr:
    """Turn sums and differences of dates into functions; the only other difference is that of years."""
    left, right, unit = node.this, node.expression, exp.var("DAY")
    if isinstance(left, exp.Extract):
        return node
    if isinstance(node, exp.Add):
        return exp.DateAdd(this=left, expression=right, unit=unit)
    if isinstance(right, exp.Literal):
        return exp.DateAdd(this=left, expression=exp.Literal.number(-int(right.this)), unit=unit)
    return exp.DateDiff(this=left, expression=right, unit=unit)


def searched(search: exp.Expr, dialect: str) -> exp.Expr:
    """Return a search that needs no escape: Trino has none by itself, Spark's backslash is doubled."""
    if dialect == "spark":
        search.expression.set("this", search.expression.this.replace("\\", "\\\\"))
    return search


def staged(tree: exp.Expr, dialect: str) -> exp.Expr:
    """Make and drop a stage as the dialect keeps it."""
    if isinstance(tree, exp.Create) and dialect == "trino":
        tree.set("properties", None)
    if isinstance(tree, exp.Drop) and dialect == "spark":
        tree.set("kind", "VIEW")
    return tree
