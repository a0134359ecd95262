"""Compute the hash of an agreement exactly as the published stylesheets do.

The IIA hash is the SHA-256 of a text into which the stylesheets transform_version_7.xsl and
transform_version_6.xsl (iias 7.0.0, resources/xsltKit) write an agreement: the ids of both
partners, then every leaf of every cooperation condition as ``_grandparent.parent.leaf=value_``.

Four properties of that text need care:

- White space counts, and an academic year that is missing still prints its name.
- The mark "terminated as a whole" is looked for in the whole document, so that one terminated
  agreement changes the hash of each that is served beside it. Here each is hashed in a document
  of its own; `leaks` tells when the document as a whole would say something else.
- Values are not escaped. Two different agreements may have one hash when a text forges the
  border between two fields; `forgeries` finds such texts. Never approve on the hash alone.
- What is marked not-yet-defined is left out, so such an agreement must not be approved.

    iia_hash(alone(iia))
"""

import copy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import CURRENT, OLD
from hansa.lib.ewp.xml import Element, local_name

CONDITIONS = "cooperation-conditions"
CONTACTS = ("sending-contact", "receiving-contact")
FIRST, LAST, YEARS = "receiving-first-academic-year-id", "receiving-last-academic-year-id", "receiving-academic-year-id"
MARKS = ("not-yet-defined", "v6-value")
ASK = "Ask the partner to correct the agreement."
TRUE = ("true", "1")
#: The text of an element without comments.
STRING = etree.XPath("string()")
#: Between two fields stand two underscores, and a name ends with the first equals sign.
FORGED = re.compile(r"__[^=]*=")


@dataclass(frozen=True)
class Hashed:
    """Hold what a stylesheet makes of one agreement in a document."""

    iia: Element
    text: str
    may_be_approved: bool

    @property
    def hash(self) -> str:
        """Return the SHA-256 of the text, in lower-case hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def hash_document(root: Element, *, version: int = CURRENT) -> tuple[Hashed, ...]:
    """Return what the stylesheet of a version makes of each agreement of a whole document."""
    settled = version == OLD or not any(_is_unsettled(element) for element in root.iter("*"))
    prefix = _terminated(root) if version == CURRENT else ""
    return tuple(
        Hashed(iia, prefix + _ids(iia) + "".join(_condition(one, version=version) for one in _conditions(iia)), settled)
        for iia in root.iter("*")
        if local_name(iia) == "iia"
    )


def alone(iia: Element) -> Element:
    """Return a document that holds a copy of one agreement and nothing beside it."""
    parent = iia.getparent()
    tag, names = (parent.tag, parent.nsmap) if parent is not None else ("iias-get-response", {})
    root = etree.Element(tag, nsmap=names)
    kept = copy.deepcopy(iia)
    kept.tail = None
    root.append(kept)
    return root


def hash_alone(iia: Element, *, version: int = CURRENT) -> Hashed:
    """Return what the stylesheet makes of one agreement in a document of its own."""
    return hash_document(alone(iia), version=version)[0]


def iia_hash(iia: Element, *, version: int = CURRENT) -> str:
    """Return the IIA hash of one agreement, whatever stands beside it in its document."""
    return hash_alone(iia, version=version).hash


def conditions_hash(iia: Element) -> str:
    """Return the conditions-hash of version 6.

    It is the SHA-256 of the cooperation conditions without contacts in exclusive canonical
    XML (iias 6.3.0, get-response.xsd).
    """
    found = _children(copy.deepcopy(iia), CONDITIONS)
    if len(found) != 1:
        raise InvalidError("The agreement has not one list of cooperation conditions.", ASK)
    for contact in [element for element in found[0].iter("*") if local_name(element) in CONTACTS]:
        _take_out(contact)
    found[0].tail = None
    try:
        written = etree.tostring(found[0], method="c14n", exclusive=True, with_comments=False)
    except etree.C14NError as wrong:
        raise InvalidError(f"{CONDITIONS}: this has no canonical form.", ASK) from wrong
    return hashlib.sha256(written).hexdigest()


def published_hash(iia: Element) -> str:
    """Return the hash that stands inside an agreement, of version 7 or of version 6, or nothing."""
    found = _children(iia, "iia-hash") or _children(iia, "conditions-hash")
    return _value(found[0]).strip() if found else ""


def leaks(root: Element) -> bool:
    """Tell whether the termination of one agreement changes the hash of another in the same document."""
    together = hash_document(root)
    return any(one.text != hash_alone(one.iia).text for one in together)


def forgeries(iia: Element) -> tuple[str, ...]:
    """Return the places of texts that could pass for another field in the text that is hashed."""
    ids = [child for partner in _children(iia, "partner") for child in _children(partner, "iia-id")]
    hashed = (*ids, *(one for condition in _conditions(iia) for one in _inside(condition)))
    return tuple(_place(one, iia) for one in hashed if any(is_forgery(text) for text in _texts(one)))


def is_forgery(text: str) -> bool:
    """Tell whether a text could pass for another field in the text that is hashed."""
    return FORGED.search(text) is not None


def _texts(element: Element) -> list[str]:
    inside = [] if _has_elements(element) else [_value(element)]
    return [*inside, *map(str, element.attrib.values())]


def _place(element: Element, top: Element) -> str:
    above = [one for one in element.iterancestors() if one not in (top, *top.iterancestors())]
    return "/".join(local_name(one) for one in (*reversed(above), element))


def _take_out(element: Element) -> None:
    """Remove an element but keep the white space behind it, which canonical XML keeps too."""
    parent, before = next(element.iterancestors()), element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def _children(element: Element, local: str) -> list[Element]:
    return [child for child in element.iterchildren("*") if local_name(child) == local]


def _conditions(iia: Element) -> Iterator[Element]:
    for conditions in _children(iia, CONDITIONS):
        yield from conditions.iterchildren("*")


def _value(element: Element) -> str:
    return str(STRING(element))


def _has_elements(element: Element) -> bool:
    return next(element.iterchildren("*"), None) is not None


def _only(found: list[Element], place: str) -> str:
    """Return the value of one element or of none; the stylesheet cannot print two."""
    if len(found) > 1:
        raise InvalidError(f"{place}: this element stands there twice.", ASK)
    return _value(found[0]) if found else ""


def _ids(iia: Element) -> str:
    partners = enumerate(_children(iia, "partner"), start=1)
    return "".join(f"_iia-id_{position}={_only(_children(one, 'iia-id'), 'iia-id')}_" for position, one in partners)


def _terminated(root: Element) -> str:
    marks = (
        value
        for element in root.iter("*")
        if local_name(element) == CONDITIONS
        for name, value in element.attrib.items()
        if etree.QName(name).localname == "terminated-as-a-whole"
    )
    return "_@terminated-as-a-whole@_" if any(value in TRUE for value in marks) else ""


def _is_unsettled(element: Element) -> bool:
    return element.get("not-yet-defined") in TRUE or bool(element.get("v6-value"))


def _condition(condition: Element, *, version: int) -> str:
    return _condition_6(condition) if version == OLD else _condition_7(condition)


def _condition_6(condition: Element) -> str:
    fields = "".join(_leaf(one, _value(one)) for one in _inside(condition) if local_name(one) != YEARS)
    years = [_value(one) for one in _children(condition, YEARS)] or [""]
    return fields + _years(years[0], years[-1])


def _condition_7(condition: Element) -> str:
    counted = (one for one in _inside(condition) if local_name(one) not in {FIRST, LAST} and _is_defined(one))
    fields = "".join(_attributes(one) + _leaf(one, _approved(one)) for one in counted)
    return fields + _years(*(_only(_children(condition, name), name) for name in (FIRST, LAST)))


def _years(first: str, last: str) -> str:
    return f"_{FIRST}={first}__{LAST}={last}_"


def _inside(condition: Element) -> Iterator[Element]:
    """Return what is inside a condition; what is inside a contact is left out, the contact itself is not."""
    for element in condition.iterdescendants("*"):
        if not any(local_name(above) in CONTACTS for above in element.iterancestors()):
            yield element


def _is_defined(element: Element) -> bool:
    marks = (one.get("not-yet-defined") for one in (element, *element.iterancestors()))
    return not any(mark in TRUE for mark in marks)


def _name(element: Element) -> str:
    parent, above = islice(element.iterancestors(), 2)
    return f"{local_name(above)}.{local_name(parent)}.{local_name(element)}"


def _attributes(element: Element) -> str:
    named = ((etree.QName(name), value) for name, value in element.attrib.items())
    return "".join(
        f"_@{_name(element)}.{name.localname}={value}@_"
        for name, value in named
        if name.namespace or name.localname not in MARKS
    )


def _leaf(element: Element, value: str) -> str:
    return "" if _has_elements(element) else f"_{_name(element)}={value}_"


def _approved(element: Element) -> str:
    """Return the value that was approved: the code of version 6 where an ISCED code keeps one."""
    old = element.get("v6-value") if local_name(element) == "isced-f-code" else None
    return old or _value(element)
