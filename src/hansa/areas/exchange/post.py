"""What this node owes to members of Erasmus Without Paper: written with the change, carried by the network's jobs."""

from hansa.areas.exchange.models import Message, Mobility
from hansa.areas.exchange.states import MessageState
from hansa.kernel.jobs import enqueue
from hansa.lib.canonical import JSON

JOB = "exchange.message"
HEI = "hei:"
#: Which message tells a partner in the network what a letter would tell a partner's node.
OUTGOING = {
    "mobilities.nominated": "omobility-cnr",
    "mobilities.cancelled": "omobility-cnr",
    "mobilities.changed": "omobility-cnr",
    "mobilities.planned": "omobility-la-cnr",
}
INCOMING = {
    "mobilities.accepted": "omobility-approve",
    "mobilities.rejected": "omobility-reject",
    "mobilities.plan_agreed": "omobility-la-approve",
    "mobilities.plan_returned": "omobility-la-comment",
    "mobilities.arrived": "imobility-cnr",
    "mobilities.departed": "imobility-cnr",
    "mobilities.transcribed": "imobility-tor-cnr",
}


def owe(kind: str, partner: str, *, subject: str, data: dict[str, JSON] | None = None) -> Message:
    """Owe a member of the network a message, inside the change under way."""
    made = Message(kind=kind, partner=partner, subject=subject, data=data or {}, state=MessageState.WAITING)
    made.save()
    enqueue(JOB, key=str(made.pk), record=made.urn, group=partner)
    return made


def tell(mobility: Mobility, kind: str, **data: JSON) -> None:
    """Tell a member of the network what happened to a stay, where the network has a message for it."""
    known = OUTGOING if mobility.is_outgoing else INCOMING
    if kind in known:
        partner = mobility.partner.removeprefix(HEI)
        owe(
            known[kind],
            partner,
            subject=mobility.foreign_id or str(mobility.pk),
            data={"mobility": str(mobility.pk), **data},
        )
