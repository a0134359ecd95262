"""Write values into SQL: only whole numbers, numbers, dates and escaped texts come from an expression."""

import datetime as dt
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from hansa.lib.cohorts.domains import WHOLE
from hansa.lib.cohorts.expression import (
    ConceptList,
    ConceptSetChoice,
    Condition,
    DateRange,
    NumericRange,
    TextFilter,
)

SIGNS = {"lt": "<", "lte": "<=", "eq": "=", "!eq": "<>", "gt": ">", "gte": ">="}
PADS = {"contains": ("%", "%"), "startsWith": ("", "%"), "endsWith": ("%", "")}
FOUR_PLACES = Decimal("0.0001")


def day(value: dt.date) -> str:
    """Return a date as SQL."""
    return f"date '{value.isoformat()}'"


def quoted(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def numbers(values: Iterable[int]) -> str:
    """Return whole numbers as a list in SQL."""
    return ", ".join(f"{value:d}" for value in values)


def later(date: str, days: int) -> str:
    """Return a date moved by days."""
    return date if days == 0 else f"({date} {'-' if days < 0 else '+'} {abs(days):d})"


def compared(expression: str, operator: str, *, values: tuple[str, str]) -> str:
    """Return a comparison with one value, or with the two ends of a range."""
    low, high = values
    if not operator.endswith("bt"):
        return f"{expression} {SIGNS[operator]} {low}"
    between = f"({expression} >= {low} and {expression} <= {high})"
    return f"not {between}" if operator.startswith("!") else between


def rounded(value: Decimal, kind: str) -> str:
    """Return a number as OHDSI's compiler writes it: whole where the column is, else four decimal places."""
    return str(int(value)) if kind == WHOLE else f"{value.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP):f}"


def matched(expression: str, wanted: TextFilter) -> str:
    """Return the search for a text, in which % and _ are wildcards as they are for OHDSI's compiler."""
    before, after = PADS[wanted.operator.removeprefix("!")]
    word = negation(excluded=wanted.operator.startswith("!"))
    # Without escape '' PostgreSQL, unlike DuckDB, would take a backslash for an escape.
    return f"{expression} {word}like {quoted(before + wanted.text + after)} escape ''"


def tested(condition: Condition, codesets: str, *, cdm: str) -> str:
    """Return the test of one attribute, before the table it is found by."""
    expression, value = condition.attribute.sql.format(cdm=cdm), condition.value
    match value:
        case DateRange():
            return compared(expression, value.operator, values=(day(value.value), day(value.extent or value.value)))
        case NumericRange():
            low, high = (rounded(each, condition.attribute.kind) for each in (value.value, value.extent or value.value))
            return compared(expression, value.operator, values=(low, high))
        case TextFilter():
            return matched(expression, value)
        case ConceptList():
            return f"{expression} {negation(excluded=value.excluded)}in ({numbers(value.concepts)})"
        case ConceptSetChoice():
            return f"{expression} {negation(excluded=value.excluded)}in ({members(codesets, value.codeset)})"
        case _:
            return expression


def negation(*, excluded: bool) -> str:
    """Return the word that turns a membership round."""
    return "not " if excluded else ""


def members(codesets: str, number: int) -> str:
    """Return the concepts of one concept set."""
    return f"select concept_id from {codesets} where codeset_id = {number:d}"
