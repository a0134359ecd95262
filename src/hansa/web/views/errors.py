"""Pages that say what went wrong: not allowed, not there, not understood, broken."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from hansa.web.frame import page
from hansa.web.refusals import Refusal

FORBIDDEN, ABSENT, WRONG, BROKEN = 403, 404, 400, 500


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the person has no role for this page."""
    return refused(
        request,
        status=FORBIDDEN,
        why=_("Your account has no role that lets you see this."),
        remedy=_("Ask an administrator of this node for the role you need; they are listed under People."),
    )


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form did not come from a page of this node."""
    return refused(
        request,
        status=FORBIDDEN,
        why=_("The form does not come from a page that this node showed you, or it is too old."),
        remedy=_("Open the page again and send the form from there. Cookies of this node must be allowed."),
    )


def absent(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that there is no such page, or none that the person may see."""
    return refused(
        request,
        status=ABSENT,
        title=_("There is no such page"),
        why=_("Nothing is here, or nothing that you may see."),
        remedy=_("Go back, or start from Home."),
    )


def wrong(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Say that the request is not understood."""
    return refused(
        request,
        status=WRONG,
        title=_("This was not understood"),
        why=_("The request is malformed."),
        remedy=_("Go back and try again from the page."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """Say that the node failed, without asking the database for anything."""
    return HttpResponse(render_to_string("web/broken.html"), status=BROKEN)


def refused(request: HttpRequest, *, status: int, why: str, remedy: str, title: str = "") -> HttpResponse:
    """Answer with the page of a refusal."""
    refusal = Refusal(
        title=title or _("You cannot see this"),
        heading=title or _("Not for you"),
        what=request.path,
        why=why,
        next=remedy,
    )
    return page(request, "web/refused.html", {"refusal": refusal}, status=status)
