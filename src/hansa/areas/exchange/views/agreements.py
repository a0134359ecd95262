"""The pages of agreements of the network and of messages to its members."""

from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Iia, Message
from hansa.areas.exchange.queries import comparison
from hansa.areas.exchange.queries.network import HEI
from hansa.areas.exchange.states import IiaState
from hansa.areas.exchange.views.naming import called, institutions
from hansa.kernel.models import Person
from hansa.lib.ewp.iia import Kind

MOST = 20
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
        "alike": comparison.alike(record),
        "versions": history(record),
        "approvals": approvals(record),
        "pdf": record.files(),
        "obstacles": comparison.obstacles(record) if record.state in UNAGREED else (),
        "against_clauses": comparison.against_clauses(record),
        "has_both": bool(record.ours and record.theirs),
    }


def history(record: Iia) -> list[dict[str, Any]]:
    """Return the versions of our copy that were served, the newest first, with what the partner approved of them."""
    marks = ((record.hash, _("what we serve now")), (record.approved_there, _("what the partner approved")))
    rows = record.versions.filter(is_ours=True).order_by("-at", "-id").defer("document", "approval")[:MOST]
    return [
        {
            "at": row.at,
            "hash": row.hash,
            "marks": [words for hash_, words in marks if row.hash == hash_],
            "approved": row.approved,
        }
        for row in rows
    ]


def approvals(record: Iia) -> list[dict[str, Any]]:
    """Return the versions of the partner's copy that we approved, the newest first."""
    rows = record.versions.filter(is_ours=False).order_by("-approved", "-id").defer("document", "approval")[:MOST]
    return [{"at": row.approved, "hash": row.hash} for row in rows]


def message(record: Message, _person: Person) -> dict[str, Any]:
    """Return what the page of a message shows."""
    return {"partner": called(f"{HEI}{record.partner}", institutions())}
