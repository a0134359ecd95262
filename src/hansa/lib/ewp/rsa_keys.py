"""The RSA keys by which hosts of Erasmus Without Paper recognise each other.

A public key travels as base64 of its SubjectPublicKeyInfo in DER and is named by the
lower-case hexadecimal SHA-256 of these bytes (registry 1.5.0, ``sha-256``). The
registry refuses keys that are too short; so does Hansa, on either side.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)

from hansa.lib.errors import InvalidError, SignatureError

#: The registry's security constraints ask for 2048 bits; NIST SP 800-131A does the same.
FEWEST_BITS = 2048
NEW_BITS = 3072
#: Longer keys only keep the processor of whoever checks the signature busy.
MOST_BITS = 8192
EXPONENT = 65537


@dataclass(frozen=True)
class RsaPublicKey:
    """Check what a host signed."""

    der: bytes

    @classmethod
    def from_text(cls, text: str) -> "RsaPublicKey":
        """Read a key from base64 of its SubjectPublicKeyInfo, white space allowed."""
        key = cls(decode(text))
        key.check()
        return key

    @cached_property
    def text(self) -> str:
        """Write the key as base64, the way manifests and catalogues carry it."""
        return base64.b64encode(self.der).decode()

    @cached_property
    def key_id(self) -> str:
        """Name the key by the lower-case hexadecimal SHA-256 of its bytes."""
        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def _key(self) -> RSAPublicKey:
        try:
            key = load_der_public_key(self.der)
        except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
            raise _not_rsa() from wrong
        if not isinstance(key, RSAPublicKey):
            raise _not_rsa()
        if key.key_size < FEWEST_BITS:
            raise SignatureError(
                f"The RSA key has {key.key_size} bits; the network asks for {FEWEST_BITS} or more.",
                "Make a longer key and publish it in the manifest.",
            )
        if key.key_size > MOST_BITS:
            raise SignatureError(
                f"The RSA key has {key.key_size} bits, which is more than {MOST_BITS}.",
                "Make a key of 2048 to 4096 bits and publish it in the manifest.",
            )
        return key

    def check(self) -> None:
        """Raise SignatureError unless this is an RSA key of a length that is safe."""
        _ = self._key

    def is_signed(self, message: bytes, *, signature: bytes) -> bool:
        """Tell whether the owner of this key signed the message (RFC 8017, RSASSA-PKCS1-v1_5 with SHA-256)."""
        try:
            self._key.verify(signature, message, PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, repr=False)
class RsaKeyPair:
    """Sign requests and responses of one host."""

    private: RSAPrivateKey

    @classmethod
    def generate(cls, bits: int = NEW_BITS) -> "RsaKeyPair":
        """Make a new key pair."""
        if bits < FEWEST_BITS:
            raise InvalidError(f"A key of {bits} bits is too short.", f"Take {FEWEST_BITS} or more.")
        return cls(generate_private_key(EXPONENT, bits))

    @classmethod
    def from_pem(cls, pem: bytes) -> "RsaKeyPair":
        """Read a key pair from PEM without a password."""
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
            raise _not_rsa() from wrong
        if not isinstance(key, RSAPrivateKey):
            raise _not_rsa()
        pair = cls(key)
        pair.public.check()
        return pair

    @cached_property
    def pem(self) -> bytes:
        """Write the key pair as PKCS #8 in PEM, unencrypted: keep it in a file only the node can read."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @cached_property
    def public(self) -> RsaPublicKey:
        """Return what others need to check the signatures."""
        key = self.private.public_key()
        return RsaPublicKey(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))

    def sign(self, message: bytes) -> bytes:
        """Sign a message (RFC 8017, RSASSA-PKCS1-v1_5 with SHA-256, called rsa-sha256 by the draft)."""
        return self.private.sign(message, PKCS1v15(), SHA256())


def decode(text: str) -> bytes:
    """Return the bytes of base64 text, with white space in it as XML files have it; one text for one value."""
    joined = "".join(text.split())
    try:
        data = base64.b64decode(joined, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if base64.b64encode(data).decode() != joined:
        raise InvalidError("The text is not base64.", "Copy it again, whole and without other signs.")
    return data


def _not_rsa() -> SignatureError:
    return SignatureError(
        "This is not an RSA key in the form of SubjectPublicKeyInfo (public) or PKCS #8 (private).",
        "Publish the RSA key that belongs to the signatures.",
    )
