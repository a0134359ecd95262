"""What the home page says of exchange: what waits for whom, what is under way, what came out, what went wrong.

Each list is read in a constant number of queries, along an index, and holds at most so many lines, whatever the node
keeps.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hansa.areas.exchange.models import Application, Call, Check, Iia, Message, Mobility, Plan
from hansa.areas.exchange.states import (
    ApplicationState,
    CallState,
    CheckState,
    IiaState,
    MessageState,
    MobilityState,
    PlanState,
)
from hansa.areas.exchange.views.naming import Item, Known, called, institutions, item, noted, titled
from hansa.areas.exchange.views.steps import turns
from hansa.kernel.models import Person
from hansa.kernel.people import has

#: How many lines each list and each kind of matter has; the lists of records have all.
MOST = 20
Rows = QuerySet[Any]
Titled = Callable[[Any, Known], str]


@dataclass(frozen=True, kw_only=True)
class Queue:
    """Records that wait for whoever has a permission: which, how a line calls them, and what is to be done."""

    needs: str
    rows: Callable[[Person], Rows]
    note: str | Promise = ""
    titled: Titled = lambda row, _known: str(row)

    def first(self, person: Person) -> Rows:
        """Return the records that wait, the longest first, so many at most, and one more where there are more."""
        return self.rows(person).order_by("updated")[: MOST + 1]


def of_stay(row: Any, known: Known) -> str:
    """Return whose stay a plan or a check is part of."""
    return f"{row}: {titled(row.mobility, known)}" if isinstance(row, Check) else titled(row.mobility, known)


def of_call(row: Any, _known: Known) -> str:
    """Return who applied for which call."""
    return f"{row}: {row.call}"


def own_call(row: Any, _known: Known) -> str:
    """Return the call of an application, which need not name who applied."""
    return str(row.call)


def stays(state: MobilityState, *, outgoing: bool, **narrower: Any) -> Callable[[Person], Rows]:
    """Return a question for stays in a state, sent or received."""
    found = {"state": state, "is_outgoing": outgoing, **narrower}
    return lambda _person: Mobility.objects.filter(**found).select_related("stay")


def come(state: MobilityState, day: str) -> Callable[[Person], Rows]:
    """Return a question for stays here of which a day has come."""
    asked = stays(state, outgoing=False)
    return lambda person: asked(person).filter(**{f"{day}__lte": timezone.localdate()})


def parts(kind: type[Any], state: str, *, outgoing: bool) -> Callable[[Person], Rows]:
    """Return a question for plans or checks in a state, of stays sent or received."""
    found = {"state": state, "mobility__is_outgoing": outgoing}
    return lambda _person: kind.objects.filter(**found).select_related("mobility", "mobility__stay")


def plain(kind: type[Any], *states: str) -> Callable[[Person], Rows]:
    """Return a question for records in some states."""
    return lambda _person: kind.objects.filter(state__in=states)


def mine(kind: type[Any], state: str, *, related: str = "") -> Callable[[Person], Rows]:
    """Return a question for a person's own records in a state."""

    def asked(person: Person) -> Rows:
        rows: Rows = kind.objects.filter(kind.own_of(person), state=state)
        return rows.select_related(related) if related else rows

    return asked


Stays, Ours = MobilityState, ApplicationState
QUEUES: tuple[Queue, ...] = (
    Queue(
        needs="mobilities.decide",
        rows=stays(Stays.NOMINATED, outgoing=False),
        note=gettext_lazy("Look who is nominated, then accept or reject."),
        titled=titled,
    ),
    Queue(
        needs="mobilities.host",
        rows=stays(Stays.ACCEPTED, outgoing=False),
        note=gettext_lazy("Confirm the first day once nothing is missing."),
        titled=titled,
    ),
    Queue(
        needs="mobilities.host",
        rows=come(Stays.CONFIRMED, "starts"),
        note=gettext_lazy("Confirm the arrival."),
        titled=titled,
    ),
    Queue(
        needs="mobilities.host",
        rows=come(Stays.ARRIVED, "ends"),
        note=gettext_lazy("Confirm the departure."),
        titled=titled,
    ),
    Queue(
        needs="mobilities.transcribe",
        rows=stays(Stays.DEPARTED, outgoing=False),
        note=gettext_lazy("Issue the transcript."),
        titled=titled,
    ),
    Queue(
        needs="mobilities.recognise",
        rows=stays(Stays.TRANSCRIBED, outgoing=True),
        note=gettext_lazy("Decide course by course what counts."),
        titled=titled,
    ),
    Queue(
        needs="plans.endorse",
        rows=parts(Plan, PlanState.SIGNED, outgoing=True),
        note=gettext_lazy("The participant signed the plan; sign for this institution, and the host gets it."),
        titled=of_stay,
    ),
    Queue(
        needs="plans.decide",
        rows=parts(Plan, PlanState.OFFERED, outgoing=False),
        note=gettext_lazy("Sign the plan for this institution, or return it with a comment."),
        titled=of_stay,
    ),
    Queue(
        needs="checks.verify",
        rows=parts(Check, CheckState.SUBMITTED, outgoing=True),
        note=gettext_lazy("Look at the evidence, then verify it or say what is wrong."),
        titled=of_stay,
    ),
    Queue(
        needs="calls.rank",
        rows=lambda _person: Call.objects.filter(state=CallState.OPEN, deadline__lt=timezone.now()),
        note=gettext_lazy("The deadline is over: close it."),
    ),
    Queue(
        needs="calls.rank",
        rows=plain(Call, CallState.CLOSED),
        note=gettext_lazy("Put the applications in order."),
    ),
    Queue(
        needs="mobilities.nominate",
        rows=lambda _person: Application.objects.filter(state=Ours.TAKEN).select_related("call"),
        note=gettext_lazy("The place was taken: nominate."),
        titled=of_call,
    ),
    Queue(
        needs="iias.approve",
        rows=plain(Iia, IiaState.RECEIVED, IiaState.APPROVED_THERE, IiaState.CHANGED),
        note=gettext_lazy("Compare both copies, then approve."),
    ),
    Queue(needs="messages.resend", rows=plain(Message, MessageState.FAILED, MessageState.EXPIRED)),
    # What waits for participants themselves.
    Queue(
        needs="applications.submit",
        rows=mine(Application, Ours.DRAFT, related="call"),
        note=gettext_lazy("Complete it and hand it in before the deadline."),
        titled=own_call,
    ),
    Queue(
        needs="applications.submit",
        rows=mine(Application, Ours.SELECTED, related="call"),
        note=gettext_lazy("You are offered a place: take it or decline."),
        titled=own_call,
    ),
    Queue(
        needs="plans.sign",
        rows=mine(Plan, PlanState.DRAFT, related="mobility"),
        note=gettext_lazy("Complete your plan and sign it."),
    ),
    Queue(
        needs="plans.sign",
        rows=mine(Plan, PlanState.RETURNED, related="mobility"),
        note=gettext_lazy("The host returned your plan with a comment: make a new version."),
    ),
    Queue(
        needs="checks.submit",
        rows=mine(Check, CheckState.REQUIRED),
        note=gettext_lazy("Hand in the evidence; it stays at your own institution."),
    ),
    Queue(
        needs="checks.submit",
        rows=mine(Check, CheckState.REFUSED),
        note=gettext_lazy("The evidence was not accepted: hand in another."),
    ),
)


def queues(person: Person) -> Iterator[Queue]:
    """Yield what somebody has to look after."""
    return (queue for queue in QUEUES if has(person, queue.needs))


def waiting(person: Person) -> list[Item]:
    """Return what waits for this person in exchange."""
    wanted = list(queues(person))
    known = institutions() if wanted else {}
    return [line for queue in wanted for line in _lines(queue, person, known=known)]


def _lines(queue: Queue, person: Person, *, known: Known) -> list[Item]:
    """Return what waits in one queue, and where the rest of it stands."""
    rows = list(queue.first(person))
    lines = [item(row, title=queue.titled(row, known), note=told(row, queue.note)) for row in rows[:MOST]]
    if len(rows) <= MOST:
        return lines
    address = f"{reverse('records', args=[rows[0].noun])}?{urlencode({'state': rows[0].state})}"
    return [*lines, {"title": _("More of these"), "url": address, "note": queue.note}]


def waiting_count(person: Person) -> int:
    """Return how many lines ``waiting`` has, without making them."""
    return sum(queue.first(person).count() for queue in queues(person))


def told(row: Any, note: str | Promise) -> str | Promise:
    """Return what is to be done with a record, with what went wrong and with the kind of a stay where there are any."""
    if isinstance(row, Message):
        return f"{row.trouble} {row.remedy}".strip()
    if isinstance(row, Mobility):
        return f"{note} {noted(row)}"
    return (row.trouble if isinstance(row, Iia) else "") or note


#: States in which a stay is neither over nor on its way without a next step of one of both institutions.
UNDER_WAY = (
    MobilityState.NOMINATED,
    MobilityState.ACCEPTED,
    MobilityState.CONFIRMED,
    MobilityState.ARRIVED,
    MobilityState.DEPARTED,
    MobilityState.DECIDED,
)
#: States in which a participant's application is under way.
APPLIED = (ApplicationState.SUBMITTED, ApplicationState.RESERVE, ApplicationState.TAKEN)


def running(person: Person) -> list[Item]:
    """Return the stays under way, and for whom each waits; of participants their own alone, with applications."""
    if has(person, "mobilities.read"):
        found = [row for state in UNDER_WAY for row in newest(stays(state, outgoing=True)(person))]
    elif has(person, "mobilities.read_own"):
        own = Mobility.objects.filter(Mobility.own_of(person), state__in=(*UNDER_WAY, MobilityState.TRANSCRIBED))
        found = list(newest(own.select_related("stay")))
    else:
        return []
    shown, known = latest(found), institutions()
    whose = turns(shown)
    return [*_applied(person), *(_under_way(row, whose[row.pk], known=known) for row in shown)]


def _applied(person: Person) -> list[Item]:
    """Return a participant's own applications that the office has."""
    if not has(person, "applications.read_own"):
        return []
    rows = Application.objects.filter(Application.own_of(person), state__in=APPLIED).select_related("call")
    return [item(row, title=str(row.call)) for row in newest(rows)]


def _under_way(row: Mobility, whose: str, *, known: Known) -> Item:
    return item(row, title=titled(row, known), who=called(whose, known), note=noted(row))


def newest(rows: Rows) -> Rows:
    """Return the records that changed last."""
    return rows.order_by("-updated")[:MOST]


def latest(found: list[Any]) -> list[Any]:
    """Return what changed last of several lists together."""
    return sorted(found, key=lambda row: row.updated, reverse=True)[:MOST]


def produced(person: Person) -> list[Item]:
    """Return the stays that were recognised, the newest first."""
    return _list(person, MobilityState.RECOGNISED, note=noted)


def failed(person: Person) -> list[Item]:
    """Return the stays that a host rejected, and why."""
    return _list(person, MobilityState.REJECTED, note=lambda row: row.comment)


def _list(person: Person, state: MobilityState, *, note: Callable[[Mobility], str]) -> list[Item]:
    if has(person, "mobilities.read"):
        rows = Mobility.objects.filter(state=state)
    elif has(person, "mobilities.read_own"):
        rows = Mobility.objects.filter(Mobility.own_of(person), state=state)
    else:
        return []
    known = institutions()
    return [item(row, title=titled(row, known), note=note(row)) for row in newest(rows.select_related("stay"))]
