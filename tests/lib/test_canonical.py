import json
from collections import OrderedDict
from enum import StrEnum

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.canonical import (
    MAXIMUM_DEPTH,
    canonical,
    decode64,
    digest,
    digest_bytes,
    encode64,
    parse,
    parse_canonical,
)
from hansa.lib.errors import InvalidError
from tests.conformance import conformance


class Colour(StrEnum):
    RED = "red"


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_gives_the_published_bytes(name: str) -> None:
    folder = conformance("jcs")

    data = canonical(json.loads((folder / "input" / f"{name}.json").read_bytes()))

    assert data == (folder / "output" / f"{name}.json").read_bytes()
    assert data.hex() == (folder / "outhex" / f"{name}.txt").read_text().replace(" ", "").replace("\n", "")


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_parse_reads_the_published_inputs(name: str) -> None:
    folder = conformance("jcs")

    value = parse((folder / "input" / f"{name}.json").read_bytes())

    assert canonical(value) == (folder / "output" / f"{name}.json").read_bytes()


@given(VALUES)
def test_canonical_agrees_with_rfc8785(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_canonical_writes_numbers_as_rfc8785_does(value: float) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1e-4, 9.999e-5, 1e-7, 1e16, 9999999999999998.0, 0.1, -0.0, 5.0, 1e21, 5e-324])
def test_canonical_writes_borderline_numbers_as_rfc8785_does(value: float) -> None:
    assert canonical([value, -value]) == rfc8785.dumps([value, -value])


def test_canonical_sorts_keys_by_their_utf_16_units() -> None:
    assert canonical({"\ufb33": 1, "\U0001f600": 2, "a": 3}) == '{"a":3,"\U0001f600":2,"\ufb33":1}'.encode()


def test_canonical_writes_tuples_and_subclasses_as_what_they_are() -> None:
    assert canonical((Colour.RED, OrderedDict(b=1, a=True), None)) == b'["red",{"a":true,"b":1},null]'


@given(VALUES)
def test_parse_returns_what_canonical_wrote(value: object) -> None:
    assert parse(canonical(value)) == value
    assert canonical(parse_canonical(canonical(value))) == canonical(value)


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), {1: "a"}, "\ud800", {"\ud800": 1}, b"x"]
)
def test_canonical_refuses_what_json_cannot_hold(value: object) -> None:
    with pytest.raises(InvalidError, match="no canonical form"):
        canonical(value)


def test_canonical_refuses_nesting_without_end() -> None:
    value: list[object] = []
    value.append(value)

    with pytest.raises(InvalidError, match="nesting is too deep"):
        canonical(value)


def test_digest_names_the_algorithm() -> None:
    assert digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert digest_bytes(b"{}") == digest({})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a":1,"a":1}', "the same key twice"),
        ('{"b":{"a":1,"a":2}}', "the same key twice"),
        ("NaN", "NaN is not a number"),
        ("[-Infinity]", "-Infinity is not a number"),
        ("1e999", "too large for a double"),
        ("9007199254740993", "beyond 2"),
        ("1" + "0" * 400, "beyond 2"),
        (r'"\ud800"', "no canonical form"),
        (r'"\uDFFF"', "no canonical form"),
        (r'{"\udabc":1}', "no canonical form"),
        ('"\ud800"', "not UTF-8"),
        (b"\xff", "not UTF-8"),
        ("\ufeff{}", "at line 1"),
        ("{'a':1}", "at line 1, column 2"),
        ("", "at line 1, column 1"),
        ("{}{}", "Extra data"),
        ("[" * 65 + "]" * 65, "deeper than 64"),
        ('{"a":' * 65 + "1" + "}" * 65, "deeper than 64"),
        ("[" * 100_000, "deeper than 64"),
    ],
)
def test_parse_refuses_what_has_two_meanings_or_none(text: str | bytes, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        parse(text)


def test_parse_reads_deep_and_wide_values() -> None:
    deep = "[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH
    wide = json.dumps([[{"a": n}] for n in range(100)])

    assert json.dumps(parse(deep)) == deep
    assert parse(wide)[99] == [{"a": 99}]


def test_parse_reads_paired_surrogates() -> None:
    assert parse(r'"\ud83d\ude00"') == "😀"


def test_parse_reads_large_doubles_as_rfc_8785_writes_them() -> None:
    assert parse(canonical(1e20)) == 1e20
    assert isinstance(parse(canonical(-1e20)), float)


def test_parse_canonical_refuses_another_spelling() -> None:
    with pytest.raises(InvalidError, match="not in the canonical form"):
        parse_canonical('{"b":1,"a":2}')


def test_parse_canonical_reads_text_and_bytes() -> None:
    assert parse_canonical('{"a":2}') == parse_canonical(b'{"a":2}') == {"a": 2}


@given(st.binary())
def test_decode64_returns_what_encode64_wrote(data: bytes) -> None:
    assert decode64(encode64(data)) == data


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "AA\n", "A+A", "A/A", "Ä"])
def test_decode64_refuses_other_spellings(text: str) -> None:
    with pytest.raises(InvalidError, match="base64url"):
        decode64(text)
