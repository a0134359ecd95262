from dataclasses import replace
from datetime import date

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia import (
    Kind,
    LanguageSkill,
    Names,
    SubjectArea,
    academic_year,
    check_year,
    has_ended,
    in_schema_order,
)
from tests.lib.ewp.interinstitutional import BACK, OURS, STUDIES, TEACHING, with_condition


def test_kind_knows_what_it_counts():
    assert Kind.STUDENT_TRAINEESHIP.element == "student-traineeship-mobility-spec"
    assert Kind.STUDENT_TRAINEESHIP.is_student
    assert not Kind.STAFF_TRAINING.is_student
    assert {kind for kind in Kind if kind.needs_language} == {Kind.STUDENT_STUDIES, Kind.STAFF_TEACHER}
    assert Kind.STAFF_TEACHER.words == "staff teacher"


@pytest.mark.parametrize(
    "changes",
    [
        {"mobilities_not_yet_defined": True},
        {"languages": (LanguageSkill(language="en", not_yet_defined=True),)},
        {"languages": (LanguageSkill(language="en", subject_area=SubjectArea(code="0912", v6_value="091")),)},
        {"subject_areas": (SubjectArea(code="0912", v6_value="091"),)},
    ],
)
def test_condition_is_unsettled_by_any_mark(changes):
    assert OURS.is_settled
    assert not with_condition(OURS, 0, **changes).is_settled
    assert not replace(STUDIES, **changes).is_settled


def test_agreement_names_its_sides():
    assert (OURS.owner.iia_id, OURS.other.iia_id) == ("b-1", "s-1")
    assert Names(by_hei={"ki.se": "Stockholm"}).of("ki.se") == "Stockholm"
    assert Names().of("ki.se") == "ki.se"


@pytest.mark.parametrize("year", ["2026", "2026-2027", "2026/2028", "2027/2026", "2026/2027 ", ""])
def test_check_year_refuses_what_is_no_academic_year(year):
    with pytest.raises(InvalidError, match="here: this is no academic year"):
        check_year(year, place="here")


def test_check_year_accepts_north_and_south():
    assert [check_year(year, place="here") for year in ("2026/2027", "2026/2026")] == ["2026/2027", "2026/2026"]


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 8, 31), "2025/2026"), (date(2026, 9, 1), "2026/2027"), (date(2027, 1, 1), "2026/2027")],
)
def test_academic_year_starts_in_september(day, year):
    assert academic_year(day) == year


@pytest.mark.parametrize(
    ("year", "today", "ended"),
    [
        ("2025/2026", date(2026, 9, 30), False),
        ("2025/2026", date(2026, 10, 1), True),
        ("2026/2026", date(2026, 12, 31), False),
        ("2026/2026", date(2027, 1, 1), True),
    ],
)
def test_has_ended_leaves_the_year_its_last_month(year, today, ended):
    assert has_ended(year, today=today) is ended


def test_in_schema_order_keeps_the_order_within_a_kind():
    assert in_schema_order((TEACHING, BACK, STUDIES)) == (BACK, STUDIES, TEACHING)
