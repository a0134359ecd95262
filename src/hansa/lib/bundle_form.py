"""The form of a bundle: everything about one record in one file, to be read without a node.

A bundle is JSON in canonical form, plain or compressed. It holds the agreements with all
signatures, the letters with their receipts, the ledger entries that tell of them with a
proof for each, one checkpoint, what partners cosigned, the keys and the result. Nothing in
it has to be believed: bundle.verify() checks every part against the signatures.

    {"hansa": "bundle/1", "record": urn, "institution": whose ledger it is,
     "agreements": [General JWS], "letters": [{"letter": JWS, "receipt": JWS}],
     "entries": [{"position": n, "body": text, "proof": [hexadecimal]}], "checkpoint": note,
     "cosignatures": [{"institution", "checkpoint": note, "line", "proof": [hexadecimal]}],
     "identities": [{"id", "signing_key", "sealing_key"}], "result": General JWS or null,
     "created": moment, "rotations": [JWS], where a party changed its keys after it signed}

The proof beside a cosignature shows that what was cosigned is still inside the ledger.
"""

import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from hansa.lib import shapes
from hansa.lib.canonical import JSON, canonical, parse
from hansa.lib.errors import InvalidError
from hansa.lib.keys import Identity

FORMAT = "bundle/1"
MAXIMUM_BYTES = 256 * 1024 * 1024
MOST = 100_000
MOST_HASHES = 64
_GZIP = b"\x1f\x8b"
_RECORD = re.compile(r"urn:hansa:[a-z]{1,40}:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?Z")


@dataclass(frozen=True)
class Exchange:
    """Hold a letter and its receipt, both as compact JWS."""

    letter: str
    receipt: str


@dataclass(frozen=True)
class Entry:
    """Hold a ledger entry and the proof that it is under the checkpoint."""

    position: int
    body: str
    proof: list[str]


@dataclass(frozen=True)
class Witnessed:
    """Hold what a partner cosigned, and the proof that it is inside the ledger of the bundle's checkpoint."""

    institution: str
    checkpoint: str
    line: str
    proof: list[str]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """Hold everything about one record, as one institution exports it."""

    record: str
    institution: str
    agreements: list[JSON]
    letters: list[Exchange]
    entries: list[Entry]
    checkpoint: str
    cosignatures: list[Witnessed]
    identities: list[Identity]
    result: JSON
    created: str
    rotations: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, JSON]:
        """Return the bundle as JSON."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        if not self.rotations:
            del plain["rotations"]
        parts = {name: [vars(part) for part in plain[name]] for name in ("letters", "entries", "cosignatures")}
        identities = [identity.to_json() for identity in self.identities]
        return {"hansa": FORMAT, **plain, **parts, "identities": identities}


def write(bundle: Bundle, *, compressed: bool = False) -> bytes:
    """Return the bundle as the bytes of a file."""
    data = canonical(bundle.to_json())
    # Without a time inside, the same bundle gives the same file.
    return gzip.compress(data, mtime=0) if compressed else data


def read(data: bytes) -> Bundle:
    """Read a file, plain or compressed, or raise InvalidError naming the place that is wrong."""
    return from_json(parse(_unpacked(data) if data.startswith(_GZIP) else data))


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = unpacking.decompress(data, MAXIMUM_BYTES)
    except zlib.error:
        raise InvalidError("The compressed file is damaged.", "Copy it again from where it was exported.") from None
    if not unpacking.eof or unpacking.unused_data:
        raise InvalidError("The compressed file is cut off, too large or followed by something.", "Copy it again.")
    return plain


def from_json(value: JSON) -> Bundle:
    """Read a bundle from JSON; an unknown or missing key is refused."""
    names = [one.name for one in fields(Bundle) if one.name != "rotations"]
    content = shapes.mapping(value, "", needed=("hansa", *names), allowed=("rotations",))
    if content["hansa"] != FORMAT:
        raise InvalidError("hansa: this is another format.", f'Only "{FORMAT}" can be read here.')
    return Bundle(
        record=shapes.matching(
            content["record"],
            "record",
            pattern=_RECORD,
            example="urn:hansa:studies:01234567-89ab-cdef-0123-456789abcdef",
        ),
        institution=_text(content["institution"], "institution"),
        agreements=list(shapes.items(content["agreements"], "agreements", least=1, most=MOST)),
        letters=_parts(content, "letters", kind=Exchange),
        entries=_parts(content, "entries", kind=Entry),
        checkpoint=_text(content["checkpoint"], "checkpoint"),
        cosignatures=_parts(content, "cosignatures", kind=Witnessed),
        identities=[
            Identity.from_json(one) for one in shapes.items(content["identities"], "identities", least=1, most=MOST)
        ],
        result=content["result"],
        created=_moment(content["created"]),
        rotations=_texts(content.get("rotations", []), "rotations", most=MOST),
    )


def _parts(content: Mapping[str, JSON], name: str, *, kind: type[Any]) -> list[Any]:
    needed = [one.name for one in fields(kind)]
    parts = []
    for number, one in enumerate(shapes.items(content[name], name, least=0, most=MOST)):
        place = f"{name}[{number}]"
        part = shapes.mapping(one, place, needed=needed)
        parts.append(kind(**{key: _value(key, part[key], place=f"{place}.{key}") for key in needed}))
    return parts


def _value(key: str, value: JSON, *, place: str) -> JSON:
    if key == "position":
        return shapes.whole(value, place, low=0, high=shapes.LARGEST_WHOLE)
    if key == "proof":
        return list(_texts(value, place, most=MOST_HASHES))
    return _text(value, place)


def _texts(value: object, place: str, *, most: int) -> list[str]:
    found = shapes.items(value, place, least=0, most=most)
    return [_text(one, f"{place}[{number}]") for number, one in enumerate(found)]


def _text(value: JSON, place: str) -> str:
    if not isinstance(value, str):
        raise InvalidError(f"{place}: this must be a text.", "Export the bundle again.")
    return value


def _moment(value: JSON) -> str:
    written = shapes.matching(value, "created", pattern=_MOMENT, example="2026-11-23T14:00:00.000Z")
    try:
        datetime.fromisoformat(written)
    except ValueError:
        raise InvalidError("created: the calendar has no such moment.", "Export the bundle again.") from None
    return written
