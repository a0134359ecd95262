"""The outbox: letters go out in order, receipts settle them, and what fails is tried again."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from hansa.kernel import door, ledger, outbox
from hansa.kernel.identity import own
from hansa.kernel.letters import KINDS
from hansa.kernel.models import Cosignature, LedgerEntry
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import checkpoints
from hansa.lib.errors import InvalidError, SignatureError, UnreachableError
from hansa.lib.keys import SigningKey
from hansa.lib.letters import Letter, Receipt, moment
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner


@pytest.fixture
def sent(scene):
    """Return a letter that waits in the outbox."""
    return scene.send()


def deliver(scene, row, **answer):
    """Let the partner on paper answer a letter of the outbox."""
    return scene.paper.answer(outbox.envelope(row, scene.row), **answer)


def test_due_gives_waiting_letters_in_order(scene):
    rows = [scene.send() for _ in range(3)]
    with given():
        PaperPartner(id=SOLNA).row()

    assert [row.pk for row in outbox.due(scene.row)] == [row.pk for row in rows]
    assert [row.pk for row in outbox.due(scene.row, most=1)] == [rows[0].pk]


def test_envelope_holds_the_letter_our_checkpoint_and_the_proof_it_grew(scene, sent):
    for _ in range(3):
        scene.send()
    partner = scene.row
    partner.acknowledged = 2

    content = scene.paper.open(outbox.envelope(sent, partner))

    letter = Letter.read(content["letter"], key=own().signing.public)
    assert (letter.id, letter.digest, letter.sequence) == (sent.id, sent.digest, 1)
    grown = checkpoints.verify(content["witness"]["checkpoint"], key=own().signing.public, name=own().id)
    known = checkpoints.Checkpoint(grown.origin, 2, ledger.root(2))
    proof = {"from": content["witness"]["from"], "proof": content["witness"]["proof"]}
    judged = checkpoints.judge(
        known, content["witness"]["checkpoint"], proof=proof, key=own().signing.public, name=own().id
    )
    assert judged.size == 4
    assert content["seen"] == 0


def test_receipt_settles_the_letter_and_keeps_the_cosignature(scene, sent):
    assert door.hand_in(deliver(scene, sent)) is None

    sent.refresh_from_db()
    assert (sent.state, sent.trouble, sent.bytes) == ("applied", "", len(sent.token))
    assert Receipt.read(sent.receipt, key=scene.paper.signing.public).letter == sent.id
    kept = Cosignature.objects.get(partner=scene.paper.id)
    seen = checkpoints.verify(kept.checkpoint, key=own().signing.public, name=own().id)
    assert (kept.size, seen.root) == (1, ledger.root(1))
    assert (
        checkpoints.verify_cosignature(kept.line, checkpoint=seen, key=scene.paper.signing.public, name=scene.paper.id)
        == kept.at
    )
    partner = scene.row
    assert (partner.acknowledged, partner.alarm, partner.trouble) == (1, "", "")
    assert partner.receipts_checkpoint == scene.paper.checkpoint()
    assert ledger.verify() == []
    assert json.loads(LedgerEntry.objects.latest("position").body) == {
        "receipt": sent.id,
        "from": scene.paper.id,
        "outcome": "applied",
        "kind": "tests.noted",
        "record": sent.record,
        "agreement": "",
        "moves": {},
        "letters": [],
    }


def test_second_receipt_changes_nothing(scene, sent):
    receipt = deliver(scene, sent)
    door.hand_in(receipt)
    size = ledger.size()

    door.hand_in(receipt)

    assert ledger.size() == size


def test_next_receipt_proves_growth_from_the_last(scene, sent):
    door.hand_in(deliver(scene, sent))
    scene.paper.leaves += [b"other", b"things"]
    second = scene.send()

    door.hand_in(deliver(scene, second))

    assert scene.row.receipts_checkpoint == scene.paper.checkpoint()
    assert (scene.row.unproven, scene.row.alarm) == (0, "")


def test_refusal_is_kept_with_its_reason_and_told_to_the_area(scene, sent, kinds):
    door.hand_in(deliver(scene, sent, outcome="refused", reason="Clause 4.1 does not permit it.", remedy="Amend it."))

    sent.refresh_from_db()
    assert (sent.state, sent.reason, sent.remedy) == ("refused", "Clause 4.1 does not permit it.", "Amend it.")
    assert [row.pk for row in kinds["refused"]] == [sent.pk]


def test_applied_letter_is_not_told_to_the_area(scene, sent, kinds):
    door.hand_in(deliver(scene, sent))

    assert kinds["refused"] == []


@pytest.mark.parametrize("kind", ["nobody.reacts", "unknown.here"])
def test_refusal_nobody_reacts_to_is_only_kept(scene, kinds, kind):
    sent = scene.send("nobody.reacts")
    if kind == "nobody.reacts":
        KINDS[kind] = KINDS["tests.permitted"]

    door.hand_in(deliver(scene, sent, outcome="refused", reason="No."))

    sent.refresh_from_db()
    assert (sent.state, kinds["refused"]) == ("refused", [])


def receipt_for(scene, row, **changes):
    values = {
        "letter": row.id,
        "digest_of_letter": row.digest,
        "sender": scene.paper.id,
        "recipient": own().id,
        "outcome": "applied",
        "reason": "",
        "remedy": "",
        "at": moment(datetime.now(UTC)),
    }
    return Receipt(**{**values, **changes})


def content_with(scene, said, *, key=None, **changes):
    note = ledger.checkpoint()
    content = {
        "receipt": said.sign(key or scene.paper.signing),
        "witness": scene.paper.witness(since=0),
        "note": note,
        "cosignature": "",
        "seen": 1,
    }
    return scene.paper.envelope({**content, **changes})


@pytest.mark.parametrize(
    "changes",
    [{"letter": "0" * 32}, {"digest_of_letter": "sha256:" + "0" * 64}, {"sender": SOLNA}],
    ids=["unknown letter", "another letter", "another sender"],
)
def test_receipt_for_what_we_did_not_send_is_ignored(scene, sent, changes):
    with pytest.raises(SignatureError, match="for a letter we did not send"):
        door.hand_in(content_with(scene, receipt_for(scene, sent, **changes)))

    assert LetterRow.objects.get().state == "waiting"


def test_forged_receipt_is_refused(scene, sent):
    with pytest.raises(SignatureError):
        door.hand_in(content_with(scene, receipt_for(scene, sent), key=SigningKey.generate()))

    assert LetterRow.objects.get().state == "waiting"


def test_receipt_of_another_partner_is_refused(scene, sent):
    other = PaperPartner(id=SOLNA)
    with given():
        other.row()
    forged = receipt_for(scene, sent, sender=SOLNA)

    with pytest.raises(SignatureError, match="for a letter we did not send"):
        door.hand_in(
            other.envelope(
                {
                    "receipt": forged.sign(other.signing),
                    "witness": other.witness(since=0),
                    "note": ledger.checkpoint(),
                    "cosignature": "",
                    "seen": 1,
                }
            )
        )

    assert LetterRow.objects.get().state == "waiting"


def test_receipt_that_says_neither_applied_nor_refused_is_malformed(scene, sent):
    with pytest.raises(InvalidError, match="The receipt says 'maybe'"):
        door.hand_in(content_with(scene, receipt_for(scene, sent, outcome="maybe")))


@pytest.mark.parametrize("changes", [{"receipt": 1}, {"note": None}])
def test_envelope_without_a_receipt_is_malformed(scene, sent, changes):
    with pytest.raises(InvalidError, match="holds no receipt"):
        door.hand_in(content_with(scene, receipt_for(scene, sent), **changes))


def test_receipt_without_a_cosignature_still_counts(scene, sent):
    door.hand_in(content_with(scene, receipt_for(scene, sent)))

    assert LetterRow.objects.get().state == "applied"
    assert Cosignature.objects.count() == 0


def test_receipt_with_a_false_cosignature_is_refused_whole(scene, sent):
    line = checkpoints.cosign(
        checkpoints.parse(ledger.checkpoint()).checkpoint,
        key=SigningKey.generate(),
        name=scene.paper.id,
        at=timezone.now(),
    )

    with pytest.raises(SignatureError):
        door.hand_in(content_with(scene, receipt_for(scene, sent), cosignature=line))

    assert LetterRow.objects.get().state == "waiting"


def test_receipt_that_does_not_say_what_was_seen_is_malformed(scene, sent):
    with pytest.raises(InvalidError, match="does not say what was seen"):
        door.hand_in(content_with(scene, receipt_for(scene, sent), seen="all"))


def test_partner_that_saw_more_of_our_ledger_than_we_hold_raises_the_alarm(scene, sent):
    door.hand_in(content_with(scene, receipt_for(scene, sent), seen=900))

    assert LetterRow.objects.get().state == "applied"
    assert scene.row.alarm == "Karolinska Institutet has seen 900 entries of our own ledger; it holds only 1."


def test_rolled_back_ledger_in_a_receipt_raises_the_alarm_and_keeps_the_receipt(scene, sent):
    door.hand_in(deliver(scene, sent))
    scene.paper.leaves = [b"first"]
    second = scene.send()
    envelope = content_with(scene, receipt_for(scene, second))

    door.hand_in(envelope)

    second.refresh_from_db()
    assert second.state == "applied"
    assert "got smaller" in scene.row.alarm
    first_alarm = scene.row.alarm
    third = scene.send()
    door.hand_in(content_with(scene, receipt_for(scene, third), seen=900))
    assert scene.row.alarm == first_alarm


def test_postpone_waits_longer_each_time_up_to_a_minute_and_says_why(scene, sent):
    trouble = UnreachableError("They do not answer.", "It is tried again.")
    pauses = []
    for _ in range(12):
        before = timezone.now()
        outbox.postpone(sent, scene.row, trouble=trouble)
        sent.refresh_from_db()
        pauses.append((sent.next_at - before) / timedelta(seconds=1))

    assert pauses[:4] == pytest.approx([0.2, 0.4, 0.8, 1.6], abs=0.05)
    assert pauses[-1] == pytest.approx(60, abs=0.5)
    assert (sent.attempts, sent.trouble) == (12, "They do not answer. It is tried again.")
    assert scene.row.trouble == sent.trouble


def test_postpone_leaves_an_answered_letter_alone(scene, sent):
    old = LetterRow.objects.get()
    door.hand_in(deliver(scene, sent))

    outbox.postpone(old, scene.row, trouble=UnreachableError("Late."))

    sent.refresh_from_db()
    assert (sent.attempts, sent.trouble) == (0, "")


def test_passed_on_letter_is_brought_again_ever_less_often(scene, sent):
    pauses = []
    for _ in range(8):
        before = timezone.now()
        outbox.passed_on(sent)
        sent.refresh_from_db()
        pauses.append(round((sent.next_at - before) / timedelta(seconds=1)))

    assert pauses == [30, 60, 120, 240, 480, 900, 900, 900]


def test_hurry_tries_what_waits_for_one_partner_at_once(scene, sent):
    outbox.postpone(sent, scene.row, trouble=UnreachableError("Away."))
    other = PaperPartner(id=SOLNA)
    with given():
        other.row()

    assert outbox.hurry(scene.row) == 1

    sent.refresh_from_db()
    assert sent.next_at <= timezone.now()
    assert sent.attempts == 1
