"""The pages of calls and applications: what is asked for, who applied, and how they were put in order."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call
from hansa.areas.exchange.states import ApplicationState, CallState
from hansa.areas.exchange.views.naming import called, institutions
from hansa.kernel.models import Person
from hansa.kernel.people import has

MOST = 200


def call(record: Call, person: Person) -> dict[str, Any]:
    """Return what the page of a call shows; who applied is for the office alone."""
    known = institutions()
    apply = f"{reverse('make', args=['applications', 'apply'])}?call={record.pk}"
    rows = record.applications.order_by("rank", "-score", "created")[:MOST]
    return {
        "kind": record.get_kind_display(),
        "comment": record.comment,
        "places": [{"name": called(one["institution"], known), "places": one["places"]} for one in record.destinations],
        "applications": [line(row, known) for row in rows] if has(person, "applications.read") else [],
        "makes": [{"title": _("Apply"), "url": apply, "is_main": True}]
        if record.state == CallState.OPEN and has(person, "applications.apply")
        else [],
    }


def line(row: Application, known: Any) -> dict[str, Any]:
    """Return an application as one line of a call's page."""
    return {
        "url": reverse("record", args=[row.noun, row.pk]),
        "name": str(row),
        "state": row.state,
        "words": row.get_state_display(),
        "rank": row.rank,
        "score": f"{row.score.normalize():f}" if row.score is not None else "",
        "outcome": called(row.outcome, known) if row.outcome else "",
        "reason": row.reason,
    }


def application(record: Application, person: Person) -> dict[str, Any]:
    """Return what the page of an application shows."""
    known = institutions()
    nominate = f"{reverse('make', args=['mobilities', 'nominate'])}?application={record.pk}"
    may_nominate = record.state == ApplicationState.TAKEN and has(person, "mobilities.nominate")
    return {
        "call": record.call,
        "call_url": reverse("record", args=["calls", record.call.pk]),
        "wishes": [called(wish, known) for wish in record.wishes],
        "points": [
            {"name": one["name"], "weight": one.get("weight", 1), "points": record.points.get(one["name"])}
            for one in record.call.criteria
        ],
        "documents": record.files(),
        "outcome_name": called(record.outcome, known) if record.outcome else "",
        "makes": [{"title": _("Nominate"), "url": nominate, "is_main": True}] if may_nominate else [],
    }
