import re
import sys
import unicodedata
from datetime import date

import pytest

from hansa.lib import shapes
from hansa.lib.errors import InvalidError


def refusal(check, *arguments, **more):
    with pytest.raises(InvalidError) as caught:
        check(*arguments, **more)
    assert caught.value.remedy
    return caught.value.message


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Not now.\nPerhaps later.", "Not now.\nPerhaps later."),
        ("\x00a\x1b[31m\u202eb\u200b\ud800 ", "a[31mb"),
        ("Malmo\u0308", "Malm\u00f6"),
        ("x" * 2_000, "x" * 2_000),
        ("x" * 2_001, "x" * 1_999 + "…"),
        (None, ""),
        (["a"], ""),
    ],
)
def test_remark_is_bounded_and_hides_nothing(written, kept):
    assert shapes.remark(written) == kept


def test_join_names_the_place():
    assert shapes.join("clauses[3]", "limits") == "clauses[3].limits"
    assert shapes.join("", "limits") == "limits"


def test_mapping_returns_what_has_the_keys():
    value = {"a": 1, "b": 2}

    assert shapes.mapping(value, "place", needed=("a",), allowed=("b", "c")) is value


def test_mapping_refuses_other_keys():
    assert refusal(shapes.mapping, [], "") == "the document: this must be an object."
    assert refusal(shapes.mapping, {"b": 1}, "at", needed=("a",)) == "at.b: this key is not known."
    assert refusal(shapes.mapping, {1: 1}, "at") == "at.1: this key is not known."
    assert refusal(shapes.mapping, {}, "at", needed=("a",)) == "at.a: this key is missing."


def test_items_returns_a_list_within_bounds():
    assert shapes.items([1, 2], "at", least=1, most=2) == [1, 2]


def test_items_refuses_other_lists():
    assert refusal(shapes.items, "ab", "at", least=0, most=2) == "at: this must be a list."
    assert refusal(shapes.items, [], "at", least=1, most=2) == "at: this list has 0 entries."
    assert refusal(shapes.items, [1, 2, 3], "at", least=1, most=2) == "at: this list has 3 entries."


def test_text_returns_a_clean_text():
    assert shapes.text("Å ä ö ü –\n„ja“", "at") == "Å ä ö ü –\n„ja“"


@pytest.mark.parametrize(
    "value", ["a\x00", "a\tb", "a\u202eb", "a\u200bb", "a\xadb", "A\u030a", "\ue000", "\ud800", "\U000e0041"]
)
def test_text_refuses_what_hides_or_reorders(value):
    assert refusal(shapes.text, value, "at") == "at: this text holds hidden, control or decomposed characters."


def test_text_refuses_other_values():
    assert refusal(shapes.text, 1, "at") == "at: this must be a text."
    assert refusal(shapes.text, " \n", "at") == "at: this text has 0 characters."
    assert refusal(shapes.text, "abc", "at", most=2) == "at: this text has 3 characters."


def test_is_clean_refuses_every_hiding_character_that_unicode_knows():
    hiding = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") and chr(code) != "\n"
    ]

    assert [ascii(character) for character in hiding if shapes.is_clean(character)] == []


def test_matching_checks_the_form():
    form = re.compile("[a-z]")

    assert shapes.matching("a", "at", pattern=form, example="a") == "a"
    assert refusal(shapes.matching, "a\n", "at", pattern=form, example="a").startswith("at: ")
    assert refusal(shapes.matching, 1, "at", pattern=form, example="a").startswith("at: ")


def test_whole_takes_no_truth_value_for_a_number():
    assert shapes.whole(3, "at", low=1, high=3) == 3
    for value in (True, 3.0, "3", 0, 4, None):
        assert refusal(shapes.whole, value, "at", low=1, high=3) == "at: this must be a whole number."


def test_day_reads_a_day_that_exists():
    assert shapes.day("2028-02-29", "at") == date(2028, 2, 29)
    assert refusal(shapes.day, "2027-02-29", "at") == "at: the calendar has no day 2027-02-29."
    for value in ("20270228", "2027-W01-1", 20270228, "২০২৭-01-01"):
        assert refusal(shapes.day, value, "at") == "at: this is not of the form asked for."


def test_distinct_refuses_what_stands_twice():
    shapes.distinct(["a", "b"], "at", what="key")

    assert refusal(shapes.distinct, ["a", "b", "a"], "at", what="key") == "at[2]: this key is there twice."
