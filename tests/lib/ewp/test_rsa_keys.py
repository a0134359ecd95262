import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from hansa.lib.errors import InvalidError, SignatureError
from hansa.lib.ewp import rsa_keys
from hansa.lib.ewp.rsa_keys import RsaKeyPair, RsaPublicKey
from tests.lib.ewp.example_network import pair


def der(private) -> str:
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(public).decode()


def pem(private) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_public_key_comes_back_from_its_text():
    text = "\n    " + pair().public.text[:80] + "\n    " + pair().public.text[80:] + "\n"

    key = RsaPublicKey.from_text(text)

    assert key == pair().public
    assert key.key_id == hashlib.sha256(base64.b64decode(pair().public.text)).hexdigest()


def test_key_pair_comes_back_from_pem():
    again = RsaKeyPair.from_pem(pair().pem)

    assert again.public == pair().public
    assert b"PRIVATE" not in repr(again).encode()


def test_signature_holds_for_its_message_and_no_other():
    signature = pair().sign(b"one")

    assert pair().public.is_signed(b"one", signature=signature)
    assert not pair().public.is_signed(b"two", signature=signature)
    assert not pair(1).public.is_signed(b"one", signature=signature)
    assert not pair().public.is_signed(b"one", signature=b"")


def test_generate_makes_a_key_of_the_length_asked_for():
    assert pair().private.key_size == 2048
    with pytest.raises(InvalidError, match="1024 bits is too short"):
        RsaKeyPair.generate(1024)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no base64!", "not base64"),
        ("ä", "not base64"),
        ("bm9=", "not base64"),
        (base64.b64encode(b"no key").decode(), "not an RSA key"),
        (der(generate_curve_key(SECP256R1())), "not an RSA key"),
        (der(generate_private_key(65537, 1024)), "has 1024 bits; the network asks for 2048"),
    ],
)
def test_public_key_refuses_what_is_no_safe_key(text, said):
    with pytest.raises((InvalidError, SignatureError), match=said):
        RsaPublicKey.from_text(text)


def test_public_key_refuses_what_is_too_long(monkeypatch):
    monkeypatch.setattr(rsa_keys, "MOST_BITS", 2047)

    with pytest.raises(SignatureError, match="more than 2047"):
        RsaPublicKey.from_text(pair().public.text)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no key", "not an RSA key"),
        (pem(generate_curve_key(SECP256R1())), "not an RSA key"),
        (pem(generate_private_key(65537, 1024)), "1024 bits"),
    ],
)
def test_key_pair_refuses_what_is_no_safe_key(data, said):
    with pytest.raises(SignatureError, match=said):
        RsaKeyPair.from_pem(data)
