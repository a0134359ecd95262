"""The door: what another node may ask of this one over the network.

Two things: hand in an envelope, and collect the envelopes that wait for an
institution which only dials out. An envelope for somebody else is held until its
recipient collects it; this node cannot read it.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
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
LONGEST_WAIT = 25.0


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
        if Held.objects.filter(recipient=recipient.institution).count() >= MOST_HELD:
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
    asked = Call.read(token, key=partner.keys.signing)
    if (asked.sender, asked.recipient) != (partner.institution, own().id):
        raise RefusedError("The call was made by or for somebody else.", "Sign your own call.")
    check_clock(instant(asked.at), now=timezone.now(), who=partner.name)
    if asked.done:
        Held.objects.filter(recipient=partner.institution, digest__in=[str(d) for d in asked.done]).delete()
    until = time.monotonic() + min(float(asked.seconds), LONGEST_WAIT)
    return next((found for found in waiting(partner, until=until) if found), [])


def waiting(partner: Partner, *, until: float) -> Iterator[list[dict[str, JSON]]]:
    """Yield what waits for a partner now, then again whenever something may have come."""
    while True:
        since = bell.count(OUTBOX)
        # A dial-out partner's keys may be confirmed, or rotated, while it waits.
        partner.refresh_from_db()
        yield envelopes_for(partner)
        if time.monotonic() >= until:
            return
        bell.wait(OUTBOX, since=since)


def envelopes_for(partner: Partner) -> list[dict[str, JSON]]:
    """Return our own letters for a partner and those we hold for it."""
    own_letters = [] if partner.address else [outbox.envelope(row, partner) for row in outbox.due(partner)]
    held = Held.objects.filter(recipient=partner.institution)[:64]
    return own_letters + [dict(row.envelope) for row in held]
