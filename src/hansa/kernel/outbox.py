"""The outbox: what is due for a partner, and what becomes of it.

Letters to one partner go out one after another, in the order of their numbers, so
what happened to a record arrives in the order in which it happened.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from hansa.kernel import witness
from hansa.kernel.change import change
from hansa.kernel.envelopes import Opened, wrap
from hansa.kernel.identity import own
from hansa.kernel.letters import KINDS
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.kernel.models.statements import first, update
from hansa.lib import shapes
from hansa.lib.canonical import JSON
from hansa.lib.errors import HansaError, InvalidError, ProofError, SignatureError
from hansa.lib.letters import Letter, Receipt, instant
from hansa.lib.signatures import payload_of, resign

FIRST_PAUSE = timedelta(milliseconds=200)
LONGEST_PAUSE = timedelta(seconds=60)
# A third node keeps every copy until it is collected, so copies must be few.
FIRST_PASSING = timedelta(seconds=30)
LONGEST_PASSING = timedelta(minutes=15)


def due(partner: Partner, *, most: int = 16) -> list[LetterRow]:
    """Return the letters this partner has not answered, oldest first."""
    return list(
        LetterRow.objects.filter(
            direction=LetterRow.Direction.OUT, state=LetterRow.State.WAITING, partner=partner.institution
        ).order_by("sequence")[:most]
    )


def envelope(row: LetterRow, partner: Partner) -> dict[str, JSON]:
    """Return a letter of the outbox sealed for its recipient."""
    shown = witness.shown(since=partner.acknowledged)
    # A letter may have waited while our keys changed; its text and so its digest stay the same.
    token = resign(row.token, key=own().signing, kind=Letter.KIND)
    return wrap({"letter": token, "witness": shown, "seen": witness.seen(partner, "receipts")}, to=partner)


def settle(opened: Opened, *, size: int = 0) -> LetterRow:
    """Keep a partner's receipt: the letter is applied there, or refused for good."""
    token, note = opened.content.get("receipt"), opened.content.get("note")
    if not isinstance(token, str) or not isinstance(note, str):
        raise InvalidError("The envelope holds no receipt.", "Ask its sender to send it again.")
    receipt = Receipt.read(token, key=opened.partner.keys.signing)
    partner = opened.partner
    with transaction.atomic():
        partner.lock()
        row = answered(receipt, partner)
        if row.state != LetterRow.State.WAITING:
            return row
        with change(told(row, receipt)):
            record(row, receipt=receipt, token=token, size=size)
            hear(partner, opened.content, note=note)
            react(row)
    return row


def told(row: LetterRow, receipt: Receipt) -> dict[str, JSON]:
    """Return what the ledger tells of a receipt: enough for a bundle to notice that our letter was left out of it."""
    said = {"receipt": row.id, "from": receipt.sender, "outcome": receipt.outcome, "kind": row.kind}
    about = {"record": row.record, "agreement": payload_of(row.token).get("agreement", "")} if row.record else {}
    return {**said, **about}


def answered(receipt: Receipt, partner: Partner) -> LetterRow:
    """Return the letter a receipt is about, or refuse the receipt."""
    row: LetterRow | None = first(
        LetterRow, id=receipt.letter, direction=LetterRow.Direction.OUT.value, partner=partner.institution
    )
    if row is None or row.digest != receipt.digest_of_letter or receipt.sender != partner.institution:
        raise SignatureError("The receipt is for a letter we did not send.", "It was ignored.")
    if receipt.outcome not in (LetterRow.State.APPLIED, LetterRow.State.REFUSED):
        raise InvalidError(f"The receipt says '{receipt.outcome}'.", "It must say applied or refused.")
    return row


def record(row: LetterRow, *, receipt: Receipt, token: str, size: int) -> None:
    """Write a receipt beside its letter."""
    row.state = receipt.outcome
    row.receipt, row.reason, row.remedy = token, shapes.remark(receipt.reason), shapes.remark(receipt.remedy)
    row.trouble, row.settled = "", instant(receipt.at)
    row.bytes = row.bytes or size or len(row.token)
    update(row, "state", "receipt", "reason", "remedy", "trouble", "settled", "bytes")


def hear(partner: Partner, content: dict[str, JSON], *, note: str) -> None:
    """Keep what the partner's receipt shows of its ledger and signs of ours."""
    partner.last_heard, partner.trouble = timezone.now(), ""
    witness.keep(partner, note=note, line=content.get("cosignature"))
    try:
        witness.watch(partner, "receipts", witness=content.get("witness"))
        witness.acknowledge(partner, content.get("seen"))
    except ProofError as fault:
        partner.alarm = partner.alarm or fault.message
    update(partner, "last_heard", "trouble", "receipts_checkpoint", "unproven", "acknowledged", "alarm")


def react(row: LetterRow) -> None:
    """Let the area know that a partner refused its letter."""
    kind = KINDS.get(row.kind)
    if row.state == LetterRow.State.REFUSED and kind is not None and kind.refused is not None:
        kind.refused(row)


def postpone(row: LetterRow, partner: Partner, *, trouble: HansaError) -> None:
    """Try a letter again later, and say on the pages why it waits."""
    row.attempts += 1
    pause = min(FIRST_PAUSE * 2 ** min(row.attempts - 1, 10), LONGEST_PAUSE)
    LetterRow.objects.filter(pk=row.pk, state=LetterRow.State.WAITING).update(
        attempts=row.attempts, next_at=timezone.now() + pause, trouble=str(trouble)
    )
    partner.observe(trouble=str(trouble))


def passed_on(row: LetterRow) -> None:
    """Note that a third node holds the letter; bring it again, ever less often, if no receipt comes."""
    pause = min(FIRST_PASSING * 2 ** min(row.attempts, 10), LONGEST_PASSING)
    LetterRow.objects.filter(pk=row.pk).update(attempts=row.attempts + 1, next_at=timezone.now() + pause)


def hurry(partner: Partner) -> int:
    """Try the letters that wait for a partner again at once, because a person asks for it; return how many."""
    waiting = LetterRow.objects.filter(
        direction=LetterRow.Direction.OUT, state=LetterRow.State.WAITING, partner=partner.institution
    )
    return waiting.update(next_at=timezone.now())
