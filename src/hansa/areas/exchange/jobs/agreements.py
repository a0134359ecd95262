"""Agreements of the network: say that one changed here, and fetch what the partner changed or approved."""

from datetime import datetime

from django.utils.translation import gettext as _

from hansa.areas.exchange import agreements
from hansa.areas.exchange.jobs.answers import notify
from hansa.areas.exchange.jobs.messages import message, nothing
from hansa.areas.exchange.jobs.sweeps import Pairs, Wanted, index, sweep
from hansa.areas.exchange.models import Iia, Message
from hansa.areas.exchange.network import client
from hansa.areas.exchange.network.client import NetworkError
from hansa.areas.exchange.network.membership import demand_membership
from hansa.areas.exchange.queries.named import row_named
from hansa.areas.exchange.states import UNSHARED, IiaState
from hansa.kernel.jobs import Effect
from hansa.lib.ewp.iia_answers import Approval, read_approval_response, read_index_response
from hansa.lib.ewp.iia_reading import Received, read_get_response
from hansa.lib.ewp.monitoring import Kind

KEY = "iia_id"


@message("iia-cnr")
def agreement_changed(owed: Message) -> Effect:
    """Tell a partner that our copy of an agreement is there, has changed or is gone."""
    return notify(owed, api="iia-cnr")


@message("iia-approval-cnr")
def approval_changed(owed: Message) -> Effect:
    """Tell a partner that we approved its copy."""
    return notify(owed, api="iia-approval-cnr")


@message("iia-get")
def agreement(owed: Message) -> Effect:
    """Fetch the partner's copy of an agreement."""
    where = client.endpoint(owed.partner, "iias", majors=(7,), part="get-url")
    reply = client.ask(where, [(KEY, owed.subject)])
    served = client.read(where, reply, reading=read_get_response)
    found = next((one for one in served if one.iia_id == owed.subject), None)
    if found is None and served:
        raise unasked(where, _("{who} answers with another agreement than the one asked for."))
    if found is None:
        return lambda: agreements.hear_absence(partner=owed.partner, iia_id=owed.subject)
    demand_owner(where, found, partner=owed.partner)
    return lambda: agreements.hear_copy(found, partner=owed.partner)


def demand_owner(where: client.Endpoint, found: Received, *, partner: str) -> None:
    """Refuse an agreement between other institutions than the partner and this one."""
    heis = [one.hei for one in found.iia.partners] if found.iia is not None else [partner, demand_membership().hei]
    if heis != [partner, demand_membership().hei]:
        raise unasked(where, _("{who} answers with an agreement between other institutions."))


def unasked(where: client.Endpoint, what: str) -> NetworkError:
    """Return the error of an answer that is none to what was asked."""
    return NetworkError(
        what.format(who=where.hei),
        _("Ask its administrator; nothing of it was taken."),
        status=client.OK,
        passes=False,
        kind=Kind.RESPONSE,
    ).at(where)


@message("iia-approval-get")
def approval(owed: Message) -> Effect:
    """Ask which version of our copy a partner approves, and keep its answer as proof."""
    iia = ours(owed)
    if iia is None:
        return nothing
    where = client.endpoint(owed.partner, "iias-approval", majors=(2,))
    reply = client.ask(where, [(KEY, owed.subject)])
    found = client.read(where, reply, reading=read_approval_response)
    return lambda: hear(owed, found, raw=reply.content.decode("utf-8", "replace"))


def hear(owed: Message, found: tuple[Approval, ...], *, raw: str) -> None:
    """Note an approval, or that there is none, for the agreement as it is by now."""
    iia = ours(owed)
    if iia is not None:
        hash_ = next((one.hash for one in found if one.iia_id == owed.subject), "")
        agreements.hear_approval(iia, hash_, raw=raw)


def ours(owed: Message) -> Iia | None:
    """Return the agreement with this partner that a message is about; an id of somebody else's is none."""
    rows = Iia.objects.filter(partner=owed.partner).exclude(hash="").exclude(state=IiaState.DELETED)
    return row_named(rows, owed.subject)


@sweep
def copies(hei: str, since: datetime | None) -> Wanted:
    """Find the agreements that a partner has changed, and ask anew what it approves of ours."""
    listed = ids(hei, since=None)
    changed = ids(hei, since=since) if since is not None else listed
    kept = Iia.objects.filter(partner=hei).exclude(foreign_id="").exclude(state=IiaState.DELETED)
    shared = Iia.objects.filter(partner=hei).exclude(state__in=UNSHARED)
    # No list of what changed holds a copy that the partner deleted; what it lists no more is asked for as well.
    gone = [key for key in kept.values_list("foreign_id", flat=True) if key not in listed]
    wanted = [("iia-get", key) for key in dict.fromkeys([*changed, *gone])]
    return wanted + [("iia-approval-get", str(key)) for key in shared.values_list("pk", flat=True)]


def ids(hei: str, *, since: datetime | None) -> list[str]:
    """Return the ids of a partner's copies, all of them or those changed since a moment."""
    nobody: Pairs = []
    return index(hei, "iias", since=since, readings={7: read_index_response}, named=nobody)
