"""Grades are converted as a person with the two tables and a pencil would."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.grades import RULES, Numeric, Scale, convert, number, scale_of, shares_of, stretches
from tests.lib.exchange.example_transcript import transcript


def scale(name, shares, *, failing=("F",), numeric=None):
    return Scale(name, tuple(shares), failing, {one: Fraction(share) for one, share in shares.items()}, numeric)


# Cumulative:  A 0-10, B 10-35, C 35-65, D 65-90, E 90-100.
ECTS = scale("ECTS", {"A": 10, "B": 25, "C": 30, "D": 25, "E": 10})
# Cumulative:  1 0-20, 2 20-60, 3 60-90, 4 90-100.
GERMAN = scale("German", {"1": 20, "2": 40, "3": 30, "4": 10}, failing=("5",))


@pytest.mark.parametrize(
    ("grade", "lowest", "highest", "midpoint"),
    [
        ("A", "1", "1", "1"),  # 0-10 within 0-20
        ("B", "2", "1", "2"),  # 10-35: 1 up to 20, 2 from 20; the middle 22.5 is in 2
        ("C", "3", "2", "2"),  # 35-65: 2 up to 60, 3 from 60; the middle 50 is in 2
        ("D", "3", "3", "3"),  # 65-90 touches 4 at 90 and does not overlap
        ("E", "4", "4", "4"),
    ],
)
def test_convert_agrees_with_the_table_done_by_hand(grade, lowest, highest, midpoint):
    found = [convert(grade, host=ECTS, home=GERMAN, rule=rule).result for rule in ("lowest", "highest", "midpoint")]

    assert found == [lowest, highest, midpoint]


@pytest.mark.parametrize(
    ("grade", "candidates"),
    [("1", ("A", "B")), ("2", ("B", "C")), ("3", ("C", "D")), ("4", ("E",))],
)
def test_convert_names_every_home_grade_that_overlaps(grade, candidates):
    assert convert(grade, host=GERMAN, home=ECTS).candidates == candidates


def test_convert_writes_down_its_steps():
    found = convert("C", host=ECTS, home=GERMAN, rule="midpoint")

    assert found.method == "egracons"
    assert found.audit.splitlines() == [
        "Method: EGRACONS, cumulative shares of passing grades; rule for several home grades: midpoint.",
        "Host “C” (ECTS) lies from 35.00 % to 65.00 % of passing grades, best first.",
        "Home “2” lies from 20.00 % to 60.00 %.",
        "Home “3” lies from 60.00 % to 90.00 %.",
        "The middle is at 50.00 %.",
        "It becomes “2”.",
    ]


def test_convert_takes_counts_as_well_as_percentages():
    counts = scale("ECTS", {"A": 2, "B": 5, "C": 6, "D": 5, "E": 2})

    assert [convert(one, host=counts, home=GERMAN).result for one in "ABCDE"] == ["1", "2", "3", "3", "4"]


def test_convert_is_exact_where_floating_point_is_not():
    # 0.1 + 0.2 is not 0.3 in floating point: the third grade would seem to overlap with the first.
    host = Scale("tenths", ("a", "b", "c"), (), {"a": Fraction("0.1"), "b": Fraction("0.2"), "c": Fraction("0.7")})
    home = Scale("one cut", ("x", "y"), (), {"x": Fraction("0.3"), "y": Fraction("0.7")})

    assert convert("c", host=host, home=home).candidates == ("y",)
    assert convert("b", host=host, home=home).candidates == ("x",)


@pytest.mark.parametrize(("grade", "expected"), [("top", ("1",)), ("gap", ("2",)), ("end", ("2",))])
def test_convert_places_a_grade_that_nobody_had(grade, expected):
    host = scale("gaps", {"top": 0, "upper": 50, "gap": 0, "lower": 50, "end": 0})
    home = scale("halves", {"1": 50, "2": 50})

    found = convert(grade, host=host, home=home, rule="midpoint")

    assert found.candidates == expected
    assert found.result == expected[0]


def test_convert_turns_failing_into_failing_where_there_is_one():
    assert convert("F", host=ECTS, home=GERMAN).result == "5"


def test_convert_says_so_where_there_are_several_failing_grades():
    home = scale("two", {"P": 100}, failing=("F", "FX"))

    found = convert("F", host=ECTS, home=home)

    assert (found.result, found.method) == (None, "not-convertible")
    assert not found.is_converted
    assert "2 failing grades" in found.audit


ITALIAN = Scale("Italian", ("30", "27", "24", "21", "18"), ("0",), {}, Numeric(Fraction(30), Fraction(18)))
FINE = Scale(
    "German",
    ("1.0", "1.3", "1.7", "2.0", "2.3", "2.7", "3.0", "3.3", "3.7", "4.0"),
    ("5.0",),
    {},
    Numeric(Fraction(1), Fraction(4)),
)


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("30", "1.0"),  # 1 + 3 * 0/12
        ("27", "1.7"),  # 1 + 3 * 3/12 = 1.75, nearest 1.7
        ("26", "2.0"),  # 1 + 3 * 4/12 = 2
        ("18", "4.0"),  # 1 + 3 * 12/12
        ("25,4", "2.0"),  # 1 + 3 * 4.6/12 = 2.15: as near to 2.0 as to 2.3, in the participant's favour
    ],
)
def test_convert_falls_back_to_the_bavarian_formula(grade, expected):
    found = convert(grade, host=ITALIAN, home=FINE)

    assert (found.result, found.method, found.rule) == (expected, "modified-bavarian", "nearest")


def test_convert_says_why_it_used_the_formula():
    found = convert("27", host=ITALIAN, home=FINE)

    assert found.steps[0].endswith(
        "because the host institution gives no distribution for this field and the home institution gives no "
        "distribution for this field."
    )
    assert "= 1.75 on the German scale" in found.steps[1]


def test_convert_goes_from_the_german_scale_to_another():
    assert convert("2.0", host=FINE, home=ITALIAN).result == "27"  # 30 - 12/3 = 26, nearest 27


@pytest.mark.parametrize(
    ("grade", "host", "home", "reason"),
    [
        ("Z", ECTS, GERMAN, "“Z” is no grade of the host scale"),
        ("17", ITALIAN, FINE, "outside the host's passing grades"),
        ("31", ITALIAN, FINE, "outside the host's passing grades"),
        ("good", ITALIAN, FINE, "not all numbers"),
        ("NaN", ITALIAN, FINE, "not all numbers"),
        ("27", ITALIAN, Scale("words", ("good",), (), {}, Numeric(Fraction(1), Fraction(4))), "not all numbers"),
        ("27", ITALIAN, Scale("none", ()), "does not list its passing grades"),
        ("A", Scale("bare", ("A", "B")), GERMAN, "gives no distribution"),
    ],
)
def test_convert_says_why_it_cannot(grade, host, home, reason):
    found = convert(grade, host=host, home=home)

    assert found.result is None
    assert found.audit.startswith("Not convertible: ")
    assert reason in found.audit


def test_convert_refuses_a_rule_it_does_not_know():
    with pytest.raises(InvalidError, match="rule “best”"):
        convert("A", host=ECTS, home=GERMAN, rule="best")


TABLES = st.lists(st.integers(0, 50), min_size=1, max_size=8).filter(any)


@given(TABLES, TABLES, st.sampled_from(RULES))
def test_convert_never_ranks_a_worse_grade_higher(host, home, rule):
    left = scale("host", {f"h{number}": share for number, share in enumerate(host)})
    right = scale("home", {f"r{number}": share for number, share in enumerate(home)})

    places = [right.passing.index(convert(one, host=left, home=right, rule=rule).result) for one in left.passing]

    assert places == sorted(places)


@given(TABLES, st.sampled_from(RULES))
def test_convert_keeps_a_grade_between_equal_tables(table, rule):
    one = scale("one", {f"g{number}": share + 1 for number, share in enumerate(table)})

    assert [convert(grade, host=one, home=one, rule=rule).result for grade in one.passing] == list(one.passing)


def test_stretches_fill_the_whole():
    found = stretches(GERMAN)

    assert found["1"] == (0, Fraction(1, 5))
    assert found["4"] == (Fraction(9, 10), 1)


def test_scale_of_reads_a_transcript():
    found = scale_of(transcript(), "de", field="0912")

    assert found.shares["2.0"] == 40
    assert found.numeric == Numeric(Fraction(1), Fraction(4))
    assert scale_of(transcript(), "pass").numeric is None


def test_scale_of_refuses_a_scale_that_is_not_there():
    with pytest.raises(InvalidError, match="no scale “fr”"):
        scale_of(transcript(), "fr")


def test_shares_of_is_empty_without_a_table():
    assert shares_of(transcript(), "de", field="0311") == {}
    assert shares_of(transcript(), "pass", field="0912") == {}


def test_number_shows_a_negative_grade_rightly():
    # The Danish scale goes down to -3.
    danish = Scale("Danish", ("12", "-3"), (), {}, Numeric(Fraction(12), Fraction(-3)))

    found = convert("4.0", host=FINE, home=danish)

    assert number("-3") == -3
    assert "this is -3.00" in found.audit
