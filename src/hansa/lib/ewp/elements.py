"""Write a record as an element and read it from one, by one description for both ways.

    STUDENT = Shape(Student, NAMESPACE, one("global-id"), maybe("birth-date", DAY))
    GET = ListDocument(NAMESPACE, "get-response", of="student", kind=STUDENT)
    GET.read(GET.build([student])) == (student,)

A shape names the parts in the order of the schema. Reading passes over what it does not know,
as the network's rules ask, and names what is missing. A part's record field has the element's
name with underscores unless the part says otherwise.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.leaves import CORRECT, LANGUAGE, TEXT, Leaf, missing, place
from hansa.lib.ewp.xml import Element

T = TypeVar("T")

SPECS = "https://github.com/erasmus-without-paper/ewp-specs-"
TYPES = f"{SPECS}architecture/blob/stable-v1/common-types.xsd"
ADDRESS = f"{SPECS}types-address/tree/stable-v1"
CONTACT = f"{SPECS}types-contact/tree/stable-v1"
PHONE = f"{SPECS}types-phonenumber/tree/stable-v1"
PREFIXES: dict[str | None, str] = {"ewp": TYPES, "a": ADDRESS, "c": CONTACT, "p": PHONE}


class Kind(Protocol):
    """What an element may hold: a leaf, a shape, a list."""

    @property
    def nothing(self) -> Any:
        """What a record holds where the element is absent."""

    def is_absent(self, element: Element) -> bool:
        """Tell whether the element says nothing."""

    def fill(self, element: Element, value: Any) -> None:
        """Write a value into an element."""

    def read(self, element: Element) -> Any:
        """Return the value in an element."""


class Piece(Protocol):
    """Something that a shape is made of."""

    def bound(self, namespace: str) -> "Piece":
        """Return the same piece in the namespace of its shape."""

    def write(self, parent: Element, record: Any) -> None:
        """Write from a record what this piece stands for."""

    def read(self, parent: Element) -> dict[str, Any]:
        """Return the fields of the record that this piece stands for."""


def is_given(value: Any) -> bool:
    """Tell whether a record's field says something; the number nought does."""
    return value is not None and value is not False and value not in ("", ())


@dataclass(frozen=True)
class Part:
    """An element of a shape: how often it may stand there, and which field it is."""

    local: str
    kind: Kind
    field: str
    namespace: str
    least: int
    most: int
    tag: str = ""

    def bound(self, namespace: str) -> "Part":
        """Return the same part in the namespace of its shape."""
        return replace(self, tag=f"{{{self.namespace or namespace}}}{self.local}")

    @property
    def is_single(self) -> bool:
        """Tell whether the record holds one value and not several."""
        return self.most == 1

    def values(self, record: Any) -> tuple[Any, ...]:
        """Return what a record has for this part."""
        value = getattr(record, self.field)
        return ((value,) if is_given(value) else ()) if self.is_single else tuple(value)

    def write(self, parent: Element, record: Any) -> None:
        """Write an element for each value of the record, or raise InvalidError naming what is missing."""
        values = self.values(record)
        if len(values) < self.least:
            raise missing(parent, self.local, remedy=CORRECT)
        if len(values) > self.most:
            raise InvalidError(f"{place(parent)}/{self.local}: there may be {self.most} of these at most.", CORRECT)
        for value in values:
            self.kind.fill(etree.SubElement(parent, self.tag), value)

    def read(self, parent: Element) -> dict[str, Any]:
        """Return the field with what the element holds, or raise InvalidError naming what is missing."""
        found = [child for child in parent.iterchildren(self.tag) if not self.kind.is_absent(child)]
        if len(found) < self.least:
            raise missing(parent, self.local)
        if not self.is_single:
            return {self.field: tuple(self.kind.read(child) for child in found)}
        return {self.field: self.kind.read(found[0]) if found else self.kind.nothing}


def field_of(local: str) -> str:
    """Return the field's name for an element's."""
    return re.sub("([A-Z])", r"_\1", local).lower().replace("-", "_")


def one(local: str, kind: Kind = TEXT, *, field: str = "", namespace: str = "") -> Part:
    """Return an element that must be there."""
    return Part(local, kind, field or field_of(local), namespace, least=1, most=1)


def maybe(local: str, kind: Kind = TEXT, *, field: str = "", namespace: str = "") -> Part:
    """Return an element that may be there."""
    return Part(local, kind, field or field_of(local), namespace, least=0, most=1)


def many(local: str, kind: Kind, *, field: str, least: int = 0, most: int = 10_000, namespace: str = "") -> Part:
    """Return an element that may be there several times."""
    return Part(local, kind, field, namespace, least=least, most=most)


@dataclass(frozen=True)
class Either:
    """Parts of which one group may stand there and not the others; ``least`` is 1 where one must."""

    groups: tuple[tuple[Part, ...], ...]
    least: int

    def bound(self, namespace: str) -> "Either":
        """Return the same choice in the namespace of its shape."""
        return replace(self, groups=tuple(tuple(part.bound(namespace) for part in group) for group in self.groups))

    def write(self, parent: Element, record: Any) -> None:
        """Write the one group that the record has something for."""
        given = [group for group in self.groups if any(part.values(record) for part in group)]
        if not self.least <= len(given) <= 1:
            raise InvalidError(f"{place(parent)}: give one of {self.names()} and only one.", CORRECT)
        for part in (part for group in given for part in group):
            part.write(parent, record)

    def read(self, parent: Element) -> dict[str, Any]:
        """Return the fields of every group, of which one must say something."""
        fields: dict[str, Any] = {}
        for part in (part for group in self.groups for part in group):
            fields |= part.read(parent)
        if self.least and not any(map(is_given, fields.values())):
            raise missing(parent, self.names())
        return fields

    def names(self) -> str:
        """Return the names of the parts to choose from."""
        return " or ".join(group[0].local for group in self.groups)


def either(*parts: Part) -> Either:
    """Return a choice of elements of which exactly one must be there."""
    return Either(tuple((part,) for part in parts), least=1)


@dataclass(frozen=True)
class Alternatives:
    """A field whose type decides which element stands for it."""

    field: str
    shapes: "tuple[tuple[str, Shape[Any]], ...]"
    namespace: str = ""

    def bound(self, namespace: str) -> "Alternatives":
        """Return the same alternatives in the namespace of their shape."""
        return replace(self, namespace=namespace)

    def write(self, parent: Element, record: Any) -> None:
        """Write the element that belongs to the type of the field."""
        value = getattr(record, self.field)
        for local, shape in self.shapes:
            if isinstance(value, shape.made):
                shape.fill(etree.SubElement(parent, f"{{{self.namespace}}}{local}"), value)

    def read(self, parent: Element) -> dict[str, Any]:
        """Return the field from the first element that stands for it."""
        for local, shape in self.shapes:
            for found in parent.iterchildren(f"{{{self.namespace}}}{local}"):
                return {self.field: shape.read(found)}
        raise missing(parent, " or ".join(local for local, _shape in self.shapes))


@dataclass(frozen=True)
class Attribute:
    """An attribute of the element itself."""

    name: str
    field: str
    leaf: Leaf = TEXT
    least: int = 0

    def bound(self, namespace: str) -> "Attribute":
        """Return the same attribute: attributes have no namespace here."""
        return self

    def write(self, parent: Element, record: Any) -> None:
        """Write the attribute if the record has something for it."""
        value = getattr(record, self.field)
        if is_given(value):
            parent.set(self.name, self.leaf.said(parent, value))
        elif self.least:
            raise missing(parent, f"@{self.name}", remedy=CORRECT)

    def read(self, parent: Element) -> dict[str, Any]:
        """Return the field with what the attribute says."""
        said = (parent.get(self.name) or "").strip()
        if not said and self.least:
            raise missing(parent, f"@{self.name}")
        return {self.field: self.leaf.understood(parent, said) if said else self.leaf.nothing}


@dataclass(frozen=True)
class Content:
    """The text of the element itself, beside its attributes."""

    field: str
    leaf: Leaf = TEXT

    def bound(self, namespace: str) -> "Content":
        """Return the same content: a text has no namespace."""
        return self

    def write(self, parent: Element, record: Any) -> None:
        """Write the text."""
        self.leaf.fill(parent, getattr(record, self.field))

    def read(self, parent: Element) -> dict[str, Any]:
        """Return the field with the text."""
        return {self.field: self.leaf.read(parent)}


class Shape(Generic[T]):
    """An element with parts, and the record that it becomes."""

    nothing: Any = None

    def __init__(self, made: type[T], namespace: str, *pieces: Piece) -> None:
        self.made = made
        self.pieces = tuple(piece.bound(namespace) for piece in pieces)

    def is_absent(self, element: Element) -> bool:
        """Tell whether the element says nothing: no part, no attribute, no text."""
        return not (len(element) or element.attrib or (element.text or "").strip())

    def fill(self, element: Element, value: T) -> None:
        """Write a record into an element."""
        for piece in self.pieces:
            piece.write(element, value)

    def read(self, element: Element) -> T:
        """Return the record in an element, passing over what is not known."""
        fields: dict[str, Any] = {}
        for piece in self.pieces:
            fields |= piece.read(element)
        return self.made(**fields)


@dataclass(frozen=True)
class Listed:
    """An element that only holds a list of one kind of others."""

    namespace: str
    local: str
    kind: Kind
    nothing: Any = ()

    def is_absent(self, element: Element) -> bool:
        """Tell whether the list is empty."""
        return not len(element)

    def fill(self, element: Element, value: Iterable[Any]) -> None:
        """Write an element for each value."""
        tag = f"{{{self.namespace}}}{self.local}"
        for each in value:
            self.kind.fill(etree.SubElement(element, tag), each)

    def read(self, element: Element) -> tuple[Any, ...]:
        """Return the values in their order."""
        return tuple(self.kind.read(child) for child in self.children(element))

    def children(self, element: Element) -> list[Element]:
        """Return the elements of the list that say something."""
        found = element.iterchildren(f"{{{self.namespace}}}{self.local}")
        return [child for child in found if not self.kind.is_absent(child)]


class Flag:
    """An element without content that says yes by being there."""

    nothing: Any = False

    def is_absent(self, element: Element) -> bool:
        """Tell that an empty element says something too."""
        return False

    def fill(self, element: Element, value: bool) -> None:  # noqa: FBT001 -- the value is what a kind writes
        """Write nothing into the element, which says enough."""

    def read(self, element: Element) -> bool:
        """Return that it is there, whatever later versions put inside."""
        return True


class Document(Generic[T]):
    """A whole document of the network: its root element and what that holds."""

    def __init__(self, namespace: str, local: str, *, kind: Kind) -> None:
        self.namespace = namespace
        self.root = f"{{{namespace}}}{local}"
        self.kind = kind

    def build(self, value: T) -> bytes:
        """Return the document as bytes."""
        element = etree.Element(self.root, nsmap=PREFIXES | {None: self.namespace})
        self.kind.fill(element, value)
        return xml.write(element)

    def read(self, data: bytes) -> T:
        """Return what a document says, or raise InvalidError naming the element that is wrong."""
        found: T = self.kind.read(xml.parse(data, root=self.root))
        return found


class ListDocument(Document[Sequence[T]]):
    """A whole document that lists one kind of thing below its root."""

    def __init__(self, namespace: str, local: str, *, of: str, kind: Kind) -> None:
        self.listed = Listed(namespace, of, kind)
        super().__init__(namespace, local, kind=self.listed)

    def read_each(self, data: bytes) -> tuple[tuple[T, ...], tuple[InvalidError, ...]]:
        """Return what can be read, and an error for each thing that cannot.

        So one broken entry of a partner does not hide the others of the same answer.
        """
        found: list[T] = []
        errors: list[InvalidError] = []
        for child in self.listed.children(xml.parse(data, root=self.root)):
            try:
                found.append(self.listed.kind.read(child))
            except InvalidError as error:
                errors.append(error)
        return tuple(found), tuple(errors)


@dataclass(frozen=True)
class Text:
    """A text in a language; the language is empty where it is not said."""

    text: str
    lang: str = ""


def localised(leaf: Leaf) -> Shape[Text]:
    """Return a kind of text that may say its language."""
    return Shape(Text, TYPES, Content("text", leaf), Attribute(xml.LANG, "lang", LANGUAGE))


FLAG = Flag()
LOCALISED = localised(TEXT)
#: What the answer to an update tells its user; it may be empty.
MESSAGES = Listed(TYPES, "success-user-message", LOCALISED)


def in_language(texts: Iterable[Text], language: str) -> str:
    """Return the text in a language, else the English one, else the first, else nothing."""
    given = list(texts)
    for wanted in (language, "en", ""):
        for found in given:
            if found.lang.lower().startswith(wanted.lower()):
                return found.text
    return ""
