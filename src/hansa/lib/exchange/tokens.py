"""Sign a credential as a JSON Web Token and open such tokens.

Source: RFC 7515; VC-JOSE-COSE 1.0; Open Badges 3.0, section 8.2. Hansa signs with EdDSA and names
its key as did:key. It opens tokens signed with EdDSA or RS256 whose key stands in the header, under
`kid` or as `jwk`; a `jwk` proves nothing about whose it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from hansa.lib.canonical import decode64, encode64, parse
from hansa.lib.errors import HansaError, SignatureError
from hansa.lib.exchange import did_keys
from hansa.lib.exchange.did_keys import NamedKey
from hansa.lib.keys import SigningKey, VerifyingKey

JWT_TYPE = "vc+jwt"
PARTS = 3
RSA_BITS = range(2048, 8193)
#: Claims that repeat a part of the credential.
CLAIMS = {"iss": "issuer", "jti": "id", "sub": "credentialSubject"}


@dataclass(frozen=True)
class Opened:
    """What a token holds, and the key that its header names; None for a key that stands there bare."""

    payload: dict[str, Any]
    named: NamedKey | None


def sign(payload: Mapping[str, Any], *, key: SigningKey) -> str:
    """Return an object as a token."""
    header = {"alg": "EdDSA", "typ": JWT_TYPE, "kid": did_keys.method(key.public)}
    text = f"{encoded(header)}.{encoded(payload)}"
    return f"{text}.{encode64(key.sign(text.encode()))}"


def encoded(value: Mapping[str, Any]) -> str:
    """Return an object as a part of a token."""
    return encode64(json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def opened(token: str) -> Opened:
    """Return what a token holds after checking its signature, or raise SignatureError."""
    parts = token.split(".")
    if len(parts) != PARTS:
        raise SignatureError("This is no JWT of three parts.", "Copy it again, whole.")
    header, payload, signature = _object(parts[0]), _object(parts[1]), _bytes(parts[2])
    if "crit" in header:
        raise SignatureError("The JWT demands an extension that Hansa does not know.", "Ask for one without.")
    signed = f"{parts[0]}.{parts[1]}".encode()
    match header.get("alg"), header.get("jwk"):
        case "EdDSA" | "Ed25519", None:
            named = did_keys.named_key(str(header.get("kid", "")))
            named.key.verify(signed, signature)
            return Opened(payload, named)
        case "EdDSA" | "Ed25519", dict() as jwk:
            _okp(jwk).verify(signed, signature)
        case "RS256", dict() as jwk:
            _verify_rsa(jwk, signed=signed, signature=signature)
        case _:
            raise SignatureError(
                "The JWT is not signed with EdDSA, or with RS256 by a key in its header.", "Ask for one that is."
            )
    return Opened(payload, None)


def _object(part: str) -> dict[str, Any]:
    try:
        value = parse(_bytes(part))
    except HansaError:
        value = None
    if not isinstance(value, dict):
        raise SignatureError("A part of the JWT is no object in base64url.", "Copy it again, whole.")
    return value


def _bytes(part: str) -> bytes:
    try:
        return decode64(part)
    except HansaError:
        raise SignatureError("A part of the JWT is not base64url.", "Copy it again, whole.") from None


def _okp(jwk: Mapping[str, Any]) -> VerifyingKey:
    if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise _not_a_key()
    return VerifyingKey(_bytes(str(jwk.get("x", ""))))


def _verify_rsa(jwk: Mapping[str, Any], *, signed: bytes, signature: bytes) -> None:
    """Check an RS256 signature (RFC 7518, section 3.3), for keys from 2048 bits on."""
    modulus, exponent = (int.from_bytes(_bytes(str(jwk.get(name, "")))) for name in ("n", "e"))
    if jwk.get("kty") != "RSA" or modulus.bit_length() not in RSA_BITS:
        raise _not_a_key()
    try:
        RSAPublicNumbers(exponent, modulus).public_key().verify(signature, signed, PKCS1v15(), SHA256())
    except ValueError:
        raise _not_a_key() from None
    except InvalidSignature:
        raise SignatureError(
            "The signature does not belong to this text and this key.", "Ask the issuer for the token again."
        ) from None


def _not_a_key() -> SignatureError:
    return SignatureError("The key in the header of the JWT is none that Hansa can use.", "Ask the issuer for another.")


def mismatches(payload: Mapping[str, Any], *, now: datetime) -> list[str]:
    """Return in sentences where a token's claims forbid its use or contradict its credential (section 8.2.4)."""
    said = {claim: payload.get(name) for claim, name in CLAIMS.items()}
    ids = {claim: part.get("id") if isinstance(part, dict) else part for claim, part in said.items()}
    found = [
        f"The claim {claim} of the JWT says something else than the credential's {CLAIMS[claim]}."
        for claim, value in ids.items()
        if claim in payload and payload[claim] != value
    ]
    since, until = payload.get("nbf", 0), payload.get("exp", now.timestamp())
    if not isinstance(since, int | float) or not isinstance(until, int | float):
        return [*found, "The JWT does not say in numbers from when to when it is valid."]
    if not since <= now.timestamp() <= until:
        found.append("The JWT is not valid now.")
    return found
