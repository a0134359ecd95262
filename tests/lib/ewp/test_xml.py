import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.xml import every, first, local_name, maker, needed, parse, shown, text, write

NS = "urn:example"
DOCUMENT = b'<a xmlns="urn:example"><b> one </b><b>two</b><c><d/></c><!-- aside --></a>'


def test_parse_returns_the_root_of_a_document():
    root = parse(DOCUMENT, root="{urn:example}a")

    assert local_name(root) == "a"
    assert [child.text for child in every(root, "b", namespace=NS)] == [" one ", "two"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<a><b></a>", "not well-formed XML at line 1"),
        (b"", "not well-formed"),
        (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
        (b"<!DOCTYPE a [<!ENTITY x 'xx'><!ENTITY y '&x;&x;&x;'>]><a>&y;</a>", "document type"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b'<a xmlns="urn:other"/>', "“a” of urn:other, not a “a” of urn:example"),
        (b"<a/>", "“a” of no namespace"),
        (b"<a>" * 1000 + b"</a>" * 1000, "not well-formed"),
    ],
)
def test_parse_refuses_what_strangers_may_send(data, said):
    with pytest.raises(InvalidError, match=said):
        parse(data, root="{urn:example}a")


def test_parse_refuses_a_document_that_is_too_large(monkeypatch):
    monkeypatch.setattr(xml, "MOST_BYTES", 1024 * 1024)

    with pytest.raises(InvalidError, match="more than 1 MB"):
        parse(b"<a>" + b" " * 1024 * 1024 + b"</a>")


def test_maker_writes_texts_elements_and_lists():
    make = maker(NS)

    made = make("a", make("b", "one", lang="en"), None, [make("c", kind="x"), None])

    assert write(made) == (
        b'<?xml version=\'1.0\' encoding=\'UTF-8\'?>\n<a xmlns="urn:example"><b xml:lang="en">one</b><c kind="x"/></a>'
    )


def test_text_is_found_at_a_path():
    root = parse(DOCUMENT)

    assert text(root, "b", namespace=NS) == "one"
    assert text(root, "c/d", namespace=NS) == ""
    assert text(root, "c/e", namespace=NS, default="-") == "-"
    assert first(root, "e", namespace=NS) is None


def test_needed_names_the_element_that_is_missing():
    root = parse(DOCUMENT)

    assert needed(root, "b", namespace=NS) == "one"
    with pytest.raises(InvalidError, match="a/c/d: this element is missing or empty"):
        needed(root, "c/d", namespace=NS)


def test_shown_is_read_by_people():
    assert shown("{urn:example}a") == "“a” of urn:example"
