"""Read FHIR R4 resources one by one, from bundles or from bulk NDJSON files.

Source: HL7 FHIR R4, Bundle; FHIR Bulk Data Access 2.0, NDJSON. A line that is no resource is told by file and
line, without a word of what stands in it, and the rest is read.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hansa.lib.errors import InvalidError

LINES = (".ndjson", ".jsonl")
LARGEST_BUNDLE = 256 * 1024**2


@dataclass(frozen=True)
class Entry:
    """One resource with the place where it stands; None where there is no resource."""

    place: str
    resource: dict[str, Any] | None


def entries(files: Iterable[Path]) -> Iterator[Entry]:
    """Yield every resource of some files, patients first in the order of the files."""
    for file in files:
        if not file.is_file():
            raise InvalidError(f"There is no file {file.name}.", "Name bundles (JSON) or bulk files (NDJSON).")
        yield from _lines(file) if file.suffix.lower() in LINES else _bundle(file)


def _lines(file: Path) -> Iterator[Entry]:
    with file.open("rb") as opened:
        for number, line in enumerate(opened, start=1):
            if line.strip():
                yield Entry(f"{file.name}, line {number}", _resource(line))


def _bundle(file: Path) -> Iterator[Entry]:
    if file.stat().st_size > LARGEST_BUNDLE:
        raise InvalidError(f"{file.name} is larger than 256 MB.", "Export it as NDJSON, which is read line by line.")
    whole = _resource(file.read_bytes())
    if whole is None:
        yield Entry(file.name, None)
        return
    if whole["resourceType"] != "Bundle":
        yield Entry(file.name, whole)
        return
    given = whole.get("entry")
    for number, entry in enumerate(given if isinstance(given, list) else (), start=1):
        inside = entry.get("resource") if isinstance(entry, dict) else None
        yield Entry(f"{file.name}, entry {number}", inside if _is_resource(inside) else None)


def _resource(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if _is_resource(found) else None


def _is_resource(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str)
