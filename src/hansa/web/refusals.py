"""Refusals as people read them: what was asked, why not, what to do next."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from hansa.kernel.actions import RoleError
from hansa.kernel.policy import ClauseError
from hansa.lib.errors import HansaError
from hansa.web.frame import page

FORBIDDEN, CONFLICT = 403, 409


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A refusal, with its clause where a memorandum says no."""

    title: str
    heading: str
    what: str
    why: str
    next: str
    clause: str = ""
    back: str = "/"


def refusal_of(fault: HansaError, *, what: str, back: str) -> Refusal:
    """Return a refusal in words."""
    decision = fault.decision if isinstance(fault, ClauseError) else None
    return Refusal(
        title=what,
        heading=heading(fault),
        what=what,
        why=fault.message,
        next=fault.remedy or _("Go back and look at the record; ask your coordinator if it stays unclear."),
        clause=(decision.clause or "") if decision else "",
        back=back,
    )


def heading(fault: HansaError) -> str:
    """Return in a line who or what says no."""
    if isinstance(fault, ClauseError):
        return _("The memorandum does not permit this")
    if isinstance(fault, RoleError):
        return _("Your role does not allow this")
    return _("This cannot be done now")


def status_of(fault: HansaError) -> int:
    """Return 403 where rights are missing and 409 where the moment is wrong."""
    return FORBIDDEN if isinstance(fault, ClauseError | RoleError) else CONFLICT


def refuse(request: HttpRequest, fault: HansaError, *, what: str, back: str = "/") -> HttpResponse:
    """Answer with the page of a refusal."""
    context = {"refusal": refusal_of(fault, what=what, back=back)}
    return page(request, "web/refused.html", context, status=status_of(fault))
