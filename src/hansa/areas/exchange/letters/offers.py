"""Letters by which hosts tell what they offer."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import ConfigDict

from hansa.areas.exchange.letters.reading import Body, id_of, read
from hansa.areas.exchange.models import Offer
from hansa.areas.exchange.rules import OFFER
from hansa.areas.exchange.states import CheckKind, OfferState
from hansa.areas.exchange.stays import day_of
from hansa.kernel.identity import own
from hansa.kernel.letters import letter
from hansa.kernel.models import Partner
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter


class Offered(Body):
    """One entry of a host's catalogue."""

    model_config = ConfigDict(extra="forbid", strict=True)

    form: str
    kind: str
    title: str
    code: str
    department: str
    supervisor: str
    credits: str
    term: str
    language: str
    language_level: str
    capacity: int | None
    first_day: str
    last_day: str
    checks: list[str]
    description: str


@letter("offers.offered", permit=OFFER)
def offered(said: Letter, partner: Partner) -> None:
    """Keep what a host offers in our copy of its catalogue."""
    body, key = read(Offered, said), id_of(said.record, noun="offers")
    if Offer.objects.filter(pk=key).exists():
        raise RefusedError(_("An offer of this name is here already."), _("Offer it under a new name."))
    parties = said.terms["parties"]
    if not {said.sender, own().id} <= set(parties):
        raise RefusedError(_("The sender and we must both be parties of the clause."), _("Name the clause's parties."))
    if said.terms["limits"].get("kind") != body.kind:
        raise RefusedError(_("The offer is for another kind of stay than its clause."), _("Name the right clause."))
    made = Offer(id=key, state=OfferState.OPEN, lead=said.sender, parties=parties)
    made.agreement, made.clause, made.stated_limits = said.agreement, said.clause, said.terms["limits"]
    fill(made, body)


def fill(offer: Offer, body: Offered) -> None:
    """Take over what a host says about an offer, or raise InvalidError naming the places."""
    plain: dict[str, Any] = body.model_dump(exclude={"taken", "credits", "first_day", "last_day"})
    for name, value in plain.items():
        setattr(offer, name, value)
    offer.first_day = day_of(body.first_day) if body.first_day else None
    offer.last_day = day_of(body.last_day) if body.last_day else None
    try:
        offer.credits = Decimal(body.credits) if body.credits else None
        offer.full_clean()
        known = set(body.checks) <= set(CheckKind.values)
    except (ArithmeticError, ValidationError):
        known = False
    if not known:
        raise InvalidError(_("The offer is malformed."), _("Both nodes must run a version that knows it."))
    offer.save()


def about(said: Letter) -> Offer:
    """Return the open offer a host's letter is about, locked, or refuse the letter."""
    found = Offer.objects.select_for_update().filter(pk=id_of(said.record, noun="offers")).first()
    if found is None or found.lead != said.sender:
        raise RefusedError(_("The sender offers nothing of this name."), _("Only the host changes its offers."))
    if found.state != OfferState.OPEN:
        raise RefusedError(_("This offer is closed."), _("Make a new offer."))
    return found


@letter("offers.revised", permit=OFFER)
def revised(said: Letter, partner: Partner) -> None:
    """Take over the new version of an offer."""
    fill(about(said), read(Offered, said))


@letter("offers.closed", permit=OFFER)
def closed(said: Letter, partner: Partner) -> None:
    """Note that an offer is closed."""
    found = about(said)
    found.state = OfferState.CLOSED
    found.save()
