import json
import re

import pytest
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import OKPKey

from hansa.lib.canonical import encode64
from hansa.lib.errors import InvalidError, SignatureError
from hansa.lib.keys import Identity, SealingKey, SealingPublicKey, SigningKey, VerifyingKey, derive
from tests.conformance import conformance


def test_verify_agrees_with_wycheproof() -> None:
    groups = json.loads((conformance("ed25519") / "ed25519_test.json").read_text())["testGroups"]
    cases = [(group["publicKey"]["pk"], case) for group in groups for case in group["tests"]]

    found = {case["tcId"]: _holds(bytes.fromhex(key), case) for key, case in cases}

    assert len(cases) == 151
    assert found == {case["tcId"]: case["result"] == "valid" for _, case in cases}


def _holds(key: bytes, case: dict[str, str]) -> bool:
    try:
        VerifyingKey(key).verify(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
    except SignatureError:
        return False
    return True


def test_signing_key_survives_its_file() -> None:
    key = SigningKey.generate()

    again = SigningKey.from_pem(key.pem())

    assert again.public == key.public
    again.public.verify(b"text", key.sign(b"text"))


def test_verify_refuses_another_text() -> None:
    key = SigningKey.generate()

    with pytest.raises(SignatureError, match="does not belong to this text"):
        key.public.verify(b"other", key.sign(b"text"))


def test_verifying_key_survives_its_text() -> None:
    key = SigningKey.generate().public

    assert VerifyingKey.from_text(key.text) == key
    assert len(key.text) == 43


def test_kid_is_the_thumbprint_that_joserfc_computes() -> None:
    signing, sealing = SigningKey.generate().public, SealingKey.generate().public

    assert signing.kid == OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": signing.text}).thumbprint()
    assert sealing.kid == OKPKey.import_key({"kty": "OKP", "crv": "X25519", "x": sealing.text}).thumbprint()


def test_fingerprint_can_be_read_aloud() -> None:
    key = VerifyingKey(bytes(range(32)))

    assert key.fingerprint == "MMG4-2KLG-YQZW-NEIS-KREL-XMS3-J72B-FJE4"
    assert re.fullmatch(r"([A-Z2-7]{4}-){7}[A-Z2-7]{4}", key.fingerprint)


@pytest.mark.parametrize("first", [0, 1, 0xEC, 0xED, 0xEE])
@pytest.mark.parametrize("sign", [0, 0x80])
def test_verifying_key_refuses_weak_points(first: int, sign: int) -> None:
    rest, last = (b"\xff" * 30, 0x7F) if first > 1 else (bytes(30), 0)

    with pytest.raises(InvalidError, match="weak"):
        VerifyingKey(bytes([first]) + rest + bytes([last | sign]))


@pytest.mark.parametrize("kind", [VerifyingKey, SealingPublicKey])
def test_public_keys_refuse_a_wrong_length(kind: type[VerifyingKey | SealingPublicKey]) -> None:
    with pytest.raises(InvalidError, match="32 bytes long"):
        kind.from_text(encode64(bytes(31)))


def test_from_pem_refuses_other_keys() -> None:
    other = Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    with pytest.raises(InvalidError, match="kind Ed25519"):
        SigningKey.from_pem(other)
    with pytest.raises(InvalidError, match="kind X25519"):
        SealingKey.from_pem(other)
    with pytest.raises(InvalidError, match="PKCS#8"):
        SigningKey.from_pem(b"nothing")


def test_sealing_keys_agree() -> None:
    one, two = SealingKey.generate(), SealingKey.generate()

    again = SealingKey.from_pem(one.pem())

    assert again.agree(two.public) == two.agree(SealingPublicKey.from_text(one.public.text))


def test_agree_refuses_weak_points() -> None:
    with pytest.raises(InvalidError, match="weak"):
        SealingKey.generate().agree(SealingPublicKey(bytes(32)))


def test_derive_separates_purposes() -> None:
    assert derive(b"secret", info="masks") == derive(b"secret", info="masks")
    assert derive(b"secret", info="masks") != derive(b"secret", info="sessions")
    assert len(derive(b"secret", info="masks")) == 32


def test_identity_survives_json() -> None:
    identity = Identity("https://ror.org/1", SigningKey.generate().public, SealingKey.generate().public)

    assert Identity.from_json(identity.to_json()) == identity


def test_fingerprint_of_identity_covers_name_and_both_keys() -> None:
    key, other, seal = SigningKey.generate().public, SigningKey.generate().public, SealingKey.generate().public
    identities = [
        Identity("https://ror.org/1", key, seal),
        Identity("https://ror.org/2", key, seal),
        Identity("https://ror.org/1", other, seal),
        Identity("https://ror.org/1", key, SealingKey.generate().public),
    ]

    assert len({identity.fingerprint for identity in identities}) == 4


@pytest.mark.parametrize(
    "value", [None, {}, {"id": "a", "signing_key": "b"}, {"id": 1, "signing_key": "b", "sealing_key": "c"}]
)
def test_identity_refuses_another_shape(value: object) -> None:
    with pytest.raises(InvalidError, match="An identity is an object"):
        Identity.from_json(value)
