import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.grades import Scale, convert

ECTS = Scale(name="A to E", passing=(("A", 10), ("B", 25), ("C", 30), ("D", 25), ("E", 10)), failing=("F",))
GERMAN = Scale(name="1 to 4", passing=(("1,0", 20), ("2,0", 40), ("3,0", 30), ("4,0", 10)), failing=("5,0",))
SWEDISH = Scale(name="VG and G", passing=(("VG", 35), ("G", 65)), failing=("U",))


# Places by hand: A 0-10, B 10-35, C 35-65, D 65-90, E 90-100; 1,0 0-20, 2,0 20-60, 3,0 60-90, 4,0 90-100.
@pytest.mark.parametrize(
    ("grade", "lowest", "highest", "midpoint"),
    [
        ("A", "1,0", "1,0", "1,0"),
        ("B", "2,0", "1,0", "2,0"),
        ("C", "3,0", "2,0", "2,0"),
        ("D", "3,0", "3,0", "3,0"),
        ("E", "4,0", "4,0", "4,0"),
    ],
)
def test_convert_compares_places_among_those_who_pass(grade, lowest, highest, midpoint):
    rules = {"lowest": lowest, "highest": highest, "midpoint": midpoint}

    assert {rule: convert(grade, host=ECTS, home=GERMAN, rule=rule).grade for rule in rules} == rules


def test_convert_tells_its_steps():
    found = convert("B", host=ECTS, home=GERMAN, rule="lowest")

    assert found.rule == "lowest"
    assert found.steps == (
        "B in A to E covers the places from 10.0 % to 35.0 % of those who pass.",
        "In 1 to 4 these places have the grades 1,0, 2,0.",
        "By the rule “lowest” the grade is 2,0.",
    )


def test_convert_takes_a_grade_that_nobody_had_at_its_place():
    host = Scale(name="h", passing=(("A", 0), ("B", 10), ("C", 0)))

    assert convert("A", host=host, home=SWEDISH, rule="lowest").grade == "VG"
    assert convert("C", host=host, home=SWEDISH, rule="highest").grade == "G"
    assert convert("C", host=host, home=SWEDISH).grade == "G"


@pytest.mark.parametrize(("grade", "expected"), [("30", "1.0"), ("24", "2.5"), ("18", "4.0"), ("27", "1.8")])
def test_convert_without_distributions_uses_the_bavarian_formula(grade, expected):
    italian = Scale(name="30 to 18", passing=tuple((str(mark), 0) for mark in range(30, 17, -1)))
    german = Scale(name="1 to 4", passing=(("1,0", 0), ("4,0", 0)))

    found = convert(grade, host=italian, home=german)

    assert (found.grade, found.rule) == (expected, "formula")
    assert len(found.steps) == 3


@pytest.mark.parametrize(
    ("host", "grade"),
    [
        (Scale(name="words", passing=(("good", 0), ("fair", 0))), "good"),
        (Scale(name="pass", passing=(("1", 0),)), "1"),
        (Scale(name="odd", passing=(("NaN", 0), ("1", 0))), "1"),
    ],
)
def test_convert_says_where_it_cannot(host, grade):
    found = convert(grade, host=host, home=Scale(name="1 to 4", passing=(("1,0", 0), ("4,0", 0))))

    assert (found.grade, found.rule) == ("", "none")
    assert "not both numbers" in found.steps[0]


def test_convert_refuses_what_it_does_not_know():
    with pytest.raises(InvalidError, match="rule of conversion"):
        convert("A", host=ECTS, home=GERMAN, rule="generous")
    with pytest.raises(InvalidError, match="not in the host's scale"):
        convert("Z", host=ECTS, home=GERMAN)
    assert convert("F", host=ECTS, home=GERMAN).rule == "none"


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any),
    st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any),
    st.data(),
)
def test_convert_keeps_the_order_of_grades(host, home, data):
    theirs = Scale(name="h", passing=tuple((f"h{n}", count) for n, count in enumerate(host)))
    ours = Scale(name="o", passing=tuple((f"o{n}", count) for n, count in enumerate(home)))
    rule = data.draw(st.sampled_from(["lowest", "highest", "midpoint"]))

    found = [ours.grades.index(convert(grade, host=theirs, home=ours, rule=rule).grade) for grade in theirs.grades]

    assert found == sorted(found)


def test_read_is_what_was_written():
    assert Scale.read(ECTS.to_json()) == ECTS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"passing": []}, r"scale\.passing"),
        ({"passing": [["A"]]}, r"scale\.passing\[0\]"),
        ({"passing": [["A", -1]]}, r"scale\.passing\[0\]"),
        ({"passing": [["A", 1], ["A", 2]]}, "twice"),
        ({"failing": [""]}, r"scale\.failing\[0\]"),
        ({"name": ""}, r"scale\.name"),
        ({"best": 1}, r"scale\.best"),
    ],
)
def test_read_names_what_is_wrong(changes, said):
    with pytest.raises(InvalidError, match=said):
        Scale.read({**ECTS.to_json(), **changes})
