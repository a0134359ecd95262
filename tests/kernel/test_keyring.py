"""Earlier keys still count for what they signed then."""

import pytest

from hansa.kernel import jobs, keyring, rotation
from hansa.kernel.identity import own
from hansa.kernel.models import Job
from hansa.lib import rotation as statements
from hansa.lib.errors import SignatureError
from hansa.lib.keys import SigningKey
from hansa.lib.signatures import sign, verify
from tests.conftest import given
from tests.kernel.test_rotation import answer_all, next_keys, run_jobs
from tests.paper import SOLNA, PaperPartner

pytestmark = pytest.mark.usefixtures("house")


def rotate(scene):
    before = own()
    rotation.rotate()
    answer_all(scene)
    run_jobs()
    return before


def test_own_keys_are_the_present_one_and_those_before_latest_first(scene):
    with given():
        PaperPartner(id=SOLNA).row(state="blocked")
    first, second = rotate(scene), rotate(scene)

    assert keyring.signing_keys(own().id) == [key.signing.public for key in (own(), second, first)]
    tokens = keyring.rotations(own().id)
    assert statements.chain(tokens, first=first.identity)[-1] == own().identity


def test_partners_keys_are_those_its_letters_told_of(scene):
    first = scene.paper.identity
    second, third = next_keys(scene), next_keys(scene)
    assert keyring.signing_keys(scene.paper.id) == [second.signing, first.signing]

    scene.say(scene.note())

    assert keyring.signing_keys(scene.paper.id) == [third.signing, second.signing, first.signing]


def test_nobody_rotated_has_one_key(scene):
    assert keyring.signing_keys(scene.paper.id) == [scene.paper.signing.public]
    assert keyring.rotations(own().id) == []
    assert Job.objects.count() == 0
    assert jobs.run_due() == 0


def test_by_one_of_takes_the_key_that_holds(scene):
    first = rotate(scene)
    rotate(scene)
    token = sign({"a": 1}, key=first.signing, kind="test")

    found = keyring.by_one_of(own().id, lambda key: verify(token, key=key, kind="test"))

    assert found == {"a": 1}


def test_by_one_of_says_what_the_present_key_says(scene):
    rotate(scene)
    token = sign({"a": 1}, key=SigningKey.generate(), kind="test")

    with pytest.raises(SignatureError, match="another key made the signature"):
        keyring.by_one_of(own().id, lambda key: verify(token, key=key, kind="test"))


def test_keys_since_are_the_one_named_in_a_memorandum_and_those_after_it(scene):
    first, second = rotate(scene).signing.public, rotate(scene).signing.public

    assert keyring.keys_since(own().id, first) == [own().signing.public, second, first]
    assert keyring.keys_since(own().id, second) == [own().signing.public, second]


def test_keys_since_a_key_that_was_never_theirs_are_that_one_alone(scene):
    other = SigningKey.generate().public

    assert keyring.keys_since(scene.paper.id, other) == [other]
    assert keyring.keys_since(SOLNA, other) == [other]
    assert keyring.signing_keys(SOLNA) == []


def test_memorandum_signed_with_the_old_key_stays_in_force(scene, bound):
    _agreement, request = bound()
    rotate(scene)
    next_keys(scene)

    assert scene.say(scene.note(kind="tests.permitted", under=request)).outcome == "applied"
