from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OKPKey

from hansa.lib.canonical import canonical, decode64, encode64, parse
from hansa.lib.errors import InvalidError
from hansa.lib.keys import SealingKey
from hansa.lib.sealing import seal, unseal

KEY = SealingKey.generate()
TOKEN = seal(b"A letter.", to=KEY.public)


def _with_header(**changes: Any) -> str:
    parts = TOKEN.split(".")
    header = {**parse(decode64(parts[0])), **changes}
    return ".".join([encode64(canonical({name: value for name, value in header.items() if value})), *parts[1:]])


@settings(max_examples=25)
@given(st.binary(max_size=4096))
def test_unseal_returns_what_was_sealed(data: bytes) -> None:
    assert unseal(seal(data, to=KEY.public), key=KEY) == data


def test_seal_is_opened_by_joserfc() -> None:
    read = jwe.decrypt_compact(TOKEN, OKPKey.import_key(KEY.pem()), algorithms=["ECDH-ES", "A256GCM"])

    assert read.plaintext == b"A letter."


def test_unseal_opens_what_joserfc_sealed() -> None:
    public = OKPKey.import_key({"kty": "OKP", "crv": "X25519", "x": KEY.public.text})
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": KEY.public.kid}

    token = jwe.encrypt_compact(header, b"A letter.", public, algorithms=["ECDH-ES", "A256GCM"])

    assert unseal(token, key=KEY) == b"A letter."


def test_seal_never_writes_the_same_twice() -> None:
    assert seal(b"A letter.", to=KEY.public) != TOKEN


def test_unseal_refuses_any_changed_character() -> None:
    for place, letter in enumerate(TOKEN):
        changed = TOKEN[:place] + ("A" if letter != "A" else "B") + TOKEN[place + 1 :]
        with pytest.raises(InvalidError):
            unseal(changed, key=KEY)


def test_unseal_refuses_another_addressee() -> None:
    with pytest.raises(InvalidError, match="closed to another key"):
        unseal(TOKEN, key=SealingKey.generate())


def test_unseal_refuses_a_letter_that_is_too_large() -> None:
    token = seal(bytes(10_000), to=KEY.public)

    with pytest.raises(InvalidError, match="larger than 4000 bytes"):
        unseal(token, key=KEY, maximum=4000)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "not a compact JWE"),
        ("a.b.c.d.e", "not a compact JWE"),
        (".".join([*TOKEN.split(".")[:2], "AAAA", *TOKEN.split(".")[3:]]), "nonce"),
        (".".join([*TOKEN.split(".")[:4], "AAAA"]), "tag"),
        (".".join([encode64(b"[]"), *TOKEN.split(".")[1:]]), "other keys"),
        (_with_header(zip="DEF"), "other keys"),
        (_with_header(epk=None), "other keys"),
        (_with_header(alg="dir"), "the algorithm is not"),
        (_with_header(enc="A128GCM"), "the algorithm is not"),
        (_with_header(epk="x"), "not an OKP key"),
        (_with_header(epk={"crv": "X25519", "kty": "OKP"}), "not an OKP key"),
        (_with_header(epk={"crv": "X25519", "kty": "OKP", "x": 5}), "not an OKP key"),
        (_with_header(epk={"crv": "P-256", "kty": "OKP", "x": KEY.public.text}), "not of the kind"),
        (_with_header(epk={"crv": "X25519", "kty": "EC", "x": KEY.public.text}), "not of the kind"),
        (_with_header(epk={"crv": "X25519", "kty": "OKP", "x": encode64(bytes(32))}), "weak"),
    ],
)
def test_unseal_refuses_what_is_no_envelope(token: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        unseal(token, key=KEY)
