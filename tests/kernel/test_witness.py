"""Partners watch each other's ledgers: what is shown, judged, kept and cosigned."""

import pytest
from django.utils import timezone

from hansa.kernel import ledger, witness
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.models import Cosignature
from hansa.lib import checkpoints
from hansa.lib.errors import InvalidError, ProofError, SignatureError
from hansa.lib.keys import SigningKey
from tests.conftest import given

MALFORMED = [
    None,
    {"checkpoint": "x"},
    {"checkpoint": 1, "from": 0, "proof": []},
    {"checkpoint": "x", "from": "0", "proof": []},
    {"checkpoint": "x", "from": 0, "proof": None},
]


@pytest.fixture
def five(db):
    """Let five things have happened here."""
    for number in range(5):
        with change({"number": number}):
            pass


@pytest.mark.parametrize("since", [0, 5, 6, -1])
def test_shown_needs_no_proof_from_nothing_or_from_where_we_are(five, since):
    shown = witness.shown(since=since)

    assert shown == {"checkpoint": ledger.checkpoint(5), "from": since, "proof": []}


def test_shown_proves_the_growth(five):
    shown = witness.shown(since=3)

    assert shown["proof"] == [step.hex() for step in ledger.consistency(3, 5)]
    assert shown["proof"]


@pytest.mark.parametrize("malformed", MALFORMED)
def test_read_refuses_what_is_malformed(malformed):
    with pytest.raises(InvalidError, match="no well-formed ledger checkpoint"):
        witness.read(malformed)


def test_watch_keeps_letters_and_receipts_apart(scene):
    partner, paper = scene.row, scene.paper
    assert (witness.seen(partner, "letters"), witness.seen(partner, "receipts")) == (0, 0)

    witness.watch(partner, "letters", witness=paper.witness(since=0))
    paper.leaves += [b"more", b"and more"]
    witness.watch(partner, "receipts", witness=paper.witness(since=0))

    assert (witness.seen(partner, "letters"), witness.seen(partner, "receipts")) == (1, 3)
    # An older checkpoint that comes by the other way is no step back.
    witness.watch(partner, "letters", witness=paper.witness(since=1))
    assert witness.seen(partner, "letters") == 3


def test_watch_refuses_a_checkpoint_by_another_key(scene):
    false = checkpoints.write(1, b"\0" * 32, key=SigningKey.generate(), name=scene.paper.id)

    with pytest.raises(SignatureError):
        witness.watch(scene.row, "letters", witness={"checkpoint": false, "from": 0, "proof": []})


def test_watch_takes_any_ledger_after_an_empty_one(scene):
    partner, paper = scene.row, scene.paper
    paper.leaves = []
    witness.watch(partner, "letters", witness=paper.witness(since=0))
    paper.leaves = [b"first", b"second"]

    witness.watch(partner, "letters", witness=paper.witness(since=1))

    assert (witness.seen(partner, "letters"), partner.unproven) == (2, 0)


def test_watch_says_the_alarm_again_while_it_stands(scene):
    partner = scene.row
    partner.alarm = "It got smaller."

    with pytest.raises(ProofError, match=r"It got smaller\. A person at this institution must look"):
        witness.watch(partner, "letters", witness=scene.paper.witness(since=0))


@pytest.mark.parametrize("line", [None, "", 7])
def test_keep_needs_no_cosignature(scene, line):
    witness.keep(scene.row, note="unread", line=line)

    assert Cosignature.objects.count() == 0


def test_keep_holds_only_the_latest_cosignature_of_each_partner(scene, five):
    for size in (3, 5):
        seen = checkpoints.parse(ledger.checkpoint(size)).checkpoint
        line = checkpoints.cosign(seen, key=scene.paper.signing, name=scene.paper.id, at=timezone.now())
        with given():
            witness.keep(scene.row, note=ledger.checkpoint(size), line=line)

    kept = Cosignature.objects.get()
    assert (kept.partner, kept.size, kept.checkpoint) == (scene.paper.id, 5, ledger.checkpoint(5))


def test_keep_refuses_a_cosignature_under_what_we_did_not_sign(scene, five):
    note = checkpoints.write(5, ledger.root(), key=SigningKey.generate(), name=own().id)
    line = checkpoints.cosign(
        checkpoints.parse(note).checkpoint, key=scene.paper.signing, name=scene.paper.id, at=timezone.now()
    )

    with given(), pytest.raises(SignatureError):
        witness.keep(scene.row, note=note, line=line)


def test_acknowledge_notes_what_the_partner_saw(scene, five):
    partner = scene.row

    witness.acknowledge(partner, 5)

    assert partner.acknowledged == 5


def test_acknowledge_notices_that_this_node_runs_from_an_old_copy(scene, five):
    with pytest.raises(ProofError, match="holds only 5") as old:
        witness.acknowledge(scene.row, 6)

    assert old.value.remedy == "This node runs from an old copy. Stop it and restore the newest backup."


def test_acknowledge_refuses_what_is_no_number(scene):
    with pytest.raises(InvalidError, match="does not say what was seen"):
        witness.acknowledge(scene.row, None)


def test_watch_bears_growth_proven_from_elsewhere(scene):
    partner, paper = scene.row, scene.paper
    witness.watch(partner, "letters", witness=paper.witness(since=0))
    paper.leaves += [b"second", b"third"]

    witness.watch(partner, "letters", witness=paper.witness(since=2))

    assert (witness.seen(partner, "letters"), partner.unproven) == (1, 1)
