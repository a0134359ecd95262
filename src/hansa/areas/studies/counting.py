"""How many people this institution has in a cohort, as far as the clause lets it say so."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.studies import omop, queries
from hansa.areas.studies.models import Count, Dataset, Inquiry
from hansa.areas.studies.rules import COUNT, DECLINE
from hansa.areas.studies.states import DatasetKind, DatasetState, InquiryState
from hansa.kernel import joint
from hansa.kernel.identity import own
from hansa.kernel.jobs import enqueue
from hansa.kernel.policy import answer
from hansa.lib.canonical import JSON
from hansa.lib.disclosure.counting import shown_in_turn
from hansa.lib.errors import RefusedError
from hansa.lib.keys import derive
from hansa.lib.quality.running import summary

JOB = "inquiries.count"
STEP, A_WEEK = 10, 20
# All people of an institution together may ask so many times as often as one of them.
PEOPLE = 5
WEEK = timedelta(days=7)


def limits_of(inquiry: Inquiry) -> dict[str, Any]:
    """Return the limits of the clause that an inquiry is asked under."""
    clause: Any = queries.clause_of(inquiry.agreement, inquiry.clause) or {}
    return dict(clause.get("limits") or {})


def is_automatic(inquiry: Inquiry) -> bool:
    """Tell whether the clause lets the node answer without a person."""
    by_limit = limits_of(inquiry).get("counting", "steward") == "automatic"
    return by_limit and answer(inquiry.request(COUNT, by_person=False)).permitted


def step_of(inquiry: Inquiry) -> int:
    """Return the step that counts are rounded to: never finer than the smallest cell of clause and inquiry."""
    limits = limits_of(inquiry)
    cells = (int(said.get("minimum_cell", 1)) for said in (limits, inquiry.stated_limits))
    return max(int(limits.get("count_step", STEP)), *cells)


def database() -> Dataset | None:
    """Return the OMOP database that inquiries are answered from: the one connected last."""
    found = Dataset.objects.filter(state=DatasetState.CONNECTED, kind=DatasetKind.OMOP)
    return found.order_by("-created").first()


def owe(inquiry: Inquiry) -> None:
    """Owe the count of this institution."""
    enqueue(JOB, key=inquiry.urn, record=inquiry.urn)


def check_budget(inquiry: Inquiry, *, at: datetime) -> None:
    """Refuse to count for somebody who has asked often enough in a week; asking by halves finds small things."""
    most = int(limits_of(inquiry).get("inquiries_per_week", A_WEEK))
    asked = Inquiry.objects.filter(lead=inquiry.lead, created__gt=at - WEEK, created__lte=at).exclude(pk=inquiry.pk)
    # Who asks is the word of the institution that asks, so its people are counted together as well.
    if asked.filter(proposer=inquiry.proposer).count() >= most or asked.count() >= PEOPLE * most:
        raise RefusedError(
            _("Whoever asks has asked as often in seven days as the clause permits: {most}.").format(most=most),
            _("Ask again in a few days."),
        )


def counted(inquiry: Inquiry) -> list[int | None]:
    """Return blurred and rounded counts: who enters, who is left after each inclusion rule, who is in the cohort."""
    dataset = database()
    if dataset is None:
        raise RefusedError(_("No OMOP database is connected here."), _("Ask its data steward to connect one."))
    people = omop.people_in(dataset, inquiry.cohort)
    secret = derive(own().secret, info=f"hansa/count/{dataset.digest}")
    return shown_in_turn(people, secret=secret, step=step_of(inquiry))


def size(inquiry: Inquiry) -> int:
    """Return how many counts an answer holds: who enters, each inclusion rule, who is in the cohort."""
    return len(inquiry.cohort.get("InclusionRules") or ()) + 2


def keep(
    inquiry: Inquiry,
    party: str,
    *,
    counts: list[int | None],
    reason: str = "",
    quality: dict[str, Any] | None = None,
) -> None:
    """Keep what a party answered; the inquiry is answered at the asker when every party has."""
    Count.objects.get_or_create(
        inquiry=inquiry,
        party=party,
        defaults={"counts": counts, "reason": reason, "quality": quality, "at": timezone.now()},
    )
    there = set(inquiry.counts.values_list("party", flat=True))
    if party == own().id and inquiry.lead != own().id:
        inquiry.state = InquiryState.DECLINED if reason else InquiryState.COUNTED
    elif inquiry.lead == own().id and inquiry.state == InquiryState.ASKED and set(inquiry.parties) <= there:
        inquiry.state = InquiryState.COUNTED


def tell(inquiry: Inquiry, *, counts: list[int | None], reason: str = "") -> None:
    """Keep our own answer and tell whoever asked; a refusal also where the clause no longer permits to count."""
    found = database() if counts else None
    quality = summary(found.quality) if found is not None and found.quality else None
    keep(inquiry, own().id, counts=counts, reason=reason, quality=quality)
    if inquiry.lead == own().id:
        return
    if reason:
        joint.tell(inquiry, "inquiries.declined", body={"reason": reason}, permit=DECLINE, to=[inquiry.lead])
        return
    body: dict[str, JSON] = {"counts": list(counts), "reason": reason, "quality": quality}
    joint.tell(inquiry, "inquiries.counted", body=body, permit=COUNT, to=[inquiry.lead])
