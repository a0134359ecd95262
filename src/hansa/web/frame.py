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

from hansa.kernel.areas import all_areas
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Partner, Person, Record
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
class Frame:
    """What stands around the content of a page."""

    house: str
    person: Person | None
    here: str
    notice: str
    menu: tuple[Place, ...]
    languages: tuple[tuple[str, str], ...] = LANGUAGES


def frame(request: HttpRequest) -> Frame:
    """Return the frame for whoever asks."""
    user = getattr(request, "user", None)
    person = user if isinstance(user, Person) else None
    told = str(request.session.pop(NOTICE, "")) if hasattr(request, "session") else ""
    return Frame(own().name, person, request.path, told, menu(request, person) if person else ())


def menu(request: HttpRequest, person: Person) -> tuple[Place, ...]:
    """Return the places that this person may go to."""
    home = reverse("home")
    places = [Place(_("Home"), home, request.path == home, exact=True, count=len(waiting.items(person)))]
    kinds: list[type[Record]] = [Agreement, Partner, *(kind for area in all_areas() for kind in area.records), Person]
    places += [
        _place(request, kind.title_of_list, reverse("records", args=[kind.noun]))
        for kind in kinds
        if may_read(person, kind.noun)
    ]
    if may_read(person, "ledger"):
        places.append(_place(request, _("Ledger"), reverse("ledger")))
    return (*places, _place(request, _("Your account"), reverse("account")))


def _place(request: HttpRequest, title: str | Promise, url: str) -> Place:
    return Place(title, url, request.path.startswith(url), exact=request.path == url)


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Answer with a page inside its frame."""
    return render(request, template, {"frame": frame(request), **(context or {})}, status=status)


def tell(request: HttpRequest, words: str) -> None:
    """Tell something on the next page, once."""
    request.session[NOTICE] = words
