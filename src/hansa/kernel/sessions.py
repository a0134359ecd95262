"""Sessions: how a person comes in and goes out, and how a program shows its token.

Name and password open a session; a wrong name and a wrong password take the same
time and get the same answer. A program shows a token instead, and may then do
what its person may and the token's scopes name, whichever is less.
"""

import hashlib
import uuid
from datetime import datetime

from django.contrib import auth
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.kernel import throttle
from hansa.kernel.models.people import ApiToken, Person
from hansa.lib.errors import RefusedError

PREFIX = "hansa_"


class EntryError(RefusedError):
    """Name and password do not open an account, or a token opens nothing."""


class Accounts:
    """Let Django find the people of this node."""

    def authenticate(self, request: HttpRequest | None, *, username: str = "", password: str = "") -> Person | None:
        """Return the active person whose password this is, or None."""
        found = Person.objects.filter(username=username.casefold()).first()
        if found is None:
            # As slow as a real check, so that time does not tell which names exist.
            make_password(password)
            return None
        return found if found.check_password(password) and found.is_active else None

    def get_user(self, user_id: str | uuid.UUID) -> Person | None:
        """Return the person of a session, as long as they may work here."""
        return Person.objects.filter(pk=user_id, state=Person.State.ACTIVE).first()


def enter(request: HttpRequest, *, username: str, password: str) -> Person:
    """Open a session, or raise EntryError or ThrottledError."""
    address = request.META.get("REMOTE_ADDR", "")
    throttle.knock(account=username, address=address, now=timezone.now())
    found = auth.authenticate(request, username=username, password=password)
    if not isinstance(found, Person):
        raise EntryError(_("This name and this password do not belong together."), _("Check both and try again."))
    throttle.opened(account=username, address=address)
    auth.login(request, found)
    return found


def leave(request: HttpRequest) -> None:
    """Close the session."""
    auth.logout(request)


def digest(text: str) -> str:
    """Return what is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(text.encode()).hexdigest()


def person_of(text: str, *, now: datetime | None = None) -> Person:
    """Return the person for whom a token speaks, limited to the token's scopes, or raise EntryError."""
    found = ApiToken.objects.select_related("person").filter(digest=digest(text)).first()
    if found is None or not found.is_valid(now=now or timezone.now()):
        raise EntryError(_("This token opens nothing."), _("Make a new one on the page of your account."))
    person = found.person
    person.scopes, person.speaks_until = frozenset(found.scopes), found.expires
    return person
