"""Notifications of change: whatever the ids are, the answer is yes at once, and what changed is fetched afterwards."""

from collections.abc import Sequence
from typing import Final

from hansa.areas.exchange import post
from hansa.areas.exchange.api.door import Caller, Endpoint, Given, endpoint
from hansa.areas.exchange.network.profiles import is_identifier
from hansa.areas.exchange.queries import served
from hansa.areas.exchange.queries.served import Wanted
from hansa.areas.exchange.states import PlanState
from hansa.kernel.change import change
from hansa.lib.ewp import mobility_statistics
from hansa.lib.ewp import notifications as documents
from hansa.lib.ewp.manifest import LIMIT
from hansa.lib.ewp.mobility_statistics import IncomingAgreementYear
from hansa.lib.ewp.notifications import Nothing
from hansa.lib.ewp.parameters import repeatable, required

#: What is fetched after a notification, and whether only of stays of ours.
FETCHES: Final = {
    "iia-cnr": "iia-get",
    "iia-approval-cnr": "iia-approval-get",
    "omobility-cnr": "omobility-get",
    "omobility-la-cnr": "omobility-la-get",
    "imobility-cnr": "imobility-get",
    "imobility-tor-cnr": "imobility-tor-get",
}
#: Notifications about our own stays; of others there is nothing to fetch.
ABOUT_OURS: Final = ("imobility-cnr", "imobility-tor-cnr")


def receiver(api: str, major: int) -> Endpoint:
    """Return the endpoint that hears one notification."""
    takes = documents.receiver(api, major)
    answer = documents.response(api, major)
    named = (required(takes.notifier),) if takes.notifier else ()

    @endpoint(repeatable(takes.ids, least=1, most=LIMIT if takes.is_repeatable else 1), *named)
    def hear(caller: Caller, given: Given) -> bytes:
        heis = sorted(caller.heis)
        if takes.notifier:
            heis = list(given[takes.notifier])
            caller.demand(heis[0], name=takes.notifier)
        owe(api, heis, ids=known(api, caller, ids=given[takes.ids]))
        return answer.build(Nothing())

    return hear


def known(api: str, caller: Caller, *, ids: Sequence[str]) -> list[str]:
    """Return the ids about which there may be something to fetch."""
    found = [key for key in dict.fromkeys(ids) if is_identifier(key)]
    if api not in ABOUT_OURS:
        return found
    ours = served.stays(Wanted(partners=caller.partners, ids=found), is_outgoing=True)
    return list(ours.values_list("foreign_id", flat=True)) if found else []


def owe(api: str, heis: Sequence[str], *, ids: Sequence[str]) -> None:
    """Owe the looks at what changed, as one change of the ledger."""
    if not ids:
        return
    with change({"request": api, "from": ", ".join(heis)}):
        for hei in heis:
            for key in ids:
                post.owe_fetch(FETCHES[api], hei, subject=key)


@endpoint(methods=("GET",))
def statistics(caller: Caller, given: Given) -> bytes:
    """Return how many learning agreements came in and where they stand, by academic year (omobility-la-cnr 1)."""
    return mobility_statistics.INCOMING_AGREEMENTS.build(
        [
            IncomingAgreementYear(
                year=year,
                total=len(found),
                some_version_approved=sum(one.approved > 0 for one in found),
                latest_version_approved=served.latest(found, PlanState.AGREED, PlanState.REPLACED),
                latest_version_rejected=served.latest(found, PlanState.RETURNED),
                latest_version_awaiting=served.latest(found, PlanState.OFFERED),
            )
            for year, found in served.histories(is_outgoing=False).items()
        ]
    )
