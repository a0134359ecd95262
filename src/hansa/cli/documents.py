"""Files that a command hands in: ``--document PATH`` reads the file behind it."""

from pathlib import Path
from typing import Any, get_args

from hansa.lib.errors import InvalidError

HELP = "A file: PDF, PNG, JPEG, XLSX or DOCX."


def is_document(annotation: Any) -> bool:
    """Tell whether an input is a file, or several."""
    return getattr(annotation, "__name__", "") == "Upload" or any(map(is_document, get_args(annotation)))


def handed_in(given: Any) -> Any:
    """Return the file behind a path, or the files behind several, as an action takes them."""
    return [document(Path(path)) for path in given] if isinstance(given, list) else document(Path(given))


def document(path: Path) -> Any:
    """Return one file, or raise InvalidError saying why it is not taken."""
    from hansa.kernel.files import Upload
    from hansa.lib.uploads import MOST_BYTES

    try:
        with path.expanduser().open("rb") as file:
            # One byte more than is allowed tells that it is too large.
            content = file.read(MOST_BYTES + 1)
    except OSError as wrong:
        raise InvalidError(f"{path} cannot be read ({type(wrong).__name__}).", "Check its name.") from wrong
    return Upload.of(path.name, content)
