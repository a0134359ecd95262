"""Close a letter so that only the addressee can open it.

JSON Web Encryption (RFC 7516) in compact form: for every letter a new X25519 key pair
agrees on a secret with the addressee's sealing key (ECDH-ES, RFC 7518 section 4.6),
the secret becomes an AES-256-GCM key by the Concat KDF, and the header is bound into
the tag. Whoever carries the letter, a proxy that opens TLS included, sees lengths only.
Sealing does not say who wrote: the signature inside does.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.concatkdf import ConcatKDFHash

from hansa.lib.canonical import JSON, canonical, decode64, encode64, parse
from hansa.lib.errors import InvalidError
from hansa.lib.keys import SealingKey, SealingPublicKey

MAXIMUM_BYTES = 32 * 1024 * 1024
_PARTS = 5
_NONCE_BYTES = 12
_TAG_BYTES = 16
_ALGORITHM = "ECDH-ES"
_ENCRYPTION = "A256GCM"


def seal(data: bytes, *, to: SealingPublicKey) -> str:
    """Close bytes to one addressee and return the compact JWE."""
    passing = SealingKey.generate()
    header = encode64(
        canonical(
            {
                "alg": _ALGORITHM,
                "enc": _ENCRYPTION,
                "epk": {"crv": "X25519", "kty": "OKP", "x": passing.public.text},
                "kid": to.kid,
            }
        )
    )
    nonce = os.urandom(_NONCE_BYTES)
    closed = AESGCM(_content_key(passing.agree(to))).encrypt(nonce, data, header.encode())
    return ".".join((header, "", encode64(nonce), encode64(closed[:-_TAG_BYTES]), encode64(closed[-_TAG_BYTES:])))


def unseal(token: str, *, key: SealingKey, maximum: int = MAXIMUM_BYTES) -> bytes:
    """Open a compact JWE, or raise InvalidError if it is too large, malformed or for somebody else."""
    if len(token) > maximum * 4 // 3 + 1024:
        raise _refused(f"it is larger than {maximum} bytes", remedy="Send less in one letter.")
    parts = token.split(".")
    if len(parts) != _PARTS or parts[1]:
        raise _refused("it is not a compact JWE with a key agreed directly")
    header, nonce, closed, tag = parts[0], *(decode64(part) for part in parts[2:])
    if len(nonce) != _NONCE_BYTES or len(tag) != _TAG_BYTES:
        raise _refused("its nonce or its tag has a wrong length")
    passing = _passing_key(parse(decode64(header)), kid=key.public.kid)
    try:
        return AESGCM(_content_key(key.agree(passing))).decrypt(nonce, closed + tag, header.encode())
    except InvalidTag:
        raise _refused("it was changed on its way or closed to another key") from None


def _passing_key(header: JSON, *, kid: str) -> SealingPublicKey:
    if not isinstance(header, dict) or set(header) != {"alg", "enc", "epk", "kid"}:
        raise _refused("the header has other keys than alg, enc, epk and kid")
    if header["alg"] != _ALGORITHM or header["enc"] != _ENCRYPTION:
        raise _refused(f"the algorithm is not {_ALGORITHM} with {_ENCRYPTION}")
    if header["kid"] != kid:
        raise _refused("it is closed to another key", remedy="Give the sender the present keys of this node.")
    epk = header["epk"]
    if not isinstance(epk, dict) or set(epk) != {"crv", "kty", "x"} or not isinstance(epk["x"], str):
        raise _refused("the key of the sender is not an OKP key")
    if epk["crv"] != "X25519" or epk["kty"] != "OKP":
        raise _refused("the key of the sender is not of the kind X25519")
    return SealingPublicKey.from_text(epk["x"])


def _content_key(secret: bytes) -> bytes:
    # RFC 7518, section 4.6.2: lengths are 32-bit big-endian, both party infos are empty.
    name = _ENCRYPTION.encode()
    info = len(name).to_bytes(4, "big") + name + bytes(4) + bytes(4) + (256).to_bytes(4, "big")
    return ConcatKDFHash(algorithm=SHA256(), length=32, otherinfo=info).derive(secret)


def _refused(reason: str, *, remedy: str = "Ask the sender to send the letter again.") -> InvalidError:
    return InvalidError(f"The sealed letter cannot be opened: {reason}.", remedy)
