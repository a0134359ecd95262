"""Hold what a host certifies at the end of a stay: courses with grades, or rotations with assessments.

The document names the stay, the grading scale with its distribution and each course; it names
no person. Who the stay was of, both institutions know from the stay itself, and its hash can be
shown to anybody. Credits are those of the European Credit Transfer and Accumulation System.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from hansa.lib import shapes
from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError
from hansa.lib.exchange.grades import Scale
from hansa.lib.exchange.plans import CREDITS, URN
from hansa.lib.statistics.delimited import columns_of

FORMAT = "transcript/1"
KEYS = ("hansa", "mobility", "issued", "scale", "courses")
COURSE = ("code", "title", "credits", "grade", "passed")
ROTATION = ("department", "hours", "days", "assessment")
MOST, MOST_HOURS, MOST_DAYS, LONGEST = 100, 4_000, 1_100, 400
FIELD = re.compile("[0-9]{4}")


def check(document: JSON) -> None:
    """Refuse a document that is no transcript, naming the place."""
    read = shapes.mapping(document, "transcript", needed=KEYS)
    if read["hansa"] != FORMAT:
        raise InvalidError("transcript.hansa: this is another format.", f'Only "{FORMAT}" can be read here.')
    shapes.matching(read["mobility"], "transcript.mobility", pattern=URN, example="urn:hansa:mobilities:…")
    shapes.day(read["issued"], "transcript.issued")
    scale = Scale.read(read["scale"], "transcript.scale") if read["scale"] is not None else None
    courses = shapes.items(read["courses"], "transcript.courses", least=1, most=MOST)
    codes = [_code(one, f"transcript.courses[{number}]", scale=scale) for number, one in enumerate(courses)]
    shapes.distinct(codes, "transcript.courses", what="course")


def _code(value: object, place: str, *, scale: Scale | None) -> str:
    """Check one course and return its code."""
    is_rotation = isinstance(value, Mapping) and "department" in value
    course = shapes.mapping(value, place, needed=(*COURSE, *ROTATION) if is_rotation else COURSE, allowed=("field",))
    for name in ("code", "title"):
        shapes.text(course[name], f"{place}.{name}", most=LONGEST)
    if course["credits"] != "":
        shapes.matching(course["credits"], f"{place}.credits", pattern=CREDITS, example='"7.5"')
    if not isinstance(course["passed"], bool):
        raise InvalidError(f"{place}.passed: this must be true or false.", "Write true or false.")
    if "field" in course:
        shapes.matching(course["field"], f"{place}.field", pattern=FIELD, example='"0912"')
    _check_grade(course, place, scale=scale)
    if is_rotation:
        _check_rotation(course, place)
    return str(course["code"])


def _check_grade(course: Mapping[str, object], place: str, *, scale: Scale | None) -> None:
    grade = course["grade"]
    if grade == "":
        return
    known = (scale.grades if course["passed"] else scale.failing) if scale is not None else ()
    if grade not in known:
        what = "those that pass" if course["passed"] else "those that fail"
        raise InvalidError(
            f"{place}.grade: the scale has no such grade among {what}.", f"Use one of: {', '.join(known) or 'none'}."
        )


def _check_rotation(course: Mapping[str, object], place: str) -> None:
    shapes.text(course["department"], f"{place}.department", most=LONGEST)
    shapes.text(course["assessment"], f"{place}.assessment")
    shapes.whole(course["hours"], f"{place}.hours", low=1, high=MOST_HOURS)
    shapes.whole(course["days"], f"{place}.days", low=1, high=MOST_DAYS)


def read_courses(text: str) -> list[dict[str, JSON]]:
    """Return the courses in a CSV text whose header names the keys of a course, or raise InvalidError.

    ``passed`` is yes or no; hours and days are whole numbers; what a course has no value for stays empty.
    """
    columns = columns_of(text.encode())
    if unknown := [name for name in columns if name not in (*COURSE, *ROTATION, "field")]:
        raise InvalidError(
            f"The header names a column that is not known: {unknown[0]}.",
            f"The columns are {', '.join((*COURSE, *ROTATION, 'field'))}.",
        )
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [_course(row) for row in rows]


def _course(row: Mapping[str, str]) -> dict[str, JSON]:
    """Return one line of a CSV text as a course; what has no department is no rotation."""
    left = ("field", *ROTATION) if not row.get("department") else ("field",)
    return {name: _value(name, value.strip()) for name, value in row.items() if value.strip() or name not in left}


def _value(name: str, written: str) -> JSON:
    if name in ("hours", "days") and written.isdecimal():
        return int(written)
    if name == "passed":
        return {"yes": True, "true": True, "no": False, "false": False}.get(written.lower(), written)
    return written


def credits_of(document: Mapping[str, Any]) -> Decimal:
    """Return the credits of the courses that were passed."""
    passed = [one["credits"] for one in document["courses"] if one["passed"] and one["credits"]]
    return sum((Decimal(credits_) for credits_ in passed), Decimal(0))
