"""What of exchange waits for whom, and what failed with which partner and why.

Messages to the network, letters about stays and jobs of this area are read together, in a constant number of queries.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Member, Message
from hansa.areas.exchange.states import MessageState
from hansa.kernel.models import Job, Letter, Partner

MOST: Final = 200
MESSAGE_JOB: Final = "exchange.message"
STAYS: Final = "urn:hansa:mobilities:"
WAITING, FAILED, EXPIRED = str(MessageState.WAITING), str(MessageState.FAILED), str(MessageState.EXPIRED)
STATES: Final = (WAITING, FAILED, EXPIRED)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that waits or failed: with whom, what, since when, why, what to do, and when it is tried again."""

    partner: str
    name: str
    kind: str
    about: str
    record: str
    state: str
    since: datetime
    attempts: int
    trouble: str
    remedy: str
    next_at: datetime | None = None


def lines(*, partner: str = "", kind: str = "", state: str = "") -> list[Line]:
    """Return what waits or failed, the newest first; each filter that is given must fit."""
    known = dict(Partner.objects.values_list("institution", "name")) | dict(Member.objects.values_list("hei", "name"))
    found = [*_messages(known), *_letters(known), *_jobs()]
    wanted = {"partner": partner, "kind": kind, "state": state}
    given = {name: value for name, value in wanted.items() if value}
    fitting = [line for line in found if all(getattr(line, name) == value for name, value in given.items())]
    return sorted(fitting, key=lambda line: line.since, reverse=True)[:MOST]


def partners(found: Iterable[Line]) -> list[tuple[str, str]]:
    """Return the partners of some lines with their names, to choose from."""
    return sorted({(line.partner, line.name) for line in found if line.partner}, key=lambda pair: pair[1])


def _messages(known: Mapping[str, str]) -> list[Line]:
    rows = list(Message.objects.filter(state__in=STATES).order_by("-updated")[:MOST])
    owed = Job.objects.filter(record__in=[row.urn for row in rows], state=Job.State.WAITING)
    jobs = {job.record: job for job in owed}
    return [_of_message(row, jobs.get(row.urn), known=known) for row in rows]


def _of_message(row: Message, job: Job | None, *, known: Mapping[str, str]) -> Line:
    is_tried = job is not None and job.waits > 0
    return Line(
        partner=row.partner,
        name=known.get(row.partner, row.partner),
        kind=row.kind,
        about=row.subject,
        record=row.urn,
        state=row.state,
        since=row.updated,
        attempts=job.waits if job is not None and is_tried else row.attempts,
        trouble=job.waits_for if job is not None and is_tried else row.trouble,
        remedy=_("Nothing is lost: it is tried again by itself.") if is_tried else row.remedy,
        next_at=job.next_at if job is not None else None,
    )


def _letters(known: Mapping[str, str]) -> list[Line]:
    rows = Letter.objects.filter(
        direction=Letter.Direction.OUT,
        record__startswith=STAYS,
        state__in=(Letter.State.WAITING, Letter.State.REFUSED),
    ).defer("token", "receipt")
    return [
        Line(
            partner=row.partner,
            name=known.get(row.partner, row.partner),
            kind=row.kind,
            about=row.record.removeprefix(STAYS),
            record=row.record,
            state=FAILED if row.state == Letter.State.REFUSED else WAITING,
            since=row.settled or row.created,
            attempts=row.attempts,
            trouble=row.reason or row.trouble,
            remedy=row.remedy,
            next_at=row.next_at,
        )
        for row in rows.order_by("-created")[:MOST]
    ]


def _jobs() -> list[Line]:
    rows = Job.objects.filter(kind__startswith="exchange.", state=Job.State.FAILED).exclude(kind=MESSAGE_JOB)
    return [
        Line(
            partner="",
            name="",
            kind=row.kind,
            about="",
            record=row.record,
            state=FAILED,
            since=row.settled or row.created,
            attempts=row.attempts,
            trouble=row.trouble,
            remedy=_("The log of the node says more; ask whoever runs it."),
        )
        for row in rows.order_by("-settled")[:MOST]
    ]
