"""Long lists: filters from the query of the address, a page of what was found, and all of it as a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Page as Part
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hansa.kernel.models import Record
from hansa.kernel.pages import Filter, Line, Query, Table
from hansa.web import words

PER_PAGE, CHUNK = 50, 1000
#: How many values of a field without choices are offered.
MOST_VALUES = 100
SEARCH, STATE = "q", "state"


@dataclass(frozen=True)
class Shown:
    """A table with the part of it that is shown, and by which name the address knows it."""

    table: Table
    number: int
    part: Part[Any]
    lines: tuple[Line, ...]

    @property
    def turning(self) -> str:
        """Return the name under which the address keeps which page of it is shown."""
        return turning(self.number)


def turning(number: int) -> str:
    """Return the name under which the address keeps which page of a table is shown."""
    return "page" if number == 0 else f"page{number + 1}"


def shown(tables: Iterable[Table], query: Query) -> list[Shown]:
    """Return for each table the part that the address asks for."""
    found = []
    for number, table in enumerate(tables):
        part = Paginator(table.found, PER_PAGE).get_page(query.get(turning(number)))
        found.append(Shown(table, number, part, tuple(table.lines(list(part)))))
    return found


def whole(table: Table) -> Iterator[Line]:
    """Yield every line of a table, made a thousand at a time."""
    found = table.found.iterator(CHUNK) if isinstance(table.found, QuerySet) else iter(table.found)
    while part := list(islice(found, CHUNK)):
        yield from table.lines(part)


def chosen(tables: Sequence[Table], query: Query) -> Table | None:
    """Return the table that the address asks for as a file."""
    number = query.get("table", "0")
    return tables[int(number)] if number.isdecimal() and int(number) < len(tables) else None


def filters_of(kind: type[Record], rows: QuerySet[Any]) -> list[Filter]:
    """Return the filters above the list of a kind: a search, its states, and the fields that it names."""
    found = []
    if kind.searched:
        found.append(Filter(name=SEARCH, label=_("Search")))
    if states := getattr(kind, "State", None):
        found.append(Filter(name=STATE, label=_("State"), choices=tuple(states.choices)))
    return found + [filter_of(kind, name=name, rows=rows) for name in kind.list_filters]


def filter_of(kind: type[Record], *, name: str, rows: QuerySet[Any]) -> Filter:
    """Return the filter of one field, with its choices or the values that there are."""
    field = field_of(kind, name)
    choices = choices_of(field) or values_of(name, rows)
    label = getattr(field, "verbose_name", "") or words.label(name.rpartition("__")[2])
    return Filter(name=name, label=label, choices=tuple((str(value), said) for value, said in choices))


def choices_of(field: Any) -> Any:
    """Return the choices of a field in words; those of a state are its kind's."""
    if getattr(field, "name", "") == STATE and (states := getattr(field.model, "State", None)):
        return states.choices
    return getattr(field, "flatchoices", None)


def field_of(kind: Any, name: str) -> Any:
    """Return the field that a path such as ``stay__level`` names, or None for what is in no table."""
    for part in name.split("__"):
        try:
            found = kind._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        kind = found.related_model or kind
    return found


def values_of(name: str, rows: QuerySet[Any]) -> list[tuple[Any, Any]]:
    """Return the values that a field has in these records."""
    found = rows.order_by(name).values_list(name, flat=True).distinct()[:MOST_VALUES]
    return [(value, value) for value in found if value not in (None, "")]


def narrowed(kind: type[Record], rows: QuerySet[Any], *, filters: Iterable[Filter], query: Query) -> QuerySet[Any]:
    """Return the records that fit what was searched and chosen."""
    for one in filters:
        value = one.of(query)
        if value and one.name == SEARCH:
            rows = searched(kind, rows, text=value)
        elif value:
            rows = rows.filter(**{one.name: value})
    return rows


def searched(kind: type[Record], rows: QuerySet[Any], *, text: str) -> QuerySet[Any]:
    """Return the records in whose searched fields every word of a text stands."""
    for word in text.replace("\0", "").split()[:10]:
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": word}) for name in kind.searched)))
    return rows
