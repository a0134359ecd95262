from dataclasses import dataclass

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elements import (
    FLAG,
    LOCALISED,
    Alternatives,
    Attribute,
    Document,
    Either,
    ListDocument,
    Listed,
    Shape,
    Text,
    either,
    field_of,
    in_language,
    many,
    maybe,
    one,
)
from hansa.lib.ewp.leaves import COUNT, EQF, TEXT

NS = "urn:example"


@dataclass(frozen=True)
class Inner:
    title: str
    level: int | None = None


@dataclass(frozen=True)
class Outer:
    names: tuple[Text, ...] = (Text("x"),)
    inner: Inner | None = None
    items: tuple[Inner, ...] = ()
    count: int | None = None
    term: str = "1"
    is_free: bool = False
    line: str = ""
    street: str = ""
    number: str = ""
    kind: str = ""
    id: str = "i"


INNER = Shape(Inner, NS, one("title"), maybe("level", EQF))
OUTER = Shape(
    Outer,
    NS,
    many("name", LOCALISED, field="names", least=1, most=2),
    maybe("inner", INNER),
    maybe("items", Listed(NS, "item", INNER)),
    maybe("count", COUNT),
    either(maybe("term"), maybe("free", FLAG, field="is_free")),
    Either(((maybe("line"),), (maybe("street"), maybe("number"))), least=0),
    Attribute("kind", "kind"),
    Attribute("id", "id", least=1),
)
DOCUMENT = Document(NS, "outer", kind=OUTER)


@dataclass(frozen=True)
class Yes:
    id: str


@dataclass(frozen=True)
class No:
    why: str


@dataclass(frozen=True)
class Answer:
    said: Yes | No


ANSWER = Document(
    NS,
    "answer",
    kind=Shape(
        Answer,
        NS,
        Alternatives("said", (("yes", Shape(Yes, NS, one("id"))), ("no", Shape(No, NS, one("why"))))),
    ),
)


@pytest.mark.parametrize(
    "record",
    [
        Outer(),
        Outer(names=(Text("x", "en"), Text("y")), inner=Inner("t", 3), items=(Inner("a"), Inner("b")), kind="k"),
        Outer(count=0, term="", is_free=True, line="l"),
        Outer(street="s", number="4"),
    ],
)
def test_document_reads_what_it_built(record):
    assert DOCUMENT.read(DOCUMENT.build(record)) == record


def test_document_is_written_in_one_namespace_without_white_space():
    data = DOCUMENT.build(Outer(names=(Text("x", "en"),), inner=Inner("t")))

    assert data.endswith(
        b'<outer xmlns="urn:example" id="i"><name xml:lang="en">x</name><inner><title>t</title></inner>'
        b"<term>1</term></outer>"
    )


def test_document_passes_over_what_it_does_not_know():
    data = b"""<outer xmlns="urn:example" id="i" new="1"><name>x</name><later><title>?</title></later>
        <inner/><term>1</term><term>2</term><name xmlns="urn:other">z</name></outer>"""

    assert DOCUMENT.read(data) == Outer()


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        ("<name>x</name>", "outer/term or free: this element is missing"),
        ("<term>1</term>", "outer/name: this element is missing or empty. Ask its sender"),
        ("<name/><term>1</term>", "outer/name: this element is missing or empty"),
        ("<name>x</name><inner><level>1</level></inner><term>1</term>", "inner/title: this element is missing"),
        (
            "<name>x</name><items><item><title>t</title><level>x</level></item></items>",
            "items/item/level: this must be",
        ),
        ("<name xml:lang='!'>x</name><term>1</term>", "name: this must be a language code"),
    ],
)
def test_read_names_what_is_wrong(inside, said):
    with pytest.raises(InvalidError, match=said):
        DOCUMENT.read(f'<outer xmlns="urn:example" id="i">{inside}</outer>'.encode())


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Outer(names=()), "outer/name: this element is missing or empty. Correct it"),
        (Outer(names=(Text("x"),) * 3), "outer/name: there may be 2 of these"),
        (Outer(term=""), "outer: give one of term or free and only one"),
        (Outer(is_free=True), "outer: give one of term or free and only one"),
        (Outer(line="l", number="1"), "outer: give one of line or street and only one"),
        (Outer(inner=Inner("")), "inner/title: this element is missing"),
        (Outer(id=""), "outer/@id: this element is missing"),
        (Outer(names=(Text("x", "!"),)), "name: this must be a language code"),
    ],
)
def test_build_refuses_what_the_schema_would(record, said):
    with pytest.raises(InvalidError, match=said):
        DOCUMENT.build(record)


def test_read_names_an_attribute_that_is_missing():
    with pytest.raises(InvalidError, match=r"outer/@id: this element is missing or empty\. Ask its sender"):
        DOCUMENT.read(b'<outer xmlns="urn:example"><name>x</name><term>1</term></outer>')


@pytest.mark.parametrize("record", [Answer(Yes("1")), Answer(No("because"))])
def test_alternatives_follow_the_type_of_the_field(record):
    assert ANSWER.read(ANSWER.build(record)) == record


def test_alternatives_name_each_other_where_none_is_there():
    with pytest.raises(InvalidError, match="answer/yes or no: this element is missing"):
        ANSWER.read(b'<answer xmlns="urn:example"><maybe/></answer>')


def test_field_has_the_name_of_its_element():
    assert [field_of("hei-id"), field_of("addressLine")] == ["hei_id", "address_line"]


def test_text_is_picked_by_language():
    texts = (Text("name"), Text("Name", "de"), Text("the name", "en"))

    assert in_language(texts, "de") == "Name"
    assert in_language(texts, "sv") == "the name"
    assert in_language(texts[:2], "sv") == "name"
    assert in_language((), "sv") == ""


def test_list_leaves_out_empty_elements():
    names = ListDocument(NS, "names", of="name", kind=TEXT)

    assert names.read(b'<names xmlns="urn:example"><name>x</name><name/></names>') == ("x",)
    assert names.read(names.build(())) == ()
