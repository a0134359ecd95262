"""Scalable vector graphics as safe strings: the few marks that a plot is made of.

A page of Hansa is served under a strict content security policy, so a picture may
carry neither a style attribute nor a script. Every mark therefore has presentation
attributes, which make the picture right wherever it is shown, and a class, by which
the style sheet gives it the colours of the page (also at night, also in print).
"""

# ruff: noqa: PLR2004 -- the measures of a drawing are read best where it is drawn
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

#: Attributes that SVG spells with a capital inside.
CAMEL = {"viewbox": "viewBox"}


def number(value: float) -> str:
    """Write a coordinate with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) < 100_000 else f"{value:.0f}"


def element(tag: str, *inside: SafeString | str, **attributes: float | str) -> SafeString:
    """Return one element; texts and attribute values are escaped."""
    written = format_html_join("", ' {}="{}"', ((_spelled(name), _text(value)) for name, value in attributes.items()))
    content = format_html_join("", "{}", ((part,) for part in inside))
    return format_html("<{}{}>{}</{}>", tag, written, content, tag)


def picture(*inside: SafeString, key: str, width: float, height: float, title: str, description: str) -> SafeString:
    """Return a whole picture which says in words what it shows."""
    words = (
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
    )
    return element(
        "svg",
        *words,
        *inside,
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
        viewbox=f"0 0 {number(width)} {number(height)}",
        width=number(width),
        height=number(height),
        font_family="system-ui, sans-serif",
        font_size=14,
    )


def line(start: tuple[float, float], end: tuple[float, float], **rest: float | str) -> SafeString:
    """Return a straight line."""
    return element("line", x1=start[0], y1=start[1], x2=end[0], y2=end[1], **rest)


def text(words: str, at: tuple[float, float], **rest: float | str) -> SafeString:
    """Return words at a point, by default starting there."""
    return element("text", words, x=at[0], y=at[1], **{"class": "plot-text", "fill": "#1c2733"} | rest)


def _spelled(name: str) -> str:
    return CAMEL.get(name, name.replace("_", "-"))


def _text(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)
