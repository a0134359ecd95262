"""The agreement on paper: a PDF that people file, with the agreement itself inside.

A PDF is what a legal department keeps. This one is drawn from the document, in one of its
languages, with each clause's terms in words, the signatures and the hash on every page. What
binds is not the drawing but the JSON that it carries as an attachment, with the signatures
over it: `extract` takes it out again and refuses a file in which anything was changed.

Equal input gives equal bytes. So a drawing that says something else than its attachment can
be found out by drawing it again: `is_faithful` does, with the same version of the software.
"""

from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from pypdf import PdfReader, PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import getFont, registerFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from hansa.kernel.policy import VOCABULARIES
from hansa.lib.agreement import Signatory, signing
from hansa.lib.canonical import JSON, canonical, parse
from hansa.lib.errors import InvalidError
from hansa.lib.signatures import assemble
from hansa.lib.wording import PHRASES, AgreementPage, ClausePage, page

DOCUMENT = "agreement.json"
SIGNED = "agreement.jws.json"
LARGEST = 20_000_000

_FONTS = Path(reportlab.__file__).parent / "fonts"
for _font, _file in (("Hansa", "Vera.ttf"), ("Hansa-Bold", "VeraBd.ttf")):
    registerFont(TTFont(_font, _FONTS / _file))

TEXT = ParagraphStyle("text", fontName="Hansa", fontSize=9, leading=13.5, spaceAfter=2 * mm)
SMALL = ParagraphStyle("small", parent=TEXT, fontSize=7.5, leading=11, textColor="#444444", spaceAfter=2.5 * mm)
_TERM = ParagraphStyle(
    "term", parent=TEXT, fontSize=8, leading=12, leftIndent=6 * mm, bulletIndent=2 * mm, spaceAfter=0
)
TITLE = ParagraphStyle("title", parent=TEXT, fontName="Hansa-Bold", fontSize=17, leading=22, spaceAfter=4 * mm)
HEADING = ParagraphStyle("heading", parent=TEXT, fontName="Hansa-Bold", fontSize=11, leading=15, spaceBefore=5 * mm)


def pdf(document: JSON, signatures: Sequence[Mapping[str, str]], *, language: str) -> bytes:
    """Draw an agreement with its signatures, each verified, and attach the agreement itself."""
    signed = assemble(document, signatures)
    signatories = signing(signed).signatories
    reading = page(document, language=language, vocabularies=VOCABULARIES)
    drawn = BytesIO()
    margins = {"leftMargin": 24 * mm, "rightMargin": 24 * mm, "topMargin": 22 * mm, "bottomMargin": 24 * mm}
    template = SimpleDocTemplate(
        drawn, pagesize=A4, invariant=1, lang=language, title=reading.title, author="Hansa", **margins
    )
    footer = _footer(reading)
    template.build(_story(document, reading, signatories=signatories), onFirstPage=footer, onLaterPages=footer)
    return _attach(drawn, {DOCUMENT: canonical(document), SIGNED: canonical(signed)})


def extract(data: bytes) -> JSON:
    """Return the agreement inside a PDF, or raise InvalidError or SignatureError if anything was changed."""
    return signing(extract_signed(data)).document


def extract_signed(data: bytes) -> JSON:
    """Return the agreement inside a PDF with its signatures (JWS General JSON), all verified."""
    attached = _attachments(data)
    signed = parse(attached[SIGNED])
    if canonical(signing(signed).document) != attached[DOCUMENT]:
        raise _not_ours("the agreement attached is not the one that was signed")
    return signed


def is_faithful(data: bytes) -> bool:
    """Tell whether the pages say what the attachment says: drawn again, the file is the same."""
    signed = extract_signed(data)
    language = str(PdfReader(BytesIO(data)).root_object.get("/Lang", ""))
    return language in PHRASES and pdf(signing(signed).document, signed["signatures"], language=language) == data


def _story(document: JSON, reading: AgreementPage, *, signatories: Mapping[str, Signatory]) -> list[Flowable]:
    words = PHRASES[reading.language]
    return [
        _paragraph(reading.title, TITLE),
        _paragraph(f"{reading.version}. {reading.valid}", SMALL),
        _paragraph(words["binding"], SMALL),
        *(_paragraph(text, TEXT) for text in reading.preamble),
        _paragraph(words["parties"], HEADING),
        *(_paragraph(text, TEXT) for text in reading.parties),
        *(part for clause in reading.clauses for part in _clause(clause)),
        Spacer(1, 6 * mm),
        KeepTogether(_signatures(document, signatories=signatories, words=words)),
    ]


def _clause(clause: ClausePage) -> list[Flowable]:
    first, *others = (_paragraph(text, TEXT) for text in clause.text)
    head = KeepTogether([_paragraph(f"{clause.id}  {clause.title}", HEADING), first])
    terms = [_paragraph(f"{clause.parties}.", _TERM, bullet="–")] if clause.terms else []
    return [head, *others, *terms, *(_paragraph(term, _TERM, bullet="–") for term in clause.terms)]


def _signatures(document: JSON, *, signatories: Mapping[str, Signatory], words: Mapping[str, str]) -> list[Flowable]:
    parts = [HRFlowable(width="100%", thickness=0.5), _paragraph(words["signatures"], HEADING)]
    for party in document["parties"]:
        one = signatories.get(party["id"])
        said = (
            words["unsigned"] if one is None else words["signed"].format(one.name, one.office, one.delegation, one.at)
        )
        parts += [_paragraph(party["name"], TEXT), _paragraph(said, SMALL)]
    return parts


def _footer(reading: AgreementPage) -> Any:
    def draw(canvas: Any, template: Any) -> None:
        canvas.setFont("Hansa", 6.5)
        canvas.setFillGray(0.3)
        text = PHRASES[reading.language]["page"].format(template.page, reading.hash)
        canvas.drawString(24 * mm, 14 * mm, text)

    return draw


def _paragraph(text: str, style: ParagraphStyle, *, bullet: str | None = None) -> Flowable:
    return Paragraph(escape(drawable(text, font=style.fontName)), style, bulletText=bullet)


def drawable(text: str, *, font: str) -> str:
    """Return a text in which a letter that the font lacks is written as its number, never left out or a blank box."""
    known = getFont(font).face.charToGlyph
    return "".join(letter if ord(letter) in known else f"[U+{ord(letter):04X}]" for letter in text)


def _attach(drawn: BytesIO, files: Mapping[str, bytes]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(drawn))
    for name, content in files.items():
        writer.add_attachment(name, content)
    whole = BytesIO()
    writer.write(whole)
    return whole.getvalue()


def _attachments(data: bytes) -> Mapping[str, bytes]:
    if len(data) > LARGEST:
        raise _not_ours(f"it is larger than {LARGEST} bytes")
    try:
        found = PdfReader(BytesIO(data)).attachments
        return {name: b"".join(found[name]) for name in (DOCUMENT, SIGNED)}
    except Exception:  # noqa: BLE001 -- a damaged file can make the reader stumble in any way
        raise _not_ours("it carries no agreement") from None


def _not_ours(reason: str) -> InvalidError:
    return InvalidError(f"The PDF cannot be relied on: {reason}.", "Ask the sender for the PDF that Hansa made.")
