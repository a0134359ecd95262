"""Numbers in words: how a reader of the page's language writes them.

Estimates have three significant places, p-values below 0.001 are given as a bound
and shares as percentages, as clinical journals ask (Lang, Altman 2015, SAMPL
guidelines, Int. J. Nurs. Stud. 52, 5).
"""

# ruff: noqa: PLR2004 -- where a number changes its form is read best in the rule itself
import math

from django.utils.formats import number_format

MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"


def decimal(value: float, places: int) -> str:
    """Write a number with so many places, rounded and with the language's sign."""
    # Django's number_format cuts digits off where it is handed a float, so it is rounded before.
    return str(number_format(f"{value:.{places}f}", places)).replace("-", MINUS)


def figure(value: float) -> str:
    """Write an estimate with three significant figures, as the language does."""
    if not math.isfinite(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    size = abs(value)
    if size >= 100_000 or 0 < size < 0.0005:
        return f"{value:.2g}".replace("-", MINUS)
    limits = ((100, 0), (10, 1), (0.095, 2))
    return decimal(value, next((places for least, places in limits if size >= least), 3))


def together(*values: float) -> list[str]:
    """Write an estimate and its limits, with as many places as it takes to tell the limits apart."""
    low, high = min(values), max(values)
    if not math.isfinite(low) or not math.isfinite(high) or max(abs(low), abs(high)) >= 10:
        return [figure(value) for value in values]
    places = next((places for places in (2, 3, 4) if high - low >= 3 * 10**-places), 5)
    return [decimal(value, places) if places > 2 else figure(value) for value in values]


def p_words(p: float) -> str:
    """Write a p value, small ones as a bound."""
    if not math.isfinite(p):
        return NONE
    return f"< {decimal(0.001, 3)}" if p < 0.001 else decimal(p, 3)


def percent(share: float | None, places: int = 1) -> str:
    """Write a share as a percentage."""
    return NONE if share is None else f"{decimal(100 * share, places)}\N{NO-BREAK SPACE}%"


def count(value: float) -> str:
    """Write a count or a round number of an axis."""
    return decimal(value, 0) if value == int(value) else str(number_format(f"{value:g}")).replace("-", MINUS)
