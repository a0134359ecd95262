"""What the pages say about exchange: what waits for whom, each record's page, and what can be chosen in forms."""

from typing import Any

from hansa.areas.exchange.models import Application, Call, Check, Iia, Message, Mobility, Offer, Plan
from hansa.areas.exchange.views import agreements, applying, choosing, home, overviews, planning, staying
from hansa.kernel.models import Person, Record

waiting, running, produced, failed = home.waiting, home.running, home.produced, home.failed
choices, PAGES = choosing.choices, overviews.PAGES

DETAILS: dict[type[Record], Any] = {
    Mobility: staying.detail,
    Plan: planning.plan,
    Check: planning.check,
    Offer: staying.offer,
    Call: applying.call,
    Application: applying.application,
    Iia: agreements.iia,
    Message: agreements.message,
}


def detail(record: Record, person: Person) -> dict[str, Any]:
    """Return what the page of a record of exchange shows."""
    tell = DETAILS.get(type(record))
    found: dict[str, Any] = tell(record, person) if tell is not None else {}
    return found
