"""Tables of a result as plain rows of words, ready for a template.

Table 1 follows the habit of clinical journals: a line a level with count and share,
a line a measured variable with mean and standard deviation, a line for what is
missing. A count that the clause does not let out is said to be withheld, never left
blank, so that an empty cell can only mean "nobody".
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from hansa.web.figures import NONE, figure

Analysis = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One cell of Table 1 in words."""

    words: str
    withheld: bool = False

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Line:
    """One line of Table 1: a variable, one of its levels, or what is missing."""

    label: str
    cells: tuple[Cell, ...]
    is_level: bool = False
    is_variable: bool = False


@dataclass(frozen=True)
class Lines:
    """A table with its caption, ready to be shown."""

    caption: str
    columns: tuple[str, ...]
    lines: "tuple[Line | Plain, ...]"
    #: What the first column holds.
    head: str = ""


@dataclass(frozen=True)
class Plain:
    """One line of a table whose cells are only words."""

    label: str
    cells: tuple[str, ...]


def scaled(told: Mapping[str, float] | None, scale: Callable[[float], float], *, middle: str = "") -> str:
    """Return an interval on the scale that people read, with its middle where there is one."""
    if told is None:
        return NONE
    low, high = figure(scale(told["low"])), figure(scale(told["high"]))
    if not middle:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    return _("%(estimate)s (%(low)s to %(high)s)") % {"estimate": figure(scale(told[middle])), "low": low, "high": high}


def interval(told: Mapping[str, Any], key: str, *, times: float = 1.0) -> str:
    """Return a figure with its interval; a side without a bound is infinite."""
    if told[key] is None and told["low"] is None:
        return NONE
    high = math.inf if told["high"] is None else times * told["high"]
    middle = math.inf if told[key] is None else times * told[key]
    return _("%(estimate)s (%(low)s to %(high)s)") % {
        "estimate": figure(middle),
        "low": figure(times * told["low"]),
        "high": figure(high),
    }
