"""What this node says to members of the network: that something changed here, and what it decided on theirs."""

from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.exchange.jobs.messages import message, nothing
from hansa.areas.exchange.models import Message, Mobility, Plan
from hansa.areas.exchange.network import client
from hansa.areas.exchange.network.client import UnservedError
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.network.plans import moment_of, signer
from hansa.areas.exchange.network.profiles import profile
from hansa.kernel.jobs import Effect
from hansa.lib.errors import RefusedError
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp import notifications, omobilities
from hansa.lib.ewp.notifications import Notification
from hansa.lib.ewp.omobilities import Approval, Rejection
from hansa.lib.exchange import plans


def notify(owed: Message, *, api: str) -> Effect:
    """Tell a member that something changed here, in the newest major in which it listens."""
    where = client.endpoint(owed.partner, api, majors=majors_of(api))
    said = Notification((owed.subject,), notifier=demand_membership().hei)
    reply = client.ask(where, notifications.parameters(api, where.major, notification=said))
    client.read(where, reply, reading=notifications.response(api, where.major).read)
    return nothing


def majors_of(api: str) -> list[int]:
    """Return the majors of a notification, the newest first."""
    return sorted((major for name, major in notifications.RECEIVERS if name == api), reverse=True)


@message("omobility-cnr")
def nomination_changed(owed: Message) -> Effect:
    """Tell the receiving institution that a nomination of ours is there or has changed."""
    return notify(owed, api="omobility-cnr")


@message("omobility-la-cnr")
def agreement_changed(owed: Message) -> Effect:
    """Tell the receiving institution that a learning agreement of ours is there or has changed."""
    return notify(owed, api="omobility-la-cnr")


@message("imobility-cnr")
def arrival_changed(owed: Message) -> Effect:
    """Tell the sending institution that its student has arrived or left."""
    return notify(owed, api="imobility-cnr")


@message("imobility-tor-cnr")
def transcript_issued(owed: Message) -> Effect:
    """Tell the sending institution that a transcript of its student is there."""
    return notify(owed, api="imobility-tor-cnr")


@message("omobility-approve", anew="omobility-get")
def approve(owed: Message) -> Effect:
    """Tell the sending institution that we take its student, as it proposed when we decided."""
    return decide(owed, Approval(omobility_id=owed.subject, proposal_id=owed.data["proposal"]))


@message("omobility-reject", anew="omobility-get")
def reject(owed: Message) -> Effect:
    """Tell the sending institution that we do not take its student, and why."""
    comment = row_of(Mobility, owed.data["mobility"]).comment
    return decide(owed, Rejection(omobility_id=owed.subject, proposal_id=owed.data["proposal"], comment=comment))


def decide(owed: Message, decision: Approval | Rejection) -> Effect:
    """Send a decision to the sending institution."""
    try:
        where = client.endpoint(owed.partner, "omobilities", majors=(3,), part="update-url")
    except UnservedError:
        # Up to omobilities 2 nobody is told a decision; it is read in our incoming mobilities.
        return notify(owed, api="imobility-cnr")
    document = omobilities.UPDATE_REQUEST.build(omobilities.UpdateRequest(decision))
    reply = client.ask(where, document=document)
    client.read(where, reply, reading=omobilities.UPDATE_RESPONSE.read)
    return nothing


@message("omobility-la-approve", anew="omobility-la-get")
def sign(owed: Message) -> Effect:
    """Bring our signature under a learning agreement to the sending institution."""
    plan = row_of(Plan, owed.data["plan"])
    signature = signature_of(plan)
    return decide_on(
        owed,
        las.ProposalApproval(omobility_id=owed.subject, changes_proposal_id=proposal_of(plan), signature=signature),
    )


@message("omobility-la-comment", anew="omobility-la-get")
def comment(owed: Message) -> Effect:
    """Tell the sending institution why we do not sign a learning agreement."""
    plan = row_of(Plan, owed.data["plan"])
    signature = signature_of(plan)
    return decide_on(
        owed,
        las.ProposalComment(
            omobility_id=owed.subject,
            changes_proposal_id=proposal_of(plan),
            comment=plan.comment,
            signature=signature,
        ),
    )


def decide_on(owed: Message, decision: las.ProposalApproval | las.ProposalComment) -> Effect:
    """Send a decision on a learning agreement."""
    where = client.endpoint(owed.partner, "omobility-las", majors=(1,), part="update-url")
    asked = las.UpdateRequest(sending_hei_id=owed.partner, decision=decision)
    reply = client.ask(where, document=las.UPDATE_REQUEST.build(asked))
    client.read(where, reply, reading=las.UPDATE_RESPONSE.read)
    return nothing


def signature_of(plan: Plan) -> las.Signature:
    """Return our signature as the network carries it: in the name of who signs for this institution."""
    who, made = signer(profile()), plan.signatures.get(plans.RECEIVING)
    return las.Signature(
        timestamp=moment_of(made) if made else plan.updated,
        signer_name=f"{who.contact_given_names} {who.contact_family_name}",
        signer_position=who.contact_position,
        signer_email=who.email,
        signer_app="Hansa",
    )


def proposal_of(plan: Plan) -> str:
    """Return the id of the proposal that a version came as."""
    waiting = [found.changes_proposal for found in las.GET.read(plan.raw.encode()) if found.changes_proposal]
    return waiting[0].id if waiting else ""


def row_of(kind: Any, key: str) -> Any:
    """Return the record that a message is about, or say that it is gone."""
    found = kind.objects.filter(pk=key).first()
    if found is None:
        raise RefusedError(_("What this message is about is no longer here."), _("Nothing is left to do."))
    return found
