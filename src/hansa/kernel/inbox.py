"""The inbox: a letter that arrives is checked, judged, applied once and answered.

Whatever happens inside one transaction: the sender's number is taken, the
memorandum is asked, the letter's effect is made, the ledger tells it and the
receipt is kept. A letter that comes twice gets the receipt it got the first time.
A letter that may not be applied is refused with the reason, and that is final. A
fault that may pass (a gap in the numbers, a full disk) leaves no trace, and the
sender tries again.
"""

import logging

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from hansa.kernel import witness
from hansa.kernel.change import change
from hansa.kernel.envelopes import Opened, wrap
from hansa.kernel.identity import own
from hansa.kernel.jobs import place
from hansa.kernel.letters import KINDS, Kind
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.kernel.models.statements import update
from hansa.kernel.policy import demand
from hansa.lib.canonical import JSON
from hansa.lib.errors import HansaError, InvalidError, ProofError, RefusedError, SignatureError
from hansa.lib.letters import Letter, Receipt, check_clock, instant, moment
from hansa.lib.signatures import resign

LOG = logging.getLogger("hansa.inbox")
# What may be over at the next attempt: a full disk, a lost connection, a lock.
PASSING = (OperationalError, InterfaceError, OSError, MemoryError)


class GapError(HansaError):
    """A letter before this one is missing; ``expected`` is the number we wait for."""

    def __init__(self, partner: Partner, expected: int) -> None:
        super().__init__(f"Letter number {expected} has not arrived yet.", "Send the letters in order.")
        self.expected = expected


def receive(opened: Opened) -> dict[str, JSON]:
    """Apply or refuse the letter in an opened envelope; return the sealed receipt."""
    token = opened.content.get("letter")
    if not isinstance(token, str):
        raise InvalidError("The envelope holds no letter.", "Ask its sender to send it again.")
    said = read(token, opened.partner)
    partner = opened.partner
    with transaction.atomic():
        partner.lock()
        row = already(said, partner) or fresh(said, partner, token=token, shown=opened.content.get("witness"))
    return answer(row, partner, content=opened.content)


def read(token: str, partner: Partner) -> Letter:
    """Return the letter after checking who signed it and for whom it is."""
    said = Letter.read(token, key=partner.keys.signing)
    if (said.sender, said.recipient) != (partner.institution, own().id):
        raise SignatureError("The letter was written by or for somebody else.", "It was not applied; ask its sender.")
    now = timezone.now()
    if instant(said.created) > now:
        check_clock(instant(said.created), now=now, who=partner.name)
    return said


def already(said: Letter, partner: Partner) -> LetterRow | None:
    """Return the letter as we know it, if it came before; refuse another letter under its number."""
    if said.sequence == partner.received_sequence + 1:
        if LetterRow.objects.filter(pk=said.id).exists():
            raise SignatureError("Another letter already has this name.", "Each letter has a name of its own.")
        return None
    row = LetterRow.objects.filter(
        direction=LetterRow.Direction.IN, partner=partner.institution, sequence=said.sequence
    ).first()
    if row is None:
        raise GapError(partner, partner.received_sequence + 1)
    if row.digest != said.digest:
        raise SignatureError(
            f"Another letter of {partner.name} already has the number {said.sequence}.",
            "A letter cannot be changed after it was sent; write a new one.",
        )
    return row


def fresh(said: Letter, partner: Partner, *, token: str, shown: JSON) -> LetterRow:
    """Judge and apply a letter that comes for the first time."""
    if said.kind not in KINDS or KINDS[said.kind].watched:
        watch(partner, shown)
    cause: dict[str, JSON] = {
        "letter": said.id,
        "kind": said.kind,
        "from": said.sender,
        "record": said.record,
        "digest": said.digest,
    }
    try:
        with change(cause) as made:
            made.cause |= apply(said, partner)
            return file(said, partner, token=token, outcome=LetterRow.State.APPLIED)
    except PASSING:
        raise
    except Exception as fault:  # noqa: BLE001 -- a letter that breaks its handler must not block those behind it
        no = fault if isinstance(fault, HansaError) else malformed(said, fault)
        with change({**cause, "outcome": "refused"}):
            return file(said, partner, token=token, outcome=LetterRow.State.REFUSED, no=no)


def malformed(said: Letter, fault: Exception) -> HansaError:
    """Return the refusal of a letter that its kind cannot read; what was in it stays out of the log."""
    LOG.warning("letter of the kind %s: %s at %s", said.kind, type(fault).__name__, place(fault))
    return InvalidError(
        f"A letter of the kind '{said.kind}' does not have this form ({type(fault).__name__}).",
        "Both nodes must run a version that knows it; our node's log has the time of it.",
    )


def watch(partner: Partner, shown: JSON) -> None:
    """Note the checkpoint in a letter; raise the alarm for a ledger that did not only grow."""
    try:
        witness.watch(partner, "letters", witness=shown)
    except ProofError as fault:
        raise AlarmError(partner, fault) from fault


class AlarmError(HansaError):
    """The partner's ledger did not only grow; nothing is applied until a person looked."""

    def __init__(self, partner: Partner, fault: ProofError) -> None:
        super().__init__(fault.message, fault.remedy)
        self.partner = partner
        self.fault = fault

    def sound(self) -> None:
        """Keep the alarm for the home page, in a change of its own."""
        if not self.partner.alarm:
            with change({"alarm": self.partner.institution}):
                self.partner.alarm = self.fault.message
                self.partner.save(update_fields=["alarm"])


def apply(said: Letter, partner: Partner) -> dict[str, JSON]:
    """Ask the memorandum, then do what this kind of letter does; return what was cited."""
    kind = KINDS.get(said.kind)
    if kind is None:
        raise RefusedError(
            f"{own().name} does not know letters of the kind '{said.kind}'.",
            "Both nodes must run the area it belongs to, in a version that knows it.",
        )
    cited = ask(said, kind)
    kind.apply(said, partner)
    return cited


def ask(said: Letter, kind: Kind) -> dict[str, JSON]:
    """Ask our own copy of the memorandum whether the sender may say this."""
    if kind.permit is None:
        return {"outcome": "applied"}
    decision = demand(said.request(kind.permit))
    return {"outcome": "applied", "agreement": decision.agreement, "clause": decision.clause}


def file(
    said: Letter, partner: Partner, *, token: str, outcome: LetterRow.State, no: HansaError | None = None
) -> LetterRow:
    """Keep the letter with our receipt, and take its number."""
    now = timezone.now()
    receipt = Receipt(
        letter=said.id,
        digest_of_letter=said.digest,
        sender=own().id,
        recipient=said.sender,
        outcome=str(outcome),
        reason=no.message if no else "",
        remedy=no.remedy if no else "",
        at=moment(now),
    )
    partner.received_sequence = said.sequence
    partner.last_heard = now
    update(partner, "received_sequence", "last_heard", "letters_checkpoint", "unproven")
    return LetterRow.objects.create(
        id=said.id,
        direction=LetterRow.Direction.IN,
        partner=partner.institution,
        sequence=said.sequence,
        kind=said.kind,
        record=said.record,
        token=token,
        digest=said.digest,
        state=outcome,
        receipt=receipt.sign(own().signing),
        reason=receipt.reason,
        remedy=receipt.remedy,
        bytes=len(token),
        created=instant(said.created),
        settled=now,
    )


def answer(row: LetterRow, partner: Partner, *, content: dict[str, JSON]) -> dict[str, JSON]:
    """Return our receipt, our own witness and our cosignature, sealed for the sender."""
    note, since = witness.read(content.get("witness"))[0], content.get("seen")
    told: dict[str, JSON] = {
        "receipt": resign(row.receipt, key=own().signing, kind=Receipt.KIND),
        "witness": witness.shown(since=since if isinstance(since, int) else 0),
        "note": note,
        # Only what was judged is cosigned; a letter that comes again shows a checkpoint that was not.
        "cosignature": witness.cosigned(note) if note == partner.letters_checkpoint else "",
        "seen": witness.seen(partner, "letters"),
    }
    return wrap(told, to=partner)
