"""Recall: what partners saw of this node, asked before a copy of it may speak again.

A node that was brought back from an old copy would write the same numbers and the same
places of its ledger a second time, and could thereby unsay what it said. Only partners
can tell: each of them kept the last checkpoint it saw, signed by this very node, and the
number of the last letter. So a copy is held against what they say, one by one; whoever
only dials out says it unasked with each call.

Where the copy is older than what a partner saw, something is lost for good. That can be
declared: every partner is told first of all from where this node goes on, shows it as an
alarm until a person accepts it, and brings again the letters that were lost here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.kernel import envelopes, keyring, ledger, witness
from hansa.kernel.change import change
from hansa.kernel.frame import current
from hansa.kernel.identity import own
from hansa.kernel.letters import OUTBOX, letter, send
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib import checkpoints
from hansa.lib.canonical import JSON, digest
from hansa.lib.errors import InvalidError, RefusedError, SignatureError
from hansa.lib.letters import Letter, Statement, check_clock, instant, moment

RESTORED = "partners.restored"
NEWER = "Restore a newer copy. Where there is none, declare the loss to all partners: --declare-loss REASON"


@dataclass(frozen=True, kw_only=True)
class Question(Statement):
    """A node asks what its partner saw of it."""

    KIND = "question"

    sender: str
    recipient: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Seen(Statement):
    """What a node saw of its partner: a checkpoint, and how many letters and receipts."""

    KIND = "seen"

    sender: str
    recipient: str
    at: str
    question: str
    checkpoint: str
    received: int
    answered: int

    @property
    def size(self) -> int:
        """Return up to how many entries the ledger was seen."""
        return checkpoints.parse(self.checkpoint).checkpoint.size if self.checkpoint else 0


def question(recipient: str) -> str:
    """Return our signed question to a partner."""
    asked = Question(sender=own().id, recipient=recipient, at=moment(timezone.now()))
    return asked.sign(own().signing)


def answer(sender: JSON, token: JSON) -> str:
    """Return what we saw of the partner that asks."""
    if not isinstance(sender, str) or not isinstance(token, str):
        raise InvalidError("The question names no sender.", "Both nodes must speak version 1 of the letters.")
    partner = envelopes.sender(sender)
    asked = envelopes.read(Question, token, by=partner)
    if (asked.sender, asked.recipient) != (partner.institution, own().id):
        raise RefusedError("The question was asked by or for somebody else.", "Sign your own question.")
    check_clock(instant(asked.at), now=timezone.now(), who=partner.name)
    return seen(partner, asked=token)


def seen(partner: Partner, *, asked: str = "") -> str:
    """Return our signed word on what we saw of a partner."""
    ours = LetterRow.objects.filter(direction=LetterRow.Direction.OUT, partner=partner.institution)
    settled = ours.exclude(state=LetterRow.State.WAITING).aggregate(most=Max("sequence"))["most"]
    way = max(("letters", "receipts"), key=lambda way: witness.seen(partner, way))  # type: ignore[arg-type]  # reason: both are ways
    said = Seen(
        sender=own().id,
        recipient=partner.institution,
        at=moment(timezone.now()),
        question=digest(asked) if asked else "",
        checkpoint=witness.kept(partner, way),  # type: ignore[arg-type]  # reason: as above
        received=partner.received_sequence,
        answered=settled or 0,
    )
    return said.sign(own().signing)


def hear(partner: Partner, token: JSON, *, asked: str = "") -> Seen:
    """Return what a partner says it saw of us, after checking that it says so now and to us."""
    if not isinstance(token, str):
        raise InvalidError(f"{partner.name} does not say what it saw.", "Its node needs a newer version of Hansa.")
    said = Seen.read(token, key=partner.keys.signing)
    if (said.sender, said.recipient) != (partner.institution, own().id):
        raise SignatureError("The answer was given by or to somebody else.", "Ask the partner itself.")
    if said.question != (digest(asked) if asked else ""):
        raise SignatureError("The answer is to another question.", "Ask again.")
    check_clock(instant(said.at), now=timezone.now(), who=partner.name)
    if said.checkpoint:
        keyring.by_one_of(own().id, lambda key: checkpoints.verify(said.checkpoint, key=key, name=own().id))
    return said


def concerned() -> QuerySet[Partner]:
    """Return the partners that may have seen something of this node."""
    return Partner.objects.filter(Q(state=Partner.State.KNOWN) | Q(sent_sequence__gt=0) | Q(received_sequence__gt=0))


def losses(heard: Mapping[str, Seen]) -> list[str]:
    """Return what partners saw of this node and this copy does not know, a sentence for each."""
    found = []
    for partner in concerned().filter(institution__in=heard):
        said, about = heard[partner.institution], {"name": partner.name, "size": ledger.size()}
        if said.size > ledger.size():
            text = _("{name} has seen {seen} entries of this node's ledger; the copy holds {size}.")
            found.append(text.format(**about, seen=said.size))
        elif said.checkpoint and ledger.root(said.size) != checkpoints.parse(said.checkpoint).checkpoint.root:
            text = _("{name} has seen another ledger of {seen} entries than that of this copy.")
            found.append(text.format(**about, seen=said.size))
        elif said.received > partner.sent_sequence or said.answered > partner.received_sequence:
            text = _("{name} has exchanged letters with this node which the copy does not know.")
            found.append(text.format(**about))
    return found


def demand_nothing_lost(heard: Mapping[str, Seen], *, without: Iterable[str] = ()) -> None:
    """Raise RefusedError unless every partner was heard, or is done without, and none saw more than this copy."""
    if lost := losses(heard):
        raise RefusedError(" ".join(lost), NEWER)
    demand_all_heard(heard, without=without)
    if not heard and concerned().exists():
        raise RefusedError("No partner could be asked what it saw of this node.", NEWER)


def demand_all_heard(heard: Mapping[str, Seen], *, without: Iterable[str] = ()) -> None:
    """Raise RefusedError naming the partners that were not heard and are not done without."""
    if silent := [str(partner) for partner in concerned().exclude(institution__in=[*heard, *without])]:
        raise RefusedError(
            f"Nobody knows yet what was seen of this node by: {', '.join(silent)}.",
            "Try again when they can be reached, or can reach this node. A partner that will never answer again "
            "is put aside with --without INSTITUTION; it stays blocked here.",
        )


def put_aside(partner: Partner) -> None:
    """Block a partner that was not heard, so that no number is used twice towards it."""
    partner.state = Partner.State.BLOCKED
    partner.save()


def resume(heard: Mapping[str, Seen], *, reason: str = "") -> None:
    """Write into the ledger that this node goes on from a copy; with a reason, tell every partner of the loss."""
    size = ledger.size()
    with change({"restored": size, "seen": {party: said.size for party, said in heard.items()}, "loss": bool(reason)}):
        for partner in concerned():
            said = heard.get(partner.institution)
            if said is None:
                put_aside(partner)
            elif reason:
                declare(partner, said, size=size, reason=reason)


def declare(partner: Partner, said: Seen, *, size: int, reason: str) -> None:
    """Tell one partner from where this node goes on; the letter's number is one that the partner never saw."""
    partner.sent_sequence = max(partner.sent_sequence, said.received)
    partner.acknowledged = 0
    partner.save(update_fields=["sent_sequence", "acknowledged"])
    if partner.state == Partner.State.KNOWN:
        body: dict[str, JSON] = {
            "size": size,
            "seen": said.size,
            "received": partner.received_sequence,
            "reason": reason,
        }
        send(partner.institution, RESTORED, record="", body=body)


@letter(RESTORED, because="Whoever lost a part of its ledger says so, with or without a memorandum.", watched=False)
def restored(said: Letter, partner: Partner) -> None:
    """Raise the alarm about a partner that went back, and bring again the letters that it lost."""
    size, received, reason = said.body.get("size"), said.body.get("received"), said.body.get("reason")
    if not isinstance(size, int) or not isinstance(received, int) or not isinstance(reason, str):
        raise InvalidError("The letter does not say from where its node goes on.", "Ask its sender.")
    known = max(witness.seen(partner, "letters"), witness.seen(partner, "receipts"))
    text = _(
        "{name} restored its node from a copy. We had seen {known} entries; it goes on from {size}. It says: {reason}"
    )
    partner.alarm = text.format(name=partner.name, known=known, size=size, reason=reason)
    partner.letters_checkpoint = partner.receipts_checkpoint = ""
    partner.unproven = partner.acknowledged = 0
    partner.save(update_fields=["alarm", "letters_checkpoint", "receipts_checkpoint", "unproven", "acknowledged"])
    lost = LetterRow.objects.filter(
        direction=LetterRow.Direction.OUT, partner=partner.institution, sequence__gt=received
    )
    lost.update(state=LetterRow.State.WAITING, attempts=0, next_at=timezone.now())
    current().rings.add(OUTBOX)
