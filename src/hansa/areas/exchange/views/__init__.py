"""What the pages say about exchange: what waits for whom, each record's page, and what can be chosen in forms."""

from typing import Any

from hansa.areas.exchange.models import Application, Call, Check, Iia, Mailing, Message, Mobility, Offer, Plan, Profile
from hansa.areas.exchange.views import (
    agreements,
    applying,
    choosing,
    describing,
    filling,
    home,
    naming,
    overviews,
    planning,
    staying,
    taking,
    telling,
)
from hansa.kernel.models import Person, Record

waiting, running, produced, failed = home.waiting, home.running, home.produced, home.failed
waiting_count, lines, downloads = home.waiting_count, naming.lines, taking.downloads
choices, initial, tells, PAGES = choosing.choices, filling.initial, telling.tells, overviews.PAGES

DETAILS: dict[type[Record], Any] = {
    Mobility: staying.detail,
    Plan: planning.plan,
    Check: planning.check,
    Offer: staying.offer,
    Call: applying.call,
    Application: applying.application,
    Iia: agreements.iia,
    Message: agreements.message,
    Mailing: describing.mailing,
    Profile: describing.profile,
}


def detail(record: Record, person: Person) -> dict[str, Any]:
    """Return what the page of a record of exchange shows."""
    tell = DETAILS.get(type(record))
    found: dict[str, Any] = tell(record, person) if tell is not None else {}
    return found
