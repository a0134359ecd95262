from decimal import Decimal

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.transcript import check, credits_of, read_courses

SCALE = {"name": "A to E", "passing": [["A", 10], ["B", 25]], "failing": ["F"]}
COURSE = {"code": "S-101", "title": "Surgery", "credits": "7.5", "grade": "A", "passed": True, "field": "0912"}
ROTATION = {
    "code": "R-1",
    "title": "Rotation",
    "credits": "",
    "grade": "",
    "passed": True,
    "department": "Cardiology",
    "hours": 160,
    "days": 20,
    "assessment": "Independent and kind.",
}
TRANSCRIPT = {
    "hansa": "transcript/1",
    "mobility": "urn:hansa:mobilities:01234567-89ab-4def-8123-456789abcdef",
    "issued": "2027-02-15",
    "scale": SCALE,
    "courses": [COURSE, ROTATION, {**COURSE, "code": "S-102", "grade": "F", "passed": False}],
}


def test_check_takes_courses_and_rotations():
    check(TRANSCRIPT)
    check({**TRANSCRIPT, "scale": None, "courses": [{**COURSE, "grade": ""}]})

    assert credits_of(TRANSCRIPT) == Decimal("7.5")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hansa": "transcript/2"}, r"transcript\.hansa"),
        ({"person": "Anna"}, r"transcript\.person"),
        ({"issued": "soon"}, r"transcript\.issued"),
        ({"courses": []}, r"transcript\.courses"),
        ({"courses": [COURSE, COURSE]}, "twice"),
        ({"courses": [{**COURSE, "code": ""}]}, r"courses\[0\]\.code"),
        ({"courses": [{**COURSE, "credits": "lots"}]}, r"courses\[0\]\.credits"),
        ({"courses": [{**COURSE, "passed": "yes"}]}, r"courses\[0\]\.passed"),
        ({"courses": [{**COURSE, "field": "medicine"}]}, r"courses\[0\]\.field"),
        ({"courses": [{**COURSE, "grade": "F"}]}, r"courses\[0\]\.grade: .* those that pass"),
        ({"courses": [{**COURSE, "passed": False}]}, r"courses\[0\]\.grade: .* those that fail"),
        ({"scale": None}, r"courses\[0\]\.grade"),
        ({"courses": [{**ROTATION, "hours": 0}]}, r"courses\[0\]\.hours"),
        ({"courses": [{**ROTATION, "assessment": ""}]}, r"courses\[0\]\.assessment"),
    ],
)
def test_check_names_what_is_wrong(changes, said):
    with pytest.raises(InvalidError, match=said) as refused:
        check({**TRANSCRIPT, **changes})

    assert refused.value.remedy


def test_read_courses_tells_courses_from_rotations():
    text = (
        "code;title;credits;grade;passed;field;department;hours;days;assessment\n"
        "S-101;Surgery;7.5;A;Yes;0912;;;;\n"
        "R-1;Rotation;;;true;;Cardiology;160;20;Independent and kind.\n"
        "S-102;Anatomy;5;F;no;;;;;\n"
    )

    surgery, rotation, anatomy = read_courses(text)

    assert surgery == COURSE
    assert rotation == ROTATION
    assert (anatomy["passed"], "field" in anatomy, "hours" in anatomy) == (False, False, False)
    check({**TRANSCRIPT, "courses": [surgery, rotation, anatomy]})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("S-101,Surgery,7.5,A,perhaps,,,,", r"courses\[0\]\.passed"),
        ("R-1,Rotation,,,yes,Cardiology,many,20,Kind.", r"courses\[0\]\.hours"),
        ("R-1,Rotation,,,yes,Cardiology,,20,Kind.", r"courses\[0\]\.hours"),
    ],
)
def test_read_courses_leaves_what_is_wrong_to_the_check(line, said):
    rows = read_courses(f"code,title,credits,grade,passed,department,hours,days,assessment\n{line}\n")

    with pytest.raises(InvalidError, match=said):
        check({**TRANSCRIPT, "courses": rows})


def test_read_courses_names_a_column_that_is_not_known():
    with pytest.raises(InvalidError, match="not known: name"):
        read_courses("code,name\n1,2\n")
