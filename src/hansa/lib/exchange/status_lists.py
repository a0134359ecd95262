"""Withdraw credentials after they were issued (W3C Bitstring Status List 1.0).

An issuer publishes one long string of bits as a signed credential; every credential it issues
names one bit of it. The string is long enough (section 1.2: at least 131,072 bits) that who asks for
it does not tell whose credential is looked at. Fetching the list is the caller's part: it is
passed in here.

    listed = status_list(issuer=did, url=url, taken=revoked, now=now)
    check(credential, lists={url: prove(listed, key=key, now=now)}, now=now)
"""

import gzip
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from hansa.lib.canonical import JSON, decode64, encode64
from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.exchange import data_integrity
from hansa.lib.exchange.data_integrity import issuer_of, moment, read_moment
from hansa.lib.exchange.vocabulary import CREDENTIALS

BITS = 131_072
#: A list of 32 million credentials; more is no list but an attack (section 6.1).
MOST_BYTES = 4 * 1024 * 1024
GZIP = 31
ENTRY, LIST = "BitstringStatusListEntry", "BitstringStatusList"
REVOCATION = "revocation"
#: What a bit that is set means for who relies on the credential, by its purpose.
MEANING: Mapping[str, str] = MappingProxyType(
    {
        REVOCATION: "The issuer has revoked the credential.",
        "suspension": "The issuer has suspended the credential.",
    }
)
AGAIN = "Ask the issuer for its status list again."


def entry(*, url: str, index: int, purpose: str = REVOCATION) -> dict[str, JSON]:
    """Return what a credential says about where its status stands (section 2.1)."""
    if not 0 <= index < BITS:
        raise InvalidError(f"A place in a status list lies between 0 and {BITS - 1}.", "Begin another list.")
    return {
        "id": f"{url}#{index}",
        "type": ENTRY,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def status_list(
    *, issuer: str, url: str, taken: Iterable[int], now: datetime, purpose: str = REVOCATION
) -> dict[str, JSON]:
    """Return the status list in which some bits are set, as a credential not yet signed (section 2.2)."""
    return {
        "@context": [CREDENTIALS],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": moment(now),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": LIST,
            "statusPurpose": purpose,
            "encodedList": packed(taken),
        },
    }


def packed(taken: Iterable[int]) -> str:
    """Return bits as text: from the left, compressed, in multibase base64url (section 3.3)."""
    data = bytearray(BITS // 8)
    for index in taken:
        if not 0 <= index < BITS:
            raise InvalidError(f"A place in a status list lies between 0 and {BITS - 1}.", "Begin another list.")
        data[index // 8] |= 0x80 >> index % 8
    return "u" + encode64(gzip.compress(bytes(data), mtime=0))


def unpacked(text: Any) -> bytes:
    """Return the bits of a list, or raise InvalidError (section 3.4)."""
    if not isinstance(text, str) or not text.startswith("u"):
        raise InvalidError("The status list is not written in base64url.", AGAIN)
    reader = zlib.decompressobj(wbits=GZIP)
    try:
        data = reader.decompress(decode64(text[1:].rstrip("=")), MOST_BYTES)
    except zlib.error:
        raise InvalidError("The status list is not compressed as GZIP.", AGAIN) from None
    if not reader.eof or len(data) * 8 < BITS:
        raise InvalidError("The status list is cut off, too short or too long.", AGAIN)
    return data


@dataclass(frozen=True)
class Standing:
    """What the status of a credential says: what is wrong, and what could not be checked."""

    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def check(credential: Mapping[str, Any], *, lists: Mapping[str, Any], now: datetime) -> Standing:
    """Return whether a credential was withdrawn, by the lists given under their addresses (section 3.2)."""
    given = credential.get("credentialStatus", [])
    found = [_of_entry(one, credential=credential, lists=lists, now=now) for one in _several(given)]
    return Standing(
        wrong=tuple(sentence for one in found for sentence in one.wrong),
        notes=tuple(dict.fromkeys(sentence for one in found for sentence in one.notes)),
    )


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _of_entry(given: Any, *, credential: Mapping[str, Any], lists: Mapping[str, Any], now: datetime) -> Standing:
    if not isinstance(given, dict) or ENTRY not in _several(given.get("type")):
        return Standing(("The credential's status is of a kind that Hansa cannot check.",))
    url, purpose = given.get("statusListCredential"), given.get("statusPurpose")
    if not isinstance(url, str) or url not in lists:
        return Standing(notes=("Whether the credential was withdrawn was not checked: its status list was not given.",))
    try:
        notes = _demand_list(lists[url], issuer=issuer_of(credential), now=now)
        is_set = _bit(lists[url]["credentialSubject"], given)
    except HansaError as wrong:
        return Standing((str(wrong),))
    if is_set and str(purpose) in MEANING:
        return Standing((MEANING[str(purpose)],), notes)
    return Standing(notes=(*notes, "The issuer has something to say about the credential.") if is_set else notes)


def _demand_list(listed: Any, *, issuer: Any, now: datetime) -> tuple[str, ...]:
    """Raise an error unless a status list is its issuer's and holds now; return what could not be checked."""
    if not isinstance(listed, dict) or "BitstringStatusListCredential" not in _several(listed.get("type")):
        raise InvalidError("The status list is no status list.", AGAIN)
    if issuer_of(listed) != issuer:
        raise InvalidError("The status list is another issuer's than the credential's.", AGAIN)
    limits = [(name, read_moment(listed[name])) for name in ("validFrom", "validUntil") if name in listed]
    if any(at is None or (at > now if name == "validFrom" else at < now) for name, at in limits):
        raise InvalidError("The status list is not valid today.", AGAIN)
    keys = data_integrity.check(listed, now=now)
    for named in keys:
        data_integrity.demand_issuer(listed, named)
    is_owned = all(named.is_owned for named in keys)
    return () if is_owned else ("The owner of the status list's key was not looked up.",)


def _bit(subject: Any, given: Mapping[str, Any]) -> bool:
    if not isinstance(subject, dict) or given.get("statusPurpose") not in _several(subject.get("statusPurpose")):
        raise InvalidError("The status list is for another purpose than the credential says.", AGAIN)
    place = str(given.get("statusListIndex", ""))
    if not (place.isascii() and place.isdigit() and len(place) <= len(str(MOST_BYTES * 8))):
        raise InvalidError("The credential names no place in the status list.", "Ask its issuer for a corrected one.")
    if str(given.get("statusSize", 1)) != "1":
        raise InvalidError("A status of more than one bit cannot be checked.", "Ask the issuer about the credential.")
    bits, index = unpacked(subject.get("encodedList")), int(place)
    if index >= len(bits) * 8:
        raise InvalidError("The credential names a place beyond the end of the status list.", AGAIN)
    return bool(bits[index // 8] & 0x80 >> index % 8)
