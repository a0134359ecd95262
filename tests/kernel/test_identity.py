from pathlib import Path

import pytest
from django.conf import settings

from hansa.kernel import identity
from hansa.kernel.identity import own
from hansa.lib.errors import InvalidError
from hansa.lib.keys import SealingKey, SigningKey
from tests.conftest import BERLIN


def test_own_is_read_from_the_directory():
    keys = Path(settings.HANSA_NODE) / "keys"

    me = own()

    assert (me.id, me.name, me.address) == (BERLIN, "Charité – Universitätsmedizin Berlin", "")
    assert me.signing.pem() == (keys / "signing.pem").read_bytes()
    assert me.sealing.pem() == (keys / "sealing.pem").read_bytes()
    assert me.secret == (keys / "secret").read_bytes()
    assert me.directory == Path(settings.HANSA_NODE)
    assert own() is me


def test_identity_tells_only_what_partners_may_know():
    told = own().identity.to_json()

    assert told == {
        "id": BERLIN,
        "signing_key": own().signing.public.text,
        "sealing_key": own().sealing.public.text,
    }


@pytest.mark.parametrize("name", ["node.toml", "keys/signing.pem", "keys/sealing.pem", "keys/secret"])
def test_own_says_which_file_is_missing(house, name):
    (house / name).unlink()

    with pytest.raises(InvalidError, match=f"{name} is missing") as missing:
        own()

    assert missing.value.remedy == f"Make the node with: hansa init {house}"


def test_own_notices_new_keys_at_once(house):
    before = own()
    signing, sealing = SigningKey.generate(), SealingKey.generate()
    for name, key in (("signing", signing), ("sealing", sealing)):
        (house / "keys" / "new.pem").write_bytes(key.pem())
        (house / "keys" / "new.pem").replace(house / "keys" / f"{name}.pem")

    assert own().identity.signing == signing.public
    assert own().identity.sealing == sealing.public
    assert own().identity != before.identity


def test_own_opens_with_the_next_sealing_key_too(house):
    assert [key.public for key in own().openers] == [own().sealing.public]
    following = SealingKey.generate()

    (house / "keys" / "next-sealing.pem").write_bytes(following.pem())

    assert [key.public for key in own().openers] == [own().sealing.public, following.public]


def test_forget_reads_the_directory_anew(house):
    before = own()

    identity.forget()

    assert own() is not before
    assert own().identity == before.identity
