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

FormName = Literal["course", "place"]
LevelName = Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"]
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
        setattr(offer, name, number_of(value) if name == "credits" else value)
    if not offer.language_level:
        # Left open, it is the level that the clause asks for anyway.
        clause = clause_of(offer.under, offer.clause)
        offer.language_level = (clause or {"limits": {}})["limits"].get("language_level", Level.NONE)
    offer.state = State.OPEN
    if found := offers.faults(offer):
        raise GivenError(found)


def number_of(text: str) -> Decimal | None:
    """Return the credits that somebody wrote, or say that they are no number."""
    try:
        return Decimal(text) if text else None
    except ArithmeticError:
        raise GivenError({"credits": _("Write credits as a number, such as 7.5.")}) from None


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
    form: FormName,
    title: str,
    department: str,
    language: str,
    language_level: LevelName | None = None,
    code: str = "",
    credits: str = "",  # noqa: A002 -- the field's word, as in the letter
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
    write(offer, {**said, "language_level": language_level or "", "checks": checks or []})
    tell(offer, "offers.offered")


@action(needs="offers.offer", source=(State.OPEN,), target=(State.OPEN,), permit=OFFER, unless=not_ours)
def revise(
    offer: Offer,
    *,
    by: Person,
    title: str | None = None,
    department: str | None = None,
    language: str | None = None,
    language_level: LevelName | None = None,
    code: str | None = None,
    credits: str | None = None,  # noqa: A002 -- the field's word, as in the letter
    term: str | None = None,
    supervisor: str | None = None,
    capacity: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    checks: list[str] | None = None,
    description: str | None = None,
) -> None:
    """Revise the offer.

    What you leave empty stays as it is. Every institution that may send people here sees the new version; stays that
    took it, and plans that were signed, stay as they are.
    """
    demand_ours(offer)
    offers.put_under(offer, host=own().id, agreement=offer.under, clause=offer.clause)
    write(offer, {n: value for n, value in locals().items() if n in offers.FIELDS and value is not None})
    tell(offer, "offers.revised")


@action(needs="offers.close", source=(State.OPEN,), target=(State.CLOSED,), because=ONLY_LESS, unless=not_ours)
def close(offer: Offer, *, by: Person) -> None:
    """Take the offer out of the catalogue.

    Nobody can choose it any more. Stays that took it stay.
    """
    demand_ours(offer)
    for party in joint.others(offer):
        send(party, "offers.closed", record=offer.urn, body={})
