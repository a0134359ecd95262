from decimal import Decimal

from hansa.lib.cohorts.domains import DECIMAL, WHOLE
from hansa.lib.cohorts.expression import TextFilter
from hansa.lib.cohorts.fragments import compared, later, matched, quoted, rounded


def test_texts_cannot_leave_their_quotes():
    assert quoted("'; drop table person; --") == "'''; drop table person; --'"


def test_numbers_are_written_as_the_column_is():
    assert rounded(Decimal("2.00005"), DECIMAL) == "2.0001"
    assert rounded(Decimal("2.9"), WHOLE) == "2"


def test_ranges_are_closed_and_may_be_turned_round():
    assert compared("x", "bt", values=("1", "2")) == "(x >= 1 and x <= 2)"
    assert compared("x", "!bt", values=("1", "2")) == "not (x >= 1 and x <= 2)"
    assert compared("x", "gt", values=("1", "1")) == "x > 1"


def test_text_search_is_a_pattern_and_may_be_turned_round():
    assert matched("x", TextFilter("contains", "it's")) == "x like '%it''s%' escape ''"
    assert matched("x", TextFilter("startsWith", "a")) == "x like 'a%' escape ''"
    assert matched("x", TextFilter("!endsWith", "ab")) == "x not like '%ab' escape ''"


def test_days_are_added_and_taken():
    assert [later("d", days) for days in (0, 2, -2)] == ["d", "(d + 2)", "(d - 2)"]
