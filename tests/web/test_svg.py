from xml.etree import ElementTree as ET

import pytest

from hansa.web import svg


@pytest.mark.parametrize(
    ("value", "written"), [(1, "1"), (1.25, "1.2"), (0.04, "0"), (1234.56, "1234.6"), (123456.7, "123457")]
)
def test_number_keeps_at_most_one_decimal(value, written):
    assert svg.number(value) == written


def test_element_escapes_texts_and_attributes():
    made = svg.element("text", "<b>&", fill='"red"', x=1.26)

    assert made == '<text fill="&quot;red&quot;" x="1.3">&lt;b&gt;&amp;</text>'


def test_picture_says_in_words_what_it_shows():
    made = svg.picture(svg.line((0, 0), (1, 2)), key="k", width=10, height=20, title="T", description="D")

    root = ET.fromstring(made)
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == "k-title k-desc"
    assert root.attrib["viewBox"] == "0 0 10 20"
    assert [(child.tag, child.text) for child in root][:2] == [(f"{space}title", "T"), (f"{space}desc", "D")]
    assert root[2].attrib == {"x1": "0", "y1": "0", "x2": "1", "y2": "2"}
