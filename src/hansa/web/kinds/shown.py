"""What a page, a paper and the methods say of one kind of analysis."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from django.utils.functional import Promise

from hansa.web.tables import Lines

Analysis: TypeAlias = Mapping[str, Any]
Labels: TypeAlias = Mapping[str, str]


@dataclass(frozen=True)
class Shown:
    """Hold how one kind of analysis is told and shown.

    `asked` says what a protocol asks for, `methods` how it was computed and by whose formulas. `tables` are its
    results, the first of them beside the picture where there is one, which is of `drawn`; `later` is what leaves a
    site after the counts.
    """

    name: str | Promise
    asked: Callable[[Analysis], str]
    methods: Callable[[Analysis], Iterator[str]]
    tables: Callable[[Analysis, Labels], Iterator[Lines]]
    later: str | Promise = ""
    picture: Literal["curves", "terms", "variants", ""] = ""
    drawn: Callable[[Analysis], Analysis] = dict
    caption: Callable[[Analysis], str] = str
    note: Callable[[Analysis], str] = lambda _analysis: ""


def asked_by_formula(analysis: Analysis) -> str:
    """Return the formula of a model."""
    return str(analysis["formula"])


def asked_by_time(analysis: Analysis) -> str:
    """Return the time and the event of an analysis."""
    return f"{analysis['time']}, {analysis['event']}"
