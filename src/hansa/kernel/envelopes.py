"""Envelopes: how a letter or a receipt is sealed for one partner and opened again.

Inside is the signed statement and a witness of the sender's ledger; outside, only
from whom and to whom, signed by whoever brings it. A node that passes an envelope
on for others sees nothing else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils import timezone

from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.models import Partner
from hansa.lib.canonical import JSON, canonical, digest, parse
from hansa.lib.errors import InvalidError, RefusedError, SignatureError
from hansa.lib.letters import Hop, Statement, check_clock, instant, moment
from hansa.lib.sealing import seal, unseal

FORM = "envelope/1"
FIELDS = {"hansa", "to", "from", "sealed", "hop"}
S = TypeVar("S", bound=Statement)


@dataclass(frozen=True)
class Opened:
    """What was in an envelope, and who sealed it."""

    partner: Partner
    content: dict[str, JSON]


def wrap(content: dict[str, JSON], *, to: Partner, now: datetime | None = None) -> dict[str, JSON]:
    """Return content sealed for a partner, with our signature on the outside."""
    # Whoever announces new keys opens both at once, and soon only the new.
    sealed = seal(canonical(content), to=(to.announced or to.keys).sealing)
    return address(sealed, to=to.institution, now=now or timezone.now())


def address(sealed: str, *, to: str, now: datetime) -> dict[str, JSON]:
    """Return an envelope around sealed content, signed by us as its bringer."""
    me = own()
    hop = Hop(sender=me.id, recipient=to, sealed=digest(sealed), at=moment(now))
    return {"hansa": FORM, "to": to, "from": me.id, "sealed": sealed, "hop": hop.sign(me.signing)}


def check(envelope: JSON, *, now: datetime, fresh: bool = True) -> tuple[dict[str, str], Partner]:
    """Return an envelope and its sender after checking the outside."""
    if not isinstance(envelope, dict) or set(envelope) != FIELDS or envelope["hansa"] != FORM:
        raise InvalidError("This is not an envelope of version 1.", "Both nodes must speak version 1 of the letters.")
    outside = {name: str(value) for name, value in envelope.items()}
    partner = sender(outside["from"])
    hop = read(Hop, outside["hop"], by=partner)
    if (hop.sender, hop.recipient, hop.sealed) != (outside["from"], outside["to"], digest(outside["sealed"])):
        raise SignatureError("The envelope was altered on the way.", "Send it again; nothing of it was applied.")
    if fresh:
        check_clock(instant(hop.at), now=now, who=partner.name)
    return outside, partner


def read(kind: type[S], token: str, *, by: Partner) -> S:
    """Return what a partner signed to come in; the first use of a key that it announced makes that its key."""
    try:
        return kind.read(token, key=by.keys.signing)
    except SignatureError as wrong:
        if by.announced is not None:
            said = kind.read(token, key=by.announced.signing)
            go_over(by)
            return said
        raise SignatureError(
            f"The envelope is not signed with the key we confirmed for {by.name}.",
            "If they changed their key, they send a signed rotation, or a person confirms the new fingerprint here.",
        ) from wrong


def go_over(partner: Partner) -> None:
    """Take the keys that a partner announced and now uses for its own; the old ones open nothing any more."""
    with change({"rotated": partner.institution}):
        fresh = Partner.objects.select_for_update().get(pk=partner.pk)
        if fresh.announced is not None:
            fresh.identity, fresh.claimed = fresh.announced.to_json(), None
            fresh.save(update_fields=["identity", "claimed"])
    partner.refresh_from_db()


def sender(institution: str) -> Partner:
    """Return the partner who claims to write, or turn the stranger away."""
    partner = Partner.named(institution)
    if partner is None or partner.state in (Partner.State.INTRODUCED, Partner.State.BLOCKED):
        raise RefusedError(
            f"{own().name} does not know {institution}.",
            "Ask its administrator for an invitation and have the fingerprint confirmed on both sides.",
        )
    if partner.state == Partner.State.CHANGED:
        raise RefusedError(
            f"The key of {partner.name} changed, and nobody at {own().name} has confirmed the new one yet.",
            "Two administrators compare the new fingerprint by telephone; then it is confirmed under Partners.",
        )
    return partner


def open_envelope(envelope: dict[str, str], partner: Partner) -> Opened:
    """Return what a partner sealed for us."""
    content = parse(opened(envelope["sealed"]))
    if not isinstance(content, dict):
        raise InvalidError("The envelope holds no letter.", "Ask its sender to send it again.")
    return Opened(partner, content)


def opened(sealed: str) -> bytes:
    """Return what was sealed to our key, or to the one that comes next."""
    *others, last = own().openers
    for key in others:
        try:
            return unseal(sealed, key=key)
        except InvalidError:
            continue
    return unseal(sealed, key=last)
