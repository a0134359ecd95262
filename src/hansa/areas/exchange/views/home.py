"""What the home page says of exchange: what waits for whom, what is under way, what came out, what went wrong.

Each list is read in a constant number of queries and holds at most so many lines, whatever the node keeps.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
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
from hansa.areas.exchange.views.naming import Item, called, institutions, item, who
from hansa.kernel.models import Person
from hansa.kernel.people import has

MOST = 50
Rows = QuerySet[Any]
#: Which stays wait for whom: the permission, whether ours to host, the state, and what is to be done.
STAYS: tuple[tuple[str, bool, MobilityState, str | Promise], ...] = (
    ("mobilities.decide", True, MobilityState.NOMINATED, gettext_lazy("Look who is nominated, then accept or reject.")),
    ("mobilities.host", True, MobilityState.ACCEPTED, gettext_lazy("Confirm the first day once nothing is missing.")),
    ("mobilities.host", True, MobilityState.CONFIRMED, gettext_lazy("Confirm the arrival.")),
    ("mobilities.host", True, MobilityState.ARRIVED, gettext_lazy("Confirm the departure.")),
    ("mobilities.transcribe", True, MobilityState.DEPARTED, gettext_lazy("Issue the transcript.")),
    ("mobilities.recognise", False, MobilityState.TRANSCRIBED, gettext_lazy("Decide course by course what counts.")),
)


def waiting(person: Person) -> list[Item]:
    """Return what waits for this person in exchange."""
    found: list[Item] = []
    for tell in (_stays, _plans, _checks, _calls, _agreements, _own):
        found += tell(person)
    return found


def _stays(person: Person) -> list[Item]:
    wanted = [(hosted, state, note) for needs, hosted, state, note in STAYS if has(person, needs)]
    if not wanted:
        return []
    today = timezone.localdate()
    rows = Mobility.objects.filter(state__in=[state for _hosted, state, _note in wanted]).select_related("stay")
    due = {(not hosted, str(state)): note for hosted, state, note in wanted}
    lines = []
    for row in rows.order_by("updated")[: 4 * MOST]:
        note = due.get((row.is_outgoing, row.state))
        if note is not None and _is_due(row, today):
            lines.append(item(row, title=f"{who(row)}: {row.title}", note=note))
    return lines[:MOST]


def _is_due(row: Mobility, today: Any) -> bool:
    """Tell whether a day has come on which something is to be confirmed."""
    days = {MobilityState.CONFIRMED: row.starts, MobilityState.ARRIVED: row.ends}
    return bool(days.get(MobilityState(row.state), today) <= today)


def _plans(person: Person) -> list[Item]:
    notes: dict[tuple[str, bool], str] = {}
    if has(person, "plans.endorse"):
        notes[PlanState.SIGNED, True] = _("The participant signed; sign for this institution, and the host gets it.")
    if has(person, "plans.decide"):
        notes[PlanState.OFFERED, False] = _("Sign it for this institution, or return it with a comment.")
    rows = Plan.objects.filter(state__in=[state for state, _out in notes]).select_related("mobility", "mobility__stay")
    return [
        item(row, title=f"{who(row.mobility)}: {row}", note=note)
        for row in (rows.order_by("updated")[:MOST] if notes else ())
        if (note := notes.get((row.state, row.mobility.is_outgoing))) is not None
    ]


def _checks(person: Person) -> list[Item]:
    if not has(person, "checks.verify"):
        return []
    rows = Check.objects.filter(state=CheckState.SUBMITTED, mobility__is_outgoing=True)
    note = _("Look at the evidence, then verify it or say what is wrong.")
    return [
        item(row, title=f"{who(row.mobility)}: {row}", note=note)
        for row in rows.select_related("mobility", "mobility__stay").order_by("updated")[:MOST]
    ]


def _calls(person: Person) -> list[Item]:
    found: list[Item] = []
    if has(person, "calls.rank"):
        over = Call.objects.filter(state=CallState.OPEN, deadline__lt=timezone.now())[:MOST]
        found += [item(row, title=row.title, note=_("The deadline is over: close it.")) for row in over]
        closed = Call.objects.filter(state=CallState.CLOSED)[:MOST]
        found += [item(row, title=row.title, note=_("Put the applications in order.")) for row in closed]
    if has(person, "mobilities.nominate"):
        taken = Application.objects.filter(state=ApplicationState.TAKEN).select_related("call").order_by("updated")
        note = _("The place was taken: nominate.")
        found += [item(row, title=f"{row}: {row.call}", note=note) for row in taken[:MOST]]
    return found


def _agreements(person: Person) -> list[Item]:
    found: list[Item] = []
    if has(person, "iias.approve"):
        open_states = (IiaState.RECEIVED, IiaState.APPROVED_THERE, IiaState.CHANGED)
        rows = Iia.objects.filter(state__in=open_states).order_by("updated")[:MOST]
        note = _("Compare both copies, then approve.")
        found += [item(row, title=row.title, note=row.trouble or note) for row in rows]
    if has(person, "messages.resend"):
        stuck = Message.objects.filter(state__in=(MessageState.FAILED, MessageState.EXPIRED)).order_by("-updated")[
            :MOST
        ]
        found += [item(row, title=str(row), note=f"{row.trouble} {row.remedy}") for row in stuck]
    return found


#: What waits for participants themselves.
OWN: tuple[tuple[str, type[Any], dict[str, str | Promise]], ...] = (
    (
        "applications.submit",
        Application,
        {
            ApplicationState.DRAFT: gettext_lazy("Complete it and hand it in before the deadline."),
            ApplicationState.SELECTED: gettext_lazy("You are offered a place: take it or decline."),
        },
    ),
    (
        "plans.sign",
        Plan,
        {
            PlanState.DRAFT: gettext_lazy("Complete it and sign."),
            PlanState.RETURNED: gettext_lazy("The host returned it with a comment: make a new version."),
        },
    ),
    (
        "checks.submit",
        Check,
        {
            CheckState.REQUIRED: gettext_lazy("Hand in the evidence; it stays at your own institution."),
            CheckState.REFUSED: gettext_lazy("The evidence was not accepted: hand in another."),
        },
    ),
)


def _own(person: Person) -> list[Item]:
    found: list[Item] = []
    for needs, kind, notes in OWN:
        if has(person, needs):
            rows: Rows = kind.objects.filter(kind.own_of(person), state__in=list(notes)).order_by("updated")[:MOST]
            found += [item(row, title=_titled(row), note=notes[row.state]) for row in rows]
    return found


def _titled(row: Any) -> str:
    """Return how a participant's own record is called, which need not name the participant."""
    return str(row.call) if isinstance(row, Application) else str(row)


def running(person: Person) -> list[Item]:
    """Return the stays under way, and for whom each waits."""
    if not has(person, "mobilities.read"):
        return []
    states = (MobilityState.NOMINATED, MobilityState.ACCEPTED, MobilityState.DEPARTED, MobilityState.DECIDED)
    found = Mobility.objects.filter(state__in=states, is_outgoing=True).select_related("stay").order_by("-updated")
    known = institutions()
    return [
        item(row, title=f"{who(row)}: {row.title}", who=called(row.partner, known), note=row.get_kind_display())
        for row in found[:MOST]
    ]


def produced(person: Person) -> list[Item]:
    """Return the stays that were recognised, the newest first."""
    return _list(person, MobilityState.RECOGNISED, note=lambda row: str(row.get_kind_display()))


def failed(person: Person) -> list[Item]:
    """Return the stays that a host rejected, and why."""
    return _list(person, MobilityState.REJECTED, note=lambda row: row.comment)


def _list(person: Person, state: MobilityState, *, note: Callable[[Mobility], str]) -> list[Item]:
    if not has(person, "mobilities.read"):
        return []
    rows = Mobility.objects.filter(state=state).order_by("-updated")[:MOST]
    return [item(row, title=row.title, note=note(row)) for row in rows]
