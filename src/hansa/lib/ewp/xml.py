"""Read and write XML that comes from, and goes to, strangers.

A document with a document type is refused whole: it is the door to entity bombs and to
files of this machine, and no specification of the network needs one. What is left is
bounded in size and depth, and nothing is ever fetched.

    make = maker(NAMESPACE)
    write(make("echo", make("argument", "hello"), None))
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from lxml import etree

from hansa.lib.errors import InvalidError

Element: TypeAlias = etree._Element  # noqa: SLF001 -- lxml has no public name for the type of its elements
Content: TypeAlias = "str | Element | Iterable[Element | None] | None"
Make: TypeAlias = Callable[..., Element]

#: A transcript with attachments has a few megabytes.
MOST_BYTES = 32 * 1024 * 1024
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
AGAIN = "Ask its sender for a document that follows the published schema."


def parse(data: bytes, *, root: str = "", most: int = 0) -> Element:
    """Return the root element of a document, or raise InvalidError; ``root`` is the Clark name it must have."""
    limit = most or MOST_BYTES
    if len(data) > limit:
        raise InvalidError(f"The document has more than {limit // 1024 // 1024} MB.", AGAIN)
    reader = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        found = etree.fromstring(data, reader)
    except (etree.XMLSyntaxError, ValueError) as wrong:
        where = getattr(wrong, "lineno", None)
        raise InvalidError(
            f"The document is not well-formed XML{f' at line {where}' if where else ''}.", AGAIN
        ) from wrong
    if found.getroottree().docinfo.doctype:
        raise InvalidError("The document declares a document type, which may hide entities.", AGAIN)
    if root and found.tag != root:
        raise InvalidError(f"The document is a {shown(found.tag)}, not a {shown(root)}.", AGAIN)
    return found


def shown(tag: Any) -> str:
    """Return a Clark name as people point at it: the local name, then where it is defined."""
    namespace, _brace, local = str(tag).removeprefix("{").rpartition("}")
    return f"“{local}” of {namespace}" if namespace else f"“{local}” of no namespace"


def maker(namespace: str) -> Make:
    """Return a function that makes elements of one namespace from texts, elements and lists of them."""
    names = {None: namespace}

    def make(local: str, *content: Content, lang: str = "", **attributes: str) -> Element:
        made = etree.Element(f"{{{namespace}}}{local}", attributes, nsmap=names)
        if lang:
            made.set(LANG, lang)
        for part in content:
            fill(made, part)
        return made

    return make


def fill(element: Element, content: Content) -> None:
    """Put a text or elements into an element; None is left out."""
    if content is None:
        return
    if isinstance(content, str):
        element.text = content
    elif isinstance(content, etree._Element):  # noqa: SLF001 -- as above
        element.append(content)
    else:
        for part in content:
            fill(element, part)


def write(element: Element) -> bytes:
    """Return a document as bytes, in UTF-8 and without added white space."""
    etree.cleanup_namespaces(element)
    return etree.tostring(element, xml_declaration=True, encoding="UTF-8")


def first(element: Element, path: str, *, namespace: str) -> Element | None:
    """Return the first element at a path of local names below another, all of one namespace."""
    return element.find("/".join(f"{{{namespace}}}{local}" for local in path.split("/")))


def every(element: Element, path: str, *, namespace: str) -> list[Element]:
    """Return every element at a path of local names below another, all of one namespace."""
    return element.findall("/".join(f"{{{namespace}}}{local}" for local in path.split("/")))


def text(element: Element, path: str, *, namespace: str, default: str = "") -> str:
    """Return the text at a path, without white space around it."""
    found = first(element, path, namespace=namespace)
    return (found.text or "").strip() if found is not None else default


def needed(element: Element, path: str, *, namespace: str) -> str:
    """Return the text at a path, or raise InvalidError naming the element that is missing or empty."""
    found = text(element, path, namespace=namespace)
    if not found:
        raise InvalidError(f"{local_name(element)}/{path}: this element is missing or empty.", AGAIN)
    return found


def local_name(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return str(etree.QName(element).localname)
