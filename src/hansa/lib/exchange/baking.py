"""Bake a credential into a picture, so that it can be kept, printed and sent like any other.

Open Badges 3.0, section 5.3.2: right below the root of an SVG stands an element `credential` of the
namespace https://purl.imsglobal.org/ob/v3p0, which holds the credential as JSON or, in its
attribute `verify`, as a JWT. The picture is a plain card made here: no picture of somebody else
is needed, and nothing in it acts or fetches.
"""

from collections.abc import Mapping
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from hansa.lib.canonical import JSON, canonical

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
MEDIA_TYPE = "image/svg+xml"
WIDTH, HEIGHT, LINE, MOST_SIGNS, MOST_LINES = 480, 300, 28, 36, 4
FONT = "system-ui, sans-serif"


def bake(credential: Mapping[str, JSON], *, title: str, issuer: str) -> bytes:
    """Return a card with a credential with an embedded proof in it."""
    # "]]>" cannot stand in JSON but inside a text, where it may be written in two parts.
    text = canonical(dict(credential)).decode().replace("]]>", "]]\\u003e")
    return _card(f"<openbadges:credential><![CDATA[{text}]]></openbadges:credential>", title=title, issuer=issuer)


def bake_jwt(token: str, *, title: str, issuer: str) -> bytes:
    """Return a card with a credential as a JWT in it."""
    return _card(f"<openbadges:credential verify={quoteattr(token)}/>", title=title, issuer=issuer)


def _card(element: str, *, title: str, issuer: str) -> bytes:
    lines = wrap(title, MOST_SIGNS)[:MOST_LINES]
    shown = "".join(_line(line, 110 + LINE * number, size=22) for number, line in enumerate(lines))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="{NAMESPACE}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label={quoteattr(title)}>'
        f"{element}"
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="16" fill="#f7f7f5"/>'
        f'<rect width="{WIDTH}" height="12" fill="#1d4e5f"/>'
        f"{shown}{_line(issuer, HEIGHT - 40, size=16)}</svg>\n"
    ).encode()


def _line(text: str, y: int, *, size: int) -> str:
    return f'<text x="32" y="{y}" font-family="{FONT}" font-size="{size}" fill="#1b1b1b">{escape(text)}</text>'
