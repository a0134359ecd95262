"""The frame of every page: whose node this is, who is signed in, where they can go.

Every page is rendered through ``page``, so that none can forget it. What is to be told
once, after something was done, waits in the session until the next page.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hansa.kernel.areas import all_areas, views_of
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Partner, Person, Record
from hansa.kernel.pages import pages_of
from hansa.kernel.people import has
from hansa.kernel.reading import may_read
from hansa.web import waiting

#: Each language is offered by its own name, so that whoever needs it can read it.
LANGUAGES = (("en", "English"), ("de", "Deutsch"), ("sv", "Svenska"))
NOTICE = "notice"


@dataclass(frozen=True)
class Place:
    """One entry of the menu."""

    title: str | Promise
    url: str
    here: bool
    exact: bool
    count: int = 0


@dataclass(frozen=True)
class Group:
    """The places of one area."""

    title: str | Promise
    places: tuple[Place, ...]

    @property
    def here(self) -> bool:
        """Tell whether the page shown is one of these places."""
        return any(place.here for place in self.places)


@dataclass(frozen=True)
class Frame:
    """What stands around the content of a page."""

    house: str
    person: Person | None
    here: str
    notice: str
    menu: tuple[Place, ...]
    groups: tuple[Group, ...] = ()
    languages: tuple[tuple[str, str], ...] = LANGUAGES


def frame(request: HttpRequest, *, waits: int | None = None) -> Frame:
    """Return the frame for whoever asks; ``waits`` is how many matters wait for them, where that is known."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None
    told = str(request.session.pop(NOTICE, "")) if hasattr(request, "session") else ""
    if person is None:
        return Frame(own().name, person, request.path, told, ())
    return Frame(own().name, person, request.path, told, menu(request, person, waits=waits), groups(request, person))


def menu(request: HttpRequest, person: Person, *, waits: int | None = None) -> tuple[Place, ...]:
    """Return the places of every node that this person may go to."""
    home = reverse("home")
    count = waiting.count(person) if waits is None else waits
    places = [Place(_("Home"), home, request.path == home, exact=True, count=count)]
    kinds: tuple[type[Record], ...] = (Agreement, Partner, Person)
    places += [_list(request, kind) for kind in kinds if may_read(person, kind.noun)]
    if may_read(person, "ledger"):
        places.append(_place(request, _("Ledger"), reverse("ledger")))
    return (*places, _place(request, _("Your account"), reverse("account")))


def groups(request: HttpRequest, person: Person) -> tuple[Group, ...]:
    """Return the places of each area that this person may go to; an area without any is left out."""
    told = views_of()
    found = []
    for area in all_areas():
        places = [_list(request, kind) for kind in area.records if may_read(person, kind.noun)]
        places += [
            _place(request, page.title, reverse(f"{area.name}-{name}"))
            for name, page in pages_of(area.name).items()
            if page.in_menu and has(person, page.needs)
        ]
        more = getattr(told.get(area.name), "places", lambda _person: ())(person)
        places += [_place(request, title, url) for title, url in more]
        found.append(Group(area.title, tuple(places)))
    return tuple(group for group in found if group.places)


def _list(request: HttpRequest, kind: type[Record]) -> Place:
    return _place(request, kind.title_of_list, reverse("records", args=[kind.noun]))


def _place(request: HttpRequest, title: str | Promise, url: str) -> Place:
    return Place(title, url, request.path.startswith(url), exact=request.path == url)


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
    waits: int | None = None,
) -> HttpResponse:
    """Answer with a page inside its frame."""
    return render(request, template, {"frame": frame(request, waits=waits), **(context or {})}, status=status)


def tell(request: HttpRequest, words: str) -> None:
    """Tell something on the next page, once."""
    request.session[NOTICE] = words
