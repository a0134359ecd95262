import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OKPKey

from hansa.lib import signatures
from hansa.lib.canonical import canonical, encode64
from hansa.lib.errors import InvalidError, SignatureError
from hansa.lib.keys import SigningKey

KEY = SigningKey.generate()
OTHER = SigningKey.generate()
PAYLOAD = {"hansa": "letter/1", "text": "ÄÖ – 😀", "numbers": [1, 2.5, 1e-9], "none": None}
HEADER = {"party": "https://ror.org/1", "name": "Åsa Öberg", "office": "Rector", "at": "2026-11-23"}
KEYS = {key.public.kid: key.public for key in (KEY, OTHER)}


def _joserfc_key(key: SigningKey, *, private: bool) -> OKPKey:
    text = key.pem() if private else json.dumps({"kty": "OKP", "crv": "Ed25519", "x": key.public.text})
    return OKPKey.import_key(text if private else json.loads(text))


def _token(header: Any, *, payload: bytes | None = None) -> str:
    data = canonical(PAYLOAD) if payload is None else payload
    head = header if isinstance(header, bytes) else canonical(header)
    text = f"{encode64(head)}.{encode64(data)}"
    return f"{text}.{encode64(KEY.sign(text.encode()))}"


def _header(**changes: Any) -> dict[str, Any]:
    return {"alg": "Ed25519", "kid": KEY.public.kid, "typ": "hansa-letter+jws", **changes}


def _document() -> dict[str, Any]:
    one = signatures.sign_general(PAYLOAD, key=KEY, kind="agreement", header=HEADER)
    two = signatures.sign_general(PAYLOAD, key=OTHER, kind="agreement", header={"party": "https://ror.org/2"})
    return signatures.assemble(PAYLOAD, [one, two])


def test_verify_returns_what_was_signed() -> None:
    token = signatures.sign(PAYLOAD, key=KEY, kind="letter")

    assert signatures.verify(token, key=KEY.public, kind="letter") == PAYLOAD
    assert signatures.payload_of(token) == PAYLOAD


def test_sign_is_read_by_joserfc() -> None:
    token = signatures.sign(PAYLOAD, key=KEY, kind="letter")

    read = jws.deserialize_compact(token, _joserfc_key(KEY, private=False), algorithms=["Ed25519"])

    assert read.payload == canonical(PAYLOAD)
    assert read.headers() == _header()


def test_verify_reads_what_joserfc_signed() -> None:
    token = jws.serialize_compact(
        dict(reversed(_header().items())), canonical(PAYLOAD), _joserfc_key(KEY, private=True), algorithms=["Ed25519"]
    )

    assert signatures.verify(token, key=KEY.public, kind="letter") == PAYLOAD


def test_verify_refuses_any_changed_character() -> None:
    token = signatures.sign({"a": 1}, key=KEY, kind="letter")

    for place, letter in enumerate(token):
        changed = token[:place] + ("A" if letter != "A" else "B") + token[place + 1 :]
        with pytest.raises(SignatureError):
            signatures.verify(changed, key=KEY.public, kind="letter")


def test_verify_refuses_another_kind_or_key() -> None:
    token = signatures.sign(PAYLOAD, key=KEY, kind="letter")

    with pytest.raises(SignatureError, match="kind 'receipt'"):
        signatures.verify(token, key=KEY.public, kind="receipt")
    with pytest.raises(SignatureError, match="another key"):
        signatures.verify(token, key=OTHER.public, kind="letter")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (_header(alg="EdDSA"), "the algorithm is not Ed25519"),
        (_header(alg="none"), "the algorithm is not Ed25519"),
        (_header(crit=["exp"], exp=1), "other keys"),
        (_header(jwk={}), "other keys"),
        ({"alg": "Ed25519"}, "other keys"),
        ([], "not an object"),
        (b'{"alg":"Ed25519","alg":"none"}', "cannot be read"),
    ],
)
def test_verify_refuses_an_unknown_header(header: Any, reason: str) -> None:
    with pytest.raises(SignatureError, match=reason):
        signatures.verify(_token(header), key=KEY.public, kind="letter")


@pytest.mark.parametrize("payload", [b'{"b":1,"a":2}', b'{"a": 1}', b"{", b'{"a":1.0}', b'{"a":1,"a":1}'])
def test_verify_refuses_a_payload_that_is_not_canonical(payload: bytes) -> None:
    with pytest.raises(SignatureError, match="not canonical"):
        signatures.verify(_token(_header(), payload=payload), key=KEY.public, kind="letter")


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c.d", 5, "ä.b.c", "{}.{}.{}"])
def test_verify_refuses_what_is_no_token(token: Any) -> None:
    with pytest.raises(SignatureError):
        signatures.verify(token, key=KEY.public, kind="letter")


def test_verify_general_tells_who_signed() -> None:
    signers = signatures.verify_general(_document(), keys=KEYS, kind="agreement")

    assert signers == {KEY.public.kid: HEADER, OTHER.public.kid: {"party": "https://ror.org/2"}}
    assert signatures.payload_of_general(_document()) == PAYLOAD


def test_sign_general_is_read_by_joserfc() -> None:
    document = signatures.assemble(
        PAYLOAD, [signatures.sign_general(PAYLOAD, key=KEY, kind="agreement", header=HEADER)]
    )
    registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)

    read = jws.deserialize_json(document, _joserfc_key(KEY, private=False), registry=registry)

    assert read.payload == canonical(PAYLOAD)


def test_verify_general_reads_what_joserfc_signed() -> None:
    protected = {**_header(typ="hansa-result+jws"), "party": "https://ror.org/1"}
    registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)

    document = jws.serialize_json(
        [{"protected": protected}], canonical(PAYLOAD), _joserfc_key(KEY, private=True), registry=registry
    )

    signers = signatures.verify_general(document, keys=KEYS, kind="result")
    assert signers == {KEY.public.kid: {"party": "https://ror.org/1"}}


def test_sign_general_refuses_other_headers() -> None:
    with pytest.raises(InvalidError, match="tells more than"):
        signatures.sign_general(PAYLOAD, key=KEY, kind="agreement", header={"crit": "x"})


def test_verify_general_refuses_another_kind() -> None:
    with pytest.raises(SignatureError, match="kind 'result'"):
        signatures.verify_general(_document(), keys=KEYS, kind="result")


def test_verify_general_refuses_an_unknown_key() -> None:
    with pytest.raises(SignatureError, match="a key that no party has"):
        signatures.verify_general(_document(), keys={KEY.public.kid: KEY.public}, kind="agreement")


def test_verify_general_refuses_a_key_that_signed_twice() -> None:
    document = _document()
    document["signatures"].append(document["signatures"][0])

    with pytest.raises(SignatureError, match="signed twice"):
        signatures.verify_general(document, keys=KEYS, kind="agreement")


def test_verify_general_refuses_a_moved_signature() -> None:
    document = {**_document(), "payload": encode64(canonical({"other": 1}))}

    with pytest.raises(SignatureError, match="does not belong to this text"):
        signatures.verify_general(document, keys=KEYS, kind="agreement")


def test_verify_general_refuses_unknown_headers() -> None:
    protected = encode64(canonical({**_header(typ="hansa-agreement+jws"), "crit": ["b64"]}))
    document = {"payload": encode64(b"{}"), "signatures": [{"protected": protected, "signature": "AA"}]}

    with pytest.raises(SignatureError, match="other keys"):
        signatures.verify_general(document, keys=KEYS, kind="agreement")


@pytest.mark.parametrize(
    "document",
    [
        None,
        {"payload": ""},
        {"payload": "", "signatures": [], "header": {}},
        {"payload": 5, "signatures": []},
        {"payload": "e30", "signatures": {}},
        {"payload": "e30", "signatures": [5]},
        {"payload": "e30", "signatures": [{"protected": ""}]},
        {"payload": "e30", "signatures": [{"protected": "", "signature": 5}]},
        {"payload": "e30", "signatures": [{"protected": "e30", "signature": "", "header": {}}]},
        {"payload": "e30", "signatures": [{"protected": "e30", "signature": ""}]},
        {"payload": "e30", "signatures": [{"protected": encode64(b'{"kid":["x"]}'), "signature": ""}]},
    ],
)
def test_verify_general_refuses_another_shape(document: Any) -> None:
    with pytest.raises(SignatureError):
        signatures.verify_general(document, keys=KEYS, kind="agreement")
