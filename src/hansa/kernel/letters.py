"""Letters: the outbox, and the register of what each kind of letter does.

``send`` is called inside a change: the letter is signed, numbered and written to
the outbox in the same transaction as what it tells about. The courier carries it.
A kind of letter is declared by the function that applies it at the recipient:

    @letter("studies.approved", permit="studies.approve")
    def approved(letter: Letter, partner: Partner) -> None:
        \"\"\"Note that a partner approved.\"\"\"

The recipient asks its own copy of the memorandum whether the sender may do
``permit``; a kind that needs no clause says why in ``because``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from hansa.kernel.frame import current
from hansa.kernel.identity import own
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.kernel.models.statements import update
from hansa.lib.canonical import JSON
from hansa.lib.decision import Request
from hansa.lib.errors import RefusedError
from hansa.lib.letters import Letter, moment, new_id

Apply = Callable[[Letter, Partner], None]
Refused = Callable[[LetterRow], None]
Proves = Literal["", "approval", "contribution", "total"]
OUTBOX = "outbox"


@dataclass(kw_only=True)
class Kind:
    """A kind of letter: what it needs and what it does."""

    name: str
    permit: str | None
    because: str
    apply: Apply
    watched: bool = True
    proves: Proves = ""
    refused: Refused | None = None


KINDS: dict[str, Kind] = {}


def letter(
    name: str, *, permit: str | None = None, because: str = "", watched: bool = True, proves: Proves = ""
) -> Callable[[Apply], Apply]:
    """Register what applying one kind of letter does; one that tells of a lost ledger is not watched.

    ``proves`` says what it is in a bundle: an approval, a contribution, or a total that is finer than the release.
    """
    if (permit is None) == (not because):
        raise AssertionError("A kind of letter names the term it needs, or says why it needs none.")

    def wrap(apply: Apply) -> Apply:
        KINDS[name] = Kind(name=name, permit=permit, because=because, apply=apply, watched=watched, proves=proves)
        return apply

    return wrap


def refused(name: str) -> Callable[[Refused], Refused]:
    """Register what happens here when a partner refuses one kind of letter."""

    def wrap(react: Refused) -> Refused:
        KINDS[name].refused = react
        return react

    return wrap


def send(recipient: str, kind: str, *, record: str, body: dict[str, JSON], under: Request | None = None) -> LetterRow:
    """Put a signed letter in the outbox, inside the change under way."""
    change = current()
    partner = known_partner(recipient)
    partner.sent_sequence += 1
    update(partner, "sent_sequence")
    now = timezone.now()
    said = Letter(
        id=new_id(),
        sender=own().id,
        recipient=recipient,
        kind=kind,
        record=record,
        agreement=(under.agreement or "") if under else "",
        clause=(under.clause or "") if under else "",
        terms=terms(under),
        sequence=partner.sent_sequence,
        created=moment(now),
        body=body,
    )
    row = LetterRow.objects.create(
        id=said.id,
        direction=LetterRow.Direction.OUT,
        partner=recipient,
        sequence=said.sequence,
        kind=kind,
        record=record,
        token=said.sign(own().signing),
        digest=said.digest,
        created=now,
        next_at=now,
    )
    change.letters.append(said.id)
    change.rings.add(OUTBOX)
    return row


def terms(under: Request | None) -> dict[str, JSON]:
    """Return what a letter states so that its recipient can ask its own memorandum."""
    if under is None:
        return {}
    return {"parties": list(under.parties), "purposes": list(under.purposes), "limits": dict(under.limits)}


def known_partner(institution: str) -> Partner:
    """Return a partner whose keys a person confirmed, locked until the change ends."""
    partner = Partner.named(institution, locked=True)
    if partner is None:
        raise RefusedError(
            f"{institution} is no partner of this node.",
            "Exchange invitations: hansa partners invite at one node, hansa partners accept at the other.",
        )
    if partner.state != Partner.State.KNOWN:
        raise RefusedError(
            f"{partner.name} is {partner.get_state_display()}.",
            "An administrator compares the fingerprint with theirs by telephone and confirms it under Partners.",
        )
    return partner
