from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.terms import Term, check_year, days_of, read_term, year_of, years_between, years_later
from tests.lib.ewp.records import QUIET


@pytest.mark.parametrize(
    ("day", "starts", "year"),
    [
        (date(2026, 8, 1), (8, 1), "2026/2027"),
        (date(2026, 7, 31), (8, 1), "2025/2026"),
        (date(2027, 1, 1), (8, 1), "2026/2027"),
        (date(2026, 10, 1), (1, 1), "2026/2026"),
        (date(2026, 2, 28), (3, 1), "2025/2026"),
        (date(2026, 9, 30), (10, 1), "2025/2026"),
    ],
)
def test_year_of_a_day_begins_where_it_is_told(day, starts, year):
    assert year_of(day, starts=starts) == year


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.sampled_from([(1, 1), (8, 1), (9, 15), (3, 1)]))
@QUIET
def test_day_lies_in_its_year(day, starts):
    first, last = days_of(year_of(day, starts=starts), starts=starts)

    assert first <= day <= last


def test_year_of_a_day_begins_in_august_unless_told_otherwise():
    assert year_of(date(2026, 8, 1)) == "2026/2027"
    assert days_of("2026/2027") == (date(2026, 8, 1), date(2027, 7, 31))


@pytest.mark.parametrize("text", ["2026/2027", "2026/2026"])
def test_check_year_takes_both_hemispheres(text):
    check_year(text, "year")


@pytest.mark.parametrize("text", ["", "2026", "2026/2028", "2027/2026", "2026-2027", "26/27", "2026/2027 "])
def test_check_year_refuses_what_is_none(text):
    with pytest.raises(InvalidError, match=r"year: this is not an academic year\. Write it as in “2026/2027”"):
        check_year(text, "year")


def test_term_is_read_and_written():
    term = read_term("2026/2027-1/2", "term")

    assert term == Term("2026/2027", 1, 2)
    assert str(term) == "2026/2027-1/2"


@pytest.mark.parametrize("text", ["2026/2027", "2026/2027-3/2", "2026/2027-0/2", "2026/2027-1/10", "x"])
def test_read_term_refuses_what_is_none(text):
    with pytest.raises(InvalidError, match="term: this is not an academic term"):
        read_term(text, "term")


def test_read_term_refuses_a_year_that_is_none():
    with pytest.raises(InvalidError, match="term: this is not an academic year"):
        read_term("2026/2029-1/2", "term")


def test_years_are_counted():
    assert years_later("2026/2027", -1) == "2025/2026"
    assert years_later("2026/2026", 2) == "2028/2028"
    assert years_between("2025/2026", "2027/2028") == ("2025/2026", "2026/2027", "2027/2028")
    assert years_between("2027/2028", "2025/2026") == ()
