"""Academic years and terms as the network writes them (types-academic-term 1.1.0 and 2.0.0).

    year_of(date(2026, 10, 1))                      # "2026/2027"
    year_of(date(2026, 10, 1), starts=(1, 1))       # "2026/2026", as on the southern half
    read_term("2026/2027-1/2", "term").number       # 1

A year is named by the calendar years of its first and last day, a term by its number among
the terms of the year.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeAlias

from hansa.lib.errors import InvalidError

MonthDay: TypeAlias = tuple[int, int]

#: The network's statistics count years from here unless an institution says otherwise.
STARTS: Final[MonthDay] = (8, 1)
_YEAR: Final = re.compile(r"([0-9]{4})/([0-9]{4})")
_TERM: Final = re.compile(r"([0-9]{4}/[0-9]{4})-([1-9])/([1-9])")


@dataclass(frozen=True)
class Term:
    """One of the equal parts of an academic year."""

    year: str
    number: int
    total: int

    def __str__(self) -> str:
        return f"{self.year}-{self.number}/{self.total}"


def check_year(text: str, place: str) -> None:
    """Refuse what is not an academic year; its second half is the same calendar year or the next."""
    found = _YEAR.fullmatch(text)
    if not found or int(found[2]) - int(found[1]) not in {0, 1}:
        raise InvalidError(f"{place}: this is not an academic year.", "Write it as in “2026/2027”.")


def read_term(text: str, place: str) -> Term:
    """Return a term, or raise InvalidError naming the place."""
    found = _TERM.fullmatch(text)
    if not found or found[2] > found[3]:
        raise InvalidError(
            f"{place}: this is not an academic term.",
            "Write it as in “2026/2027-1/2”: the year, the number of the term, the number of terms.",
        )
    check_year(found[1], place)
    return Term(found[1], int(found[2]), int(found[3]))


def year_of(day: date, *, starts: MonthDay = STARTS) -> str:
    """Return the academic year that a day lies in, for a year that starts on a month and day."""
    month, day_of_month = starts
    first = date(day.year, month, day_of_month)
    if first > day:
        first = first.replace(year=day.year - 1)
    return f"{first.year:04}/{_last(first).year:04}"


def days_of(year: str, *, starts: MonthDay = STARTS) -> tuple[date, date]:
    """Return the first and the last day of an academic year."""
    month, day_of_month = starts
    first = date(int(year[:4]), month, day_of_month)
    return first, _last(first)


def _last(first: date) -> date:
    return first.replace(year=first.year + 1) - timedelta(days=1)


def years_later(year: str, years: int) -> str:
    """Return the academic year that comes some years later, or earlier for a negative number."""
    return "/".join(f"{int(half) + years:04}" for half in year.split("/"))


def years_between(first: str, last: str) -> tuple[str, ...]:
    """Return every academic year from one to another, both included."""
    return tuple(years_later(first, step) for step in range(int(last[:4]) - int(first[:4]) + 1))
