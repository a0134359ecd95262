"""Say in one short signed text how a ledger stands, and judge what a partner says.

A checkpoint is a signed note (C2SP signed-note and tlog-checkpoint): three lines with
the name of the ledger, the number of its entries and the root of its Merkle tree, an
empty line, then a signature line. Checkpoints ride on every letter. A partner that has
seen one keeps it; the next one must come with a proof that the ledger only grew. So
each partner is a witness to the other, and says so by a cosignature (cosignature/v1,
C2SP tlog-cosignature), which binds the time at which it saw the checkpoint.

Whoever rewrites or rolls back its ledger is found out at the next letter.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError, ProofError, SignatureError
from hansa.lib.keys import SigningKey, VerifyingKey
from hansa.lib.merkle import HASH_BYTES, verify_consistency

MAXIMUM_SIZE = 2**63 - 1
_SIGNATURE = b"\x01"
_COSIGNATURE = b"\x04"
_ID_BYTES = 4
_TIME_BYTES = 8
_LINES = 3
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_NAME = re.compile(r"[^\s+]+")


@dataclass(frozen=True)
class Checkpoint:
    """Name a ledger and tell its number of entries and its root."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"


@dataclass(frozen=True)
class Line:
    """Hold one signature line of a note: who, which key, and the signature with what precedes it."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True)
class Note:
    """Hold a checkpoint and its signature lines, read but not yet verified."""

    checkpoint: Checkpoint
    lines: tuple[Line, ...]


def ledger_name(institution: str) -> str:
    """Return the name of an institution's ledger: its identifier without the scheme, as C2SP asks."""
    return institution.removeprefix("https://")


def write(size: int, root: bytes, *, key: SigningKey, name: str) -> str:
    """Return the signed note of an institution's ledger."""
    text = Checkpoint(ledger_name(name), size, root).text()
    return f"{text}\n{_line(name, kind=_SIGNATURE, key=key.public, signature=key.sign(text.encode()))}"


def parse(text: str) -> Note:
    """Read a note without verifying it, or raise InvalidError."""
    body, gap, signatures = text.partition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise _unreadable("it lacks the empty line or the last line end")
    return Note(_read_body(body.split("\n")), tuple(_read_line(line) for line in signatures[:-1].split("\n")))


def verify(text: str, *, key: VerifyingKey, name: str) -> Checkpoint:
    """Return the checkpoint, or raise SignatureError unless the institution signed it about its own ledger."""
    note = parse(text)
    if note.checkpoint.origin != ledger_name(name):
        raise SignatureError(
            f"The checkpoint is about another ledger than that of {name}.",
            "Ask the partner to check which institution its node names.",
        )
    for line in note.lines:
        if (line.name, line.key_id) == (ledger_name(name), _key_id(name, kind=_SIGNATURE, key=key)):
            key.verify(note.checkpoint.text().encode(), line.signature)
            return note.checkpoint
    raise SignatureError(
        f"The checkpoint carries no signature by the known key of {name}.", "Ask the partner for its present keys."
    )


def cosign(checkpoint: Checkpoint, *, key: SigningKey, name: str, at: datetime) -> str:
    """Return the line by which a witness says when it saw a checkpoint; judge the checkpoint first."""
    seconds = int(at.timestamp())
    signature = key.sign(_cosigned(checkpoint, seconds=seconds))
    return _line(name, kind=_COSIGNATURE, key=key.public, signature=seconds.to_bytes(_TIME_BYTES, "big") + signature)


def verify_cosignature(line: str, *, checkpoint: Checkpoint, key: VerifyingKey, name: str) -> datetime:
    """Return when the witness saw the checkpoint, or raise SignatureError."""
    read = _read_line(line.removesuffix("\n"))
    if (read.name, read.key_id) != (ledger_name(name), _key_id(name, kind=_COSIGNATURE, key=key)):
        raise SignatureError(f"The cosignature is not by the known key of {name}.", "Ask the partner for its keys.")
    seconds = int.from_bytes(read.signature[:_TIME_BYTES], "big")
    key.verify(_cosigned(checkpoint, seconds=seconds), read.signature[_TIME_BYTES:])
    try:
        return datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise SignatureError("The cosignature tells no possible time.", "Ask the partner to check its clock.") from None


def judge(known: Checkpoint | None, note: str, *, proof: JSON, key: VerifyingKey, name: str) -> Checkpoint:
    """Return what is known of a partner's ledger after this note, or raise ProofError if it did not only grow.

    `known` is the last checkpoint seen on the same way: letters and receipts of one partner
    overtake each other on the wire, so each of the two has its own. `proof` is null or
    {"from": entries known before, "proof": [hexadecimal hashes]}.
    """
    seen = verify(note, key=key, name=name)
    if known is None:
        return seen
    if seen.size < known.size:
        raise ProofError(
            f"The ledger of {name} got smaller: {known.size} entries were known, now it shows {seen.size}. "
            "It was rolled back to an earlier state.",
            _ASK_PARTNER,
        )
    if known.size > 0:
        _check_growth(known, seen, proof=proof)
    return seen


_ASK_PARTNER = "Stop and ask the partner whether it restored a backup; keep both checkpoints as evidence."


def _check_growth(known: Checkpoint, seen: Checkpoint, *, proof: JSON) -> None:
    try:
        hashes = _read_proof(proof, size=known.size) if seen.size > known.size else []
        verify_consistency(known.root, seen.root, old_size=known.size, new_size=seen.size, proof=hashes)
    except ProofError as error:
        raise ProofError(
            f"The ledger of {seen.origin} was rewritten: what it shows now ({seen.size} entries) does not begin "
            f"with the {known.size} entries known before. {error.message}",
            _ASK_PARTNER,
        ) from None


def _read_proof(proof: JSON, *, size: int) -> list[bytes]:
    if not isinstance(proof, Mapping) or set(proof) != {"from", "proof"} or not isinstance(proof["proof"], list):
        raise ProofError("The proof that it only grew is missing.")
    if proof["from"] != size:
        raise ProofError(f"The proof begins at another number of entries than {size}.")
    return read_hashes(proof["proof"])


def read_hashes(texts: Sequence[JSON]) -> list[bytes]:
    """Read a list of hexadecimal hashes, or raise ProofError."""
    try:
        return [bytes.fromhex(text) for text in texts]
    except (ValueError, TypeError):
        raise ProofError("A hash of the proof is not hexadecimal text.", "Ask for a new proof.") from None


def _cosigned(checkpoint: Checkpoint, *, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.text()}".encode()


def _key_id(name: str, *, kind: bytes, key: VerifyingKey) -> bytes:
    return sha256(ledger_name(name).encode() + b"\n" + kind + key.raw).digest()[:_ID_BYTES]


def _line(name: str, *, kind: bytes, key: VerifyingKey, signature: bytes) -> str:
    if not _NAME.fullmatch(ledger_name(name)):
        raise InvalidError("The name of a ledger has a space or a plus sign.", "Use the identifier of the institution.")
    return f"\u2014 {ledger_name(name)} {_encode(_key_id(name, kind=kind, key=key) + signature)}\n"


def _read_line(line: str) -> Line:
    dash, _, rest = line.partition(" ")
    name, _, data = rest.partition(" ")
    if dash != "\u2014" or not _NAME.fullmatch(name):
        raise _unreadable("a signature line does not begin with a dash and a name")
    raw = _decode(data)
    return Line(name, raw[:_ID_BYTES], raw[_ID_BYTES:])


def _read_body(lines: Sequence[str]) -> Checkpoint:
    if len(lines) != _LINES or not _NAME.fullmatch(lines[0]):
        raise _unreadable("it has not exactly the lines name, size and root")
    origin, size, root = lines
    if not _NUMBER.fullmatch(size) or int(size) > MAXIMUM_SIZE:
        raise _unreadable("the size is not a plain number")
    checkpoint = Checkpoint(origin, int(size), _decode(root))
    if len(checkpoint.root) != HASH_BYTES:
        raise _unreadable(f"the root is not {HASH_BYTES} bytes long")
    return checkpoint


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise _unreadable("a part is not base64 text") from None
    if _encode(data) != text:
        raise _unreadable("a part is not the one base64 spelling of its bytes")
    return data


def _unreadable(reason: str) -> InvalidError:
    return InvalidError(f"The checkpoint cannot be read: {reason}.", "Ask the partner to send it again.")
