"""The door: what another node may ask of this one over the network.

Two things: hand in an envelope, and collect the envelopes that wait for an
institution which only dials out. An envelope for somebody else is held until its
recipient collects it; this node cannot read it.

Whoever knocks may be hostile or broken, so nothing here grows with what it asks: few
callers are let to wait at a time, the others are answered at once; what is held is
counted in bytes; and an answer carries no more than a caller can take in.
"""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from django.db import transaction
from django.db.models import QuerySet, Sum, TextField
from django.db.models.functions import Cast, Length
from django.utils import timezone

from hansa.kernel import bell, envelopes, outbox
from hansa.kernel.envelopes import open_envelope
from hansa.kernel.identity import own
from hansa.kernel.inbox import AlarmError, receive
from hansa.kernel.letters import OUTBOX
from hansa.kernel.models import Held, Partner
from hansa.lib.canonical import JSON, digest
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.letters import Statement, check_clock, instant, moment

MOST_HELD = 2_000
MOST_HELD_BYTES = 128 * 1024 * 1024
# One sender may not fill the place of all others.
MOST_HELD_BYTES_OF_ONE = 64 * 1024 * 1024
# What nobody has collected for so long is dropped; its sender brings a letter again until there is a receipt.
LONGEST_HELD = timedelta(days=90)
MOST_ANSWERED_BYTES = 24 * 1024 * 1024
MOST_DONE = 1_000
LONGEST_WAIT = 25.0
# A caller that waits takes one of the web server's sixteen threads; most must stay free for people and letters.
MOST_WAITING = 6
_waiting: set[str] = set()
_counting = threading.Lock()
_closing = threading.Event()


@dataclass(frozen=True, kw_only=True)
class Call(Statement):
    """A node that only dials out asks for what waits for it."""

    KIND = "call"

    sender: str
    recipient: str
    at: str
    seconds: int
    done: list  # type: ignore[type-arg]  # reason: checked with isinstance; holds digests of envelopes


def hand_in(envelope: JSON, *, now: datetime | None = None) -> dict[str, JSON] | None:
    """Take an envelope: answer a letter, keep a receipt, or hold it for its recipient."""
    now = now or timezone.now()
    outside, partner = envelopes.check(envelope, now=now)
    if outside["to"] != own().id:
        hold(outside)
        return None
    return take(outside, partner)


def take(outside: dict[str, str], partner: Partner) -> dict[str, JSON] | None:
    """Open an envelope that is for us and do what is inside."""
    opened = open_envelope(outside, partner)
    if "receipt" in opened.content:
        outbox.settle(opened)
        return None
    try:
        return receive(opened)
    except AlarmError as alarm:
        alarm.sound()
        raise


def hold(outside: dict[str, str]) -> None:
    """Keep a sealed envelope for a partner that only dials out."""
    recipient = Partner.objects.filter(institution=outside["to"], state=Partner.State.KNOWN).first()
    if recipient is None or recipient.address:
        raise RefusedError(
            f"{own().name} does not pass letters on to {outside['to']}.",
            "Send it to that institution itself, or to a node that knows it.",
        )
    with transaction.atomic():
        drop_old()
        if not has_room(recipient, outside):
            raise RefusedError(
                f"Too many letters wait here for {recipient.name}.", "Wait until its node has collected them."
            )
        Held.objects.get_or_create(
            digest=digest(outside["sealed"]),
            defaults={
                "recipient": recipient.institution,
                "sender": outside["from"],
                "envelope": dict(outside),
                "at": timezone.now(),
            },
        )
    bell.ring(OUTBOX)


def drop_old() -> None:
    """Drop envelopes that nobody came for."""
    Held.objects.filter(at__lt=timezone.now() - LONGEST_HELD).delete()


def has_room(recipient: Partner, outside: dict[str, str]) -> bool:
    """Tell whether one more envelope can be held for a partner."""
    held, size = Held.objects.filter(recipient=recipient.institution), sum(map(len, outside.values()))
    return (
        held.count() < MOST_HELD
        and held_bytes(held) + size <= MOST_HELD_BYTES
        and held_bytes(held.filter(sender=outside["from"])) + size <= MOST_HELD_BYTES_OF_ONE
    )


def held_bytes(held: QuerySet[Held]) -> int:
    """Return how much room envelopes take."""
    return held.aggregate(size=Sum(Length(Cast("envelope", TextField()))))["size"] or 0


def call(*, recipient: str, seconds: int, done: list[str]) -> str:
    """Return our signed question for what waits for us at a partner."""
    me = own()
    asked = Call(sender=me.id, recipient=recipient, at=moment(timezone.now()), seconds=seconds, done=done)
    return asked.sign(me.signing)


def collect(sender: JSON, token: JSON) -> list[dict[str, JSON]]:
    """Return the envelopes for a partner, waiting a while if there are none."""
    if not isinstance(sender, str) or not isinstance(token, str):
        raise InvalidError("The call names no sender.", "Both nodes must speak version 1 of the letters.")
    partner = envelopes.sender(sender)
    asked = envelopes.read(Call, token, by=partner)
    if (asked.sender, asked.recipient) != (partner.institution, own().id):
        raise RefusedError("The call was made by or for somebody else.", "Sign your own call.")
    check_clock(instant(asked.at), now=timezone.now(), who=partner.name)
    if len(asked.done) > MOST_DONE:
        raise InvalidError("The call acknowledges too many envelopes at once.", f"Name at most {MOST_DONE}.")
    drop_old()
    if asked.done:
        Held.objects.filter(recipient=partner.institution, digest__in=[str(d) for d in asked.done]).delete()
    with place_to_wait(partner) as may_wait:
        until = time.monotonic() + (min(float(asked.seconds), LONGEST_WAIT) if may_wait else 0.0)
        return next((found for found in waiting(partner, until=until) if found), [])


def close() -> None:
    """Let nobody wait here any longer, because the node stops."""
    _closing.set()
    bell.ring(OUTBOX)


@contextmanager
def place_to_wait(partner: Partner) -> Iterator[bool]:
    """Tell whether a partner may wait here: it does not wait already, and neither do too many others."""
    with _counting:
        may_wait = partner.institution not in _waiting and len(_waiting) < MOST_WAITING
        if may_wait:
            _waiting.add(partner.institution)
    try:
        yield may_wait
    finally:
        if may_wait:
            with _counting:
                _waiting.discard(partner.institution)


def waiting(partner: Partner, *, until: float) -> Iterator[list[dict[str, JSON]]]:
    """Yield what waits for a partner now, then again whenever something may have come."""
    while True:
        since = bell.count(OUTBOX)
        # A dial-out partner's keys may be confirmed, or rotated, while it waits.
        partner.refresh_from_db()
        yield envelopes_for(partner)
        if _closing.is_set() or time.monotonic() >= until:
            return
        bell.wait(OUTBOX, since=since)


def envelopes_for(partner: Partner) -> list[dict[str, JSON]]:
    """Return our own letters for a partner and those we hold for it, the oldest first, as many as fit one answer."""
    due = outbox.due(partner) if not partner.address else []
    own_letters: Iterator[dict[str, JSON]] = (outbox.envelope(row, partner) for row in due)
    held = Held.objects.filter(recipient=partner.institution)[:64].iterator(chunk_size=4)
    return list(fitting(chain(own_letters, (dict(row.envelope) for row in held))))


def fitting(envelopes_found: Iterable[dict[str, JSON]]) -> Iterator[dict[str, JSON]]:
    """Yield envelopes until an answer is full; one always goes."""
    size = 0
    for envelope in envelopes_found:
        yield envelope
        size += sum(map(len, map(str, envelope.values())))
        if size >= MOST_ANSWERED_BYTES:
            return
