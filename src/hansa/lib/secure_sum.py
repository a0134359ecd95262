"""Add numbers of several institutions so that nobody sees another's.

Every pair of parties agrees on a secret with X25519 (RFC 7748). HKDF-SHA256 (RFC 5869)
binds it to both institutions, both public keys and one context: a study, an attempt and a
round. The secret keys AES-256-CTR, whose keystream is read as integers. The party whose
id sorts first adds that mask to its vector and the other subtracts it, so every mask
vanishes from the sum of all parties, while the sum of fewer is uniform noise (Bonawitz et
al. 2017, "Practical Secure Aggregation for Privacy-Preserving Machine Learning",
section 4.0.1).

Numbers travel as fixed-point integers modulo 2^64. One word has a resolution of 2^-40 and
is for long vectors. Two words have a resolution of 2^-72 and are for statistics: any
double of at least 2^-20 in size is carried without loss, and the decoded total is the
exact sum, rounded once. Where very many numbers have a known bound, as over the variants of
a genome, one word of 32 bits carries each with as many binary places as the bound leaves.
A number which does not fit is refused, never clipped.

A last word counts the parties, so masks that do not cancel are noticed rather than
decoded. A mask protects one vector only: whoever repeats a round must either send the very
same bytes or take the next attempt. Nobody's drop-out is repaired: the round is repeated
among those who remain, under the next attempt.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from hansa.lib.canonical import decode64, encode64
from hansa.lib.errors import DisclosureError, InvalidError, UnreachableError
from hansa.lib.keys import SealingKey, SealingPublicKey

Words = NDArray[np.uint64] | NDArray[np.uint32]
Numbers = NDArray[np.float64]

LEAST_PARTIES = 3
MOST_PARTIES = 128
_LOW_BITS = 56  # the lower of two words: 55 bits and a sign, times 128 parties, stay below 2^63
_SPARE_BITS = 2  # totals stay below 2^62 units, so a carry from the lower word still fits
_BLOCK = 1 << 14  # words masked at a time: both buffers stay in the second-level cache
_PURPOSE = b"hansa/secure-sum/1"


@dataclass(frozen=True)
class Encoding:
    """Say how a number becomes one or two words, of 64 bits where nothing else is said."""

    limbs: int
    fraction_bits: int
    bits: int = 64

    @classmethod
    def short(cls, bound: float, *, parties: int) -> "Encoding | None":
        """Return the encoding in 32 bits of numbers of at most a size, None where that leaves no place for ones."""
        fraction = 32 - _SPARE_BITS - math.ceil(math.log2(bound * parties + 1))
        return cls(limbs=1, fraction_bits=fraction, bits=32) if fraction >= 0 else None

    def limit(self, parties: int) -> float:
        """Return the size that one party's number must stay below."""
        return float(2.0 ** (self.bits - _SPARE_BITS - self._high_bits)) / parties

    def encode(self, values: Numbers, *, parties: int, labels: Sequence[str] = ()) -> Words:
        """Turn numbers into words, or refuse naming the number that does not fit."""
        self._check(values, parties=parties, labels=labels)
        high = np.rint(np.ldexp(values, self._high_bits))
        if self.limbs == 1:
            return high.astype(self._signed).view(self.word)
        rest = values - np.ldexp(high, -self._high_bits)
        low = np.rint(np.ldexp(rest, self.fraction_bits))
        return np.concatenate([high, low]).astype(np.int64).view(np.uint64)

    def decode(self, words: Words) -> Numbers:
        """Turn added words back into numbers, each the exact total rounded to a double."""
        if self.limbs == 1:
            return np.ldexp(words.view(self._signed).astype(np.float64), -self.fraction_bits)
        high, low = words.view(np.int64).reshape(2, -1)
        return np.ldexp(_join(high, low), -self.fraction_bits)

    @property
    def word(self) -> np.dtype[Any]:
        """Return the type of a word, in which sums wrap around."""
        return np.dtype(f"u{self.bits // 8}")

    @property
    def _signed(self) -> np.dtype[Any]:
        return np.dtype(f"i{self.bits // 8}")

    @property
    def _high_bits(self) -> int:
        return self.fraction_bits - _LOW_BITS * (self.limbs - 1)

    def _check(self, values: Numbers, *, parties: int, labels: Sequence[str]) -> None:
        if values.ndim != 1:
            raise InvalidError(
                f"A secure sum adds vectors; this has {values.ndim} dimensions.",
                "Flatten it before masking.",
            )
        limit = self.limit(parties)
        # A NaN survives max() and fails the comparison, so one pass finds every fault.
        if not values.size or max(float(values.max()), -float(values.min())) < limit:
            return
        place = int(np.argmax(~(np.abs(values) < limit)))
        name = f"'{labels[place]}'" if labels else f"number {place + 1} of {values.size}"
        if np.isfinite(values[place]):
            raise InvalidError(
                f"{name} is too large for the secure sum: it must stay below {limit:.6g}.",
                "Express the variable in a larger unit, or centre it, and propose the study again.",
            )
        raise InvalidError(
            f"{name} is not a finite number, so nothing of this vector was sent.",
            "Look for missing or infinite values in the data behind it.",
        )


LONG = Encoding(limbs=1, fraction_bits=40)
STATISTICS = Encoding(limbs=2, fraction_bits=72)


def context(study: str, *, attempt: int, round_number: int, state: str = "") -> str:
    """Name one round of one attempt from one public state; no two vectors may ever be masked under one name.

    With the digest of the state in the name, the same round asked again from another state has other masks,
    and parties that were shown different states have masks that do not cancel.
    """
    return f"{study}|{attempt}|{round_number}|{state}"


def pair_key(
    own: SealingKey,
    other: SealingPublicKey,
    *,
    own_id: str,
    other_id: str,
    context: str,
) -> bytes:
    """Derive the 32 bytes that this party and another share for one context (RFC 5869)."""
    if own_id == other_id:
        raise InvalidError(f"{own_id} cannot share a mask with itself.", "Leave it out of the other parties.")
    sides = sorted([(own_id.encode(), own.public.raw), (other_id.encode(), other.raw)])
    parts = [_PURPOSE, *(part for side in sides for part in side), context.encode()]
    # Every part is preceded by its length, so that no two lists of parts read the same.
    info = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(own.agree(other))


def pair_keys(
    own: SealingKey, others: Mapping[str, SealingPublicKey], *, own_id: str, context: str
) -> dict[str, bytes]:
    """Derive the key that this party shares with each other party for one context."""
    return {
        other_id: pair_key(own, key, own_id=own_id, other_id=other_id, context=context)
        for other_id, key in others.items()
    }


def mask(
    values: Numbers,
    *,
    own: str,
    keys: Mapping[str, bytes],
    encoding: Encoding = STATISTICS,
    labels: Sequence[str] = (),
) -> Words:
    """Hide a vector behind one mask for each other party; only the sum of all is readable."""
    parties = len(keys) + 1
    if not LEAST_PARTIES <= parties <= MOST_PARTIES:
        raise DisclosureError(
            f"A secure sum needs {LEAST_PARTIES} to {MOST_PARTIES} parties; this has {parties}.",
            "With two parties each could subtract its own numbers: ask a third to join.",
        )
    encoded = encoding.encode(values, parties=parties, labels=labels)
    words: Words = np.concatenate([encoded, np.ones(1, dtype=encoded.dtype)])
    for other, key in keys.items():
        _blend(words, key=key, adds=own < other)
    return words


def plain(values: Numbers, *, labels: Sequence[str] = ()) -> Words:
    """Write a vector in the same form without a mask, for two parties whose clause allows that."""
    encoded = STATISTICS.encode(values, parties=MOST_PARTIES, labels=labels)
    return np.concatenate([encoded, np.ones(1, dtype=np.uint64)])


def add(masked: Mapping[str, Words], *, parties: Collection[str]) -> Words:
    """Add the masked vectors of all parties, or name whom the sum waits for."""
    _check_parties(masked, parties)
    vectors = iter(masked.values())
    total = next(vectors).copy()
    for vector in vectors:
        total += vector
    if int(total[-1]) != len(parties):
        raise InvalidError(
            "The masks do not cancel: the parties did not mask under the same keys, parties, attempt and round.",
            "Start the next attempt; if it fails again, compare the key fingerprints.",
        )
    return total[:-1]


def total(masked: Mapping[str, Words], *, parties: Collection[str], encoding: Encoding = STATISTICS) -> Numbers:
    """Return the sum of all parties' numbers."""
    return encoding.decode(add(masked, parties=parties))


def to_text(words: Words) -> str:
    """Write words as base64url text of little-endian bytes, as letters carry them."""
    return encode64(words.astype(f"<u{words.itemsize}").tobytes())


def from_text(text: str, *, size: int, encoding: Encoding = STATISTICS) -> Words:
    """Read the words of ``size`` masked numbers, refusing any other length."""
    raw = decode64(text)
    due = encoding.bits // 8 * (encoding.limbs * size + 1)
    if len(raw) != due:
        raise InvalidError(
            f"A masked vector has {len(raw)} bytes where {due} are due.",
            "Both sides must run the same protocol and the same version of Hansa.",
        )
    return np.frombuffer(raw, dtype=encoding.word.newbyteorder("<")).astype(encoding.word)


def _check_parties(masked: Mapping[str, Words], parties: Collection[str]) -> None:
    missing = sorted(set(parties) - set(masked))
    if missing:
        raise UnreachableError(
            f"The sum waits for {', '.join(missing)}.",
            "Wait for them, or start the next attempt without them.",
        )
    strangers = sorted(set(masked) - set(parties))
    if strangers:
        raise InvalidError(
            f"{', '.join(strangers)} sent numbers but takes no part in this sum.",
            "Add only the vectors of the parties of this attempt.",
        )
    if not masked or len({vector.shape for vector in masked.values()}) != 1:
        lengths = ", ".join(f"{party}: {masked[party].size}" for party in sorted(masked))
        raise InvalidError(
            f"The vectors to add differ in length ({lengths or 'there are none'}).",
            "All parties must run the same protocol and the same version of Hansa.",
        )


def _blend(words: Words, *, key: bytes, adds: bool) -> None:
    # The key is used for one vector only, so a counter from zero is safe (SP 800-38A, 6.5).
    stream = Cipher(algorithms.AES(key), modes.CTR(bytes(16))).encryptor()
    change = np.add if adds else np.subtract
    zeros = bytes(8 * _BLOCK)
    buffer = bytearray(8 * _BLOCK + 15)  # update_into asks for one cipher block to spare
    noise = np.frombuffer(buffer, dtype=f"<u{words.itemsize}", count=_BLOCK)
    for start in range(0, words.size, _BLOCK):
        part = words[start : start + _BLOCK]
        stream.update_into(zeros[: part.nbytes], buffer)
        change(part, noise[: part.size], out=part)


def _join(high: NDArray[np.int64], low: NDArray[np.int64]) -> Numbers:
    """Return high * 2^56 + low as doubles, rounded once, ties to even."""
    high = high + (low >> _LOW_BITS)
    low = low & ((1 << _LOW_BITS) - 1)
    negative = high < 0
    # Work on the size: -(h * 2^56 + l) is (-h - 1) * 2^56 + (2^56 - l), or -h * 2^56 if l is 0.
    borrow = negative & (low > 0)
    high = np.where(negative, -high, high) - borrow
    low = np.where(borrow, (1 << _LOW_BITS) - low, low)
    # Fill the upper word up with bits of the lower one; what is left only says "not exact".
    length = np.frexp(high.astype(np.float64))[1].astype(np.int64)
    shift = np.minimum(63 - length, _LOW_BITS)
    spare = _LOW_BITS - shift
    rest = (low & ((np.int64(1) << spare) - 1)) > 0
    word = (high << shift) | (low >> spare) | rest
    size = np.ldexp(word.astype(np.float64), spare)
    signed: Numbers = np.where(negative, -size, size)
    return signed
