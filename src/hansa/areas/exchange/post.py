"""What this node owes to members of Erasmus Without Paper: written with the change, carried by the network's jobs."""

from django.utils import timezone

from hansa.areas.exchange.models import Message, Mobility
from hansa.areas.exchange.network import nominations
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.states import MessageState
from hansa.kernel.jobs import enqueue
from hansa.kernel.models import Job
from hansa.lib.canonical import JSON

JOB = "exchange.message"
HEI = "hei:"
#: A look at everything that a member has changed.
SWEEP, EVERYTHING = "sweep", "everything"
MOST_WAITING = 1_000
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
    send(made)
    return made


def send(message: Message) -> None:
    """Owe the delivery of a message, for the first time or once more, inside the change under way."""
    turn = Job.objects.filter(record=message.urn).count() + 1
    enqueue(JOB, key=f"{message.pk}:{turn}", record=message.urn, group=message.partner)


def owe_fetch(kind: str, partner: str, *, subject: str) -> None:
    """Owe one look at what a member of the network has changed.

    One that already waits is enough, unless it is under way: it may have asked before the change. A member that
    announces more than anybody can fetch is read by a later sweep instead.
    """
    waiting = Message.objects.filter(partner=partner, state=MessageState.WAITING)
    same = [row.urn for row in waiting.filter(kind=kind, subject=subject)]
    if len(same) > Job.objects.filter(record__in=same, held_until__gte=timezone.now()).count():
        return
    if waiting.count() < MOST_WAITING:
        owe(kind, partner, subject=subject)


def tell(mobility: Mobility, kind: str, **data: JSON) -> None:
    """Tell a member of the network what happened to a stay, where the network has a message for it."""
    known = OUTGOING if mobility.is_outgoing else INCOMING
    if kind == "mobilities.nominated":
        # Whoever is told of it fetches it; what cannot be written would never come.
        nominations.check(mobility, hei=demand_membership().hei)
    if kind in known:
        partner = mobility.partner.removeprefix(HEI)
        owe(
            known[kind],
            partner,
            subject=mobility.foreign_id or str(mobility.pk),
            # A decision is on what was proposed when it was made, whatever is proposed by the time it arrives.
            data={"mobility": str(mobility.pk), "proposal": mobility.proposal, **data},
        )
