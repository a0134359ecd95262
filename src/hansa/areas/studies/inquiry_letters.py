"""What nodes tell each other about numbers of people before a study, and what hearing it does."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from hansa.areas.studies import counting
from hansa.areas.studies.letters import proposer_of
from hansa.areas.studies.models import Inquiry
from hansa.areas.studies.rules import COUNT
from hansa.areas.studies.states import InquiryState
from hansa.kernel.identity import own
from hansa.kernel.letters import letter, refused
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib import shapes
from hansa.lib.canonical import canonical
from hansa.lib.cohorts import reading
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Letter

LONGEST_TITLE = 200


def known(urn: str) -> Inquiry | None:
    """Return the inquiry of a name, if it is here already, locked until the change ends."""
    try:
        key = UUID(urn.rpartition(":")[2])
    except ValueError:
        key = None
    if key is None or urn != f"urn:hansa:inquiries:{key}":
        raise InvalidError(_("The letter does not name an inquiry."), _("Ask its sender."))
    return Inquiry.objects.select_for_update().filter(pk=key).first()


@letter("inquiries.asked", permit=COUNT)
def asked(said: Letter, partner: Partner) -> None:
    """Keep a partner's question how many people we have; count at once where the clause leaves that to the node."""
    if known(said.record) is not None:
        raise RefusedError(_("An inquiry of this name is here already."), _("Ask it under a new name."))
    title, cohort, purposes = said.body.get("title"), said.body.get("cohort"), said.terms["purposes"]
    if not isinstance(title, str) or not isinstance(cohort, dict) or len(purposes) != 1:
        raise InvalidError(_("The letter does not say which people it is about."), _("Ask its sender."))
    reading.read(canonical(cohort))
    parties = said.terms["parties"]
    if not {said.sender, own().id} <= set(parties) or len(set(parties)) < len(parties):
        raise RefusedError(_("The sender and we must both be parties of the inquiry."), _("Ask it again."))
    inquiry = Inquiry(
        id=UUID(said.record.rpartition(":")[2]),
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
    """Keep how many people a partner has, or why it does not say."""
    inquiry = known(said.record)
    if inquiry is None or inquiry.lead != own().id or said.sender not in inquiry.parties:
        raise RefusedError(_("Nobody here asked this."), _("Nothing was kept."))
    counts = said.body.get("counts")
    if not isinstance(counts, list) or not all(is_count(count) for count in counts):
        raise InvalidError(_("The letter does not hold counts of people."), _("Ask its sender."))
    counting.keep(inquiry, said.sender, counts=counts, reason=shapes.remark(said.body.get("reason") or ""))
    inquiry.save()


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
