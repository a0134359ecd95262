"""Read delimited text (CSV) strictly: every row as wide as the header, or say which is not.

RFC 4180, with commas, semicolons or tabs; the header tells which. Nothing is guessed about types:
values stay text until reading.py compares them with a protocol.
"""

import csv
import io

from hansa.lib.errors import InvalidError

DELIMITERS = (",", ";", "\t")


def columns_of(data: bytes) -> dict[str, list[str]]:
    """Return the columns of a CSV file by name; InvalidError names the line that is broken."""
    text = _decode(data)
    header = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(rows, [])]
        _check_names(names)
        columns: list[list[str]] = [[] for _ in names]
        for row in rows:
            if not row:
                continue
            if len(row) != len(names):
                raise InvalidError(
                    f"Line {rows.line_num} of the file has {len(row)} values, its header names {len(names)} columns.",
                    "Put values that hold a separator in quotes, and export the file again.",
                )
            for column, value in zip(columns, row, strict=True):
                column.append(value)
    except csv.Error:
        raise InvalidError(
            f"Line {rows.line_num} of the file is not CSV.", "Check its quotes, and export the file again."
        ) from None
    return dict(zip(names, columns, strict=True))


def _decode(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidError(f"Line {line} of the file is not UTF-8 text.", "Export it as UTF-8.") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InvalidError(f"Line {line} of the file holds a zero byte, so it is no text.", "Export it as CSV.")
    return text


def _check_names(names: list[str]) -> None:
    if not any(names):
        raise InvalidError("The file has no header.", "Put the names of the columns in its first line.")
    if "" in names or len(set(names)) < len(names):
        raise InvalidError("A column has no name, or the name of another.", "Give each column its own name.")
