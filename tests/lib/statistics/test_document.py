import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.statistics.document import Fault, describe, read

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("aeinoy01:-#'\"[]{}, é", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_read_gives_what_json_says(value):
    document = read(json.dumps(value))

    assert document.faults == ()
    assert document.value == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("True", "True"),
        ("null", None),
        ("~", None),
        ("12:30", "12:30"),
        ("2020-01-01", "2020-01-01"),
        ("0x1F", "0x1F"),
        ("010", 10),
        ("-3", -3),
        ("1.5e3", 1500.0),
        ("2e-1", 0.2),
        (".5", 0.5),
        (".inf", ".inf"),
        ("'5'", "5"),
        ("<<", "<<"),
    ],
)
def test_read_takes_plain_words_as_words(text, expected):
    assert read(f"key: {text}").value == {"key": expected}


def test_line_is_the_one_of_a_place_or_of_what_holds_it():
    document = read("a: 1\nb:\n  - c\n  - d: 2\n")

    assert document.line(("a",)) == 1
    assert document.line(("b", 1, "d")) == 4
    assert document.line(("b", 1, "e")) == 4
    assert document.line(("z",)) == 1


def test_place_is_written_as_a_reader_would():
    assert describe(("analyses", 1, "formula")) == "analyses[1].formula"
    assert str(Fault(3, "a.b", "Wrong.", "Right it.")) == "Line 3, a.b: Wrong. Right it."
    assert str(Fault(3, "", "Wrong.", "Right it.")) == "Line 3: Wrong. Right it."


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "The text is empty."),
        ("a: 1\nb: [1, 2\nc: 3", 3, "This is not YAML: expected ',' or ']', but got ':'."),
        ("a: \x00", 1, "The text has characters that YAML does not allow."),
        ("a: 1\nb: &x 1", 2, "Anchors, aliases and tags are not allowed."),
        ("a: 1\nb: *x", 2, "Anchors, aliases and tags are not allowed."),
        ("a: !!python/object/apply:os.system [ls]", 1, "Anchors, aliases and tags are not allowed."),
        ("a: 1\nb: 2\na: 3", 3, "The key 'a' stands here twice."),
        ("a: 1\n? [b, c]\n: 2", 2, "A key is not text."),
        ("[" * 40 + "]" * 40, 1, "The text is nested deeper than 32."),
        ("a: 9007199254740992", 1, "The number is too large to be exact."),
        ("a: 1" + "0" * 5000, 1, "The number is too large to be exact."),
        ("a: -1.0e999", 1, "The number is too large to be exact."),
        ("a: " + "b" * 500_000, 1, "The text has 500003 characters."),
        ("a: 1\n---\nb: 2", 2, "This is not YAML: but found another document."),
        ("a: 'open", 1, "This is not YAML: found unexpected end of stream."),
    ],
)
def test_read_names_line_and_fault(text, line, message):
    fault = read(text).faults[0]

    assert (fault.line, fault.message) == (line, message)
    assert fault.remedy
