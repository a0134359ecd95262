"""What can be chosen in the forms of exchange."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Application, Call, Iia, Mobility, Offer
from hansa.areas.exchange.network import catalogue
from hansa.areas.exchange.queries import network, places
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.queries.network import HEI
from hansa.areas.exchange.rules import PARTICIPANT
from hansa.areas.exchange.states import (
    PLANNING,
    ApplicationState,
    CallState,
    CheckKind,
    Cycle,
    IiaState,
    Kind,
    Level,
    MobilityState,
    OfferState,
)
from hansa.areas.exchange.views.naming import called, in_words, institutions, noted, titled
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Person
from hansa.kernel.pages import Asked
from hansa.kernel.people import has

Options = list[tuple[str, Any]]
MOST = 200


def choices(action: str, asked: Asked | None = None) -> dict[str, Options]:
    """Return what can be chosen in the form of an action; some depends on the record and on who asks."""
    found = CHOICES[action]() if action in CHOICES else {}
    return found | CHOICES_OF[action](asked) if asked is not None and action in CHOICES_OF else found


def places_from_here() -> Options:
    """Return the places that clauses and agreements give from this institution, in words."""
    known, kinds = institutions(), {kind.value: str(kind.label) for kind in Kind}
    clause = _("{receiving}: {kind}, clause {clause}, {places} a year")
    condition = _("{receiving}: {kind}, {title}, {places} a year")
    by_clause = [
        (
            one.key,
            clause.format(
                receiving=called(one.receiving, known), kind=kinds[one.kind], clause=one.clause, places=one.places
            ),
        )
        for one in places.given(sending=own().id)
    ]
    by_network = [
        (
            one.key,
            condition.format(
                receiving=called(f"{HEI}{one.partner}", known), kind=kinds[one.kind], title=one.title, places=one.places
            ),
        )
        for one in network.given()
        if one.is_outgoing
    ]
    return [*by_clause, *by_network]


def nomination() -> dict[str, Options]:
    """Return what can be chosen when someone is nominated without a call."""
    rows = Offer.objects.filter(state=OfferState.OPEN).exclude(lead=own().id)[:MOST]
    people = Person.objects.filter(state=Person.State.ACTIVE, roles__icontains=PARTICIPANT).order_by("name")[:MOST]
    return {
        "place": places_from_here(),
        "cycle": list(Cycle.choices),
        "language_level": list(Level.choices),
        "gender": genders(),
        "offer": [("", _("none")), *((str(row.pk), f"{row.title}, {row.department}") for row in rows)],
        "participant": [
            ("", _("no account here")),
            *((row.username, f"{row.name} ({row.username})") for row in people),
        ],
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


def applying(asked: Asked) -> dict[str, Options]:
    """Return to which calls somebody can apply, and where one can go by the call that was chosen."""
    known = institutions()
    calls = list(Call.objects.filter(state=CallState.OPEN)[:MOST])
    chosen = asked.record.call_id if isinstance(asked.record, Application) else None
    wanted = str(chosen or asked.given.get("call", ""))
    there = [call for call in calls if str(call.pk) == wanted] or calls
    wishes = {one["institution"]: called(one["institution"], known) for call in there for one in call.destinations}
    return {
        "call": [(str(call.pk), call.title) for call in calls],
        "wishes": list(wishes.items()),
        "gender": genders(),
        "language_level": list(Level.choices),
    }


def attaching(asked: Asked) -> dict[str, Options]:
    """Return which documents the call asks for."""
    return {"purpose": [(name, name) for name in asked.record.call.documents]}


def detaching(asked: Asked) -> dict[str, Options]:
    """Return the documents of an application."""
    return {"document": [(file.digest, f"{file.name} ({file.role})") for file in asked.record.files()]}


def deciding(asked: Asked) -> dict[str, Options]:
    """Return where an applicant can be sent."""
    known = institutions()
    there = [one["institution"] for one in asked.record.call.destinations]
    return {"destination": [(one, called(one, known)) for one in there]}


def genders() -> Options:
    """Return the genders that the network knows, in words."""
    return [("female", _("female")), ("male", _("male")), ("other", _("other")), ("unknown", _("not stated"))]


def stays_of(rows: Any, *, states: Iterable[MobilityState], wanted: str) -> list[Mobility]:
    """Return stays to choose from, those that changed last; where the address names one of them, that one alone."""
    found = rows.select_related("stay").defer(*Mobility.list_defers)
    if wanted and (named := row_named(found.filter(state__in=states), wanted)) is not None:
        return [named]
    # State by state, which is how they are indexed.
    return [row for state in states for row in found.filter(state=state).order_by("-updated")[:MOST]]


def in_choice(rows: list[Mobility]) -> Options:
    """Return stays as a form offers them."""
    known = institutions()
    return [(str(row.pk), f"{titled(row, known)}: {noted(row)}") for row in rows]


def planned(asked: Asked) -> dict[str, Options]:
    """Return the stays for which somebody can write a plan, and the offers of their hosts."""
    rows = Mobility.objects.filter(is_outgoing=True)
    mine = rows if has(asked.person, "plans.draft") else rows.filter(Mobility.own_of(asked.person))
    found = stays_of(mine, states=PLANNING, wanted=asked.given.get("mobility", ""))
    return {"mobility": in_choice(found), "offers": offers(list({row.receiving for row in found}))}


def planned_again(asked: Asked) -> dict[str, Options]:
    """Return the offers of the host of a plan that is revised."""
    return {"offers": offers([asked.record.mobility.receiving])}


def offers(hosts: list[str]) -> Options:
    """Return the open offers of hosts."""
    known = institutions()
    rows = Offer.objects.filter(state=OfferState.OPEN, lead__in=hosts)[:MOST]
    return [(str(row.pk), f"{row.title}, {row.department} ({called(row.lead, known)})") for row in rows]


def required(asked: Asked) -> dict[str, Options]:
    """Return the stays here for which a check can be asked for."""
    states = (MobilityState.ACCEPTED, MobilityState.CONFIRMED)
    found = stays_of(Mobility.objects.filter(is_outgoing=False), states=states, wanted=asked.given.get("mobility", ""))
    return {"mobility": in_choice(found), "kind": list(CheckKind.choices)}


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


def agreeing() -> dict[str, Options]:
    """Return with whom an agreement of the network can be made, and from which clauses of which memorandum."""
    known = institutions()
    held = list(Agreement.objects.filter(state=Agreement.State.IN_FORCE))
    parties = {party: called(party, known) for one in held for party in one.parties if party != own().id}
    clauses = {
        clause["id"]: f"{clause['id']} {in_words(clause['title'])}"
        for one in held
        for clause in one.document["clauses"]
        if clause["area"] == Iia.area
    }
    return {
        "partner": members(),
        "institution": [("", _("none")), *parties.items()],
        "clauses": list(clauses.items()),
    }


def members() -> Options:
    """Return the members of the network by their names."""
    found = catalogue.current().institutions.items()
    return sorted(((hei, f"{one.name()} ({hei})") for hei, one in found), key=lambda pair: pair[1].lower())


def linking() -> dict[str, Options]:
    """Return the copies that came from partners and belong to none of ours yet."""
    rows = Iia.objects.filter(state=IiaState.RECEIVED)[:MOST]
    return {"received": [(str(row.pk), f"{row.partner}: {row.title}") for row in rows]}


CHOICES: dict[str, Callable[[], dict[str, Options]]] = {
    "mobilities.nominate_person": nomination,
    "mobilities.nominate": applications,
    "offers.offer": to_here,
    "calls.open": opening,
    "mailings.send": writing,
    "iias.draft": agreeing,
    "iias.connect": linking,
    "messages.ask": lambda: {"partner": members()},
    "offers.revise": lambda: {"language_level": list(Level.choices), "checks": list(CheckKind.choices)},
}
#: What depends on the record, on what is filled in so far, or on who asks.
CHOICES_OF: dict[str, Callable[[Asked], dict[str, Options]]] = {
    "applications.apply": applying,
    "applications.revise": applying,
    "applications.attach": attaching,
    "applications.detach": detaching,
    "applications.decide": deciding,
    "plans.draft": planned,
    "plans.draft_own": planned,
    "plans.revise": planned_again,
    "plans.revise_own": planned_again,
    "checks.require": required,
}
