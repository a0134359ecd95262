"""Letters by which a host offers courses and places, revises them, and takes them back."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ConfigDict

from hansa.areas.exchange.letters.reading import Body, id_of, read
from hansa.areas.exchange.models import Offer
from hansa.areas.exchange.queries import offers
from hansa.areas.exchange.rules import OFFER
from hansa.areas.exchange.states import OfferState as State
from hansa.areas.exchange.stays import day_of
from hansa.kernel.identity import own
from hansa.kernel.letters import letter
from hansa.kernel.models import Partner
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter

ONLY_LESS = "Taking an offer back asks nothing of anybody, so it needs no clause."


class Said(Body):
    """What is offered."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: str
    form: str
    title: str
    department: str
    code: str
    supervisor: str
    credits: str
    term: str
    language: str
    language_level: str
    capacity: int
    first_day: str
    last_day: str
    checks: list[str]
    description: str


class Nothing(Body):
    """A letter that says all by its kind."""


@letter("offers.offered", permit=OFFER)
def offered(said: Letter, partner: Partner) -> None:
    """Put what a partner offers in the catalogue here."""
    body, key = read(Said, said), id_of(said.record, noun="offers")
    if Offer.objects.filter(pk=key).exists():
        raise RefusedError(_("This offer is in the catalogue already."), _("Revise it, or make a new one."))
    fill(Offer(id=key), body, said=said)


@letter("offers.revised", permit=OFFER)
def revised(said: Letter, partner: Partner) -> None:
    """Put what a partner revised in the place of what it offered."""
    fill(about(said), read(Said, said), said=said)


@letter("offers.closed", because=ONLY_LESS)
def closed(said: Letter, partner: Partner) -> None:
    """Take out of the catalogue what a partner offers no more."""
    read(Nothing, said)
    offer = about(said)
    offer.state = State.CLOSED
    offer.save()


def about(said: Letter) -> Offer:
    """Return the open offer that a letter is about, locked, or refuse; only its host speaks about it."""
    offer = Offer.objects.select_for_update().filter(id=id_of(said.record, noun="offers")).first()
    if offer is None:
        raise RefusedError(_("This offer is not known here."), _("Offer it first."))
    if offer.lead != said.sender:
        raise RefusedError(_("The sender may not say this about this offer."), _("Only the host changes an offer."))
    if offer.state != State.OPEN:
        raise RefusedError(_("This offer was closed."), _("Make a new one."))
    return offer


def fill(offer: Offer, body: Said, *, said: Letter) -> None:
    """Keep an offer as its host says it, or refuse one that is malformed or states other terms than its own."""
    offers.put_under(offer, host=said.sender, agreement=said.agreement, clause=said.clause)
    for name, value in values_of(body).items():
        setattr(offer, name, value)
    offer.state = State.OPEN
    if wrong := sorted(offers.faults(offer)):
        raise InvalidError(
            _("The offer is malformed at: {where}.").format(where=", ".join(wrong)),
            _("Correct it and offer it again."),
        )
    here = {"parties": sorted(offer.parties), "purposes": [], "limits": offer.limits()}
    stated = {**said.terms, "parties": sorted(said.terms["parties"])}
    if own().id not in offer.parties or stated != here:
        raise RefusedError(
            _("The letter states other terms than the offer it is about."),
            _("Offer it under a clause that both institutions hold in the same version."),
        )
    offer.save()


def values_of(body: Said) -> dict[str, Any]:
    """Return the fields of an offer as they are kept."""
    return {
        **body.model_dump(exclude={"taken"}),
        "credits": number_of(body.credits),
        "capacity": body.capacity or None,
        "first_day": optional_day(body.first_day),
        "last_day": optional_day(body.last_day),
    }


def number_of(text: str) -> Decimal | None:
    """Return the credits that a letter names, or None."""
    try:
        return Decimal(text) if text else None
    except ArithmeticError:
        raise InvalidError(_("The letter names no number of credits."), _("Ask its sender.")) from None


def optional_day(text: str) -> date | None:
    """Return the day that a letter names, or None."""
    return day_of(text) if text else None
