"""What hosts do with their catalogue: offer, revise, close."""

from datetime import date
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Offer
from hansa.areas.exchange.queries import places
from hansa.areas.exchange.rules import OFFER
from hansa.areas.exchange.states import CheckKind, Level
from hansa.areas.exchange.states import OfferState as State
from hansa.kernel import joint
from hansa.kernel.actions import NEW, GivenError, action
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Person
from hansa.lib.canonical import JSON
from hansa.lib.errors import RefusedError

TOLD = (
    *("form", "kind", "title", "code", "department", "supervisor", "credits", "term", "language", "language_level"),
    *("capacity", "first_day", "last_day", "checks", "description"),
)
FormName = Literal["course", "place"]


def told(offer: Offer) -> dict[str, JSON]:
    """Return an offer as a letter says it."""
    plain = {name: getattr(offer, name) for name in TOLD}
    numbers = {"capacity": offer.capacity, "checks": list(offer.checks)}
    return {name: "" if value is None else str(value) for name, value in plain.items()} | numbers


def under(offer: Offer, key: str) -> None:
    """Put an offer under the clause of a place from a partner to here, and before the clause's other parties."""
    found = next((place for place in places.given(receiving=own().id, to_all=True) if place.key == key), None)
    if found is None:
        raise RefusedError(
            _("No clause in force lets people come here on such a stay."),
            _("Choose one of the clauses under Places and balance."),
        )
    agreement = Agreement.objects.get(hash=found.agreement)
    clause = next(one for one in agreement.document["clauses"] if one["id"] == found.clause)
    offer.agreement, offer.clause, offer.kind = found.agreement, found.clause, found.kind
    offer.lead = own().id
    offer.parties = agreement.parties if clause["parties"] == "all" else list(clause["parties"])
    # An offer keeps the clause's own limits, and takes none of its places.
    offer.stated_limits = {**found.limits, "places_per_year": 0}


def fill(offer: Offer, *, checks: list[str] | None, credits_: str, **about: object) -> None:
    """Fill an offer, or raise GivenError naming what is wrong in it."""
    for name, value in about.items():
        setattr(offer, name, value)
    if unknown := [kind for kind in checks or () if kind not in CheckKind.values]:
        raise GivenError({"checks": _("There is no check of the kind {kind}.").format(kind=unknown[0])})
    offer.checks = list(checks or ())
    try:
        offer.credits = Decimal(credits_) if credits_ else None
    except ArithmeticError as wrong:
        raise GivenError({"credits": _("Write credits as a number, such as 7.5.")}) from wrong
    if offer.first_day and offer.last_day and offer.last_day < offer.first_day:
        raise GivenError({"last_day": _("It is before the first day.")})
    if offer.form == Offer.Form.COURSE and not (offer.code and offer.credits):
        raise GivenError({"code": _("A course has a code and credits.")})


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
    language_level: Literal["none", "A1", "A2", "B1", "B2", "C1", "C2"] = "none",
    code: str = "",
    credits: str = "",  # noqa: A002 -- the field's own word; the built-in is of no use here
    term: str = "",
    supervisor: str = "",
    capacity: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    checks: list[str] | None = None,
    description: str = "",
) -> None:
    """Offer a course or a place.

    Every other party of the clause sees it in the catalogue, and people there can choose it.
    """
    under(offer, place)
    about = {"form": form, "title": title, "department": department, "language": language, "code": code, "term": term}
    more = {"supervisor": supervisor, "capacity": capacity, "first_day": first_day, "last_day": last_day}
    level = {"language_level": Level(language_level), "description": description}
    fill(offer, checks=checks, credits_=credits, **about, **more, **level)
    joint.tell(offer, "offers.offered", body=told(offer), permit=OFFER)


def demand_own(offer: Offer) -> None:
    """Refuse to change what another institution offers."""
    if offer.lead != own().id:
        raise RefusedError(_("Another institution offers this."), _("Ask its department."))


def not_ours(offer: Offer, _by: Person) -> bool:
    """Tell of which offers a host's action is not offered."""
    return offer.lead != own().id


@action(needs="offers.offer", source=(State.OPEN,), target=(State.OPEN,), permit=OFFER, unless=not_ours)
def revise(
    offer: Offer,
    *,
    by: Person,
    title: str,
    department: str,
    supervisor: str = "",
    capacity: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    description: str = "",
) -> None:
    """Revise the offer.

    Every other party of the clause sees the new version; plans that were signed stay as they are.
    """
    demand_own(offer)
    about = {"title": title, "department": department, "supervisor": supervisor, "capacity": capacity}
    days = {"first_day": first_day, "last_day": last_day, "description": description}
    fill(offer, checks=offer.checks, credits_=str(offer.credits or ""), **about, **days)
    joint.tell(offer, "offers.revised", body=told(offer), permit=OFFER)


@action(needs="offers.close", source=(State.OPEN,), target=(State.CLOSED,), permit=OFFER, unless=not_ours)
def close(offer: Offer, *, by: Person) -> None:
    """Close the offer.

    Nobody can choose it any more; stays that were confirmed go on.
    """
    demand_own(offer)
    joint.tell(offer, "offers.closed", body={}, permit=OFFER)
