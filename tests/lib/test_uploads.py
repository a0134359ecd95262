"""Files that people hand in: known by their bytes, refused where they could do harm."""

import io
import time
import zipfile
import zlib

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from hansa.lib import uploads
from hansa.lib.uploads import DOCX, JPEG, MOST_BYTES, PDF, PNG, XLSX, Flaw, FlawError, media_type


def pdf(change=lambda writer: None, *, packed=False):
    """Write a PDF of one empty page, with its objects packed in object streams where asked."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return packing(out.getvalue()) if packed else out.getvalue()


def packing(content):
    """Write a PDF anew with every object but the streams in one object stream."""
    reader = PdfReader(io.BytesIO(content))
    bodies = {}
    for number in range(1, int(reader.trailer["/Size"])):
        found = reader.get_object(number)
        if found is not None and not hasattr(found, "get_data"):
            text = io.BytesIO()
            found.write_to_stream(text)
            bodies[number] = text.getvalue()
    return packed_pdf(bodies, root=reader.trailer.raw_get("/Root").idnum)


def packed_pdf(bodies, *, root, kind=b"/ObjStm", most=b""):
    """Write a PDF whose objects lie in one object stream (ISO 32000-1, 7.5.7 and 7.5.8)."""
    stream, table = max(bodies) + 1, max(bodies) + 2
    pairs, data = [], b""
    for number, body in bodies.items():
        pairs.append(b"%d %d" % (number, len(data)))
        data += body + b" "
    head = b" ".join(pairs) + b" "
    body = zlib.compress(head + data + most, 9)
    out = b"%PDF-1.7\n"
    start = len(out)
    about = (kind, len(bodies), len(head), len(body))
    out += b"%d 0 obj\n<</Type %s/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n" % (stream, *about)
    out += body + b"\nendstream\nendobj\n"
    here = len(out)
    rows = [b"\x00" * 5]
    for number in range(1, table + 1):
        if number in bodies:
            rows.append(b"\x02" + stream.to_bytes(3, "big") + bytes([list(bodies).index(number)]))
        else:
            rows.append(b"\x01" + {stream: start, table: here}.get(number, 0).to_bytes(3, "big") + b"\x00")
    cells = zlib.compress(b"".join(rows))
    about = (table, table + 1, root, len(cells))
    out += b"%d 0 obj\n<</Type/XRef/Size %d/W[1 3 1]/Root %d 0 R/Filter/FlateDecode/Length %d>>stream\n" % about
    return out + cells + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % here


def office(*parts, most=0, encrypted=False):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in parts:
            archive.writestr(part, "<x/>" + " " * most)
    content = out.getvalue()
    if encrypted:
        # The flag of the first entry in the central directory (APPNOTE 4.3.12, 4.4.4).
        at = content.index(b"PK\x01\x02") + 8
        content = content[:at] + b"\x01\x00" + content[at + 2 :]
    return content


PNG_BYTES = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
JPEG_BYTES = b"\xff\xd8\xff\xe0" + b"\x00" * 20
SHEET = ("[Content_Types].xml", "xl/workbook.xml")
TEXT = ("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("transcript.pdf", pdf(), PDF),
        ("Transcript of records.PDF", pdf(packed=True), PDF),
        ("scan.png", PNG_BYTES, PNG),
        ("scan.jpg", JPEG_BYTES, JPEG),
        ("scan.jpeg", JPEG_BYTES, JPEG),
        ("grades.xlsx", office(*SHEET), XLSX),
        ("brev åäö.docx", office(*TEXT), DOCX),
    ],
)
def test_media_type_is_known_by_the_bytes(name, content, expected):
    assert media_type(name, content) == expected


@pytest.mark.parametrize(
    ("name", "content", "flaw"),
    [
        ("a.pdf", b"", Flaw.EMPTY),
        ("a.pdf", b"%PDF-" + b"0" * MOST_BYTES, Flaw.LARGE),
        ("", PNG_BYTES, Flaw.NAME),
        ("../a.png", PNG_BYTES, Flaw.NAME),
        ("a\n.png", PNG_BYTES, Flaw.NAME),
        ("exe\u202egnp.png", PNG_BYTES, Flaw.NAME),
        ("a" * 117 + ".png", PNG_BYTES, Flaw.NAME),
        (" . ", PNG_BYTES, Flaw.NAME),
        ("a.png", b"GIF89a", Flaw.UNKNOWN),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Flaw.UNKNOWN),
        ("a.html", b"<html><script>", Flaw.UNKNOWN),
        ("a.zip", office("a.txt"), Flaw.UNKNOWN),
        ("a.xlsx", office("xl/workbook.xml"), Flaw.UNKNOWN),
        ("a.xlsx", office(*SHEET, "word/document.xml"), Flaw.UNKNOWN),
        ("a.pdf", PNG_BYTES, Flaw.MISNAMED),
        ("a.png", JPEG_BYTES, Flaw.MISNAMED),
        ("a.docx", office(*SHEET), Flaw.MISNAMED),
        ("a.png.exe", PNG_BYTES, Flaw.MISNAMED),
        ("a.xlsx", office(*SHEET, "xl/vbaProject.bin"), Flaw.ACTIVE),
        ("a.xlsx", office(*SHEET, encrypted=True), Flaw.ENCRYPTED),
        ("a.xlsx", b"PK\x03\x04 and then nothing", Flaw.DAMAGED),
        ("a.xlsx", office(*SHEET, *(f"xl/{n}.xml" for n in range(2000))), Flaw.DAMAGED),
        ("a.xlsx", office(*SHEET, most=20 * 1024 * 1024), Flaw.DAMAGED),
        ("a.pdf", b"%PDF-1.7 and then nothing", Flaw.DAMAGED),
    ],
)
def test_media_type_refuses_what_is_not_taken(name, content, flaw):
    with pytest.raises(FlawError) as refused:
        media_type(name, content)

    assert refused.value.flaw is flaw


def annotated(action):
    """Put an annotation with an action on the page."""

    def change(writer):
        said = {NameObject(key): NameObject(value) for key, value in action.items()}
        link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): DictionaryObject(said)})
        writer.pages[0][NameObject("/Annots")] = ArrayObject([writer._add_object(link)])

    return change


def formed(writer):
    """Give a PDF a form of XFA."""
    form = DictionaryObject({NameObject("/XFA"): TextStringObject("form")})
    writer._root_object[NameObject("/AcroForm")] = writer._add_object(form)


def attached(writer):
    """Put another file into a PDF."""
    writer.add_attachment("inner.txt", b"inside")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("change", "flaw"),
    [
        (annotated({"/S": "/JavaScript"}), Flaw.ACTIVE),
        (annotated({"/S": "/Launch"}), Flaw.ACTIVE),
        (annotated({"/S": "/SubmitForm"}), Flaw.ACTIVE),
        (annotated({"/S": "/ImportData"}), Flaw.ACTIVE),
        (annotated({"/S": "/GoToE"}), Flaw.ACTIVE),
        (formed, Flaw.ACTIVE),
        (attached, Flaw.ENCLOSED),
    ],
)
def test_pdf_that_acts_or_holds_files_is_refused_wherever_that_stands(change, flaw, packed):
    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", pdf(change, packed=packed))

    assert refused.value.flaw is flaw


def test_pdf_with_a_link_to_the_web_is_taken():
    assert media_type("a.pdf", pdf(annotated({"/S": "/URI"}))) == PDF


def test_pdf_that_hides_an_action_behind_escapes_is_refused():
    hidden = pdf(annotated({"/S": "/Launch"})).replace(b"/Launch", b"/La#75n#63h")

    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", hidden)

    assert refused.value.flaw is Flaw.ACTIVE


def test_pdf_that_is_encrypted_is_refused():
    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", pdf(lambda writer: writer.encrypt("secret", algorithm="AES-256")))

    assert refused.value.flaw is Flaw.ENCRYPTED


BODIES = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[]/Count 0>>"}


def test_pdf_written_by_these_tests_is_one():
    assert media_type("a.pdf", packed_pdf(BODIES, root=1)) == PDF


def test_pdf_without_a_catalogue_is_refused():
    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", packed_pdf(BODIES, root=1).replace(b"/Root", b"/Boot"))

    assert refused.value.flaw is Flaw.DAMAGED


def test_pdf_with_objects_that_its_table_does_not_name_is_refused():
    loose = pdf() + b"9 0 obj <</Type /ObjStm>>"

    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", loose)

    assert refused.value.flaw is Flaw.DAMAGED


def test_pdf_whose_table_names_what_is_no_object_stream_is_refused():
    broken = packed_pdf(BODIES, root=1).replace(b"/FlateDecode/Length", b"/FlateDecoda/Length")

    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", broken)

    assert refused.value.flaw is Flaw.DAMAGED


def test_pdf_whose_object_stream_is_a_dictionary_is_refused(monkeypatch):
    class Reader:
        xref_objStm = {1: (2, 0)}  # noqa: N815 -- pypdf's own name
        trailer = {"/Root": None}

        def get_object(self, _reference):
            return DictionaryObject()

    with pytest.raises(FlawError) as refused:
        list(uploads.unpacked(Reader()))

    assert refused.value.flaw is Flaw.DAMAGED


def test_pdf_that_unpacks_to_more_than_a_document_holds_is_refused_soon():
    bomb = packed_pdf(BODIES, root=1, most=b" " * (40 * 1024 * 1024))
    start = time.perf_counter()

    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", bomb)

    assert refused.value.flaw is Flaw.DAMAGED
    assert len(bomb) < 100_000
    assert time.perf_counter() - start < 5


def test_pdf_with_very_many_objects_is_refused_soon():
    objects = b"".join(b"%d 0 obj<<>>endobj\n" % number for number in range(1, 200_000))
    many = b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"
    start = time.perf_counter()

    with pytest.raises(FlawError) as refused:
        media_type("a.pdf", many)

    assert len(many) < MOST_BYTES
    assert refused.value.flaw is Flaw.DAMAGED
    assert time.perf_counter() - start < 5
