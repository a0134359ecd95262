"""Pages that an area has beside its records: what they show is computed here, how it looks is not.

An area's ``views.py`` names its pages in ``PAGES``, from the last word of the address to
a ``Page``. Its ``build`` gets who asks and the query of the address, and returns what the
template shows; nothing of HTTP reaches it, and the area imports nothing of ``web``. Tables,
filters, pages and downloads as CSV and XLSX are then the same everywhere.

    def balance(person: Person, query: Query) -> dict[str, Any]:
        year = Filter(name="year", label=_("Year"), choices=years())
        rows = Balance.objects.filter(year=year.of(query))
        return {"filters": [year], "tables": [Table(columns=(_("Partner"), _("Out")), found=rows, lines=told)]}

    PAGES = {"balance": Page(title=_("Balance"), needs="mobilities.read", build=balance)}
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from hansa.kernel.areas import views_of
from hansa.kernel.models import Person

Words = str | Promise
Query = Mapping[str, str]
#: One line of a table: texts, numbers, days, or links.
Line = Sequence[Any]


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere; in a file only its words are left."""

    words: Words
    url: str


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A choice above a table, kept in the query of the address; without choices a text is written."""

    name: str
    label: Words
    choices: tuple[tuple[str, Words], ...] = ()
    default: str = ""

    def of(self, query: Query) -> str:
        """Return what was chosen, or what is shown first where that is no choice."""
        given = query.get(self.name, "").strip()
        return given if given and (not self.choices or given in dict(self.choices)) else self.default


@dataclass(frozen=True)
class Part:
    """One part of every row that a form asks for, and how it is written.

    Kinds: text, day, whole, number, yes, list (with commas), wholes (likewise), levels ("en B2, de C1").
    What is not kept is left out of the row where nothing was written.
    """

    name: str
    label: Words
    kind: str = "text"
    is_kept: bool = False
    choices: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of any length: what was found, and how a part of it becomes lines.

    ``lines`` gets as many records as are shown at once, so that it can ask the database
    once for all of them; what was found may be a query set or a list.
    """

    columns: tuple[Words, ...]
    found: Any = ()
    lines: Callable[[Sequence[Any]], Iterable[Line]] = list
    caption: Words = ""
    note: Words = ""


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of an area; ``build`` may return ``lead``, ``filters``, ``tables`` and what its own template shows."""

    title: Words
    needs: str
    build: Callable[[Person, Query], Mapping[str, Any]]
    template: str = "web/area_page.html"
    in_menu: bool = True


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is known when a form is shown: the record it is about, who asks, and what is filled in so far."""

    record: Any
    person: Person
    given: Query


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file that is made when somebody who may see the record asks for it; ``name`` is the last word of its address.

    ``build`` returns the media type and the content.

    An area's ``views.downloads(record, person)`` returns what there is of a record now.
    """

    title: Words
    name: str
    build: Callable[[], tuple[str, bytes]]


def pages_of(area: str) -> dict[str, Page]:
    """Return the pages of an area by the last word of their address."""
    return dict(getattr(views_of().get(area), "PAGES", {}))


def all_pages() -> list[tuple[str, str, Page]]:
    """Return every page of every area, with the area's name and the last word of the address."""
    return [(area, name, page) for area in views_of() for name, page in pages_of(area).items()]
