"""Entry: how the API knows who asks.

A program shows its person's token; a page of this node shows the person's session, and
then every request that changes something must come from a form of this node.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from hansa.kernel.models import Person
from hansa.kernel.sessions import person_of


class Token(HttpBearer):
    """A token in the header ``Authorization: Bearer hansa_…``."""

    def authenticate(self, request: HttpRequest, token: str) -> Person:
        """Return the person for whom the token speaks, or raise EntryError."""
        return person_of(token)


class Session(APIKeyCookie):
    """The session of someone who signed in on the pages; protected against forged forms."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Person | None:
        """Return the person who is signed in, or None."""
        return request.user if isinstance(request.user, Person) and request.user.is_active else None


def asker(request: HttpRequest) -> Person:
    """Return the person who asks; ninja has put them there before any endpoint runs."""
    found: Any = request
    person: Person = found.auth
    return person
