"""The report of a study on paper, with curves and forests drawn as lines.

Equal input gives equal bytes, so that two hospitals can compare what they filed.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Table

from hansa.kernel.agreement_pdf import HEADING, SMALL, TEXT, TITLE, drawable
from hansa.web import forest, manhattan, plots
from hansa.web.kinds import registry
from hansa.web.tables import Lines

WIDE, HIGH = 160 * mm, 62 * mm
FONT, SIZE = "Hansa", 7
# Told apart in black and white by their dashes.
STROKES = (
    (black, None),
    (HexColor("#8a2b18"), (4, 2)),
    (HexColor("#1c5d78"), (1, 2)),
    (HexColor("#555555"), (6, 2, 1, 2)),
)
RULE = HexColor("#999999")


def pdf(report: Mapping[str, Any]) -> bytes:
    """Return the report as a PDF."""
    drawn = BytesIO()
    margins = {"leftMargin": 24 * mm, "rightMargin": 24 * mm, "topMargin": 20 * mm, "bottomMargin": 22 * mm}
    about = {"lang": get_language() or "en", "title": str(report["record"]), "author": "Hansa"}
    template = SimpleDocTemplate(drawn, pagesize=A4, invariant=1, **about, **margins)
    template.build(list(_story(report)), onFirstPage=_footer(report), onLaterPages=_footer(report))
    return drawn.getvalue()


def _story(report: Mapping[str, Any]) -> Iterator[Flowable]:
    record = report["record"]
    yield _text(str(record), TITLE)
    yield _text(record.question, TEXT)
    yield _text(", ".join(report["hospitals"]), SMALL)
    yield _text(_("Who was studied"), HEADING)
    yield _grid([(words, number) for words, number in report["flow"]], widths=(110 * mm, 50 * mm))
    for analysis in report["shown"]:
        yield from _analysis(analysis, labels=report["labels"])
    if report["sensitivity"]:
        yield _text(_("Sensitivity analyses"), HEADING)
    for one in report["sensitivity"]:
        yield KeepTogether([ratios(one["drawn"], labels=report["labels"]), _table(one["table"])])
    yield _text(_("Methods"), HEADING)
    yield from (_text(sentence, SMALL) for sentence in report["methods"])
    yield _text(_("Agreement and decisions"), HEADING)
    yield _text(report["clause_text"], SMALL)
    yield _grid(
        [(one["name"], str(one["words"]), f"{one['at']:%Y-%m-%d}" if one["at"] else "") for one in report["decisions"]],
        widths=(90 * mm, 40 * mm, 30 * mm),
    )
    yield _text(_("How to verify"), HEADING)
    told = _(
        "Every party derived this result itself and signed it. Its hash is {hash}. The proof bundle is checked "
        "without a node: hansa verify FILE."
    )
    yield _text(told.format(hash=report["digest"]), SMALL)


def _analysis(analysis: Mapping[str, Any], *, labels: Mapping[str, str]) -> Iterator[Flowable]:
    shown = registry.of(analysis)
    head = _text(f"{shown.name} ({analysis['name']})", HEADING)
    if analysis.get("problem"):
        yield KeepTogether([head, _text(str(analysis["problem"]), SMALL)])
        return
    parts: list[Flowable] = [head]
    if shown.picture == "curves":
        parts.append(curves(shown.drawn(analysis)))
    elif shown.picture == "terms" and analysis["terms"]:
        parts.append(ratios(shown.drawn(analysis), labels=labels))
    elif shown.picture == "variants" and analysis["variants"]:
        parts.append(variants(shown.drawn(analysis)))
    yield KeepTogether(parts)
    yield from (_table(lines) for lines in shown.tables(analysis, labels))


def variants(analysis: Mapping[str, Any]) -> Drawing:
    """Return every variant by its place and its p-value, with the line of genome-wide significance."""
    drawing, left, bottom = Drawing(WIDE, HIGH), 12 * mm, 10 * mm
    width, height = WIDE - left - 6 * mm, HIGH - bottom - 4 * mm
    drawn, line = manhattan.points(analysis), -math.log10(manhattan.GENOME_WIDE)
    highest = max([line, *(point.height for point in drawn)]) * 1.05
    for value in range(0, int(highest) + 1, max(1, math.ceil(highest / 6))):
        y = bottom + height * value / highest
        drawing.add(Line(left, y, left + width, y, strokeColor=RULE, strokeWidth=0.3))
        drawing.add(_label((left - 2, y - 2), str(value), anchor="end"))
    y = bottom + height * line / highest
    drawing.add(Line(left, y, left + width, y, strokeColor=STROKES[1][0], strokeDashArray=[4, 3], strokeWidth=0.7))
    for point in drawn:
        color = HexColor(manhattan.COLOURS[point.chromosome % 2])
        x, y = left + width * point.along, bottom + height * point.height / highest
        drawing.add(Circle(x, y, 0.9, fillColor=color, strokeColor=None))
    drawing.add(_label((left + width, bottom - 9), _("chromosome"), anchor="end"))
    return drawing


def curves(analysis: Mapping[str, Any]) -> Drawing:
    """Return survival curves with their axes and a legend."""
    drawing, left, bottom = Drawing(WIDE, HIGH), 12 * mm, 10 * mm
    width, height = WIDE - left - 45 * mm, HIGH - bottom - 4 * mm
    longest = max((group["time"][-1] for group in analysis["groups"] if group["time"]), default=1.0)
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = bottom + share * height
        drawing.add(Line(left, y, left + width, y, strokeColor=RULE, strokeWidth=0.3))
        drawing.add(_label((left - 2, y - 2), f"{100 * share:.0f} %", anchor="end"))
    for step in range(5):
        x = left + width * step / 4
        drawing.add(_label((x, bottom - 9), f"{longest * step / 4:.0f}", anchor="middle"))
    unit = plots.unit_words(str(analysis.get("time_unit") or ""))
    drawing.add(_label((left + width, bottom - 18), unit, anchor="end"))
    for place, group in enumerate(analysis["groups"]):
        color, dashes = STROKES[place % len(STROKES)]
        points = [left, bottom + height * plots.beginning(group)]
        for time, survival in zip(group["time"], group["survival"], strict=True):
            x = left + width * time / longest
            points += [x, points[-1], x, bottom + height * survival]
        drawing.add(PolyLine(points, strokeColor=color, strokeDashArray=dashes, strokeWidth=1.1))
        y = bottom + height - 10 * place
        drawing.add(Line(left + width + 8, y, left + width + 28, y, strokeColor=color, strokeDashArray=dashes))
        name = str(group.get("name") or plots.level_words(group["level"], by=str(analysis.get("by_label") or "")))
        drawing.add(_label((left + width + 32, y - 2), name))
    return drawing


def ratios(analysis: Mapping[str, Any], *, labels: Mapping[str, str]) -> Drawing:
    """Return a forest plot of the terms of a model."""
    terms = forest.terms(analysis, labels=labels)
    row, left, width = 12, 60 * mm, WIDE - 60 * mm - 4 * mm
    drawing = Drawing(WIDE, row * (len(terms) + 2))
    scale = forest.axis(terms, left=left, width=width, ratio=forest.is_ratio(analysis))
    middle = scale.x(1.0 if scale.ratio else 0.0)
    drawing.add(Line(middle, row, middle, row * (len(terms) + 1.5), strokeColor=RULE, strokeWidth=0.5))
    for tick in scale.ticks():
        drawing.add(_label((scale.x(tick), 2), f"{tick:g}", anchor="middle"))
    for place, term in enumerate(terms):
        y = row * (len(terms) - place + 0.8)
        drawing.add(_label((0, y - 2), term.label))
        drawing.add(Line(scale.x(term.low), y, scale.x(term.high), y, strokeColor=black, strokeWidth=0.9))
        x = scale.x(term.value)
        drawing.add(Rect(x - 2, y - 2, 4, 4, fillColor=black, strokeColor=white, strokeWidth=0.3))
    return drawing


def _label(place: tuple[float, float], text: str, *, anchor: str = "start") -> String:
    return String(*place, drawable(text, font=FONT), fontName=FONT, fontSize=SIZE, textAnchor=anchor)


def _table(lines: Lines) -> Flowable:
    """Return a table of words; the first column has the names of its lines."""
    rows: list[Sequence[str]] = [("", *(str(column) for column in lines.columns))]
    for line in lines.lines:
        cells = map(str, line.cells)
        indent = "   " if getattr(line, "is_level", False) else ""
        rows.append((f"{indent}{line.label}", *(str(cell) for cell in cells)))
    rest = (WIDE - 40 * mm) / max(len(lines.columns), 1)
    return _grid(rows, widths=(40 * mm, *(rest for _column in lines.columns)), has_head=True)


def _grid(rows: Sequence[Sequence[str]], *, widths: Sequence[float], has_head: bool = False) -> Flowable:
    cells = [[_text(cell, SMALL) for cell in row] for row in rows]
    made = Table(cells, colWidths=list(widths), repeatRows=int(has_head), hAlign="LEFT")
    made.setStyle(
        [
            ("LINEBELOW", (0, 0), (-1, 0 if has_head else -1), 0.5 if has_head else 0.2, RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            *((side, (0, 0), (-1, -1), 1) for side in ("TOPPADDING", "BOTTOMPADDING", "LEFTPADDING", "RIGHTPADDING")),
        ]
    )
    return made


def _text(text: str, style: Any) -> Flowable:
    return Paragraph(escape(drawable(str(text), font=style.fontName)), style)


def _footer(report: Mapping[str, Any]) -> Any:
    def draw(canvas: Any, template: Any) -> None:
        canvas.setFont(FONT, 6.5)
        canvas.setFillGray(0.3)
        told = _("Page {page}. Result {hash}").format(page=template.page, hash=report["digest"])
        canvas.drawString(24 * mm, 12 * mm, drawable(told, font=FONT))

    return draw
