"""Write Ed25519 keys as did:key, by which verifiers find the key in the name itself.

Source: W3C CCG did:key 0.7, and Controlled Identifiers 1.0, section 2.2.2 (Multikey): the bytes
0xed 0x01 and the key, in base58 with the Bitcoin alphabet, behind the letter z.
"""

from dataclasses import dataclass

from hansa.lib.errors import SignatureError
from hansa.lib.keys import VerifyingKey

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519 = b"\xed\x01"
PREFIX = "did:key:"
LONGEST = 128


def base58(data: bytes) -> str:
    """Return bytes in base58 (Bitcoin alphabet)."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    leading = len(data) - len(data.lstrip(b"\0"))
    return ALPHABET[0] * leading + digits


def from_base58(text: str) -> bytes:
    """Return the bytes of base58 text, or raise SignatureError."""
    if len(text) > LONGEST or any(sign not in ALPHABET for sign in text):
        raise SignatureError("The text is not base58.", "Copy it again, whole.")
    number = 0
    for sign in text:
        number = number * len(ALPHABET) + ALPHABET.index(sign)
    leading = len(text) - len(text.lstrip(ALPHABET[0]))
    return bytes(leading) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(key: VerifyingKey) -> str:
    """Return a key as Multikey text."""
    return "z" + base58(ED25519 + key.raw)


def did(key: VerifyingKey) -> str:
    """Return the did:key of a key."""
    return PREFIX + multikey(key)


def method(key: VerifyingKey) -> str:
    """Return the verification method of a key: its did:key with the key as fragment."""
    return f"{did(key)}#{multikey(key)}"


@dataclass(frozen=True, kw_only=True)
class NamedKey:
    """The key that a proof names, whose it says it is, and whether its name alone proves that."""

    key: VerifyingKey
    controller: str
    is_owned: bool


def named_key(verification_method: str) -> NamedKey:
    """Return the key that a verification method names, without fetching anything, or raise SignatureError.

    A did:key is its own proof. An address or did:web with the key as fragment gives the key as well, but
    whether its owner lists it there is known only to who fetches that document.
    """
    name, _sign, fragment = verification_method.partition("#")
    if name.startswith(PREFIX):
        return NamedKey(key=key_of(verification_method), controller=name, is_owned=True)
    if name.startswith("did:") and not name.startswith("did:web:"):
        raise SignatureError(
            "The proof names its key by a DID method that Hansa does not know.", "Ask for one by did:key or did:web."
        )
    if not name.startswith(("https://", "did:web:")) or not fragment.startswith("z"):
        raise _unfindable()
    return NamedKey(key=_ed25519(fragment), controller=name, is_owned=False)


def key_of(verification_method: str) -> VerifyingKey:
    """Return the key that a verification method names, or raise SignatureError where it is no did:key of Ed25519."""
    name, _sign, fragment = verification_method.partition("#")
    text = name.removeprefix(PREFIX)
    if not name.startswith(PREFIX + "z") or (fragment and fragment != text):
        raise _unfindable()
    return _ed25519(text)


def _ed25519(text: str) -> VerifyingKey:
    data = from_base58(text.removeprefix("z"))
    if not data.startswith(ED25519):
        raise SignatureError("The key of the proof is of another kind than Ed25519.", "Ask the issuer for one.")
    return VerifyingKey(data.removeprefix(ED25519))


def _unfindable() -> SignatureError:
    return SignatureError(
        "The proof names a key that cannot be found offline.",
        "Ask for a credential whose verification method is a did:key, or fetch the key from its issuer yourself.",
    )
