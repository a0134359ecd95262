"""Nominations and arrivals: omobilities 3.0.0 and 2.0.0, omobility-stats 1.0.0, imobilities 2.0.0 and 1.0.0.

In the newer majors the caller's key says whose stays are asked for; in the older ones parameters do.
"""

from hansa.areas.exchange import stays
from hansa.areas.exchange.api.asking import (
    IDS,
    RECEIVING,
    SENDING,
    SINCE,
    YEAR,
    demand_ours,
    narrowed,
    wanted,
    wanted_ids,
    written,
)
from hansa.areas.exchange.api.door import Caller, ConflictError, Given, endpoint
from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.network.nominations import arrival_of, nomination_of, status_of
from hansa.areas.exchange.queries import served
from hansa.areas.exchange.queries.served import Wanted
from hansa.areas.exchange.rules import ACCEPT, REJECT
from hansa.areas.exchange.states import MobilityState
from hansa.kernel.actions import cited
from hansa.kernel.change import change
from hansa.kernel.policy import granted
from hansa.lib.decision import Decision
from hansa.lib.ewp import imobilities, mobility_statistics, omobilities, omobilities_2
from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.elements import ListDocument, Text
from hansa.lib.ewp.omobilities import Approval, Rejection
from hansa.lib.ewp.parameters import repeatable, required

STALE = "The nomination is not, or no longer, what you have seen."
FETCH = "Fetch it again and look at it anew."


@endpoint(YEAR, SINCE)
def index(caller: Caller, given: Given) -> bytes:
    """Return the ids of the caller's nominations (omobilities 3)."""
    return listed(wanted(caller, given), omobilities.INDEX)


@endpoint(required(SENDING), repeatable(RECEIVING), YEAR, SINCE)
def index_2(caller: Caller, given: Given) -> bytes:
    """Return the ids of the caller's nominations (omobilities 2)."""
    return listed(narrowed(caller, given, owner=SENDING, partner=RECEIVING), omobilities_2.INDEX)


def listed(asked: Wanted, document: ListDocument[str]) -> bytes:
    """Return the ids of nominations, those that get can serve."""
    return document.build(list(served.stays(asked, is_outgoing=True).values_list("foreign_id", flat=True)))


@endpoint(IDS)
def get(caller: Caller, given: Given) -> bytes:
    """Return the nominations asked for, as far as they are the caller's (omobilities 3)."""
    return nominations(caller, given, document=omobilities.GET)


@endpoint(required(SENDING), IDS)
def get_2(caller: Caller, given: Given) -> bytes:
    """Return the nominations asked for, as far as they are the caller's (omobilities 2)."""
    demand_ours(caller, given, name=SENDING)
    return nominations(caller, given, document=omobilities_2.GET)


def nominations(caller: Caller, given: Given, *, document: ListDocument[omobilities.Mobility]) -> bytes:
    """Return nominations in the words of one major."""
    rows = served.nominations(wanted_ids(caller, given))
    return written(document.build, rows, say=lambda row: nomination_of(row, hei=caller.member.hei))


@endpoint(methods=("POST",), takes_document=True)
def update(caller: Caller, given: Given) -> bytes:
    """Note that the receiving institution takes one of our nominations, or why it does not (omobilities 3)."""
    decision = omobilities.UPDATE_REQUEST.read(caller.document).decision
    permit = ACCEPT if isinstance(decision, Approval) else REJECT
    with change({"request": "omobilities.update", "from": ", ".join(sorted(caller.heis))}) as made:
        mobility = nominated(caller, decision.omobility_id)
        if nomination_of(mobility, hei=caller.member.hei).nomination.proposal_id != decision.proposal_id:
            raise ConflictError(STALE, FETCH)
        made.cause |= {"record": mobility.urn, **cited(permitted(mobility, permit))}
        note(mobility, decision)
    return omobilities.UPDATE_RESPONSE.build([Text("Noted. The sending institution's office sees it.", "en")])


def nominated(caller: Caller, key: str) -> Mobility:
    """Return one of our nominations to the caller, locked, or say that there is none."""
    asked = Wanted(partners=caller.partners, ids=(key,))
    found = served.stays(asked, is_outgoing=True).select_for_update().first()
    if found is None:
        raise AnswerError("omobility-id: there is no such mobility.", "Take the id from an answer of this node.")
    return found


def permitted(mobility: Mobility, permit: str) -> Decision:
    """Return the condition of the agreement under which the caller decides, or refuse."""
    return granted(mobility.judge(permit) or mobility.unfounded(permit), by_person=True)


def note(mobility: Mobility, decision: Approval | Rejection) -> None:
    """Note a decision; the same one a second time changes nothing, another one is a conflict."""
    is_accepted = isinstance(decision, Approval)
    comment = "" if isinstance(decision, Approval) else decision.comment
    if mobility.state == MobilityState.NOMINATED:
        stays.hear_decision(mobility, is_accepted=is_accepted, comment=comment)
    elif status_of(mobility) != ("approved" if is_accepted else "rejected"):
        raise ConflictError("The nomination was decided or cancelled before.", FETCH)


@endpoint(methods=("GET",))
def statistics(caller: Caller, given: Given) -> bytes:
    """Return how many nominations wait and how many are approved, by academic year (omobility-stats 1)."""
    return mobility_statistics.MOBILITIES.build(
        [
            mobility_statistics.MobilityYear(year=one.year, pending=one.pending, approved=one.approved)
            for one in served.counted()
        ]
    )


@endpoint(IDS)
def arrivals(caller: Caller, given: Given) -> bytes:
    """Return when the caller's students arrived and left (imobilities 2)."""
    rows = list(served.stays(wanted_ids(caller, given), is_outgoing=False))
    return written(imobilities.GET.build, rows, say=arrival_of)


@endpoint(required(RECEIVING), IDS)
def arrivals_1(caller: Caller, given: Given) -> bytes:
    """Return the same with what we say to the nomination (imobilities 1)."""
    demand_ours(caller, given, name=RECEIVING)
    rows = list(served.stays(wanted_ids(caller, given), is_outgoing=False))
    return written(imobilities.GET_1.build, rows, say=decided)


def decided(mobility: Mobility) -> imobilities.IncomingMobilityOfVersion1:
    """Return an arrival with what we say to the nomination."""
    return imobilities.as_version_1(arrival_of(mobility), status=status_of(mobility), comment=mobility.comment)
