"""What can be chosen in the forms of exchange."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call, Offer
from hansa.areas.exchange.queries import network, places
from hansa.areas.exchange.states import ApplicationState, CallState, CheckKind, Cycle, Kind, Level, OfferState
from hansa.areas.exchange.views.naming import called, institutions
from hansa.kernel.identity import own

Options = list[tuple[str, Any]]
MOST = 500
GENDERS = ("female", "male", "other", "unknown")


def choices(action: str) -> dict[str, Options]:
    """Return what can be chosen in the form of an action."""
    found = CHOICES.get(action)
    return found() if found is not None else {}


def places_from_here() -> Options:
    """Return the places that clauses and agreements give from this institution, in words."""
    known = institutions()
    by_clause = [
        (
            place.key,
            _("{receiving}: {kind}, clause {clause}, {places} a year").format(
                receiving=called(place.receiving, known),
                kind=Kind(place.kind).label,
                clause=place.clause,
                places=place.places,
            ),
        )
        for place in places.given(sending=own().id)
    ]
    by_network = [
        (
            place.key,
            _("{receiving}: {kind}, {title}, {places} a year").format(
                receiving=place.receiving, kind=Kind(place.kind).label, title=place.iia.title, places=place.places
            ),
        )
        for place in network.given()
        if place.receiving == place.iia.partner
    ]
    return [*by_clause, *by_network]


def nomination() -> dict[str, Options]:
    """Return what can be chosen when someone is nominated without a call."""
    offers = Offer.objects.filter(state=OfferState.OPEN).exclude(lead=own().id)[:MOST]
    return {
        "place": places_from_here(),
        "cycle": list(Cycle.choices),
        "language_level": list(Level.choices),
        "gender": [(one, _(one)) for one in GENDERS],
        "offer": [("", _("none")), *((str(row.pk), f"{row.title}, {row.department}") for row in offers)],
    }


def to_here() -> dict[str, Options]:
    """Return under which clauses something can be offered to people who come here."""
    known = institutions()
    found = places.given(receiving=own().id)
    words = _("{kind}, clause {clause}, from {sending}")
    return {
        "place": [
            (
                place.key,
                words.format(kind=Kind(place.kind).label, clause=place.clause, sending=called(place.sending, known)),
            )
            for place in {place.key: place for place in found}.values()
        ],
        "language_level": list(Level.choices),
        "checks": list(CheckKind.choices),
    }


def opening() -> dict[str, Options]:
    """Return for which places a call can be opened."""
    return {"places": places_from_here(), "cycle": list(Cycle.choices), "language_level": list(Level.choices)}


def applying() -> dict[str, Options]:
    """Return to which calls and destinations somebody can apply."""
    known = institutions()
    calls = list(Call.objects.filter(state=CallState.OPEN)[:MOST])
    there = {one["institution"]: called(one["institution"], known) for call in calls for one in call.destinations}
    return {
        "call": [(str(call.pk), call.title) for call in calls],
        "wishes": list(there.items()),
        "language_level": list(Level.choices),
    }


def planning() -> dict[str, Options]:
    """Return what can be chosen for a plan: offers of the catalogues of partners."""
    known = institutions()
    rows = Offer.objects.filter(state=OfferState.OPEN).exclude(lead=own().id)[:MOST]
    return {"offers": [(str(row.pk), f"{row.title}, {row.department} ({called(row.lead, known)})") for row in rows]}


def applications() -> dict[str, Options]:
    """Return the applications whose place was taken and who can be nominated."""
    rows = Application.objects.filter(state=ApplicationState.TAKEN).select_related("call")[:MOST]
    return {"application": [(str(row.pk), f"{row}: {row.call}") for row in rows]}


def writing() -> dict[str, Options]:
    """Return to whom a mail can be written: the applicants of a call, or people by their stays."""
    calls = Call.objects.order_by("-deadline")[:MOST]
    anything = ("", _("any"))
    return {
        "call": [("", _("none")), *((str(row.pk), row.title) for row in calls)],
        "kind": [anything, *Kind.choices],
        "partner": [anything, *((key, name) for key, name in institutions().items() if key != own().id)],
    }


CHOICES: dict[str, Callable[[], dict[str, Options]]] = {
    "mobilities.nominate_person": nomination,
    "mobilities.nominate": applications,
    "offers.offer": to_here,
    "calls.open": opening,
    "applications.apply": applying,
    "applications.revise": applying,
    "plans.draft": planning,
    "plans.draft_own": planning,
    "mailings.send": writing,
    "checks.require": lambda: {"kind": list(CheckKind.choices)},
}
