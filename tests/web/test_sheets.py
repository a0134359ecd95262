"""Tables to take away: what is written is what was there, and nothing in it runs."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from django.utils.translation import gettext_lazy

from hansa.kernel.pages import Link
from hansa.lib.errors import RefusedError
from hansa.web import sheets

MOMENT = datetime(2026, 5, 17, 10, 30, tzinfo=UTC)
ROW = [
    "Åsa",
    3,
    2.5,
    Decimal("7.5"),
    True,
    False,
    None,
    date(2026, 5, 17),
    MOMENT,
    Link("Lund", "/x/"),
    gettext_lazy("State"),
]
# As a spreadsheet keeps moments: without a zone.
DAYS = (datetime(2026, 5, 17), datetime(2026, 5, 17, 10, 30))  # noqa: DTZ001 -- what is expected has no zone
COLUMNS = [str(number) for number in range(len(ROW))]


def read_csv(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def read_xlsx(content):
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_csv_writes_every_kind_of_cell():
    assert read_csv(sheets.csv_of(COLUMNS, [ROW])) == [
        COLUMNS,
        ["Åsa", "3", "2.5", "7.5", "yes", "no", "", "2026-05-17", "2026-05-17 10:30", "Lund", "State"],
    ]


def test_csv_is_as_rfc_4180_wants_it():
    content = sheets.csv_of(["a", "b"], [['say "yes"', "one\ntwo, three"]], marked=False)

    assert content == b'a,b\r\n"say ""yes""","one\ntwo, three"\r\n'
    assert sheets.csv_of(["a"], []).startswith(b"\xef\xbb\xbfa\r\n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"])
def test_no_text_becomes_a_formula(text):
    assert read_csv(sheets.csv_of([text], [[text]])) == [[f"'{text}"], [f"'{text}"]]
    assert sheets.csv_of(["a"], [[-1]], marked=False) == b"a\r\n-1\r\n"
    book = openpyxl.load_workbook(io.BytesIO(sheets.xlsx_of(["a"], [[text]])))
    assert book.active["A2"].data_type == "s"


def test_xlsx_writes_every_kind_of_cell():
    assert read_xlsx(sheets.xlsx_of(COLUMNS, [ROW])) == [
        COLUMNS,
        ["Åsa", 3, 2.5, 7.5, "yes", "no", None, *DAYS, "Lund", "State"],
    ]


def test_xlsx_takes_no_text_for_an_address_or_a_number():
    content = sheets.xlsx_of(["a"], [["https://evil.example/"], ["007"], ["x" * 40_000]])

    (_head,), (link,), (number,), (long,) = read_xlsx(content)
    assert (link, number, len(long)) == ("https://evil.example/", "007", 32_767)
    assert openpyxl.load_workbook(io.BytesIO(content)).active["A2"].hyperlink is None


def test_file_longer_than_anybody_reads_is_refused(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 2)

    assert len(read_csv(sheets.csv_of(["a"], [[1], [2]]))) == 3
    with pytest.raises(RefusedError, match="more than 2 lines"):
        sheets.xlsx_of(["a"], [[1], [2], [3]])


@pytest.mark.parametrize("kind", sorted(sheets.KINDS))
def test_download_says_what_it_is(kind):
    answer = sheets.download(kind, name="stays", columns=["a"], rows=[[1]])

    assert answer.headers["Content-Disposition"] == f'attachment; filename="stays.{kind}"'
    assert answer.headers["Content-Type"] == sheets.KINDS[kind]
