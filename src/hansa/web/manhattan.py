"""The picture of a genome-wide association study: each variant along the genome, by how rare chance would be.

Chromosomes are told apart by two colours that differ in lightness too. Of many thousand points that would lie upon
each other only those stay that are seen; the smallest p-values always do.

Gibson, Nature Genetics 42 (2010) 558-560; the line of genome-wide significance: Pe'er et al., Genet Epidemiol 32
(2008) 381-385.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hansa.web import svg
from hansa.web.figures import count
from hansa.web.plots import WIDE, rule

#: A p-value below this is not chance among all common variants of a genome.
GENOME_WIDE = 5e-8
#: What no p-value is drawn below; a double ends a little further down.
SMALLEST = 1e-300
#: How many small steps the picture has each way: two points in one of them are drawn once.
STEPS = 400
COLOURS = ("#00578a", "#7a8fa3")
NARROW_PAGE = 500


@dataclass(frozen=True)
class Point:
    """One variant: its chromosome, how far along the genome it is from 0 to 1, and -log10 of its p-value."""

    chromosome: int
    along: float
    height: float


def points(analysis: Mapping[str, Any]) -> list[Point]:
    """Return the variants in the order of the genome, without those that another one hides."""
    named = [text.split(":") for text in analysis["variants"]]
    heights = [-math.log10(max(p, SMALLEST)) for p in analysis["p"]]
    order = sorted(range(len(named)), key=lambda index: (int(named[index][0]), int(named[index][1])))
    top, seen, found = max(heights, default=1.0) or 1.0, set(), []
    for rank, index in enumerate(order):
        along = (rank + 0.5) / len(order)
        step = (int(along * STEPS), int(heights[index] / top * STEPS))
        if step not in seen:
            seen.add(step)
            found.append(Point(int(named[index][0]), along, heights[index]))
    return found


def manhattan(analysis: Mapping[str, Any], *, width: int = WIDE) -> SafeString:
    """Draw every variant by its place and its p-value, with the line of genome-wide significance."""
    drawn = points(analysis)
    line = -math.log10(GENOME_WIDE)
    highest = max([line, *(point.height for point in drawn)]) * 1.05
    left, top, high = 48.0, 16.0, 220.0 if width < NARROW_PAGE else 300.0
    span = width - left - 18.0

    def y(value: float) -> float:
        return top + high * (1 - value / highest)

    dots = [
        svg.element(
            "circle",
            cx=left + span * point.along,
            cy=y(point.height),
            r=2.2,
            fill=COLOURS[point.chromosome % 2],
        )
        for point in drawn
    ]
    step = max(1, math.ceil(highest / 8))
    ticks = [
        part
        for value in range(0, int(highest) + 1, step)
        for part in (
            svg.line((left, y(value)), (left + span, y(value)), **rule(strong=value == 0)),
            svg.text(str(value), (left - 8, y(value) + 5), text_anchor="end"),
        )
    ]
    return svg.picture(
        *ticks,
        svg.line((left, y(line)), (left + span, y(line)), stroke="#b3440a", stroke_dasharray="6 4"),
        *dots,
        *_chromosomes(drawn, left=left, span=span, below=top + high + 18),
        svg.text(_("chromosome"), (left + span, top + high + 38), text_anchor="end"),
        svg.text("−log₁₀ p", (4, 12)),
        key=f"manhattan-{analysis['name']}-{width}",
        width=width,
        height=top + high + 48,
        title=_("Variants by p value: %(name)s") % {"name": analysis["name"]},
        description=words(analysis),
    )


def words(analysis: Mapping[str, Any]) -> str:
    """Say in a sentence what the picture shows."""
    tested, found = len(analysis["p"]), sum(p < GENOME_WIDE for p in analysis["p"])
    told = ngettext("%(count)s variant was tested.", "%(count)s variants were tested.", tested)
    under = ngettext(
        "%(count)s has a p value below the line of genome-wide significance, 5 × 10⁻⁸.",
        "%(count)s have a p value below the line of genome-wide significance, 5 × 10⁻⁸.",
        found,
    )
    return f"{told % {'count': count(tested)}} {under % {'count': count(found)}}"


def _chromosomes(drawn: list[Point], *, left: float, span: float, below: float) -> Iterator[SafeString]:
    """Yield the number of each chromosome under its middle, where there is room for it."""
    free = 0.0
    for name in dict.fromkeys(point.chromosome for point in drawn):
        among = [point.along for point in drawn if point.chromosome == name]
        middle = left + span * (min(among) + max(among)) / 2
        if middle >= free:
            yield svg.text(str(name), (middle, below), text_anchor="middle")
            free = middle + 24
