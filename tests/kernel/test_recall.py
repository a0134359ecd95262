"""What partners saw of this node: asked, told, held against the copy, and what follows where something is lost."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from hansa.kernel import ledger, partners, recall
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.inbox import AlarmError
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.kernel.models.ledger import LedgerEntry
from hansa.kernel.recall import RESTORED, Question, Seen
from hansa.lib import checkpoints
from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError, RefusedError, SignatureError
from hansa.lib.keys import SigningKey
from hansa.lib.letters import moment
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner

GONE = "The disk burnt."


def asked(paper, *, key=None, **changes):
    """Return the question of a partner on paper."""
    said = {"sender": paper.id, "recipient": own().id, "at": moment(datetime.now(UTC)), **changes}
    return Question(**said).sign(key or paper.signing)


def ask(paper, **changes):
    token = asked(paper, **changes)
    return Seen.read(recall.answer(paper.id, token), key=own().signing.public), token


def word(paper, *, size=0, root=None, key=None, **changes):
    """Return what a partner on paper says it saw of the node."""
    note = checkpoints.write(size, root or ledger.root(size), key=key or own().signing, name=own().id) if size else ""
    said = {
        "sender": paper.id,
        "recipient": own().id,
        "at": moment(datetime.now(UTC)),
        "question": "",
        "checkpoint": note,
        "received": 0,
        "answered": 0,
        **changes,
    }
    return Seen(**said)


def hear(scene, token, **options):
    return recall.hear(scene.row, token, **options)


def grow(count=3):
    for number in range(count):
        with change({"tested": number}):
            pass


@pytest.fixture
def copy(scene):
    """Return a node of three entries that sent one letter and took one, and what its partner says when that is all."""
    scene.send()
    scene.say(scene.note())
    grow(1)
    said = word(scene.paper, size=3, received=1, answered=1)
    return SimpleNamespace(scene=scene, said=said, heard={scene.paper.id: said})


def test_answer_tells_what_was_seen_of_the_one_that_asks(scene):
    scene.say(scene.note())
    scene.say(scene.note())

    said, token = ask(scene.paper)

    assert (said.sender, said.recipient, said.question) == (own().id, scene.paper.id, digest(token))
    assert (said.received, said.answered) == (2, 0)
    assert said.size == len(scene.paper.leaves)
    assert said.checkpoint == scene.row.letters_checkpoint


def test_answer_counts_the_letters_that_were_answered(scene):
    for state in ("applied", "refused", "waiting"):
        LetterRow.objects.filter(pk=scene.send().pk).update(state=state)

    said, _token = ask(scene.paper)

    assert (said.answered, said.received, said.size, said.checkpoint) == (2, 0, 0, "")


def test_answer_turns_away_who_asks_for_somebody_else(scene):
    other = PaperPartner(id=SOLNA)

    with pytest.raises(RefusedError, match="does not know"):
        ask(other)
    with pytest.raises(RefusedError, match="by or for somebody else"):
        ask(scene.paper, recipient=SOLNA)
    with pytest.raises(SignatureError):
        ask(scene.paper, key=SigningKey.generate())
    with pytest.raises(InvalidError, match="clock"):
        ask(scene.paper, at=moment(datetime.now(UTC) - timedelta(hours=1)))


@pytest.mark.parametrize(("sender", "token"), [(None, "x"), ("x", None)])
def test_answer_needs_a_question(db, sender, token):
    with pytest.raises(InvalidError, match="names no sender"):
        recall.answer(sender, token)


def test_question_is_ours_and_for_one_partner(scene):
    said = Question.read(recall.question(scene.paper.id), key=own().signing.public)

    assert (said.sender, said.recipient) == (own().id, scene.paper.id)


def test_hear_takes_an_answer_and_what_is_said_unasked(scene):
    grow()
    told, token = word(scene.paper, size=2), recall.question(scene.paper.id)
    answer = word(scene.paper, question=digest(token))

    assert hear(scene, told.sign(scene.paper.signing)) == told
    assert hear(scene, answer.sign(scene.paper.signing), asked=token) == answer


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sender": SOLNA}, "by or to somebody else"),
        ({"recipient": SOLNA}, "by or to somebody else"),
        ({"question": "sha256:0"}, "to another question"),
        ({"at": moment(datetime.now(UTC) - timedelta(hours=1))}, "clock"),
        ({"checkpoint": "no note"}, "cannot be read"),
        ({"size": 2, "key": SigningKey.generate()}, "no signature by the known key"),
    ],
)
def test_hear_refuses_what_is_not_said_now_and_to_us(scene, changes, words):
    grow()

    with pytest.raises((SignatureError, InvalidError), match=words):
        hear(scene, word(scene.paper, **changes).sign(scene.paper.signing))


def test_hear_needs_a_word(scene):
    with pytest.raises(InvalidError, match="does not say what it saw"):
        hear(scene, None)


def test_nothing_is_lost_where_partners_saw_no_more_than_the_copy_holds(copy):
    assert recall.losses(copy.heard) == []
    assert recall.losses({copy.scene.paper.id: word(copy.scene.paper)}) == []

    recall.demand_nothing_lost(copy.heard)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"size": 4, "root": bytes(32)}, "has seen 4 entries of this node's ledger; the copy holds 3"),
        ({"size": 3, "root": bytes(32)}, "has seen another ledger of 3 entries"),
        ({"received": 2}, "has exchanged letters with this node which the copy does not know"),
        ({"answered": 2}, "has exchanged letters with this node which the copy does not know"),
    ],
)
def test_old_copy_is_refused_naming_the_partner(copy, changes, words):
    with pytest.raises(RefusedError) as refused:
        recall.demand_nothing_lost({copy.scene.paper.id: word(copy.scene.paper, **changes)})

    assert refused.value.message.startswith(f"Karolinska Institutet {words}")
    assert "--declare-loss" in refused.value.remedy


def test_every_partner_has_to_be_heard_or_done_without(copy):
    with given():
        PaperPartner(id=SOLNA).row()

    with pytest.raises(RefusedError, match="by: Karolinska University Hospital"):
        recall.demand_nothing_lost(copy.heard)

    recall.demand_nothing_lost(copy.heard, without=[SOLNA])


def test_somebody_has_to_be_heard(copy):
    with pytest.raises(RefusedError, match="No partner could be asked"):
        recall.demand_nothing_lost({}, without=[copy.scene.paper.id])


def test_node_without_partners_asks_nobody(db):
    recall.demand_nothing_lost({})

    assert not recall.concerned().exists()


def test_partner_that_was_only_introduced_has_seen_nothing(scene):
    with given():
        PaperPartner(id=SOLNA).row(state=Partner.State.INTRODUCED)

    assert [partner.institution for partner in recall.concerned()] == [scene.paper.id]


def test_resume_is_written_into_the_ledger(copy):
    recall.resume(copy.heard)

    entry = json.loads(LedgerEntry.objects.last().body)
    assert (entry["restored"], entry["seen"], entry["loss"]) == (3, {copy.scene.paper.id: 3}, False)
    assert not LetterRow.objects.filter(kind=RESTORED).exists()


def test_partner_that_was_not_heard_is_blocked(copy):
    recall.resume({})

    assert copy.scene.row.state == Partner.State.BLOCKED
    assert json.loads(LedgerEntry.objects.last().body)["moves"] == {copy.scene.row.urn: ["known", "blocked"]}


def test_declared_loss_is_told_under_a_number_that_was_never_used(copy):
    seen = word(copy.scene.paper, size=9, root=bytes(32), received=7, answered=5)

    recall.resume({copy.scene.paper.id: seen}, reason=GONE)

    row = LetterRow.objects.get(kind=RESTORED)
    assert (row.sequence, row.state) == (8, "waiting")
    assert copy.scene.row.sent_sequence == 8
    body = recall.Letter.read(row.token, key=own().signing.public).body
    assert body == {"size": 3, "seen": 9, "received": 1, "reason": GONE}
    entry = json.loads(LedgerEntry.objects.last().body)
    assert (entry["restored"], entry["seen"], entry["loss"]) == (3, {copy.scene.paper.id: 9}, True)
    assert GONE not in LedgerEntry.objects.last().body


def test_partner_that_is_not_known_now_is_not_told(copy):
    with given():
        Partner.objects.update(state=Partner.State.BLOCKED)

    recall.resume({copy.scene.paper.id: word(copy.scene.paper, received=7)}, reason=GONE)

    assert not LetterRow.objects.filter(kind=RESTORED).exists()
    assert copy.scene.row.sent_sequence == 7


def notice(scene, **changes):
    """Let the partner tell that it went back to two entries of its ledger."""
    scene.paper.leaves = [b"first", b"other"]
    return scene.paper.write(RESTORED, body={"size": 2, "seen": 4, "received": 1, "reason": GONE, **changes})


def test_notice_of_a_loss_is_an_alarm_until_a_person_accepts_it(scene, administrator):
    for _number in range(3):
        scene.say(scene.note())

    receipt = scene.say(notice(scene))

    assert receipt.outcome == "applied"
    assert scene.row.alarm == (
        "Karolinska Institutet restored its node from a copy. We had seen 4 entries; it goes on from 2. "
        "It says: The disk burnt."
    )
    with pytest.raises(AlarmError):
        scene.say(later := scene.note())
    partners.accept_ledger(scene.row, by=administrator, explanation="They wrote to us.")
    assert scene.say(later).outcome == "applied"
    assert scene.row.alarm == ""


def test_notice_is_not_cosigned(scene):
    scene.say(scene.note())

    answer = scene.hand_in(scene.paper.seal_letter(notice(scene)))

    assert (answer["cosignature"], answer["seen"]) == ("", 0)


def test_letters_that_a_partner_lost_are_brought_again(scene):
    for _number in range(3):
        scene.send()
    LetterRow.objects.update(state="applied", attempts=4, next_at=None)

    scene.say(notice(scene))

    found = LetterRow.objects.filter(direction="out").order_by("sequence").values_list("state", "attempts")
    assert list(found) == [("applied", 4), ("waiting", 0), ("waiting", 0)]


@pytest.mark.parametrize("changes", [{"size": "two"}, {"received": None}, {"reason": 1}])
def test_notice_that_does_not_say_from_where_is_refused(scene, changes):
    receipt = scene.say(notice(scene, **changes))

    assert receipt.outcome == "refused"
    assert scene.row.alarm == ""
