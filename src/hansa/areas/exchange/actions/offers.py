"""What host departments do with the catalogue: offer, revise, close."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Offer
from hansa.areas.exchange.models.places import clause_of
from hansa.areas.exchange.queries import offers
from hansa.areas.exchange.rules import OFFER
from hansa.areas.exchange.states import Level
from hansa.areas.exchange.states import OfferState as State
from hansa.kernel import joint
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.letters import send
from hansa.kernel.models import Person
from hansa.lib.canonical import JSON
from hansa.lib.errors import RefusedError

Form = Literal["course", "place"]
ONLY_LESS = "Taking an offer back asks nothing of anybody, so it needs no clause."


def not_ours(offer: Offer, _by: Person) -> bool:
    """Tell of which offers a host's action is not offered."""
    return offer.lead != own().id


def demand_ours(offer: Offer) -> None:
    """Refuse to touch what a partner offers."""
    if offer.lead != own().id:
        raise RefusedError(
            _("This is offered by a partner, and only the partner changes it."), _("Write to its department.")
        )


def write(offer: Offer, said: dict[str, Any]) -> None:
    """Fill an offer, or raise GivenError naming what is wrong."""
    for name, value in said.items():
        setattr(offer, name, value)
    if not offer.language_level:
        # Left open, it is the level that the clause asks for anyway.
        clause = clause_of(offer.under, offer.clause)
        offer.language_level = (clause or {"limits": {}})["limits"].get("language_level", Level.NONE)
    offer.state = State.OPEN
    if found := offers.faults(offer):
        raise GivenError(found)


def tell(offer: Offer, kind: str) -> None:
    """Tell everybody who may send people what is offered."""
    joint.tell(offer, kind, body=body_of(offer), permit=OFFER)


def body_of(offer: Offer) -> dict[str, JSON]:
    """Return an offer as a letter says it."""
    values = {name: getattr(offer, name) for name in offers.FIELDS}
    plain: dict[str, JSON] = {
        name: value if isinstance(value, list | int) else "" if value is None else str(value)
        for name, value in values.items()
    }
    return {**plain, "capacity": offer.capacity or 0, "kind": offer.kind}


@action(needs="offers.offer", source=(NEW,), target=(State.OPEN,), permit=OFFER)
def offer(
    offer: Offer,
    *,
    by: Person,
    place: str,
    form: Form,
    title: str,
    department: str,
    language: str,
    language_level: str = "",
    code: str = "",
    credits: Decimal | None = None,  # noqa: A002 -- the field's word, as in the letter
    term: str = "",
    supervisor: str = "",
    capacity: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    checks: list[str] | None = None,
    description: str = "",
) -> None:
    """Offer a course or a place.

    It stands in the catalogue of every institution that may send people here under the clause.
    """
    found = offers.hosted(place)
    offer.kind = found.kind
    offers.put_under(offer, host=own().id, agreement=found.agreement, clause=found.clause)
    said = {name: value for name, value in locals().items() if name in offers.FIELDS}
    write(offer, {**said, "checks": checks or []})
    tell(offer, "offers.offered")


@action(needs="offers.offer", source=(State.OPEN,), target=(State.OPEN,), permit=OFFER, unless=not_ours)
def revise(
    offer: Offer,
    *,
    by: Person,
    form: Form,
    title: str,
    department: str,
    language: str,
    language_level: str = "",
    code: str = "",
    credits: Decimal | None = None,  # noqa: A002 -- the field's word, as in the letter
    term: str = "",
    supervisor: str = "",
    capacity: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    checks: list[str] | None = None,
    description: str = "",
) -> None:
    """Revise the offer.

    What stands here replaces what stood in the catalogue, here and at the partners. Stays that took it stay.
    """
    demand_ours(offer)
    offers.put_under(offer, host=own().id, agreement=offer.under, clause=offer.clause)
    said = {name: value for name, value in locals().items() if name in offers.FIELDS}
    write(offer, {**said, "checks": checks or []})
    tell(offer, "offers.revised")


@action(needs="offers.close", source=(State.OPEN,), target=(State.CLOSED,), because=ONLY_LESS, unless=not_ours)
def close(offer: Offer, *, by: Person) -> None:
    """Take the offer out of the catalogue.

    Nobody can choose it any more. Stays that took it stay.
    """
    demand_ours(offer)
    for party in joint.others(offer):
        send(party, "offers.closed", record=offer.urn, body={})
