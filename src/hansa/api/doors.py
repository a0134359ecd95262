"""Doors of areas: what stands where an area has declared a door and nothing is behind it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from hansa.api.answers import no

ABSENT = 404


def nowhere(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Say to a machine that there is nothing at this address; a page would ask it to sign in."""
    return no(
        "absent", _("There is nothing at this address."), remedy=_("Look at what this node announces."), status=ABSENT
    )
