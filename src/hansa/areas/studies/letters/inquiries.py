"""What nodes tell each other about inquiries: the question, the counts, a refusal, and that it is taken back."""

from typing import Any

from django.utils.translation import gettext as _

from hansa.areas.studies import counting
from hansa.areas.studies.letters.studies import LONGEST_TITLE, id_of, proposer_of
from hansa.areas.studies.models import Inquiry
from hansa.areas.studies.rules import COUNT, DECLINE, WITHDRAW
from hansa.areas.studies.states import InquiryState
from hansa.kernel.identity import own
from hansa.kernel.letters import letter, refused
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib import shapes
from hansa.lib.canonical import canonical
from hansa.lib.cohorts import reading
from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter


def inquiry_of(urn: str) -> Inquiry | None:
    """Return the inquiry of a name, if it is here already, locked until the change ends."""
    return Inquiry.objects.select_for_update().filter(pk=id_of(urn, noun="inquiries")).first()


def ours(said: Letter) -> Inquiry:
    """Return the inquiry of ours that a party answers, or refuse the letter."""
    inquiry = inquiry_of(said.record)
    if inquiry is None or inquiry.lead != own().id or said.sender not in inquiry.parties:
        raise RefusedError(_("Nobody here asked this."), _("Nothing was kept."))
    return inquiry


@letter("inquiries.asked", permit=COUNT)
def asked(said: Letter, partner: Partner) -> None:
    """Keep a partner's question how many people we have; count at once where the clause leaves that to the node."""
    if inquiry_of(said.record) is not None:
        raise RefusedError(_("An inquiry of this name is here already."), _("Ask it under a new name."))
    title, cohort, purposes = said.body.get("title"), said.body.get("cohort"), said.terms["purposes"]
    if not isinstance(title, str) or not isinstance(cohort, dict) or len(purposes) != 1:
        raise InvalidError(_("The letter does not say which people it is about."), _("Ask its sender."))
    compiled(reading.read(canonical(cohort)), Target())
    parties = said.terms["parties"]
    if not {said.sender, own().id} <= set(parties) or len(set(parties)) < len(parties):
        raise RefusedError(_("The sender and we must both be parties of the inquiry."), _("Ask it again."))
    inquiry = Inquiry(
        id=id_of(said.record, noun="inquiries"),
        state=InquiryState.ASKED,
        title=shapes.remark(title)[:LONGEST_TITLE],
        cohort=cohort,
        purpose=purposes[0],
        stated_limits=said.terms["limits"],
        proposer=proposer_of(said),
        lead=said.sender,
        parties=parties,
        agreement=said.agreement,
        clause=said.clause,
    )
    inquiry.save()
    if counting.is_automatic(inquiry):
        counting.owe(inquiry)


@letter("inquiries.counted", permit=COUNT)
def counted(said: Letter, partner: Partner) -> None:
    """Keep how many people a partner has; earlier versions also say so why they do not count."""
    inquiry = ours(said)
    counts = said.body.get("counts")
    if not isinstance(counts, list) or not all(map(is_count, counts)) or len(counts) not in (0, counting.size(inquiry)):
        raise InvalidError(_("The letter does not hold counts of people."), _("Ask its sender."))
    told, quality = shapes.remark(said.body.get("reason") or ""), summarised(said.body.get("quality"))
    counting.keep(inquiry, said.sender, counts=counts, reason=told, quality=quality)
    inquiry.save()


@letter("inquiries.declined", permit=DECLINE)
def declined(said: Letter, partner: Partner) -> None:
    """Keep why a partner does not count."""
    inquiry = ours(said)
    counting.keep(inquiry, said.sender, counts=[], reason=shapes.remark(said.body.get("reason") or ""))
    inquiry.save()


@letter("inquiries.withdrawn", permit=WITHDRAW)
def withdrawn(said: Letter, partner: Partner) -> None:
    """Take note that whoever asked no longer wants to know; nothing is counted any more."""
    inquiry = inquiry_of(said.record)
    if inquiry is None or inquiry.lead != said.sender:
        raise RefusedError(_("The sender did not ask this."), _("Only who asked can take it back."))
    if inquiry.state == InquiryState.ASKED:
        inquiry.state = InquiryState.WITHDRAWN
        inquiry.save()


def summarised(value: Any) -> dict[str, Any] | None:
    """Return what a partner says in short of how good its data are, and nothing that it wrote beside."""
    try:
        counts = {
            shapes.remark(name): {key: one[key] for key in ("checks", "passed")}
            for name, one in value["categories"].items()
        }
        failing = list(value["failing"])
    except (TypeError, KeyError, AttributeError):
        return None
    figures = [figure for one in counts.values() for figure in one.values()]
    if None in figures or not all(map(is_count, figures)) or not all(isinstance(one, str) for one in failing):
        return None
    return {"categories": counts, "failing": [shapes.remark(one) for one in failing]}


def is_count(value: Any) -> bool:
    """Tell whether a value is a count of people, or None for too few."""
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 0)


@refused("inquiries.asked")
def question_refused(row: LetterRow) -> None:
    """Keep that a partner's node would not even take the question, and why."""
    # We asked it, so it is here; what the partner said first counts.
    inquiry = Inquiry.objects.select_for_update().get(pk=row.record.rpartition(":")[2])
    counting.keep(inquiry, row.partner, counts=[], reason=shapes.remark(f"{row.reason} {row.remedy}"))
    inquiry.save()
