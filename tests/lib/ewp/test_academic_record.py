"""A record has one reading, and every fault is named with its place."""

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.academic_record import check, every_course
from tests.lib.ewp.example_record import COURSE, PART, example


def changed(place, value):
    document = example()
    here = document
    for key in place[:-1]:
        here = here[key]
    here[place[-1]] = value
    return document


def nested(depth):
    course = COURSE
    for level in range(depth):
        course = {**COURSE, "code": f"L-{level}", "parts": [course]}
    return [course]


def test_check_accepts_the_example():
    check(example())


def test_check_accepts_courses_without_scale_or_date():
    check(example(courses=[{**PART, "grade": "12 of 20"}]))


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (["hansa"], "academic-record/2", "hansa: this is another format"),
        (["name"], "Ada", "name: this key is not known"),
        (["participant"], "", "participant"),
        (["host", "schac"], "Charité", "host.schac"),
        (["host", "country"], "de", "host.country"),
        (["host", "ror"], "x", "host.ror: this key is not known"),
        (["period", "until"], "2026-09-30", "period.until: this is before"),
        (["year"], "2026/2028", "year: these two years"),
        (["issued"], "2027-02-30T10:00:00Z", "issued: the calendar has no day"),
        (["issued"], "today", "issued"),
        (["courses", 0, "credits"], 6, r"courses\[0\].credits"),
        (["courses", 0, "credits"], "6,0", r"courses\[0\].credits"),
        (["courses", 0, "field"], "medicine", r"courses\[0\].field"),
        (["courses", 0, "grade"], "1.4", "has no such grade"),
        (["courses", 0, "scale"], "fr", "has no such scale"),
        (["courses", 0, "passed"], 1, r"courses\[0\].passed"),
        (["courses", 0, "level"], 9, r"courses\[0\].level"),
        (["courses", 0, "date"], "2027-13-01", r"courses\[0\].date"),
        (["courses", 1, "attachments", 0], "a-9", r"courses\[1\].attachments\[0\]"),
        (["courses", 1, "parts", 0, "title"], "", r"courses\[1\].parts\[0\].title"),
        (["courses", 2, "code"], "M-2a", "course code is there twice"),
        (["courses"], nested(5), "parts"),
        (["courses", 3, "rotation", "days"], 0, r"courses\[3\].rotation.days"),
        (["courses", 3, "rotation", "hours"], 120.5, r"courses\[3\].rotation.hours"),
        (["courses", 3, "rotation", "department"], "", r"courses\[3\].rotation.department"),
        (["courses", 3, "rotation", "assessment"], "", r"courses\[3\].rotation.assessment"),
        (["courses", 3, "rotation", "name"], "Ada", "not known"),
        (["scales", 0, "failing", 0], "4.0", "grade is there twice"),
        (["scales", 0, "numeric", "best"], "4.0", "are the same"),
        (["scales", 0, "numeric", "best"], 1, r"scales\[0\].numeric.best"),
        (["scales", 1, "id"], "de", "scale is there twice"),
        (["distributions", 0, "field"], "medicine", r"distributions\[0\].field"),
        (["distributions", 0, "shares", 0, "share"], "x", r"shares\[0\].share"),
        (["distributions", 0, "shares", 0, "grade"], "6.0", "has no such grade"),
        (["distributions", 0, "shares", 0, "grade"], "1.3", "grade is there twice"),
        (["attachments", 1, "id"], "a-1", "attachment id is there twice"),
        (["attachments", 0, "kind"], "Photograph", "this value is not known"),
    ],
)
def test_check_refuses_naming_the_place(place, value, message):
    with pytest.raises(InvalidError, match=message):
        check(changed(place, value))


def test_check_refuses_two_tables_of_one_field():
    table = example()["distributions"][0]

    with pytest.raises(InvalidError, match="field is there twice"):
        check(example(distributions=[table, table]))


def test_check_refuses_a_record_of_nothing():
    with pytest.raises(InvalidError, match="courses"):
        check(example(courses=[]))


def test_every_course_comes_before_its_parts():
    codes = [course["code"] for course in every_course(example())]

    assert codes == ["M-1", "M-2", "M-2a", "M-2b", "M-3", "R-1", "R-2"]
