from io import BytesIO

import pytest
from pypdf import PdfReader, PdfWriter

from hansa.kernel import agreement_pdf
from hansa.kernel.agreement_pdf import extract, extract_signed, is_faithful, pdf
from hansa.lib.canonical import canonical, digest, parse
from hansa.lib.errors import HansaError, InvalidError, SignatureError
from hansa.lib.signatures import assemble
from tests.lib.example_agreement import (
    CHARITE,
    HOSPITAL,
    INSTITUTIONS,
    clause,
    document,
    party,
    signature,
    texts,
)

DOCUMENT = document(
    clauses=[
        clause("1", area="alliances", text=texts("First <b>paragraph</b> & more.\nSecond paragraph: Ł, ö, 漢.")),
        *document()["clauses"][1:],
    ]
)
SIGNATURES = [signature(DOCUMENT, by=institution) for institution in INSTITUTIONS]


def text_of(data):
    return "\n".join(one.extract_text() for one in PdfReader(BytesIO(data)).pages)


def with_files(data, **files):
    """Return a PDF with the same pages and other attachments."""
    writer = PdfWriter()
    for one in PdfReader(BytesIO(data)).pages:
        writer.add_page(one)
    for name, content in files.items():
        writer.add_attachment(name.replace("_", ".").replace("jws.json", "jws.json"), content)
    whole = BytesIO()
    writer.write(whole)
    return whole.getvalue()


@pytest.mark.parametrize("language", ["en", "de", "sv"])
def test_pdf_carries_the_agreement_and_its_signatures(language):
    data = pdf(DOCUMENT, SIGNATURES, language=language)

    assert data.startswith(b"%PDF-")
    assert extract(data) == DOCUMENT
    assert extract_signed(data) == assemble(DOCUMENT, SIGNATURES)
    assert is_faithful(data)


def test_pdf_is_the_same_for_equal_input():
    turned = parse(canonical(DOCUMENT))

    assert pdf(turned, SIGNATURES, language="de") == pdf(DOCUMENT, SIGNATURES, language="de")
    assert list(turned) != list(DOCUMENT)


def test_pdf_shows_text_terms_signatures_and_the_hash_on_every_page():
    many = document(clauses=[clause(str(n), area="alliances", text=texts("Long text. " * 60)) for n in range(1, 20)])
    signatures = [signature(many, by=CHARITE)]

    data = pdf(many, signatures, language="en")

    pages = PdfReader(BytesIO(data)).pages
    assert len(pages) > 2
    for number, one in enumerate(pages, start=1):
        assert f"Page {number} · {digest(many)}" in one.extract_text()
    assert "Signed by Head of Charité – Universitätsmedizin Berlin, Head, under: statute" in text_of(data).replace(
        "\n", " "
    )
    assert text_of(data).count("not signed yet") == 2


def test_pdf_writes_clauses_in_words_and_letters_without_a_shape_as_numbers():
    text = text_of(pdf(DOCUMENT, SIGNATURES, language="sv")).replace("\n", " ")

    assert "First <b>paragraph</b> & more. Second paragraph: Ł, ö, [U+6F22]." in text.replace(" (på svenska)", "")
    assert "Bakom varje tal som lämnas ut står minst 10 personer." in text
    assert "Undertecknat av Head of Karolinska Institutet" in text


def test_pdf_refuses_signatures_of_another_text():
    with pytest.raises(SignatureError):
        pdf(document(), SIGNATURES, language="en")


def test_pdf_draws_a_draft_without_signatures():
    data = pdf(DOCUMENT, [], language="en")

    assert extract(data) == DOCUMENT
    assert text_of(data).count("not signed yet") == 3


def test_extract_refuses_an_altered_attachment():
    data = pdf(DOCUMENT, SIGNATURES, language="en")
    altered = {**DOCUMENT, "title": texts("Something else")}
    signed = assemble(DOCUMENT, SIGNATURES)
    forged = {**signed, "payload": assemble(altered, [])["payload"]}

    for files, what in [
        (
            {"agreement.json": canonical(altered), "agreement.jws.json": canonical(signed)},
            "not the one that was signed",
        ),
        ({"agreement.json": canonical(altered), "agreement.jws.json": canonical(forged)}, "signature does not belong"),
        ({"agreement.json": canonical(DOCUMENT)}, "carries no agreement"),
        ({}, "carries no agreement"),
        ({"agreement.json": canonical(DOCUMENT), "agreement.jws.json": b"{"}, "cannot be read"),
    ]:
        with pytest.raises(HansaError, match=what):
            extract(with_files(data, **files))


def test_is_faithful_notices_other_pages_around_the_same_agreement():
    data = pdf(DOCUMENT, SIGNATURES, language="en")
    other = pdf(document(title=texts("Something else")), [], language="en")
    attached = {"agreement.json": canonical(DOCUMENT), "agreement.jws.json": canonical(assemble(DOCUMENT, SIGNATURES))}

    mixed = with_files(other, **attached)

    assert extract(mixed) == DOCUMENT
    assert not is_faithful(mixed)
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.remove_page(1)
    whole = BytesIO()
    writer.write(whole)
    assert not is_faithful(whole.getvalue())


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4\n", b"not a PDF at all", b"%PDF-1.4\ntrailer <</Root 1 0 R>>"])
def test_extract_refuses_what_is_no_pdf(data):
    with pytest.raises(InvalidError, match="carries no agreement"):
        extract(data)


def test_extract_refuses_a_file_that_is_too_large(monkeypatch):
    monkeypatch.setattr(agreement_pdf, "LARGEST", 10)

    with pytest.raises(InvalidError, match="larger than 10 bytes"):
        extract(b"x" * 11)


@pytest.mark.parametrize("position", range(0, 100, 3))
def test_extract_never_returns_another_agreement_from_a_damaged_file(position):
    data = bytearray(pdf(DOCUMENT, SIGNATURES, language="en"))
    data[len(data) * position // 100] ^= 4

    try:
        found = extract(bytes(data))
    except HansaError:
        return

    assert found == DOCUMENT


def test_pdf_names_the_parties():
    names = text_of(pdf(DOCUMENT, [], language="en"))

    assert party(HOSPITAL, name="Karolinska University Hospital", country="SE")["name"] in names
