"""Letters that arrive: applied once, refused for good, or turned away without a trace."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import OperationalError, connection

from hansa.kernel import ledger
from hansa.kernel.identity import own
from hansa.kernel.inbox import GapError
from hansa.kernel.models import Agreement, LedgerEntry, Partner
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import checkpoints
from hansa.lib.errors import HansaError, InvalidError, ProofError, SignatureError
from hansa.lib.keys import SigningKey
from hansa.lib.letters import moment
from tests.conftest import given
from tests.kernel.conftest import PERMITTED, RECORD, Scene
from tests.paper import SOLNA, memorandum


def last_entry():
    return json.loads(LedgerEntry.objects.latest("position").body)


@pytest.fixture
def traceless(scene: Scene):
    """Hold that a letter which is turned away leaves no trace."""
    before = ledger.size()
    yield

    assert ledger.size() == before
    assert scene.effects() == []
    assert LetterRow.objects.count() == 0
    assert scene.row.received_sequence == 0


def test_applies_a_letter_and_tells_it_in_the_ledger(scene):
    said = scene.note()

    receipt = scene.say(said)

    assert (receipt.letter, receipt.digest_of_letter, receipt.outcome) == (said.id, said.digest, "applied")
    assert (receipt.sender, receipt.recipient) == (own().id, scene.paper.id)
    assert scene.effects() == ["hello"]
    assert last_entry() == {
        "letter": said.id,
        "kind": said.kind,
        "from": scene.paper.id,
        "record": RECORD,
        "digest": said.digest,
        "outcome": "applied",
        "moves": {},
        "letters": [],
    }


def test_answers_with_its_ledger_and_its_cosignature(scene):
    scene.say(scene.note())
    said = scene.note("again")

    answer = scene.hand_in(scene.paper.seal_letter(said, seen=1))

    seen = checkpoints.verify(answer["witness"]["checkpoint"], key=own().signing.public, name=own().id)
    assert (seen.size, answer["witness"]["from"]) == (ledger.size(), 1)
    theirs = checkpoints.parse(answer["note"]).checkpoint
    assert theirs.size == len(scene.paper.leaves) == answer["seen"]
    at = checkpoints.verify_cosignature(
        answer["cosignature"], checkpoint=theirs, key=own().signing.public, name=own().id
    )
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_proves_nothing_to_a_partner_that_does_not_say_what_it_saw(scene):
    answer = scene.hand_in(scene.paper.seal_letter(scene.note(), seen="nothing"))

    assert answer["witness"]["from"] == 0


def test_replayed_envelope_gets_the_same_receipt_and_no_second_effect(scene):
    envelope = scene.paper.seal_letter(scene.note())

    first, second = scene.hand_in(envelope), scene.hand_in(envelope)

    assert second["receipt"] == first["receipt"]
    assert scene.effects() == ["hello"]
    assert LetterRow.objects.count() == 1


def test_cosigns_nothing_it_did_not_judge(scene):
    said = scene.note()
    scene.say(said)
    forged = checkpoints.write(7, b"\1" * 32, key=SigningKey.generate(), name=SOLNA)

    answer = scene.hand_in(scene.paper.seal_letter(said, witness={"checkpoint": forged, "from": 0, "proof": []}))

    assert answer["cosignature"] == ""


def test_refuses_an_altered_letter(scene, traceless):
    token = scene.note().sign(scene.paper.signing)
    other = scene.note("something else").sign(scene.paper.signing)
    altered = ".".join([token.split(".")[0], other.split(".")[1], token.split(".")[2]])

    with pytest.raises(SignatureError, match="does not belong to this text"):
        scene.hand_in(scene.paper.envelope({"letter": altered, "witness": scene.paper.witness(since=0), "seen": 0}))


def test_refuses_another_letter_under_a_used_number(scene):
    scene.say(scene.note())
    scene.paper.sequence = 0

    with pytest.raises(SignatureError, match="already has the number 1"):
        scene.say(scene.note("changed my mind"))

    assert scene.effects() == ["hello"]


def test_refuses_a_name_that_another_letter_has(scene):
    first = scene.note()
    scene.say(first)

    with pytest.raises(SignatureError, match="already has this name"):
        scene.say(scene.note("second", id=first.id))

    assert scene.effects() == ["hello"]


def test_turns_away_a_letter_after_a_gap_and_tells_the_number_it_waits_for(scene, traceless):
    scene.note("lost on the way")

    with pytest.raises(GapError, match="Letter number 1 has not arrived") as gap:
        scene.say(scene.note())

    assert gap.value.expected == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"recipient": SOLNA}, "by or for somebody else"),
        ({"sender": SOLNA}, "by or for somebody else"),
    ],
    ids=["for somebody else", "wrong sender inside"],
)
def test_refuses_a_letter_by_or_for_somebody_else(scene, traceless, changes, sentence):
    with pytest.raises(SignatureError, match=sentence):
        scene.say(scene.note(**changes))


@pytest.mark.parametrize("minutes", [10, 60 * 24])
def test_refuses_a_letter_written_in_the_future(scene, traceless, minutes):
    later = moment(datetime.now(UTC) + timedelta(minutes=minutes))

    with pytest.raises(InvalidError, match=f"{minutes} minutes ahead of ours.*NTP"):
        scene.say(scene.note(created=later))


def test_takes_a_letter_that_waited_long_or_from_a_clock_slightly_ahead(scene):
    old = moment(datetime.now(UTC) - timedelta(days=30))
    soon = moment(datetime.now(UTC) + timedelta(minutes=2))

    outcomes = [scene.say(scene.note(created=created)).outcome for created in (old, soon)]

    assert outcomes == ["applied", "applied"]


def test_refuses_an_envelope_without_a_letter(scene, traceless):
    with pytest.raises(InvalidError, match="holds no letter"):
        scene.hand_in(scene.paper.envelope({"letter": 7}))


def test_refuses_a_letter_without_a_witness(scene, traceless):
    with pytest.raises(InvalidError, match="no well-formed ledger checkpoint"):
        scene.say(scene.note(), witness=None)


def test_refuses_an_unknown_kind_for_good(scene):
    receipt = scene.say(scene.note(kind="exchanges.nominated"))

    assert receipt.outcome == "refused"
    assert receipt.reason == f"{own().name} does not know letters of the kind 'exchanges.nominated'."
    assert receipt.remedy == "Both nodes must run the area it belongs to, in a version that knows it."
    assert scene.say(scene.note("next")).outcome == "applied"


def test_refusal_of_a_handler_leaves_only_the_refusal_and_its_entry(scene):
    receipt = scene.say(scene.note("no"))

    assert (receipt.outcome, receipt.reason, receipt.remedy) == (
        "refused",
        "We do not want this.",
        "Write something else.",
    )
    assert scene.effects() == []
    row = LetterRow.objects.get()
    assert (row.state, row.reason, row.remedy) == ("refused", receipt.reason, receipt.remedy)
    assert last_entry()["outcome"] == "refused"
    assert ledger.size() == 1


def test_letter_that_breaks_its_handler_is_refused_without_its_data_and_blocks_nothing(scene, caplog):
    receipt = scene.say(scene.note("break"))

    assert (receipt.outcome, receipt.reason) == (
        "refused",
        "A letter of the kind 'tests.noted' does not have this form (KeyError).",
    )
    assert scene.effects() == []
    assert "KeyError at tests.kernel.conftest:" in caplog.text
    assert "person" not in caplog.text
    assert scene.say(scene.note("next")).outcome == "applied"


def test_applies_a_letter_under_a_clause_in_force_and_cites_it(scene, bound):
    agreement, request = bound()

    receipt = scene.say(scene.note(kind=PERMITTED, under=request))

    assert receipt.outcome == "applied"
    assert (last_entry()["agreement"], last_entry()["clause"]) == (agreement.hash, "4.1")


def test_refuses_a_letter_that_states_no_terms(scene, bound):
    bound()

    receipt = scene.say(scene.note(kind=PERMITTED))

    assert (receipt.outcome, receipt.reason) == (
        "refused",
        "The letter does not state its parties, purposes and limits.",
    )


def test_refuses_a_letter_under_an_expired_memorandum(scene, bound):
    _agreement, request = bound(valid={"from": "2020-01-01", "until": "2021-01-01", "notice_days": 90})

    receipt = scene.say(scene.note(kind=PERMITTED, under=request))

    assert receipt.outcome == "refused"
    assert "2021-01-01" in receipt.reason
    assert receipt.remedy
    assert scene.effects() == []


def test_refuses_a_letter_after_the_notice_ran_out(scene, bound):
    agreement, request = bound()
    with given():
        agreement.ends_on = date(2026, 2, 1)
        agreement.save()

    receipt = scene.say(scene.note(kind=PERMITTED, under=request))

    assert (receipt.outcome, "2026-02-01" in receipt.reason) == ("refused", True)


def test_suspension_works_at_once_when_its_letter_arrives(scene, bound):
    agreement, request = bound()
    assert scene.say(scene.note(kind=PERMITTED, under=request)).outcome == "applied"

    body = {"document": agreement.document, "reason": "An incident."}
    scene.say(scene.paper.write("agreements.suspended", record=agreement.urn, body=body))

    receipt = scene.say(scene.note("too late", kind=PERMITTED, under=request))
    assert receipt.outcome == "refused"
    assert "suspended" in receipt.reason
    assert Agreement.objects.get().suspended_by == scene.paper.id


def test_amended_version_supersedes_the_one_before(scene, bound):
    old, under_old = bound()
    document = memorandum(scene.paper)
    changed = {**document, "version": 2, "previous": old.hash}
    with given():
        old.state = "amended"
        old.save()
    new, under_new = bound(version=2, previous=old.hash)
    assert new.document == changed

    receipts = [scene.say(scene.note(kind=PERMITTED, under=under)) for under in (under_old, under_new)]

    assert [receipt.outcome for receipt in receipts] == ["refused", "applied"]
    assert scene.effects() == ["hello"]


def test_smaller_ledger_raises_an_alarm_that_stays_until_a_person_accepts(scene, person):
    from hansa.kernel import partners

    for _ in range(3):
        scene.say(scene.note())
    scene.paper.leaves = scene.paper.leaves[:1]
    scene.paper.sequence = 3

    for _ in range(2):
        with pytest.raises(HansaError, match="got smaller") as alarm:
            scene.say(scene.note("after the rollback", sequence=4))
        scene.paper.leaves = scene.paper.leaves[:-1]

    assert alarm.value.remedy
    assert "got smaller" in scene.row.alarm
    assert scene.effects() == ["hello"] * 3
    assert LedgerEntry.objects.filter(body__contains='"alarm":').count() == 1
    assert scene.row.received_sequence == 3

    partners.accept_ledger(scene.row, by=person("administrator"), explanation="They restored a backup.")

    scene.paper.sequence = 3
    scene.paper.shown = 0
    assert scene.say(scene.note("after the call")).outcome == "applied"
    assert scene.row.alarm == ""


@pytest.mark.parametrize("grows", [False, True], ids=["same size", "larger"])
def test_rewritten_ledger_raises_the_alarm(scene, grows):
    scene.say(scene.note())
    size = len(scene.paper.leaves)
    scene.paper.leaves = [f"made up {number}".encode() for number in range(size - 1 + grows)]

    with pytest.raises(HansaError, match="was rewritten"):
        scene.say(scene.note())

    assert "was rewritten" in scene.row.alarm
    assert scene.effects() == ["hello"]


def test_growth_that_stays_unproven_is_borne_for_a_while_only(scene):
    scene.say(scene.note())
    outcomes = []
    for number in range(20):
        scene.paper.shown = 1
        outcomes.append(scene.say(scene.note(str(number))).outcome)
    assert (outcomes, scene.row.unproven) == (["applied"] * 20, 20)
    scene.paper.shown = 1

    with pytest.raises(HansaError, match="begins at another number of entries"):
        scene.say(scene.note("one too many"))

    assert scene.row.alarm
    assert scene.row.received_sequence == 21


def test_proof_from_where_we_stand_ends_the_patience(scene):
    scene.say(scene.note())
    known = len(scene.paper.leaves)
    scene.paper.shown = 1
    scene.say(scene.note())
    assert scene.row.unproven == 1

    scene.paper.shown = known
    scene.say(scene.note())

    assert scene.row.unproven == 0


@pytest.mark.django_db(transaction=True)
def test_full_database_gives_no_receipt_loses_nothing_and_works_after_room_is_made(scene):
    if connection.vendor != "sqlite":
        pytest.skip("SQLite can be filled by a limit of pages; PostgreSQL needs a full disk")
    big = "x" * 200_000
    envelope = scene.paper.seal_letter(scene.note(big))
    before = ledger.size()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages}")

        with pytest.raises(OperationalError, match="full"):
            scene.hand_in(envelope)

        cursor.execute(f"PRAGMA max_page_count = {2**30}")
    assert (ledger.size(), scene.effects(), scene.row.received_sequence) == (before, [], 0)
    assert LetterRow.objects.count() == 0

    scene.hand_in(envelope)

    assert (ledger.size(), scene.effects(), scene.row.received_sequence) == (before + 1, [big], 1)


def test_alarm_is_an_error_of_its_own(scene):
    from hansa.kernel.inbox import AlarmError

    alarm = AlarmError(scene.row, ProofError("It got smaller.", "Ask them."))
    alarm.sound()
    alarm.partner.refresh_from_db()

    AlarmError(alarm.partner, ProofError("And again.", "Ask them.")).sound()

    assert Partner.objects.get().alarm == "It got smaller."


def test_kind_that_tells_of_a_lost_ledger_is_not_watched(scene, kinds):
    from hansa.kernel.letters import letter

    heard = []
    letter("tests.lost", because="A test.", watched=False)(lambda said, partner: heard.append(said.id))
    for _ in range(3):
        scene.say(scene.note())
    scene.paper.leaves = [b"first"]

    answer = scene.hand_in(scene.paper.seal_letter(scene.paper.write("tests.lost")))

    assert len(heard) == 1
    assert answer["cosignature"] == ""
    assert scene.row.alarm == ""
