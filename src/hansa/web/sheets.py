"""Tables to take away, as CSV (RFC 4180) and as XLSX (ISO/IEC 29500).

Whoever opens a file must not run what somebody wrote into a field: in CSV a text that a
spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection);
in XLSX every text is written as a text.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from hansa.kernel.pages import Link
from hansa.lib.errors import RefusedError

MOST_ROWS = 50_000
#: The longest text of a cell in a spreadsheet.
LONGEST = 32_767
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
KINDS = {
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Rows = Iterable[Sequence[Any]]


def download(kind: str, *, name: str, columns: Sequence[Any], rows: Rows) -> HttpResponse:
    """Answer with a table as a file."""
    content = csv_of(columns, rows) if kind == "csv" else xlsx_of(columns, rows)
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{kind}") or "attachment"
    return HttpResponse(content, content_type=KINDS[kind], headers={"Content-Disposition": disposition})


def csv_of(columns: Sequence[Any], rows: Rows, *, marked: bool = True) -> bytes:
    """Return a table as CSV in UTF-8; ``marked`` puts a byte order mark in front, by which spreadsheets know it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([defused(plain(column)) for column in columns])
    for row in limited(rows):
        writer.writerow([defused(plain(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig" if marked else "utf-8")


def xlsx_of(columns: Sequence[Any], rows: Rows) -> bytes:
    """Return a table as a workbook of one sheet; nothing of it is written to a temporary place."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "remove_timezone": True})
    sheet = book.add_worksheet()
    head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for place, column in enumerate(columns):
        sheet.write_string(0, place, str(column)[:LONGEST], head)
    for line, row in enumerate(limited(rows), start=1):
        for place, cell in enumerate(map(plain, row)):
            write(sheet, (line, place), cell=cell, formats=(day, moment))
    sheet.freeze_panes(1, 0)
    book.close()
    return out.getvalue()


def write(sheet: Any, place: tuple[int, int], *, cell: Any, formats: tuple[Any, Any]) -> None:
    """Write one cell of a workbook as what it is."""
    if isinstance(cell, datetime):
        sheet.write_datetime(*place, cell, formats[1])
    elif isinstance(cell, date):
        sheet.write_datetime(*place, cell, formats[0])
    elif isinstance(cell, int | float | Decimal):
        sheet.write_number(*place, cell)
    elif cell:
        sheet.write_string(*place, cell[:LONGEST])


def limited(rows: Rows) -> Iterable[Sequence[Any]]:
    """Yield the rows, or refuse a table that is too long for one file."""
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise RefusedError(
                _("This table has more than {most} lines.").format(most=MOST_ROWS),
                _("Choose less of it with the filters above the table, then take the file."),
            )
        yield row


def plain(cell: Any) -> Any:
    """Return a cell as a text, a number, a day or a moment."""
    if isinstance(cell, Link):
        cell = cell.words
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return _("yes") if cell else _("no")
    if isinstance(cell, datetime):
        return timezone.localtime(cell) if timezone.is_aware(cell) else cell
    return cell if isinstance(cell, date | int | float | Decimal) else str(cell)


def defused(cell: Any) -> str:
    """Return a plain cell as CSV writes it, which no spreadsheet takes for a formula."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if not isinstance(cell, str):
        return str(cell)
    return f"'{cell}" if cell.startswith(FORMULA) else cell
