"""The pages of agreements of the network and of messages to its members."""

from typing import Any

from hansa.areas.exchange.models import Iia, Message
from hansa.areas.exchange.queries.network import HEI
from hansa.areas.exchange.views.naming import called, institutions
from hansa.kernel.models import Person


def iia(record: Iia, _person: Person) -> dict[str, Any]:
    """Return what the page of an agreement of the network shows."""
    known = institutions()
    return {"partner": called(f"{HEI}{record.partner}", known), "conditions": record.conditions}


def message(record: Message, _person: Person) -> dict[str, Any]:
    """Return what the page of a message shows."""
    return {"partner": called(f"{HEI}{record.partner}", institutions())}
