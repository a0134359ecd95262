"""What people do with mobilities: nominate, decide, confirm, arrive, depart, cancel, report."""

from datetime import date
from typing import Annotated

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field

from hansa.areas.exchange import stays
from hansa.areas.exchange.models import Application, Mobility, Offer
from hansa.areas.exchange.models.places import successor
from hansa.areas.exchange.queries import gate, network, places
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.rules import ACCEPT, CANCEL, HOST, NOMINATE, REJECT
from hansa.areas.exchange.states import CANCELLABLE, ApplicationState, Channel, OfferState
from hansa.areas.exchange.states import MobilityState as State
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.models import Person
from hansa.lib.errors import RefusedError

OWN_WORD = "What a participant tells of their own stay stays in this house."


def is_host(mobility: Mobility) -> bool:
    """Tell whether this institution receives."""
    return not mobility.is_outgoing


def demand_host(mobility: Mobility) -> None:
    """Refuse what only the receiving institution does."""
    if not is_host(mobility):
        raise RefusedError(_("Only the receiving institution does this."), _("It is told there, and you hear of it."))


def demand_sender(mobility: Mobility) -> None:
    """Refuse what only the sending institution does."""
    if is_host(mobility):
        raise RefusedError(_("Only the sending institution does this."), _("Ask its international office."))


def not_host(mobility: Mobility, _by: Person) -> bool:
    """Tell of which mobilities a host's action is not offered."""
    return not is_host(mobility)


def not_sender(mobility: Mobility, _by: Person) -> bool:
    """Tell of which mobilities a sender's action is not offered."""
    return is_host(mobility)


@action(needs="mobilities.nominate", source=(NEW,), target=(State.NOMINATED,), permit=NOMINATE)
def nominate(mobility: Mobility, *, by: Person, application: str, note: str = "") -> None:
    """Nominate an applicant.

    The host gets the person's name, contact and field, and decides. A place of the clause is taken from now on.
    """
    found = row_named(Application.objects.select_related("call", "person"), application)
    if found is None or found.state != ApplicationState.TAKEN:
        raise GivenError({"application": _("There is no application of this name whose place was taken.")})
    mobility.application = found
    mobility.kind, mobility.cycle, mobility.field = found.call.kind, found.cycle, found.field
    mobility.language, mobility.language_level = found.language, found.language_level
    mobility.starts, mobility.ends = found.call.starts, found.call.ends
    there = next(one for one in found.call.destinations if one["institution"] == found.outcome)
    basis = successor(there["basis"], clause=there["clause"])
    take_place(mobility, receiving=found.outcome, basis=basis, number=there["clause"])
    about = {name: getattr(found, name) for name in stays.PERSON}
    mobility.save()
    stays.keep_person(mobility, about, person=found.person)
    found.state = ApplicationState.NOMINATED
    found.save()
    stays.announce(mobility, note=note)


@action(needs="mobilities.nominate", source=(NEW,), target=(State.NOMINATED,), permit=NOMINATE)
def nominate_person(
    mobility: Mobility,
    *,
    by: Person,
    place: str,
    given_names: str,
    family_name: str,
    birth_date: date,
    nationality: str,
    gender: str,
    email: str,
    starts: date,
    ends: date,
    esi: str = "",
    cycle: str = "any",
    field: int = 0,
    language: str = "",
    language_level: str = "none",
    offer: str = "",
    participant: str = "",
    note: str = "",
) -> None:
    """Nominate someone without a call.

    For staff, for rotations and for places that were given without competition. The host gets what you write here.
    """
    mobility.cycle, mobility.field = cycle, field
    mobility.language, mobility.language_level = language, language_level
    mobility.starts, mobility.ends = starts, ends
    receiving, _space, rest = place.partition(" ")
    basis, _space, number = rest.partition(" ")
    take_place(mobility, receiving=receiving, basis=basis, number=number)
    mobility.offer = offer_named(offer, host=mobility.receiving) if offer else None
    mobility.save()
    about = {
        "given_names": given_names,
        "family_name": family_name,
        "birth_date": birth_date,
        "nationality": nationality,
        "gender": gender,
        "email": email,
        "esi": esi,
    }
    stays.keep_person(mobility, about, person=participant_named(participant) if participant else None)
    stays.announce(mobility, note=note)


def participant_named(username: str) -> Person:
    """Return the account of a participant, or say that there is none."""
    found = Person.objects.filter(username=username, state=Person.State.ACTIVE).first()
    if found is None:
        raise GivenError({"participant": _("Nobody with this user name works at this node.")})
    return found


def offer_named(key: str, *, host: str) -> Offer:
    """Return an open offer of a host, or say that there is none."""
    found = row_named(Offer.objects.filter(state=OfferState.OPEN, lead=host), key)
    if found is None:
        raise GivenError({"offer": _("The host has no such open offer in its catalogue.")})
    return found


def take_place(mobility: Mobility, *, receiving: str, basis: str, number: str) -> None:
    """Put a mobility under a clause of a memorandum, or under a condition of an agreement, and take a place of it."""
    if basis.startswith("iia:"):
        stays.take_network_place(mobility, network.place_named(basis, number))
        return
    found = places.place_named(f"{receiving} {basis} {number}", sending=own().id)
    mobility.channel = Channel.LETTERS
    mobility.agreement, mobility.clause, mobility.kind = found.agreement, found.clause, found.kind
    stays.shape(mobility, sending=own().id, receiving=found.receiving)
    places.demand_dates(mobility)
    places.demand_place(mobility)


@action(needs="mobilities.decide", source=(State.NOMINATED,), target=(State.ACCEPTED,), permit=ACCEPT, unless=not_host)
def accept(mobility: Mobility, *, by: Person, note: str = "") -> None:
    """Accept the nomination.

    The sending institution is told. For stays at the bedside the checks are asked for from now on.
    """
    demand_host(mobility)
    mobility.state, mobility.comment = State.ACCEPTED, note
    stays.accept(mobility)
    stays.tell(mobility, "mobilities.accepted", body={"note": note}, permit=ACCEPT)


@action(needs="mobilities.decide", source=(State.NOMINATED,), target=(State.REJECTED,), permit=REJECT, unless=not_host)
def reject(mobility: Mobility, *, by: Person, reason: str) -> None:
    """Reject the nomination.

    The sending institution reads the reason. The place is free again.
    """
    demand_host(mobility)
    mobility.state, mobility.comment = State.REJECTED, reason
    stays.tell(mobility, "mobilities.rejected", body={"reason": reason}, permit=REJECT)


@action(needs="mobilities.cancel", source=CANCELLABLE, target=(State.CANCELLED,), permit=CANCEL)
def cancel(mobility: Mobility, *, by: Person, reason: str) -> None:
    """Cancel the stay.

    The partner reads the reason. The place is free again. It cannot be taken back; nominate anew instead.
    """
    if mobility.channel == Channel.NETWORK:
        demand_sender(mobility)
    mobility.state, mobility.comment = State.CANCELLED, reason
    stays.tell(mobility, "mobilities.cancelled", body={"reason": reason}, permit=CANCEL)


@action(needs="mobilities.host", source=(State.ACCEPTED,), target=(State.CONFIRMED,), permit=HOST, unless=not_host)
def confirm(mobility: Mobility, *, by: Person, starts: date | None = None, ends: date | None = None) -> None:
    """Confirm the first day.

    Only with a plan signed by all three and, at the bedside, every check verified; what ends before the stay does is
    shown.
    """
    demand_host(mobility)
    mobility.starts, mobility.ends = starts or mobility.starts, ends or mobility.ends
    places.demand_dates(mobility)
    gate.demand(mobility)
    gate.demand_capacity(mobility)
    mobility.state = State.CONFIRMED
    body = {"starts": str(mobility.starts), "ends": str(mobility.ends)}
    stays.tell(mobility, "mobilities.confirmed", body={**body}, permit=HOST)


@action(needs="mobilities.host", source=(State.CONFIRMED,), target=(State.ARRIVED,), permit=HOST, unless=not_host)
def arrive(mobility: Mobility, *, by: Person, day: date) -> None:
    """Confirm the arrival."""
    demand_host(mobility)
    stays.demand_day(mobility, day, what=_("The arrival"))
    mobility.arrived, mobility.state = day, State.ARRIVED
    stays.tell(mobility, "mobilities.arrived", body={"day": str(day)}, permit=HOST)


@action(needs="mobilities.host", source=(State.ARRIVED,), target=(State.DEPARTED,), permit=HOST, unless=not_host)
def depart(mobility: Mobility, *, by: Person, day: date) -> None:
    """Confirm the departure.

    The nights between arrival and departure go into the funding report of the sending institution.
    """
    demand_host(mobility)
    stays.demand_day(mobility, day, what=_("The departure"))
    mobility.departed, mobility.state = day, State.DEPARTED
    stays.tell(mobility, "mobilities.departed", body={"day": str(day)}, permit=HOST)


AFTER = (State.DEPARTED, State.TRANSCRIBED, State.DECIDED, State.RECOGNISED)
Rating = Annotated[int, Field(ge=1, le=5)]


@action(needs="mobilities.report", source=AFTER, target=AFTER, because=OWN_WORD, own=True)
def report(
    mobility: Mobility, *, by: Person, rating: Rating, report: str, advice: str = "", is_shared: bool = False
) -> None:
    """Report on your stay.

    Your office reads it. Others here read it without your name if you allow it, so that the next know what awaits them.
    """
    stay = mobility.stay
    stay.rating, stay.report, stay.advice, stay.is_shared = rating, report, advice, is_shared
    stay.reported = timezone.now()
    stay.save()
