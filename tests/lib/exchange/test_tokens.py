from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import OKPKey, RSAKey

from hansa.lib.canonical import encode64
from hansa.lib.errors import SignatureError
from hansa.lib.exchange import did_keys
from hansa.lib.exchange.tokens import JWT_TYPE, encoded, mismatches, opened, sign
from hansa.lib.keys import SigningKey

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEY = SigningKey.generate()
SAID = {"id": "urn:x:1", "issuer": {"id": "urn:x:i"}, "credentialSubject": {"id": "urn:x:s"}}
RSA = RSAKey.generate_key(2048)
SMALL = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # a weak key is what is tested


def by_joserfc(header, key):
    return jws.serialize_compact(header, encoded_payload(), key, algorithms=["RS256", "Ed25519", "EdDSA"])


def encoded_payload():
    return b'{"id":"urn:x:1"}'


def test_token_is_opened_with_the_key_in_its_name():
    found = opened(sign(SAID, key=KEY))

    assert found.payload == SAID
    assert found.named == did_keys.named_key(did_keys.method(KEY.public))


def test_token_is_read_by_an_independent_program():
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": KEY.public.text})

    with pytest.warns(SecurityWarning):  # joserfc would rather have the name Ed25519 of RFC 9864
        read = jws.deserialize_compact(sign(SAID, key=KEY), key, algorithms=["EdDSA"])

    assert read.protected["typ"] == JWT_TYPE


def test_token_of_an_independent_program_is_opened():
    public = RSA.as_dict(private=False)
    token = by_joserfc({"alg": "RS256", "jwk": {name: public[name] for name in ("kty", "n", "e")}}, RSA)

    found = opened(token)

    assert (found.payload, found.named) == ({"id": "urn:x:1"}, None)
    with pytest.raises(SignatureError, match="does not belong"):
        opened(token[:-8] + "AAAAAAAA")


def test_key_in_the_header_may_be_ed25519():
    text = f"{encoded({'alg': 'EdDSA', 'jwk': {'kty': 'OKP', 'crv': 'Ed25519', 'x': KEY.public.text}})}.{encoded(SAID)}"

    assert opened(f"{text}.{encode64(KEY.sign(text.encode()))}").named is None


def number(value):
    return encode64(value.to_bytes((value.bit_length() + 7) // 8))


def test_algorithm_may_have_its_newer_name():
    # RFC 9864 names the curve in the algorithm.
    key = OKPKey.import_key(
        {"kty": "OKP", "crv": "Ed25519", "x": KEY.public.text, "d": encode64(KEY._key.private_bytes_raw())}
    )

    found = opened(by_joserfc({"alg": "Ed25519", "kid": did_keys.method(KEY.public)}, key))

    assert found.named.is_owned


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"alg": "none"}, "not signed with EdDSA"),
        ({"alg": "HS256", "jwk": {}}, "not signed with EdDSA"),
        ({"alg": "RS256", "kid": "https://example.com/key"}, "not signed with EdDSA"),
        ({"alg": "EdDSA", "kid": "x"}, "found offline"),
        ({"alg": "EdDSA", "crit": ["b64"]}, "demands an extension"),
        ({"alg": "EdDSA", "jwk": {"kty": "OKP", "crv": "X25519"}}, "none that Hansa can use"),
        ({"alg": "RS256", "jwk": {"kty": "EC"}}, "none that Hansa can use"),
        ({"alg": "RS256", "jwk": {"kty": "RSA", "n": number(SMALL.public_key().public_numbers().n)}}, "none that"),
        ({"alg": "RS256", "jwk": {"kty": "RSA", "n": number(2**2048 + 1), "e": "AQ"}}, "none that Hansa can use"),
        ({"alg": "RS256", "jwk": {"kty": "RSA", "n": "?", "e": "AQAB"}}, "not base64url"),
    ],
)
def test_header_that_names_no_usable_key_is_refused(header, said):
    with pytest.raises(SignatureError, match=said):
        opened(f"{encoded(header)}.{encoded(SAID)}.AAAA")


@pytest.mark.parametrize("token", ["a.b", "a.b.c", "é.é.é", f"{encode64(b'[]')}.{encoded(SAID)}.AAAA"])
def test_text_that_is_no_token_is_refused(token):
    with pytest.raises(SignatureError) as refused:
        opened(token)

    assert refused.value.remedy


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({}, []),
        ({"iss": "urn:x:i", "jti": "urn:x:1", "sub": "urn:x:s", "nbf": 0, "exp": NOW.timestamp()}, []),
        ({"iss": "urn:x:other"}, ["iss"]),
        ({"jti": "urn:x:2", "sub": "urn:x:other"}, ["jti", "sub"]),
        ({"exp": NOW.timestamp() - 1}, ["not valid now"]),
        ({"nbf": NOW.timestamp() + 1}, ["not valid now"]),
        ({"nbf": "now"}, ["in numbers"]),
        ({"exp": "now"}, ["in numbers"]),
    ],
)
def test_claims_must_agree_with_the_credential(claims, said):
    found = mismatches({**SAID, **claims}, now=NOW)

    assert len(found) == len(said)
    assert all(word in sentence for word, sentence in zip(said, found, strict=True))
