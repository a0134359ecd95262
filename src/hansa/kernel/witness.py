"""Witness: partners watch that each other's ledger only ever grows.

With every letter and every receipt a node shows its partner a checkpoint of its
ledger and the proof that the ledger the partner last saw is still inside it. A
ledger that shrank or was rewritten is noticed at the next letter: the partner
keeps an alarm until a person looks into it.

Letters and receipts of one partner overtake each other on the wire, so what we
saw in its letters and what we saw in its receipts are kept apart.
"""

from typing import Any, Literal

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.kernel import ledger
from hansa.kernel.identity import own
from hansa.kernel.models import Cosignature, Partner
from hansa.lib import checkpoints
from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError, ProofError

Way = Literal["letters", "receipts"]
PATIENCE = 20


def shown(*, since: int) -> dict[str, JSON]:
    """Return our checkpoint and the proof that it grew from ``since`` entries."""
    size = ledger.size()
    proof = ledger.consistency(since, size) if 0 < since < size else []
    return {"checkpoint": ledger.checkpoint(size), "from": since, "proof": [step.hex() for step in proof]}


def seen(partner: Partner, way: Way) -> int:
    """Return up to which size we saw the partner's ledger, in its letters or its receipts."""
    note = kept(partner, way)
    return checkpoints.parse(note).checkpoint.size if note else 0


def kept(partner: Partner, way: Way) -> str:
    """Return the last checkpoint of the partner we saw on one way."""
    return partner.letters_checkpoint if way == "letters" else partner.receipts_checkpoint


def watch(partner: Partner, way: Way, *, witness: JSON) -> None:
    """Note the partner's new checkpoint, or raise ProofError for a ledger that did not only grow.

    A proof that starts elsewhere than at the size we know is no fault: a receipt may
    have been lost. But growth that stays unproven letter after letter is one.
    """
    if partner.alarm:
        raise ProofError(partner.alarm, _("A person at this institution must look into it first."))
    note, since, proof = read(witness)
    known = checkpoints.parse(kept(partner, way)).checkpoint if kept(partner, way) else None
    size = checkpoints.parse(note).checkpoint.size
    if known is not None and known.size != since and size > known.size > 0 and partner.unproven < PATIENCE:
        partner.unproven += 1
        return
    checkpoints.judge(
        known,
        note,
        proof={"from": since, "proof": proof},
        key=partner.keys.signing,
        name=partner.institution,
    )
    partner.unproven = 0
    if way == "letters":
        partner.letters_checkpoint = note
    else:
        partner.receipts_checkpoint = note


def read(witness: JSON) -> tuple[str, int, list[JSON]]:
    """Return checkpoint, starting size and proof that a letter shows."""
    if isinstance(witness, dict) and set(witness) == {"checkpoint", "from", "proof"}:
        note, since, proof = witness["checkpoint"], witness["from"], witness["proof"]
        if isinstance(note, str) and isinstance(since, int) and isinstance(proof, list):
            return note, since, proof
    raise InvalidError(
        "The letter shows no well-formed ledger checkpoint.", "Both nodes must speak version 1 of the letters."
    )


def cosigned(note: str) -> str:
    """Return our signature line under a partner's checkpoint."""
    return checkpoints.cosign(checkpoints.parse(note).checkpoint, key=own().signing, name=own().id, at=timezone.now())


def keep(partner: Partner, *, note: str, line: JSON) -> None:
    """Keep a partner's signature under our own checkpoint."""
    if not isinstance(line, str) or not line:
        return
    checkpoint = checkpoints.verify(note, key=own().signing.public, name=own().id)
    at = checkpoints.verify_cosignature(line, checkpoint=checkpoint, key=partner.keys.signing, name=partner.institution)
    kept: dict[str, Any] = {"size": checkpoint.size, "checkpoint": note, "line": line, "at": at}
    if not Cosignature.objects.filter(partner=partner.institution).update(**kept):
        Cosignature.objects.create(partner=partner.institution, **kept)


def acknowledge(partner: Partner, count: JSON) -> None:
    """Note how much of our ledger the partner saw; notice if that is more than we hold."""
    if not isinstance(count, int):
        raise InvalidError("The receipt does not say what was seen.", "Both nodes must speak version 1 of the letters.")
    partner.acknowledged = count
    if count > ledger.size():
        raise ProofError(
            _("{name} has seen {seen} entries of our own ledger; it holds only {size}.").format(
                name=partner.name, seen=count, size=ledger.size()
            ),
            _("This node runs from an old copy. Stop it and restore the newest backup."),
        )
