"""The pages of agreements of the network and of messages to its members."""

from typing import Any

from hansa.areas.exchange.models import Iia, Message
from hansa.areas.exchange.queries import comparison
from hansa.areas.exchange.queries.network import HEI
from hansa.areas.exchange.states import IiaState
from hansa.areas.exchange.views.naming import called, institutions
from hansa.kernel.models import Person
from hansa.lib.ewp.iia import Kind

#: States in which an approval may still be asked for.
UNAGREED = (IiaState.SHARED, IiaState.APPROVED_THERE, IiaState.CHANGED, IiaState.TERMINATED)


def iia(record: Iia, _person: Person) -> dict[str, Any]:
    """Return what the page of an agreement of the network shows: both copies compared, and who approved what."""
    known = institutions()
    return {
        "partner": called(f"{HEI}{record.partner}", known),
        "conditions": [
            {**one, "kind": Kind(one["kind"]).words, "from": one["sending"], "to": one["receiving"]}
            for one in record.conditions
        ],
        "differing": sorted(comparison.differing(record), key=lambda one: not one.is_hashed),
        "obstacles": comparison.obstacles(record) if record.state in UNAGREED else (),
        "against_clauses": comparison.against_clauses(record),
        "has_both": bool(record.ours and record.theirs),
    }


def message(record: Message, _person: Person) -> dict[str, Any]:
    """Return what the page of a message shows."""
    return {"partner": called(f"{HEI}{record.partner}", institutions())}
