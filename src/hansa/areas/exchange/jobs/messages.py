"""Deliver what this node owes to members of the network: a message a job, once, or the reason why not.

    @message("omobility-cnr")
    def notify(owed: Message) -> Effect:
        ...call the member, raise NetworkError where it says no...
        return effect

A member that is away, or has a fault, is tried again: soon at first, every five minutes after that, for a day. A
member that says no is not: the officer reads why, in its own words. What a call brings is written together with the
mark that it was made; a node killed in between makes the call again, and the network's calls bear that.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import post
from hansa.areas.exchange.models import Member, Message
from hansa.areas.exchange.network import catalogue, client
from hansa.areas.exchange.network.client import NetworkError
from hansa.areas.exchange.states import MessageState
from hansa.kernel.jobs import NETWORK, Effect, WaitingError, backoff, failed, hold, job
from hansa.kernel.models import Job
from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.ewp import monitoring
from hansa.lib.ewp.answers import CONFLICT
from hansa.lib.ewp.monitoring import Report

FIRST, LONGEST = 5.0, 300.0
#: After so long a message is of no more use; the daily sweep finds what it was about.
EXPIRES = timedelta(hours=24)
#: Several calls of up to three quarters of a minute each.
HELD = 600.0
Doing = Callable[[Message], Effect]
MESSAGES: dict[str, Doing] = {}
#: What is fetched when a member answers that what we decided on is no longer what stands there.
ANEW: dict[str, str] = {}


def message(kind: str, *, anew: str = "") -> Callable[[Doing], Doing]:
    """Register what is done for a message of one kind, and what is fetched anew when its subject has changed."""

    def wrap(doing: Doing) -> Doing:
        MESSAGES[kind] = doing
        if anew:
            ANEW[kind] = anew
        return doing

    return wrap


def nothing() -> None:
    """Write nothing: the call itself was all."""


@job(post.JOB, lane=NETWORK)
def deliver(row: Job) -> Effect:
    """Do what a message says, or wait, or say why not."""
    owed = Message.objects.filter(pk=subject_of(row), state=MessageState.WAITING).first()
    if owed is None:
        return nothing
    hold(row, seconds=HELD)
    try:
        return partial(settle, owed, doing(owed)(owed), attempts=row.waits + 1)
    except NetworkError as no:
        keep(owed.partner, trouble=no.message)
        is_last = not no.passes or timezone.now() >= row.created + EXPIRES
        if is_last or row.waits == 0:
            report(owed.partner, no)
        if is_last:
            raise
        raise WaitingError(no.message, seconds=backoff(row.waits, first=FIRST, longest=LONGEST)) from no


def subject_of(row: Job) -> str:
    """Return the id of the message that a job delivers."""
    return row.key.partition(":")[0]


def doing(owed: Message) -> Doing:
    """Return what is done for a message, or say that this version does not know how."""
    found = MESSAGES.get(owed.kind)
    if found is None:
        raise InvalidError(
            _("This version of Hansa knows no message of the kind {kind}.").format(kind=owed.kind),
            _("Bring the node to the version that wrote it."),
        )
    return found


def settle(owed: Message, effect: Effect, *, attempts: int) -> None:
    """Note that a message was delivered and write what it brought; the effect may leave a remark on it."""
    owed.refresh_from_db(from_queryset=Message.objects.select_for_update())
    if owed.state != MessageState.WAITING:
        return
    owed.state, owed.at, owed.attempts, owed.trouble, owed.remedy = (
        MessageState.DELIVERED,
        timezone.now(),
        attempts,
        "",
        "",
    )
    effect()
    owed.save()
    keep(owed.partner, trouble="")


@failed(post.JOB)
def give_up(row: Job) -> None:
    """Note why a message was not delivered, with what to do; what has changed at the member is fetched anew."""
    owed = Message.objects.select_for_update().filter(pk=subject_of(row), state=MessageState.WAITING).first()
    if owed is None:
        return
    fault, owed.attempts = row.fault, row.waits + 1
    owed.state, owed.trouble = MessageState.FAILED, row.trouble
    owed.remedy = _("Send it again; if it fails again, ask whoever runs this node.")
    if isinstance(fault, HansaError):
        owed.trouble, owed.remedy = fault.message, fault.remedy
    if isinstance(fault, NetworkError) and fault.passes:
        owed.state, owed.remedy = MessageState.EXPIRED, _("Send it again once the partner answers.")
    if isinstance(fault, NetworkError) and fault.status == CONFLICT and owed.kind in ANEW:
        owed.remedy = _("It is fetched anew by itself: look what has changed, and decide again.")
        post.owe_fetch(ANEW[owed.kind], owed.partner, subject=owed.subject)
    owed.save()


def keep(hei: str, *, trouble: str) -> None:
    """Keep how the line to a member is."""
    found = catalogue.current().institutions.get(hei)
    Member.objects.update_or_create(
        hei=hei,
        defaults={
            "trouble": trouble,
            **({"heard": timezone.now()} if not trouble else {}),
            **({"name": found.name()[:200]} if found is not None else {}),
        },
        create_defaults={
            "name": (found.name() if found is not None else hei)[:200],
            "trouble": trouble,
            "heard": None if trouble else timezone.now(),
        },
    )


def report(hei: str, no: NetworkError) -> None:
    """Tell the network's monitoring of a failure, where the catalogue names one; whether it hears us does not matter.

    Source: monitoring 0.2.0, whose callers call once and forget.
    """
    if not no.api or not monitoring.is_reported(no.api, hei_id=hei):
        return
    with suppress(HansaError):
        where = client.endpoint(monitoring.SERVER, monitoring.NAME, majors=(0,))
        told = Report(
            hei_id=hei,
            api=no.api,
            kind=no.kind,
            url=no.url,
            http_code=no.status or None,
            message=no.said if no.kind is monitoring.Kind.SERVER else no.message,
        )
        client.ask(where, told.pairs)
