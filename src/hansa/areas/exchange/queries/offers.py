"""The catalogue: under which clause something is offered, to whom, and what is wrong with an offer."""

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Offer
from hansa.areas.exchange.models.places import Place, senders
from hansa.areas.exchange.queries import places
from hansa.areas.exchange.states import CheckKind
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.ewp.identifiers import check_language
from hansa.lib.ewp.terms import read_term

#: What an offer says, in the order of its form; a letter carries the same.
FIELDS = (
    "form",
    "title",
    "department",
    "code",
    "supervisor",
    "credits",
    "term",
    "language",
    "language_level",
    "capacity",
    "first_day",
    "last_day",
    "checks",
    "description",
)


def hosted(named: str) -> Place:
    """Return what a clause gives to this institution as a host, by the key of a place or the clause's number."""
    found = {
        (place.agreement, place.clause): place
        for place in places.given(receiving=own().id, to_all=True)
        if named in (place.key, place.clause)
    }
    if not found:
        raise RefusedError(
            _("No clause in force lets this institution host anybody under this number."),
            _("Choose one of the clauses listed under Places and balance."),
        )
    if len(found) > 1:
        raise RefusedError(
            _("Several memoranda in force have a clause of this number."),
            _("Choose the place by its whole key, which names the memorandum."),
        )
    return next(iter(found.values()))


def put_under(offer: Offer, *, host: str, agreement: str, clause: str) -> None:
    """Put an offer of a host under a clause, for everybody who may send people there."""
    offer.lead, offer.agreement, offer.clause = host, agreement, clause
    offer.parties = [host, *senders(offer.under, clause, host=host)]


def faults(offer: Offer) -> dict[str, str]:
    """Return what is wrong with an offer, field by field."""
    found = {}
    try:
        offer.full_clean()
    except ValidationError as wrong:
        found = {name: " ".join(texts) for name, texts in wrong.message_dict.items()}
    checks: tuple[tuple[str, bool, Callable[[str, str], object], str], ...] = (
        ("language", bool(offer.language), check_language, offer.language),
        ("term", bool(offer.term), read_term, offer.term),
    )
    for name, is_given, check, value in checks:
        found |= fault(name, check, value=value) if is_given else {}
    return found | (_faults_of_course(offer) if offer.form == Offer.Form.COURSE else _faults_of_place(offer))


def fault(name: str, check: Callable[[str, str], object], *, value: str) -> dict[str, str]:
    """Return what a check says of a value, under its field's name, or nothing."""
    try:
        check(value, name)
    except InvalidError as wrong:
        return {name: f"{wrong.message.removeprefix(f'{name}: ')} {wrong.remedy}"}
    return {}


def _faults_of_course(offer: Offer) -> dict[str, str]:
    found = {}
    if not offer.code:
        found["code"] = _("A course is named by its code.")
    if offer.credits is None or offer.credits < 0:
        found["credits"] = _("Give the ECTS credits; 0 where there are none.")
    return found


def _faults_of_place(offer: Offer) -> dict[str, str]:
    found = {}
    if not offer.capacity:
        found["capacity"] = _("Say how many people the department takes a week; at least 1.")
    if offer.first_day and offer.last_day and offer.last_day < offer.first_day:
        found["last_day"] = _("It is before the first day.")
    if not isinstance(offer.checks, list) or any(kind not in CheckKind.values for kind in offer.checks):
        found["checks"] = _("Choose among: {kinds}.").format(kinds=", ".join(CheckKind.values))
    return found
