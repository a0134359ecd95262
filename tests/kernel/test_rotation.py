"""Keys change without anybody meeting again, and whatever happens in between."""

import pytest
from django.utils import timezone

from hansa.kernel import door, envelopes, identity, jobs, ledger, outbox, rotation
from hansa.kernel.identity import own
from hansa.kernel.models import Job, LedgerEntry, Partner
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import rotation as statements
from hansa.lib.errors import RefusedError, SignatureError
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.letters import Hop, Letter, Receipt
from hansa.lib.sealing import seal
from hansa.lib.signatures import payload_of
from tests.conftest import given
from tests.kernel.conftest import Scene
from tests.kernel.test_door import call
from tests.paper import SOLNA, PaperPartner

pytestmark = pytest.mark.usefixtures("house")


def answer_all(scene):
    """Let the partner on paper answer every letter that waits for it."""
    for row in outbox.due(scene.row):
        door.hand_in(scene.paper.answer(outbox.envelope(row, scene.row)))


def run_jobs():
    Job.objects.update(next_at=timezone.now())
    jobs.run_due()


def state_of_job():
    row = Job.objects.latest("pk")
    return row.state, row.waits_for


def key_files(house):
    return sorted(path.name for path in (house / "keys").glob("*.pem"))


def test_rotate_tells_every_partner_and_keeps_both_pairs_of_keys(scene, house):
    before = own().identity

    following = rotation.rotate()

    assert own().identity == before
    assert following.signing != before.signing
    assert following.sealing != before.sealing
    assert key_files(house) == ["next-sealing.pem", "next-signing.pem", "sealing.pem", "signing.pem"]
    assert {path.stat().st_mode & 0o777 for path in (house / "keys").iterdir()} == {0o600}
    row = LetterRow.objects.get()
    said = Letter.read(row.token, key=before.signing)
    assert (said.kind, said.record) == ("partners.rotated", f"urn:hansa:keys:{following.fingerprint}")
    assert statements.read(said.body["rotation"], previous=before) == following
    entry = LedgerEntry.objects.get().body
    assert "PRIVATE" not in entry
    assert f'"record":"{said.record}","rotation":"begun"' in entry


def test_node_changes_its_keys_once_every_partner_took_note(scene, house):
    before, following = own().identity, rotation.rotate()
    scene.send()

    run_jobs()
    assert state_of_job() == ("waiting", "Karolinska Institutet must take note of the new keys first.")
    assert own().identity == before

    answer_all(scene)
    waits = scene.send()
    run_jobs()

    assert state_of_job() == ("done", "")
    assert own().identity == following
    assert key_files(house) == ["sealing.pem", "signing.pem"]
    # What waited is signed with the new key when it goes out; its text is the same.
    envelope = outbox.envelope(waits, scene.row)
    assert Hop.read(envelope["hop"], key=following.signing).sender == own().id
    assert Letter.read(scene.paper.open(envelope)["letter"], key=following.signing).digest == waits.digest


def test_node_without_partners_changes_its_keys_at_once(db, house):
    following = rotation.rotate()

    run_jobs()

    assert own().identity == following


def test_rotate_refuses_while_the_keys_are_being_changed(scene):
    rotation.rotate()

    with pytest.raises(RefusedError, match="are being changed already") as no:
        rotation.rotate()
    assert no.value.remedy == "Wait until the node has changed them."
    run_jobs()
    with pytest.raises(RefusedError) as no:
        rotation.rotate()

    assert no.value.remedy == "Karolinska Institutet must take note of the new keys first."
    assert LetterRow.objects.count() == 1


def test_nobody_waits_for_a_blocked_partner(scene):
    following = rotation.rotate()
    with given():
        partner = scene.row
        partner.state = "blocked"
        partner.save()

    run_jobs()

    assert own().identity == following


def test_partner_that_came_meanwhile_is_told_too(scene):
    following = rotation.rotate()
    answer_all(scene)
    solna = Scene(PaperPartner(id=SOLNA))
    with given():
        solna.paper.row()

    run_jobs()

    assert state_of_job() == ("waiting", "Karolinska University Hospital must take note of the new keys first.")
    assert [row.kind for row in outbox.due(solna.row)] == ["partners.rotated"]
    answer_all(solna)
    run_jobs()
    assert own().identity == following


def test_letters_sealed_to_either_key_are_opened_during_the_change(scene):
    following = rotation.rotate()

    for key in (own().sealing.public, following.sealing):
        assert envelopes.opened(seal(b"x", to=key)) == b"x"

    answer_all(scene)
    run_jobs()
    assert envelopes.opened(seal(b"x", to=following.sealing)) == b"x"


def test_crash_before_anybody_was_told_uses_the_same_keys_again(scene, house):
    rotation.make("next-signing", SigningKey.generate().pem())
    (house / "keys" / "next-sealing.part").write_bytes(b"half a key")
    kept = (house / "keys" / "next-signing.pem").read_bytes()

    following = rotation.rotate()

    assert (house / "keys" / "next-signing.pem").read_bytes() == kept
    assert following.signing == SigningKey.from_pem(kept).public


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_crash_while_the_files_change_places_is_finished_by_the_job(scene, house, moved):
    following = rotation.rotate()
    answer_all(scene)
    for name in ("signing", "sealing")[:moved]:
        (house / "keys" / f"next-{name}.pem").replace(house / "keys" / f"{name}.pem")
    identity.forget()

    assert rotation.after() == following
    assert envelopes.opened(seal(b"x", to=following.sealing)) == b"x"
    run_jobs()

    assert state_of_job() == ("done", "")
    assert own().identity == following
    assert key_files(house) == ["sealing.pem", "signing.pem"]


def test_lost_files_are_named_and_the_keys_can_be_changed_once_more(scene, house):
    before = own().identity
    rotation.rotate()
    answer_all(scene)
    (house / "keys" / "next-signing.pem").unlink()

    run_jobs()

    assert Job.objects.get().state == "failed"
    assert "Bring back keys/next-signing.pem" in Job.objects.get().trouble
    assert own().identity == before
    following = rotation.rotate()
    answer_all(scene)
    run_jobs()
    assert own().identity == following


def test_lost_files_brought_back_let_the_same_change_go_on(scene, house):
    following = rotation.rotate()
    saved = (house / "keys" / "next-signing.pem").read_bytes()
    (house / "keys" / "next-signing.pem").unlink()
    run_jobs()
    (house / "keys" / "next-signing.pem").write_bytes(saved)

    assert rotation.rotate() == following
    answer_all(scene)
    run_jobs()

    assert own().identity == following


def test_receipt_given_before_is_given_again_with_the_new_key(scene):
    said = scene.note()
    first = scene.say(said)
    following = rotation.rotate()
    answer_all(scene)
    run_jobs()

    again = scene.hand_in(scene.paper.seal_letter(said))

    assert Receipt.read(again["receipt"], key=following.signing) == first
    assert scene.effects() == ["hello"]


def test_ledger_still_verifies_after_both_sides_changed_their_keys(scene):
    answer = scene.send()
    answer_all(scene)
    answer.refresh_from_db()
    rotation.rotate()
    answer_all(scene)
    run_jobs()
    assert ledger.verify() == []

    new = next_keys(scene)
    scene.say(scene.note())

    assert scene.row.keys == new
    assert ledger.verify() == []


# The other side: partners that change their keys.


def announce(scene, following, **changes):
    """Let the partner on paper announce its next keys."""
    old = scene.paper
    token = statements.write(
        changes.get("previous", old.identity),
        following.identity,
        old=old.signing,
        new=changes.get("new", following.signing),
        at=timezone.now(),
    )
    letter = old.write("partners.rotated", record="urn:x", body={"rotation": token})
    reply = door.hand_in(old.seal_letter(letter))
    # Whoever announces new keys opens both; we seal to the new ones as soon as we took note of them.
    opener = following if scene.row.announced == following.identity else old
    return Receipt.read(opener.open(reply)["receipt"], key=own().signing.public)


def next_keys(scene):
    """Let the partner on paper announce new keys and use them."""
    following = PaperPartner()
    assert announce(scene, following).outcome == "applied"
    scene.paper.signing, scene.paper.sealing = following.signing, following.sealing
    return scene.paper.identity


def test_partner_is_followed_to_its_new_keys(scene):
    old, following = scene.paper.identity, PaperPartner()

    assert announce(scene, following).outcome == "applied"

    # Until it uses them, it signs with the old key; we seal to the new at once.
    assert (scene.row.state, scene.row.keys, scene.row.announced) == ("known", old, following.identity)
    row = scene.send()
    content = following.open(outbox.envelope(row, scene.row))
    assert payload_of(content["letter"])["id"] == row.id
    scene.paper.sealing = following.sealing
    assert scene.say(scene.note("with the old key")).outcome == "applied"

    scene.paper.signing = following.signing
    assert scene.say(scene.note("with the new key")).outcome == "applied"

    assert (scene.row.keys, scene.row.claimed) == (following.identity, None)
    assert scene.effects() == ["with the old key", "with the new key"]
    assert LedgerEntry.objects.filter(body__contains='"rotated":').count() == 1


def test_old_key_opens_nothing_once_the_new_one_was_used(scene):
    old = scene.paper.signing
    next_keys(scene)
    scene.say(scene.note())
    scene.paper.signing = old

    with pytest.raises(SignatureError, match="not signed with the key we confirmed"):
        scene.say(scene.note("by a thief of the old key"))


def test_receipt_with_the_new_key_counts(scene):
    row = scene.send()
    next_keys(scene)

    answer_all(scene)

    row.refresh_from_db()
    assert row.state == "applied"
    assert scene.row.announced is None
    assert ledger.verify() == []


def test_partner_that_only_dials_out_is_followed_by_its_call(scene):
    new = next_keys(scene)

    door.collect(scene.paper.id, call(scene.paper))

    assert scene.row.keys == new


def test_neither_key_opens_for_a_third_one(scene):
    next_keys(scene)
    scene.paper.signing = SigningKey.generate()

    with pytest.raises(SignatureError):
        scene.say(scene.note())

    assert scene.effects() == []


@pytest.mark.parametrize("forged", ["without the new key", "about other keys", "no rotation"])
def test_forged_rotation_is_refused_for_good(scene, forged):
    old, following = scene.paper.identity, PaperPartner()
    if forged == "no rotation":
        receipt = scene.say(scene.paper.write("partners.rotated", body={"rotation": 7}))
    elif forged == "about other keys":
        receipt = announce(scene, following, previous=PaperPartner().identity)
    else:
        receipt = announce(scene, following, new=SigningKey.generate())

    assert receipt.outcome == "refused"
    assert (scene.row.keys, scene.row.announced) == (old, None)


def test_second_rotation_follows_the_first(scene):
    next_keys(scene)
    new = next_keys(scene)

    scene.say(scene.note())

    assert scene.row.keys == new


def test_going_over_twice_is_going_over_once(scene):
    next_keys(scene)
    stale = scene.row
    scene.say(scene.note())

    envelopes.go_over(stale)

    assert stale.keys == scene.paper.identity
    assert Partner.objects.get().claimed is None


def test_changed_key_without_an_announcement_stays_refused(scene):
    scene.paper.signing, scene.paper.sealing = SigningKey.generate(), SealingKey.generate()

    with pytest.raises(SignatureError, match="not signed with the key we confirmed"):
        scene.say(scene.note())
