"""Home: everything that waits for a person, on one page."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from hansa.kernel.models import Person
from hansa.kernel.people import permissions_of
from hansa.web import waiting
from hansa.web.frame import page


def insider(request: HttpRequest) -> Person:
    """Return who asks, if they have any role at this node."""
    if isinstance(request.user, Person) and permissions_of(request.user):
        return request.user
    raise PermissionDenied


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what waits, what runs, what came out and what went wrong."""
    person = insider(request)
    waits = waiting.items(person)
    context = {
        "waiting": waits,
        "running": waiting.running(person),
        "produced": waiting.produced(person),
        "failed": waiting.failed(person),
        "alarms": waiting.alarms(person),
        "silent": waiting.silent(person),
    }
    return page(request, "web/home.html", context, waits=len(waits))


@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Go to the page of one's own account."""
    return redirect("record", noun="people", key=insider(request).pk)
