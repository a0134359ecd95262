"""Tokens: what a person's programs show, with a purpose, an end and no more rights than needed."""

import secrets
from datetime import timedelta
from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.models.people import ApiToken, Person
from hansa.kernel.people import has, permissions_of
from hansa.kernel.sessions import PREFIX, digest
from hansa.lib.errors import RefusedError

VALID, REVOKED = ApiToken.State.VALID, ApiToken.State.REVOKED
BECAUSE = "A token gives a program what its person has already; it asks nothing of a partner."


@action(needs="tokens.create", source=(NEW,), target=(VALID,), because=BECAUSE)
def create(
    token: ApiToken,
    *,
    by: Person,
    name: Annotated[str, Field(min_length=1, max_length=80)],
    scopes: list[str],
    days: Annotated[int, Field(ge=1, le=366)] = 30,
) -> None:
    """Make a token for a program.

    It is shown once and speaks for you, within the permissions you choose, until it expires.
    """
    beyond = sorted(set(scopes) - permissions_of(by))
    if beyond or not scopes:
        raise GivenError({"scopes": _("Choose from what you may do yourself.") + " " + ", ".join(beyond)})
    token.text = PREFIX + secrets.token_urlsafe(32)
    token.person = by
    token.name = name
    token.scopes = sorted(set(scopes))
    token.digest = digest(token.text)
    expires = timezone.now() + timedelta(days=days)
    # A program's token makes none that outlives it, or one that leaked would never end.
    token.expires = min(expires, by.speaks_until or expires)


@action(needs="tokens.revoke", source=(VALID,), target=(REVOKED,), because=BECAUSE)
def revoke(token: ApiToken, *, by: Person) -> None:
    """Revoke a token, so that it opens nothing any more."""
    if token.person_id != by.pk and not has(by, "people.disable"):
        raise RefusedError(_("This is someone else's token."), _("Ask an administrator."))
