"""Forest plots: one line a term, its ratio and interval on a logarithmic axis.

Ratios are multiplicative, so only on a logarithmic axis do 0.5 and 2 lie equally far
from "no difference". An interval that runs off the axis ends in an arrow and is never
cut silently; its numbers stand beside it. Lewis, Clarke (2001), BMJ 322, 1479.
"""

# ruff: noqa: PLR2004 -- the measures of a drawing are read best where it is drawn
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from hansa.lib.statistics.e_value import RATIOS
from hansa.web import svg
from hansa.web.figures import count, together
from hansa.web.plots import LINE, WIDE, level_words, rule

#: The axis never reaches further than this factor from no difference.
FURTHEST = 32.0
INTERCEPTS = ("Intercept", "(Intercept)")

Analysis = Mapping[str, Any]


@dataclass(frozen=True)
class Term:
    """One line of a forest plot, on the scale that people read."""

    label: str
    value: float
    low: float
    high: float
    p: float

    @property
    def words(self) -> str:
        """Return the estimate and its interval in figures."""
        value, low, high = together(self.value, self.low, self.high)
        return _("%(value)s (%(low)s to %(high)s)") % {"value": value, "low": low, "high": high}


@dataclass(frozen=True)
class Scale:
    """The horizontal axis, logarithmic for ratios and straight for differences."""

    left: float
    width: float
    low: float
    high: float
    ratio: bool

    def x(self, value: float) -> float:
        """Return the place of a value, kept within the axis."""
        low, high, here = self._on(self.low), self._on(self.high), self._on(value)
        return self.left + self.width * (min(max(here, low), high) - low) / (high - low)

    def _on(self, value: float) -> float:
        return math.log(max(value, 1e-300)) if self.ratio else value

    def ticks(self) -> list[float]:
        """Return the marked values, among them the value of no difference."""
        if not self.ratio:
            return sorted({self.low, 0.0, self.high})
        steps = [factor * 10.0**power for power in range(-2, 2) for factor in (1, 2, 5)]
        inside = [s for s in steps if self.low <= s * 1.0001 and s <= self.high * 1.0001]
        return inside if len(inside) <= 6 else [s for s in inside if f"{s:g}".strip("0.")[0] == "1"]


def measure_words(analysis: Analysis) -> str:
    """Name what the estimates of a model are, as clinicians say it."""
    if analysis["kind"] == "cox":
        return _("hazard ratio")
    words = {"binomial": _("odds ratio"), "poisson": _("rate ratio"), "negative_binomial": _("rate ratio")}
    return words.get(str(analysis.get("family")), _("difference"))


def is_ratio(analysis: Analysis) -> bool:
    """Say whether the model's estimates are logarithms of ratios."""
    return analysis["kind"] == "cox" or analysis.get("family") in RATIOS


def scale(analysis: Analysis) -> Callable[[float], float]:
    """Return how an estimate of a model becomes what people read."""
    return _exp if is_ratio(analysis) else float


def terms(analysis: Analysis, *, labels: Mapping[str, str] | None = None) -> list[Term]:
    """Return the model's terms without the intercept, on the scale that people read."""
    change = scale(analysis)
    return [
        Term(
            label=str(term.get("label") or term_words(str(term["name"]), labels=labels or {})),
            value=change(term["estimate"]),
            low=change(term["low"]),
            high=change(term["high"]),
            p=float(term["p"]),
        )
        for term in analysis["terms"]
        if term["name"] not in INTERCEPTS
    ]


def term_words(name: str, *, labels: Mapping[str, str]) -> str:
    """Write a term such as ``hormone[yes]`` with the variable's label."""
    parts = []
    for part in name.split(":"):
        variable, bracket, level = part.partition("[")
        label = labels.get(variable, variable)
        parts.append(level_words(level.rstrip("]").removeprefix("T."), by=label) if bracket else label)
    return " × ".join(parts)


def shortened(words: str, *, most: int) -> str:
    """Return words that fit their place; the whole is in the description and the table."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def forest(analysis: Analysis, *, width: int = WIDE, labels: Mapping[str, str] | None = None) -> SafeString:
    """Draw the model's terms with their intervals against no difference."""
    lines = terms(analysis, labels=labels)
    stacked = width < 500
    scale = _scale(lines, width=width, stacked=stacked, ratio=is_ratio(analysis))
    row = 70.0 if stacked and _is_long(lines) else 50.0 if stacked else 34.0
    top = 8.0 if stacked else 30.0
    bottom = top + row * len(lines)
    measure = measure_words(analysis)
    marks = [
        _row(term, scale=scale, top=top + row * place, width=width, height=row) for place, term in enumerate(lines)
    ]
    heading = [] if stacked else [_heading(measure, width=width)]
    return svg.picture(
        *heading,
        _axis(scale, top=top, bottom=bottom, words=measure),
        *marks,
        key=f"forest-{analysis['name']}-{width}",
        width=width,
        height=bottom + 3 * LINE,
        title=_("Forest plot: %(name)s") % {"name": analysis["name"]},
        description="; ".join(f"{t.label}: {measure} {t.words}" for t in lines) + ".",
    )


def _scale(lines: Sequence[Term], *, width: int, stacked: bool, ratio: bool) -> Scale:
    left, span = (14.0, width - 28.0) if stacked else (width * 0.36, width * 0.36)
    return axis(lines, left=left, width=span, ratio=ratio)


def axis(lines: Sequence[Term], *, left: float, width: float, ratio: bool) -> Scale:
    """Return an axis of a width on which every interval fits, as far as the axis may reach."""
    finite = [v for t in lines for v in (t.low, t.high) if math.isfinite(v)]
    if ratio:
        low = max(1 / FURTHEST, min([*finite, 0.5]) / 1.1)
        high = min(FURTHEST, max([*finite, 2.0]) * 1.1)
        return Scale(left, width, low, high, ratio=True)
    reach = max([abs(v) for v in finite] or [0.0]) or 1.0
    step = 10.0 ** (math.floor(math.log10(reach)) - 1)
    reach = math.ceil(reach / step) * step
    return Scale(left, width, -reach, reach, ratio=False)


def _heading(measure: str, *, width: int) -> SafeString:
    return svg.element(
        "g",
        svg.text(_("Term"), (2, 14), font_weight=600),
        svg.text(
            _("%(measure)s (95 %% interval)") % {"measure": measure},
            (width - 2, 14),
            text_anchor="end",
            font_weight=600,
        ),
    )


def _axis(scale: Scale, *, top: float, bottom: float, words: str) -> SafeString:
    none = scale.x(1 if scale.ratio else 0)
    right = scale.left + scale.width
    parts = [
        svg.line((scale.left, bottom), (right, bottom), **rule(strong=True)),
        svg.line((none, top), (none, bottom), **rule(strong=True) | {"stroke_dasharray": "4 4"}),
    ]
    for tick in scale.ticks():
        x = scale.x(tick)
        parts.append(svg.line((x, bottom), (x, bottom + 5), **rule(strong=True)))
        parts.append(svg.text(count(float(f"{tick:.2g}")), (x, bottom + LINE), text_anchor="middle"))
    parts.append(svg.text(_("← lower"), (scale.left, bottom + 2.2 * LINE)))
    parts.append(svg.text(_("higher →"), (right, bottom + 2.2 * LINE), text_anchor="end"))
    return svg.element("g", *parts, **{"class": "axes", "aria-label": words})


def _is_long(lines: Sequence[Term]) -> bool:
    return any(len(t.label) + len(t.words) > 42 for t in lines)


def _row(term: Term, *, scale: Scale, top: float, width: int, height: float) -> SafeString:
    words_at, bar_at = (top + height - 34, top + height - 18) if height > 34 else (top + 21, top + 16)
    label_at = min(words_at, top + 21)
    ink: dict[str, float | str] = {"stroke": "#00578a", "stroke_width": 2.4}
    low, high, middle = scale.x(term.low), scale.x(term.high), scale.x(term.value)
    parts = [
        svg.text(shortened(term.label, most=34 if height == 34 else 44), (2, label_at)),
        svg.text(term.words, (width - 2, words_at), text_anchor="end"),
        svg.line((low, bar_at), (high, bar_at), **ink | {"class": "line series-1"}),
        svg.element(
            "rect",
            x=middle - 5,
            y=bar_at - 5,
            width=10,
            height=10,
            fill="#00578a",
            **{"class": "mark series-1"},
        ),
    ]
    if term.low < scale.low:
        parts.append(_arrow(low, bar_at, towards=-1))
    if term.high > scale.high:
        parts.append(_arrow(high, bar_at, towards=1))
    return svg.element("g", *parts, **{"class": "term"})


def _arrow(x: float, y: float, *, towards: int) -> SafeString:
    points = f"{x + 9 * towards:.1f},{y} {x},{y - 6} {x},{y + 6}"
    return svg.element("polygon", points=points, fill="#00578a", **{"class": "mark series-1"})


def _exp(value: float) -> float:
    return math.exp(value) if value < 700 else math.inf
