"""Files: what people upload, checked before it is taken and kept with its record.

An action takes a file as an input of the type ``Upload``: a form shows a file field, the
API takes a name and the content in base64, the command line a path. The file is written
in the transaction of the action and is part of every backup (docs/adr/0021). Neither its
name nor its content stands in the ledger or in an error.

    def add_transcript(application: Application, *, by: Person, document: Upload) -> None:
        keep(application, document, role="transcript")
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from hansa.kernel.models.files import File
from hansa.kernel.models.people import Person
from hansa.kernel.models.records import Record
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.uploads import LONGEST_NAME, MOST_BYTES, Flaw, FlawError, media_type

MOST_FILES = 20
#: How the JSON schema of an input says that it is a file.
FORMAT = "file"
SENTENCES = {
    Flaw.EMPTY: gettext_lazy("The file is empty. Choose it again."),
    Flaw.LARGE: gettext_lazy("The file is larger than {most} MiB. Make it smaller, for example with fewer pictures."),
    Flaw.NAME: gettext_lazy("The name of the file has signs that no name should have, or is too long. Rename it."),
    Flaw.UNKNOWN: gettext_lazy("This is no PDF, PNG, JPEG, XLSX or DOCX. Save it as a PDF and choose that."),
    Flaw.MISNAMED: gettext_lazy(
        "The file is not what the end of its name says. Save it once more under its right name."
    ),
    Flaw.ENCRYPTED: gettext_lazy("The file is protected by a password or otherwise encrypted. Save it without that."),
    Flaw.ACTIVE: gettext_lazy("The file holds a program or a form that acts by itself. Print it into a new PDF."),
    Flaw.ENCLOSED: gettext_lazy(
        "The PDF holds other files. Print it into a new PDF, and hand in the others one by one."
    ),
    Flaw.DAMAGED: gettext_lazy("The file cannot be read, or holds far more than it seems to. Print it into a new PDF."),
}


@dataclass(frozen=True)
class Upload:
    """A file as somebody hands it in, found to be what its name says."""

    name: str = field(repr=False)
    content: bytes = field(repr=False)
    media_type: str

    @classmethod
    def of(cls, name: str, content: bytes) -> Self:
        """Return a file that may be taken, or raise InvalidError with a plain sentence."""
        try:
            return cls(name, content, media_type(name, content))
        except FlawError as wrong:
            said = str(SENTENCES[wrong.flaw]).format(most=MOST_BYTES // 1024**2)
            raise InvalidError(said) from None

    @property
    def digest(self) -> str:
        """Return the SHA-256 digest of the content in hexadecimal digits."""
        return hashlib.sha256(self.content).hexdigest()

    @classmethod
    def read(cls, given: Any) -> Self:
        """Return a file from what a form, a command or a program gives; pydantic calls it."""
        if isinstance(given, cls):
            return given
        try:
            return cls.of(*named(given))
        except InvalidError as wrong:
            raise PydanticCustomError("upload", "{said}", {"said": wrong.message}) from None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.read)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        text = {"type": "string"}
        content = {**text, "contentEncoding": "base64", "maxLength": 4 * (MOST_BYTES // 3 + 1)}
        return {
            "type": "object",
            "format": FORMAT,
            "properties": {"name": {**text, "maxLength": LONGEST_NAME}, "content": content},
            "required": ["name", "content"],
            "additionalProperties": False,
        }


def named(given: Any) -> tuple[str, bytes]:
    """Return name and content of a file as the API takes it, or raise InvalidError."""
    is_file = (
        isinstance(given, dict)
        and set(given) == {"name", "content"}
        and all(isinstance(part, str) for part in given.values())
    )
    if not is_file:
        raise InvalidError(_("A file is an object with its name and its content in base64."))
    try:
        return given["name"], base64.b64decode(given["content"], validate=True)
    except (binascii.Error, ValueError):
        raise InvalidError(_("The content of the file is not base64.")) from None


def keep(record: Record, upload: Upload, *, role: str = "") -> File:
    """Keep a file with its record, inside the change under way; the same content is kept once."""
    held = File.objects.filter(record=record.urn)
    found: File | None = held.filter(digest=upload.digest).first()
    if found is not None:
        return found
    if held.count() >= MOST_FILES:
        raise RefusedError(
            _("This has {most} files already.").format(most=MOST_FILES),
            _("Put several pages into one PDF, or remove a file that is not needed."),
        )
    made = File(
        record=record.urn,
        role=role,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        digest=upload.digest,
        content=upload.content,
    )
    made.save()
    return made


def forget(record: Record, *, digests: Iterable[str] | None = None) -> int:
    """Remove the files of a record, or some of them, inside the change under way; the ledger stays as it is."""
    found = File.objects.filter(record=record.urn)
    count, _kinds = (found if digests is None else found.filter(digest__in=list(digests))).delete()
    return int(count)


def headers(file: File) -> dict[str, str]:
    """Return with which headers a file is handed out: to be kept, never to be shown or run as a page of this node."""
    return headers_of(name=file.name, media_type=file.media_type)


def headers_of(*, name: str, media_type: str) -> dict[str, str]:
    """Return the headers of a file by its name and type."""
    return {
        "Content-Type": media_type,
        "Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }


def handed_to(record: Record, *, by: Person | None) -> list[File]:
    """Return the files of a record that somebody who may see the record may have; nobody is the node's owner."""
    return record.files() if record.hands_files_to(by) else []


def one_of(record: Record, digest: str, *, by: Person | None) -> File | None:
    """Return the file of a record with this digest, if this person may have it."""
    return next((file for file in handed_to(record, by=by) if file.digest == digest), None)


def takes_files(inputs: Any) -> bool:
    """Tell whether one of an action's inputs is a file."""
    return any(is_upload(about.annotation) for about in inputs.model_fields.values())


def is_upload(annotation: Any) -> bool:
    """Tell whether an input is a file, several, or one that may be left out."""
    return annotation is Upload or any(map(is_upload, getattr(annotation, "__args__", ())))
