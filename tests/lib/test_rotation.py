from datetime import UTC, datetime

import pytest

from hansa.lib import rotation
from hansa.lib.errors import HansaError, SignatureError
from hansa.lib.keys import Identity, SealingKey, SigningKey
from hansa.lib.rotation import Rotation
from hansa.lib.signatures import payload_of, sign

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
KI = "https://ror.org/056d84691"


class House:
    """An institution whose keys change."""

    def __init__(self, institution=KI):
        self.signing = SigningKey.generate()
        self.identity = Identity(institution, self.signing.public, SealingKey.generate().public)

    def over_to(self, other):
        return rotation.write(self.identity, other.identity, old=self.signing, new=other.signing, at=AT)


@pytest.fixture
def houses():
    return [House() for _ in range(3)]


def test_write_and_read_give_the_next_identity(houses):
    old, new, _ = houses

    token = old.over_to(new)

    assert rotation.read(token, previous=old.identity) == new.identity
    said = payload_of(token)
    assert (said["hansa"], said["at"]) == ("rotation/1", "2026-11-23T12:00:00.000Z")
    assert (said["previous"], said["following"]) == (old.identity.to_json(), new.identity.to_json())


def test_read_refuses_what_another_key_signed(houses):
    old, new, thief = houses

    with pytest.raises(SignatureError):
        rotation.read(thief.over_to(new), previous=old.identity)


def test_read_refuses_a_key_whose_owner_did_not_agree(houses):
    old, new, thief = houses
    token = rotation.write(old.identity, new.identity, old=old.signing, new=thief.signing, at=AT)

    with pytest.raises(SignatureError):
        rotation.read(token, previous=old.identity)


def test_read_refuses_a_proof_made_for_another_rotation(houses):
    old, new, other = houses
    proof = payload_of(other.over_to(new))["proof"]
    said = payload_of(old.over_to(new))
    token = sign({**said, "proof": proof}, key=old.signing, kind=Rotation.KIND)

    with pytest.raises(SignatureError, match="proves its owner for another rotation"):
        rotation.read(token, previous=old.identity)


def test_read_refuses_another_institution_and_other_keys(houses):
    old, new, other = houses
    elsewhere = House("https://ror.org/00m8d6786")
    sealed_elsewhere = Identity(KI, old.signing.public, other.identity.sealing)

    for token, previous in [(old.over_to(elsewhere), old.identity), (old.over_to(new), sealed_elsewhere)]:
        with pytest.raises(SignatureError, match="about other keys, or another institution"):
            rotation.read(token, previous=previous)


def test_read_refuses_the_same_key_again(houses):
    old = houses[0]

    with pytest.raises(SignatureError, match="the same key again") as refused:
        rotation.read(old.over_to(old), previous=old.identity)

    assert refused.value.remedy == "Compare the fingerprint of the new key by telephone instead."


@pytest.mark.parametrize("token", [None, "", "a.b.c"])
def test_read_refuses_what_is_no_rotation(houses, token):
    with pytest.raises(HansaError):
        rotation.read(token, previous=houses[0].identity)


def test_chain_follows_every_link_from_the_first(houses):
    first, second, third = houses
    links = [first.over_to(second), second.over_to(third)]

    assert rotation.chain(links, first=first.identity) == [one.identity for one in houses]
    assert rotation.chain([], first=first.identity) == [first.identity]
    with pytest.raises(SignatureError):
        rotation.chain(links[1:], first=first.identity)
