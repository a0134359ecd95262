"""Learning agreements (omobility-las 1.2.0): what the sending institution serves, and what the other says to it."""

from typing import Final

from hansa.areas.exchange import stays
from hansa.areas.exchange.api.asking import (
    IDS,
    RECEIVING,
    SENDING,
    SINCE,
    YEAR,
    demand_ours,
    narrowed,
    wanted_ids,
    written,
)
from hansa.areas.exchange.api.door import Caller, ConflictError, Given, endpoint
from hansa.areas.exchange.api.mobilities import FETCH, permitted
from hansa.areas.exchange.models import Mobility, Plan
from hansa.areas.exchange.network.plans import WAITS, agreement_of, kept_of, sender, versions_of
from hansa.areas.exchange.queries import served
from hansa.areas.exchange.queries.served import Wanted
from hansa.areas.exchange.rules import PLAN
from hansa.areas.exchange.states import PLANNING, PlanState
from hansa.kernel.actions import cited
from hansa.kernel.change import change
from hansa.lib.ewp import learning_agreements as las
from hansa.lib.ewp import mobility_statistics
from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.learning_agreements import LearningAgreement, ProposalApproval, ProposalComment
from hansa.lib.ewp.mobility_statistics import OutgoingAgreementYear
from hansa.lib.ewp.parameters import repeatable, required

STALE: Final = "The learning agreement is not, or no longer, what you have seen."


@endpoint(required(SENDING), repeatable(RECEIVING), YEAR, SINCE)
def index(caller: Caller, given: Given) -> bytes:
    """Return the ids of the caller's students who have a learning agreement."""
    asked = narrowed(caller, given, owner=SENDING, partner=RECEIVING)
    return las.INDEX.build(list(served.with_plans(asked).values_list("foreign_id", flat=True)))


@endpoint(required(SENDING), IDS)
def get(caller: Caller, given: Given) -> bytes:
    """Return the learning agreements asked for, as far as they are the caller's."""
    demand_ours(caller, given, name=SENDING)
    by = sender()

    def say(mobility: Mobility) -> LearningAgreement:
        shown: list[Plan] = mobility.shown  # type: ignore[attr-defined]  # reason: prefetched under this name
        return agreement_of(mobility, shown, by=by)

    return written(las.GET.build, served.agreements(wanted_ids(caller, given)), say=say)


@endpoint(methods=("POST",), takes_document=True)
def update(caller: Caller, given: Given) -> bytes:
    """Note the receiving institution's signature under a proposal, or why it does not sign."""
    asked = las.UPDATE_REQUEST.read(caller.document)
    if asked.sending_hei_id != caller.member.hei:
        raise AnswerError("sending-hei-id: this node serves another institution.", "Ask the host of the catalogue.")
    with change({"request": "omobility-las.update", "from": ", ".join(sorted(caller.heis))}) as made:
        plan = proposed(caller, asked.decision)
        made.cause |= {"record": plan.urn, **cited(permitted(plan.mobility, PLAN))}
        note(plan, asked.decision)
    return las.UPDATE_RESPONSE.build([Text("Noted. The sending institution's office sees it.", "en")])


def proposed(caller: Caller, decision: ProposalApproval | ProposalComment) -> Plan:
    """Return the version about which the caller decides, locked, or raise AnswerError."""
    found = served.agreements(Wanted(partners=caller.partners, ids=(decision.omobility_id,)))
    if not found:
        raise AnswerError("omobility-id: there is no such learning agreement.", "Take the id from an answer of ours.")
    mobility = found[0]
    shown: list[Plan] = mobility.shown  # type: ignore[attr-defined]  # reason: prefetched under this name
    waiting = versions_of(shown).proposal
    document = agreement_of(mobility, shown, by=sender())
    proposal = document.changes_proposal
    if waiting is None or proposal is None or proposal.id != decision.changes_proposal_id:
        raise ConflictError(STALE, FETCH)
    plan = Plan.objects.select_for_update().get(pk=waiting.pk)
    if plan.state not in WAITS or mobility.state not in PLANNING:
        raise ConflictError("The learning agreement can no longer be signed.", FETCH)
    return plan


def note(plan: Plan, decision: ProposalApproval | ProposalComment) -> None:
    """Note what the receiving institution says."""
    if isinstance(decision, ProposalApproval):
        stays.hear_signature(plan, kept_of(decision.signature))
    else:
        stays.hear_comment(plan, decision.comment)


@endpoint(methods=("GET",))
def statistics(caller: Caller, given: Given) -> bytes:
    """Return how many learning agreements there are and where they stand, by academic year."""
    return mobility_statistics.OUTGOING_AGREEMENTS.build(
        [
            OutgoingAgreementYear(
                year=year,
                total=len(found),
                not_modified_after_approval=sum(one.is_untouched for one in found),
                modified_after_approval=sum(one.is_modified for one in found),
                latest_version_approved=served.latest(found, PlanState.AGREED, PlanState.REPLACED),
                latest_version_rejected=served.latest(found, PlanState.RETURNED),
                latest_version_awaiting=served.latest(found, PlanState.OFFERED),
            )
            for year, found in served.histories(is_outgoing=True).items()
        ]
    )
