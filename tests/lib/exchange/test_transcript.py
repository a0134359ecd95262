from decimal import Decimal

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.exchange.transcript import check, credits_of

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
