"""The keys of an institution and the text by which people recognise them.

An institution has two key pairs. With the signing key (Ed25519, RFC 8032) it says
"this is from us"; to the sealing key (X25519, RFC 7748) others close letters that
only it can open. Public keys travel as base64url of their 32 raw bytes and are
named by their JWK thumbprint (RFC 7638).

Two institutions that meet for the first time compare fingerprints aloud: 160 bits
of SHA-256 over the identity and both keys, in eight groups of four letters.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from hansa.lib.canonical import JSON, canonical, decode64, encode64
from hansa.lib.errors import InvalidError, SignatureError

KEY_BYTES = 32

# Points of small order: under such a key one signature holds for every message, so an
# institution could deny what it signed. The sign bit is left out (RFC 8032, section 5.1.2).
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


@dataclass(frozen=True)
class VerifyingKey:
    """Check what an institution signed."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise _not_a_key("signing")
        if self.raw[:-1] + bytes([self.raw[-1] & 0x7F]) in _SMALL_ORDER:
            raise _weak("signing")

    @classmethod
    def from_text(cls, text: str) -> "VerifyingKey":
        """Read a key from base64url text."""
        return cls(decode64(text))

    @cached_property
    def text(self) -> str:
        """Write the key as base64url text."""
        return encode64(self.raw)

    @cached_property
    def kid(self) -> str:
        """Name the key by its JWK thumbprint (RFC 7638)."""
        return _thumbprint("Ed25519", text=self.text)

    @cached_property
    def fingerprint(self) -> str:
        """Return eight groups of four letters which people can compare aloud."""
        return fingerprint(self.raw)

    @cached_property
    def _key(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.raw)

    def verify(self, data: bytes, signature: bytes) -> None:
        """Raise SignatureError unless this key's owner signed these bytes."""
        try:
            self._key.verify(signature, data)
        except InvalidSignature:
            raise SignatureError(
                "The signature does not belong to this text and this key.",
                "The text was changed on its way or another key signed it: ask the sender to send it again.",
            ) from None


@dataclass(frozen=True)
class SealingPublicKey:
    """Close letters to one institution."""

    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != KEY_BYTES:
            raise _not_a_key("sealing")

    @classmethod
    def from_text(cls, text: str) -> "SealingPublicKey":
        """Read a key from base64url text."""
        return cls(decode64(text))

    @cached_property
    def text(self) -> str:
        """Write the key as base64url text."""
        return encode64(self.raw)

    @cached_property
    def kid(self) -> str:
        """Name the key by its JWK thumbprint (RFC 7638)."""
        return _thumbprint("X25519", text=self.text)

    @cached_property
    def key(self) -> X25519PublicKey:
        """Return the key in the form that the cryptographic library takes."""
        return X25519PublicKey.from_public_bytes(self.raw)


class SigningKey:
    """Sign for an institution."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, data: bytes) -> "SigningKey":
        """Read a key from an unencrypted PKCS#8 file."""
        key = _load(data)
        if not isinstance(key, Ed25519PrivateKey):
            raise _not_a_file("signing key of the kind Ed25519")
        return cls(key)

    def pem(self) -> bytes:
        """Write the key as an unencrypted PKCS#8 file."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def public(self) -> VerifyingKey:
        """Return the key that checks what this one signs."""
        return VerifyingKey(self._key.public_key().public_bytes_raw())

    def sign(self, data: bytes) -> bytes:
        """Return the 64 bytes of a signature."""
        return self._key.sign(data)


class SealingKey:
    """Open letters which were closed to an institution."""

    def __init__(self, key: X25519PrivateKey) -> None:
        self._key = key

    @classmethod
    def generate(cls) -> "SealingKey":
        """Make a new key."""
        return cls(X25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, data: bytes) -> "SealingKey":
        """Read a key from an unencrypted PKCS#8 file."""
        key = _load(data)
        if not isinstance(key, X25519PrivateKey):
            raise _not_a_file("sealing key of the kind X25519")
        return cls(key)

    def pem(self) -> bytes:
        """Write the key as an unencrypted PKCS#8 file."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def public(self) -> SealingPublicKey:
        """Return the key to which others close letters."""
        return SealingPublicKey(self._key.public_key().public_bytes_raw())

    def agree(self, other: SealingPublicKey) -> bytes:
        """Return the 32 secret bytes that only the two owners can compute (RFC 7748)."""
        try:
            return self._key.exchange(other.key)
        except ValueError:
            raise _weak("sealing") from None


@dataclass(frozen=True)
class Identity:
    """Name an institution together with its two public keys."""

    id: str
    signing: VerifyingKey
    sealing: SealingPublicKey

    @classmethod
    def from_json(cls, value: JSON) -> "Identity":
        """Read an identity; unknown or missing keys are refused."""
        names = {"id", "signing_key", "sealing_key"}
        if not isinstance(value, dict) or set(value) != names or not all(isinstance(v, str) for v in value.values()):
            raise InvalidError(
                "An identity is an object with the texts id, signing_key and sealing_key.",
                "Ask the partner for the invitation again.",
            )
        return cls(
            value["id"], VerifyingKey.from_text(value["signing_key"]), SealingPublicKey.from_text(value["sealing_key"])
        )

    def to_json(self) -> dict[str, str]:
        """Write the identity as JSON."""
        return {"id": self.id, "signing_key": self.signing.text, "sealing_key": self.sealing.text}

    @cached_property
    def fingerprint(self) -> str:
        """Return eight groups of four letters over the name and both keys."""
        return fingerprint(canonical(self.to_json()))


def fingerprint(data: bytes) -> str:
    """Return 160 bits of SHA-256 as eight groups of four letters and digits (RFC 4648 base32)."""
    text = base64.b32encode(hashlib.sha256(data).digest()[:20]).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def derive(secret: bytes, *, info: str) -> bytes:
    """Derive 32 bytes for one purpose from a secret (HKDF-SHA256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info.encode()).derive(secret)


def _thumbprint(curve: str, *, text: str) -> str:
    return encode64(hashlib.sha256(canonical({"crv": curve, "kty": "OKP", "x": text})).digest())


def _load(data: bytes) -> object:
    try:
        return load_pem_private_key(data, password=None)
    except (ValueError, TypeError):
        raise _not_a_file("key in PKCS#8 PEM form without a password") from None


def _not_a_file(what: str) -> InvalidError:
    return InvalidError(f"The key file does not hold a {what}.", "Restore the file from the backup of this node.")


def _not_a_key(purpose: str) -> InvalidError:
    return InvalidError(f"A public {purpose} key is 32 bytes long.", "Ask the partner for the invitation again.")


def _weak(purpose: str) -> InvalidError:
    return InvalidError(f"The public {purpose} key is one of the weak keys.", "Ask the partner for a new key.")
