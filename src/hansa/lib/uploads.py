"""Files that people hand in: what they are by their bytes, and why one is not taken.

A name says nothing about a file, so the bytes are looked at: the signatures of PDF
(ISO 32000-1, 7.5.2), PNG (ISO/IEC 15948, 5.2), JPEG (ISO/IEC 10918-1, B.1.1.3: SOI and
the next marker) and the parts of an Office document (ISO/IEC 29500-2). A PDF that would
act when it is opened is refused: it is meant to be read. The work is bounded whatever
is handed in.
"""

import re
import zipfile
from collections.abc import Iterator
from enum import Enum
from io import BytesIO

from pypdf import PdfReader
from pypdf.generic import IndirectObject, StreamObject

MOST_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 120
#: How much of a file is unpacked at most, and how many parts it may have.
MOST_UNPACKED = 32 * 1024 * 1024
MOST_PARTS = 2_000
MOST_OBJECTS = 100_000

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: What may be handed in, and how the name of each may end.
ENDINGS = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg"), XLSX: (".xlsx",), DOCX: (".docx",)}
SIGNATURES = ((b"%PDF-", PDF), (b"\x89PNG\r\n\x1a\n", PNG), (b"\xff\xd8\xff", JPEG))
OFFICE = (("xl/workbook.xml", XLSX), ("word/document.xml", DOCX))
ZIP = b"PK\x03\x04"

# Names of PDF (ISO 32000-1, 7.3.5) that stand for an action or for another file inside. They are long enough that
# compressed bytes hold one by chance less than once in ten thousand files of the largest size.
ACTIVE = frozenset(
    (b"JavaScript", b"Launch", b"SubmitForm", b"ImportData", b"GoToE", b"Rendition", b"RichMedia", b"RichMediaExecute")
)
ENCLOSED = frozenset((b"EmbeddedFile", b"EmbeddedFiles", b"FileAttachment"))
# Forms of XFA hold scripts of their own; this name is too short to be looked for in compressed bytes.
FORM, ENCRYPT, OBJECT_STREAM = b"XFA", b"Encrypt", b"ObjStm"
NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]{3,127})")
ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


class Flaw(Enum):
    """Why a file is not taken."""

    EMPTY = "empty"
    LARGE = "large"
    NAME = "name"
    UNKNOWN = "unknown"
    MISNAMED = "misnamed"
    ENCRYPTED = "encrypted"
    ACTIVE = "active"
    ENCLOSED = "enclosed"
    DAMAGED = "damaged"


class FlawError(ValueError):
    """A file is not taken."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


def media_type(name: str, content: bytes) -> str:
    """Return the media type of a file that may be handed in, or raise FlawError."""
    if not content:
        raise FlawError(Flaw.EMPTY)
    if len(content) > MOST_BYTES:
        raise FlawError(Flaw.LARGE)
    if not is_name(name):
        raise FlawError(Flaw.NAME)
    found = type_of(content)
    if not name.lower().endswith(ENDINGS[found]):
        raise FlawError(Flaw.MISNAMED)
    if found == PDF:
        demand_passive(content)
    return found


def is_name(name: str) -> bool:
    """Tell whether a text is the name of a file: one line, no folder, nothing that does not show."""
    return (
        0 < len(name) <= LONGEST_NAME and name.isprintable() and not set(name) & set('/\\:"') and name.strip(". ") != ""
    )


def type_of(content: bytes) -> str:
    """Return the media type by the bytes, or raise FlawError."""
    for signature, found in SIGNATURES:
        if content.startswith(signature):
            return found
    if content.startswith(ZIP):
        return office_type(content)
    raise FlawError(Flaw.UNKNOWN)


def office_type(content: bytes) -> str:
    """Return which Office document a ZIP archive is; nothing of it is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as wrong:
        raise FlawError(Flaw.DAMAGED) from wrong
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise FlawError(Flaw.DAMAGED)
    if any(part.flag_bits & 1 for part in parts):
        raise FlawError(Flaw.ENCRYPTED)
    return office_type_of({part.filename for part in parts})


def office_type_of(names: set[str]) -> str:
    """Return which Office document has parts with these names, or raise FlawError."""
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise FlawError(Flaw.ACTIVE)
    found = [kind for part, kind in OFFICE if part in names and "[Content_Types].xml" in names]
    if len(found) != 1:
        raise FlawError(Flaw.UNKNOWN)
    return found[0]


def demand_passive(content: bytes) -> None:
    """Raise FlawError for a PDF that is encrypted, acts when it is opened, or holds other files."""
    outside = names_in(without_streams(content))
    if ENCRYPT in outside:
        raise FlawError(Flaw.ENCRYPTED)
    if content.count(b"endobj") > MOST_OBJECTS:
        raise FlawError(Flaw.DAMAGED)
    packed = object_streams(content)
    if OBJECT_STREAM in outside and not packed:
        raise FlawError(Flaw.DAMAGED)
    inside = set().union(*map(names_in, packed))
    if ACTIVE & (inside | names_in(content)) or FORM in inside | outside:
        raise FlawError(Flaw.ACTIVE)
    if ENCLOSED & (inside | names_in(content)):
        raise FlawError(Flaw.ENCLOSED)


def names_in(text: bytes) -> set[bytes]:
    """Return the names that stand in a PDF, read as a viewer reads them."""
    return {ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), name) for name in set(NAME.findall(text))}


def without_streams(content: bytes) -> bytes:
    """Return a PDF without what stands between ``stream`` and ``endstream``."""
    return b"\n".join(piece.partition(b"stream")[0] for piece in content.split(b"endstream"))


def object_streams(content: bytes) -> list[bytes]:
    """Return the object streams of a PDF unpacked (ISO 32000-1, 7.5.7), or raise FlawError."""
    try:
        reader = PdfReader(BytesIO(content), strict=False)
        return list(unpacked(reader))
    except Exception as wrong:
        # pypdf raises whatever its parser meets in a file made to break it.
        raise FlawError(Flaw.DAMAGED) from wrong


def unpacked(reader: PdfReader) -> Iterator[bytes]:
    """Yield the object streams that a PDF names, up to a size that no honest document has."""
    numbers = {number for number, _index in reader.xref_objStm.values()}
    if "/Root" not in reader.trailer or len(numbers) > MOST_PARTS:
        raise FlawError(Flaw.DAMAGED)
    size = 0
    for number in sorted(numbers):
        found = IndirectObject(number, 0, reader).get_object()
        if not isinstance(found, StreamObject):
            raise FlawError(Flaw.DAMAGED)
        text = found.get_data()
        size += len(text)
        if size > MOST_UNPACKED:
            raise FlawError(Flaw.DAMAGED)
        yield text
