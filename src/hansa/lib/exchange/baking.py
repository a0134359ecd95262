"""Bake a credential into a picture, so that it can be kept, printed and sent like any other.

Open Badges 3.0, section 5.3.2: right below the root of an SVG stands an element `credential` of the
namespace https://purl.imsglobal.org/ob/v3p0, which holds the credential as JSON or, in its
attribute `verify`, as a JWT. The picture is a plain card made here: no picture of somebody else
is needed, and nothing in it acts or fetches.
"""

from collections.abc import Mapping
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from hansa.lib.canonical import JSON, canonical, parse
from hansa.lib.errors import InvalidError

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
SVG = "http://www.w3.org/2000/svg"
SAVE = "Save the picture again where you got it, as it is, and not as a screenshot."
MOST_BYTES = 8 * 1024 * 1024
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


def unbake(picture: bytes) -> dict[str, JSON] | str:
    """Return the credential in an SVG of anybody: as JSON, or as a JWT; raise InvalidError where there is none.

    Drawing programs write a document type, so it is let through; what one declares is not, and nothing is fetched.
    """
    if len(picture) > MOST_BYTES:
        raise InvalidError(f"The picture has more than {MOST_BYTES // 1024 // 1024} MB.", SAVE)
    reader = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(picture, reader)
    except (etree.XMLSyntaxError, ValueError):
        raise InvalidError("The file is no SVG picture.", SAVE) from None
    declared = root.getroottree().docinfo.internalDTD
    if declared is not None and any(declared.iterentities()):
        raise InvalidError("The picture declares entities of its own.", SAVE)
    found = root.findall(f"{{{NAMESPACE}}}credential")
    if root.tag != f"{{{SVG}}}svg" or len(found) != 1:
        raise InvalidError("The picture holds no credential, or several.", SAVE)
    token = found[0].get("verify")
    return token or _credential("".join(found[0].itertext()))


def _credential(text: str) -> dict[str, JSON]:
    credential = parse(text)
    if not isinstance(credential, dict):
        raise InvalidError("What the picture holds is no credential.", SAVE)
    return credential


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
