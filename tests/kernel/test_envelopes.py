"""Envelopes: who brings them, for whom they are, and what a stranger is told."""

from datetime import UTC, datetime, timedelta

import pytest

from hansa.kernel import door, envelopes, partners
from hansa.kernel.identity import own
from hansa.kernel.models import Partner
from hansa.lib.canonical import digest
from hansa.lib.errors import InvalidError, RefusedError, SignatureError
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.sealing import seal
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_wraps_and_opens_again(scene):
    envelope = envelopes.wrap({"letter": "x"}, to=scene.row, now=NOW)

    assert set(envelope) == {"hansa", "to", "from", "sealed", "hop"}
    assert (envelope["from"], envelope["to"]) == (own().id, scene.paper.id)
    assert scene.paper.open(envelope) == {"letter": "x"}


def test_check_accepts_what_a_known_partner_brings(scene):
    outside, partner = envelopes.check(scene.paper.envelope({}), now=datetime.now(UTC))

    assert (outside["from"], partner) == (scene.paper.id, scene.row)


@pytest.mark.parametrize("broken", [None, [], {"hansa": "envelope/1"}, "version"])
def test_check_refuses_what_is_no_envelope(scene, broken):
    if broken == "version":
        broken = {**scene.paper.envelope({}), "hansa": "envelope/2"}

    with pytest.raises(InvalidError, match="not an envelope of version 1"):
        envelopes.check(broken, now=NOW)


def test_check_turns_a_stranger_away_saying_how_to_get_known(scene):
    stranger = PaperPartner(id=SOLNA)

    with pytest.raises(RefusedError, match=f"{own().name} does not know {SOLNA}.*invitation"):
        door.hand_in(stranger.envelope({}))


@pytest.mark.parametrize("state", ["introduced", "blocked"])
def test_check_turns_away_partners_that_nobody_confirmed_or_that_are_blocked(scene, state):
    with given():
        partner = scene.row
        partner.state = state
        partner.save()

    with pytest.raises(RefusedError, match="does not know"):
        scene.say(scene.note())

    assert scene.effects() == []


def test_changed_key_is_refused_until_its_fingerprint_is_confirmed(scene, person):
    administrator = person("administrator")
    old = scene.paper.signing, scene.paper.sealing
    scene.paper.signing, scene.paper.sealing = SigningKey.generate(), SealingKey.generate()

    with pytest.raises(SignatureError, match="not signed with the key we confirmed for Karolinska Institutet") as no:
        scene.say(scene.note())
    assert "send a signed rotation, or a person confirms the new fingerprint" in no.value.remedy

    new = scene.paper.identity
    scene.paper.sequence = 0
    text = invitation_of(scene.paper)
    partner = partners.renew(scene.row, by=administrator, invitation=text)
    with pytest.raises(RefusedError, match=r"nobody at .* has confirmed the new one yet"):
        scene.say(scene.note())
    scene.paper.signing, scene.paper.sealing = old
    with pytest.raises(RefusedError, match=r"nobody at .* has confirmed the new one yet"):
        scene.say(scene.note())

    partners.confirm(partner, by=administrator, fingerprint=new.fingerprint)
    with pytest.raises(SignatureError, match="not signed with the key we confirmed"):
        scene.say(scene.note())
    assert Partner.objects.get().keys == new
    assert scene.effects() == []


def test_confirmed_new_key_works(scene, person):
    administrator = person("administrator")
    scene.say(scene.note("old key"))
    scene.paper.signing, scene.paper.sealing = SigningKey.generate(), SealingKey.generate()
    partner = partners.renew(scene.row, by=administrator, invitation=invitation_of(scene.paper))

    partners.confirm(partner, by=administrator, fingerprint=scene.paper.identity.fingerprint)

    assert scene.say(scene.note("new key")).outcome == "applied"
    assert scene.effects() == ["old key", "new key"]


def invitation_of(paper):
    from hansa.lib.signatures import sign

    payload = {"hansa": "invitation/1", "name": "KI", "address": "", "identity": paper.identity.to_json()}
    return sign(payload, key=paper.signing, kind=partners.KIND)


@pytest.mark.parametrize("part", ["sealed", "to"])
def test_check_refuses_an_envelope_altered_on_the_way(scene, part):
    envelope = scene.paper.seal_letter(scene.note())
    envelope[part] = SOLNA if part == "to" else scene.paper.envelope({})["sealed"]

    with pytest.raises(SignatureError, match="altered on the way"):
        door.hand_in(envelope)

    assert scene.effects() == []


@pytest.mark.parametrize(("hours", "words"), [(1, "60 minutes ahead of ours"), (-1, "60 minutes behind ours")])
def test_check_refuses_a_clock_that_is_an_hour_off_in_minutes(scene, hours, words):
    sealed = seal(b"{}", to=own().sealing.public)
    envelope = scene.paper.address(sealed, at=datetime.now(UTC) + timedelta(hours=hours))

    with pytest.raises(InvalidError, match=f"The clock of Karolinska Institutet is {words}") as no:
        door.hand_in(envelope)

    assert no.value.remedy == "Set both clocks by network time (NTP) and send again; the letter is kept."


def test_check_bears_an_old_envelope_that_a_third_node_held(scene):
    envelope = scene.paper.address("x", at=datetime.now(UTC) - timedelta(days=3))

    outside, _partner = envelopes.check(envelope, now=datetime.now(UTC), fresh=False)

    assert digest(outside["sealed"]) == digest("x")


def test_open_refuses_what_holds_no_letter(scene):
    sealed = seal(b"[]", to=own().sealing.public)

    with pytest.raises(InvalidError, match="holds no letter"):
        door.hand_in(scene.paper.address(sealed))


def test_open_refuses_what_is_sealed_for_somebody_else(scene):
    sealed = seal(b"{}", to=SealingKey.generate().public)

    with pytest.raises(InvalidError, match="closed to another key"):
        door.hand_in(scene.paper.address(sealed))
