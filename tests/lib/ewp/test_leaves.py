from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import leaves


def element(said):
    root = etree.fromstring("<root><who><when/></who></root>")
    found = root[0][0]
    found.text = said
    return found


@pytest.mark.parametrize(
    ("leaf", "said", "meant"),
    [
        (leaves.TEXT, "  two\n words ", "two\n words"),
        (leaves.IDENTIFIER, "a-1", "a-1"),
        (leaves.DAY, "2026-09-01", date(2026, 9, 1)),
        (leaves.DAY, "2026-09-01+02:00", date(2026, 9, 1)),
        (leaves.DAY, "2026-09-01Z", date(2026, 9, 1)),
        (leaves.MONTH_DAY, "--02-29", "02-29"),
        (leaves.MOMENT, "2026-09-01T12:00:00Z", datetime(2026, 9, 1, 12, tzinfo=UTC)),
        (leaves.MOMENT, "2026-09-01T12:00:00", datetime(2026, 9, 1, 12, tzinfo=UTC)),
        (leaves.MOMENT, "2026-09-01T12:00:00.5+02:00", datetime(2026, 9, 1, 10, 0, 0, 500000, tzinfo=UTC)),
        (leaves.DECIMAL, "7.50", Decimal("7.5")),
        (leaves.DECIMAL, ".5", Decimal("0.5")),
        (leaves.EQF, "7", 7),
        (leaves.HTTP, "https://example.org/ä?x=1#y", "https://example.org/ä?x=1#y"),
        (leaves.one_of("a", "b.c"), "b.c", "b.c"),
    ],
)
def test_read_understands_what_a_partner_wrote(leaf, said, meant):
    assert leaf.read(element(said)) == meant


@pytest.mark.parametrize(
    ("leaf", "said", "wanted"),
    [
        (leaves.TEXT, " \n ", "a text that is not empty"),
        (leaves.IDENTIFIER, "a b", "an identifier"),
        (leaves.IDENTIFIER, "x" * 65, "an identifier"),
        (leaves.DAY, "2026-02-30", "a day"),
        (leaves.DAY, "20260901", "a day"),
        (leaves.DAY, "2026-W01-1", "a day"),
        (leaves.MONTH_DAY, "--02-30", "a day of the year"),
        (leaves.MONTH_DAY, "05-30", "a day of the year"),
        (leaves.MOMENT, "2026-09-02", "a time"),
        (leaves.MOMENT, "2026-09-01T25:00:00Z", "a time"),
        (leaves.YEAR_MONTH, "2026-13", "a month"),
        (leaves.DECIMAL, "1e9", "a decimal number"),
        (leaves.DECIMAL, "NaN", "a decimal number"),
        (leaves.DECIMAL, "9" * 31, "a decimal number"),
        (leaves.EQF, "9", "a whole number from 1 to 8"),
        (leaves.EQF, "", "a whole number from 1 to 8"),
        (leaves.COUNT, "9" * 19, "a whole number"),
        (leaves.HTTP, "javascript:alert(1)", "an address"),
        (leaves.HTTP, 'https://example.org/" onclick="x', "an address"),
        (leaves.HTTPS, "http://example.org", "an address that starts with https://"),
        (leaves.EMAIL, "nobody", "an e-mail address"),
        (leaves.one_of("a", "b.c"), "bxc", "one of a, b.c"),
    ],
)
def test_read_names_the_element_and_never_its_content(leaf, said, wanted):
    with pytest.raises(InvalidError, match=f"^who/when: this must be {wanted}") as raised:
        leaf.read(element(said))

    assert not said.strip() or said not in str(raised.value)


@pytest.mark.parametrize(
    ("leaf", "value", "said"),
    [
        (leaves.DAY, date(2026, 9, 1), "2026-09-01"),
        (leaves.MONTH_DAY, "05-31", "--05-31"),
        (leaves.MOMENT, datetime(2026, 9, 1, 12, tzinfo=timezone(timedelta(hours=2))), "2026-09-01T12:00:00+02:00"),
        (leaves.MOMENT, datetime(2026, 9, 1, 12), "2026-09-01T12:00:00+00:00"),  # noqa: DTZ001 -- that is the point
        (leaves.DECIMAL, Decimal("7.50"), "7.5"),
        (leaves.DECIMAL, Decimal("1E+1"), "10"),
        (leaves.EQF, 7, "7"),
    ],
)
def test_fill_writes_what_the_schema_wants(leaf, value, said):
    found = element("")

    leaf.fill(found, value)

    assert found.text == said


@pytest.mark.parametrize(("leaf", "value"), [(leaves.EQF, 9), (leaves.TEXT, " "), (leaves.MONTH_DAY, "13-01")])
def test_fill_refuses_what_we_would_refuse_from_others(leaf, value):
    with pytest.raises(InvalidError, match=r"who/when: this must be .* Correct it in the record"):
        leaf.fill(element(""), value)


@pytest.mark.parametrize("value", ["a\x00b", "a\x0bb", "\ud800", "\ufffe"])
def test_fill_refuses_characters_that_xml_cannot_carry(value):
    with pytest.raises(InvalidError, match="who/when: this holds a character that XML cannot carry"):
        leaves.TEXT.fill(element(""), value)


def test_place_counts_among_elements_of_one_name():
    root = etree.fromstring("<r><a/><b/><a><c/></a></r>")

    places = [leaves.place(found) for found in (root, root[0], root[1], root[2][0])]

    assert places == ["r", "a[1]", "b", "a[2]/c"]


def test_leaf_is_absent_where_nothing_stands():
    assert leaves.TEXT.is_absent(element(" "))
    assert not leaves.TEXT.is_absent(element("x"))
    assert str(leaves.missing(element(""), "x")).startswith("who/when/x: this element is missing or empty.")
