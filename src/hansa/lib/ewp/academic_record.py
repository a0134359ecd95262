"""What ELMO can say about a stay, as one plain document: host, period, courses, scales, tables.

It lies between `transcript/1`, which is certified and signed between Hansa nodes, and the XML of
the network, which says more (nested courses, several scales, attachments) and says it in other
words. Figures with a decimal point are texts, so that no reader rounds them; a share may be a
count or a percentage, since only the proportion counts. The participant is a reference only.

    check(document)
    # InvalidError: courses[2].grade: the scale “de” has no such grade. …
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from hansa.lib import shapes
from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError

FORMAT = "academic-record/1"
MOST_COURSES = 500
MOST_GRADES = 200
DEEPEST = 4
NAME = 400
MOST_DAYS = 1_100
CODE = 120
ATTACHMENT_KINDS = (
    "Diploma",
    "Diploma Supplement",
    "Transcript of Records",
    "EMREX transcript",
    "Micro Credential",
    "Letter of Nomination",
    "Certificate of Training",
    "Learning Agreement",
    "Other",
)

DECIMAL = re.compile(r"(0|[1-9][0-9]{0,5})(\.[0-9]{1,4})?")
FIELD = re.compile(r"[0-9]{4}")
YEAR = re.compile(r"[0-9]{4}/[0-9]{4}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
SCHAC = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63}){1,8}")
COUNTRY = re.compile(r"[A-Z]{2}")

KEYS = (
    "hansa",
    "id",
    "host",
    "participant",
    "period",
    "year",
    "issued",
    "courses",
    "scales",
    "distributions",
    "attachments",
)
HOST_KEYS = ("schac", "name", "country", "url")
COURSE_KEYS = (
    "code",
    "title",
    "credits",
    "grade",
    "passed",
    "date",
    "field",
    "level",
    "scale",
    "parts",
    "attachments",
    "rotation",
)
ROTATION_KEYS = ("department", "assessment", "days", "hours")
SCALE_KEYS = ("id", "title", "passing", "failing", "numeric")
NUMERIC_KEYS = ("best", "lowest_passing")


def check(document: JSON) -> None:
    """Refuse a document that is not an academic record in every detail; the error names the place."""
    shapes.mapping(document, "", needed=KEYS)
    if document["hansa"] != FORMAT:
        raise InvalidError("hansa: this is another format.", f'Write "{FORMAT}".')
    for key, most in (("id", CODE), ("participant", CODE)):
        shapes.text(document[key], key, most=most)
    _check_host(document["host"])
    _check_period(document)
    scales = _check_scales(document["scales"])
    attachments = _check_attachments(document["attachments"])
    _check_distributions(document["distributions"], scales=scales)
    courses = shapes.items(document["courses"], "courses", least=1, most=MOST_COURSES)
    for position, course in enumerate(courses):
        _check_course(course, f"courses[{position}]", scales=scales, attachments=attachments, depth=1)
    shapes.distinct([course["code"] for course in every_course(document)], "courses", what="course code")


def every_course(document: JSON) -> Iterator[Mapping[str, JSON]]:
    """Give every course of a record, each before its parts."""
    waiting = list(reversed(document["courses"]))
    while waiting:
        course = waiting.pop()
        yield course
        waiting.extend(reversed(course["parts"]))


def _check_host(value: object) -> None:
    host = shapes.mapping(value, "host", needed=HOST_KEYS)
    shapes.matching(host["schac"], "host.schac", pattern=SCHAC, example="charite.de")
    shapes.text(host["name"], "host.name", most=NAME)
    shapes.matching(host["country"], "host.country", pattern=COUNTRY, example="DE")
    shapes.text(host["url"], "host.url", most=NAME)


def _check_period(document: Mapping[str, object]) -> None:
    period = shapes.mapping(document["period"], "period", needed=("from", "until"))
    first, last = shapes.day(period["from"], "period.from"), shapes.day(period["until"], "period.until")
    if last < first:
        raise InvalidError("period.until: this is before period.from.", "Give a later day.")
    year = shapes.matching(document["year"], "year", pattern=YEAR, example="2026/2027")
    if int(year[5:]) - int(year[:4]) not in {0, 1}:
        raise InvalidError("year: these two years do not follow each other.", "Write it like 2026/2027.")
    issued = shapes.matching(document["issued"], "issued", pattern=MOMENT, example="2027-02-01T10:00:00Z")
    shapes.day(issued[:10], "issued")


def _check_scales(value: object) -> dict[str, Sequence[str]]:
    scales: dict[str, Sequence[str]] = {}
    for position, one in enumerate(shapes.items(value, "scales", least=0, most=20)):
        place = f"scales[{position}]"
        scale = shapes.mapping(one, place, needed=SCALE_KEYS)
        identifier = shapes.text(scale["id"], f"{place}.id", most=CODE)
        shapes.text(scale["title"], f"{place}.title", most=NAME)
        grades = [*_grades(scale["passing"], f"{place}.passing"), *_grades(scale["failing"], f"{place}.failing")]
        shapes.distinct(grades, place, what="grade")
        _check_numeric(scale["numeric"], f"{place}.numeric")
        if identifier in scales:
            raise InvalidError(f"{place}.id: this scale is there twice.", "Keep one of the two.")
        scales[identifier] = grades
    return scales


def _grades(value: object, place: str) -> list[str]:
    # A scale read from a partner's ELMO has no list of its grades: ELMO only describes it in words.
    grades = shapes.items(value, place, least=0, most=MOST_GRADES)
    return [shapes.text(grade, f"{place}[{position}]", most=40) for position, grade in enumerate(grades)]


def _check_numeric(value: object, place: str) -> None:
    if value is None:
        return
    numeric = shapes.mapping(value, place, needed=NUMERIC_KEYS)
    for key in NUMERIC_KEYS:
        shapes.matching(numeric[key], f"{place}.{key}", pattern=DECIMAL, example="1.0, as a text")
    if numeric["best"] == numeric["lowest_passing"]:
        raise InvalidError(f"{place}: the best and the lowest passing grade are the same.", "Give two grades, or null.")


def _check_distributions(value: object, *, scales: Mapping[str, Sequence[str]]) -> None:
    tables = shapes.items(value, "distributions", least=0, most=200)
    for position, one in enumerate(tables):
        place = f"distributions[{position}]"
        table = shapes.mapping(one, place, needed=("field", "scale", "shares"))
        shapes.matching(table["field"], f"{place}.field", pattern=FIELD, example="0912 (ISCED-F)")
        _check_scale(table["scale"], f"{place}.scale", scales=scales)
        shares = shapes.items(table["shares"], f"{place}.shares", least=1, most=MOST_GRADES)
        for number, share in enumerate(shares):
            here = f"{place}.shares[{number}]"
            entry = shapes.mapping(share, here, needed=("grade", "share"))
            grade = shapes.text(entry["grade"], f"{here}.grade", most=40)
            shapes.matching(entry["share"], f"{here}.share", pattern=DECIMAL, example="12.5, as a text")
            _check_grade(grade, f"{here}.grade", scale=table["scale"], scales=scales)
        shapes.distinct([entry["grade"] for entry in shares], f"{place}.shares", what="grade")  # type: ignore[index]  # reason: each was checked above
    shapes.distinct([(one["field"], one["scale"]) for one in tables], "distributions", what="field")  # type: ignore[index]  # reason: each was checked above


def _check_scale(value: object, place: str, *, scales: Mapping[str, Sequence[str]]) -> None:
    if value is not None and value not in scales:
        raise InvalidError(f"{place}: the record has no such scale.", "Name one of its scales, or null.")


def _check_grade(value: str, place: str, *, scale: object, scales: Mapping[str, Sequence[str]]) -> None:
    grades = scales.get(str(scale), ())
    if grades and value not in grades:
        raise InvalidError(f"{place}: the scale “{scale}” has no such grade.", f"Give one of {', '.join(grades)}.")


def _check_attachments(value: object) -> tuple[str, ...]:
    attachments = shapes.items(value, "attachments", least=0, most=50)
    found = []
    for position, one in enumerate(attachments):
        place = f"attachments[{position}]"
        attachment = shapes.mapping(one, place, needed=("id", "title", "kind"))
        found.append(shapes.text(attachment["id"], f"{place}.id", most=CODE))
        shapes.text(attachment["title"], f"{place}.title", most=NAME)
        _check_choice(attachment["kind"], f"{place}.kind", choices=ATTACHMENT_KINDS)
    shapes.distinct(found, "attachments", what="attachment id")
    return tuple(found)


def _check_choice(value: object, place: str, *, choices: Sequence[object]) -> None:
    if not any(value is choice or (isinstance(choice, str) and value == choice) for choice in choices):
        words = ", ".join("null" if choice is None else str(choice).lower() for choice in choices)
        raise InvalidError(f"{place}: this value is not known.", f"Give one of {words}.")


def _check_course(
    value: object, place: str, *, scales: Mapping[str, Sequence[str]], attachments: Sequence[str], depth: int
) -> None:
    course = shapes.mapping(value, place, needed=COURSE_KEYS)
    shapes.text(course["code"], f"{place}.code", most=CODE)
    shapes.text(course["title"], f"{place}.title", most=NAME)
    _optional(course["credits"], f"{place}.credits", pattern=DECIMAL, example="6.0, as a text")
    _optional(course["field"], f"{place}.field", pattern=FIELD, example="0912 (ISCED-F)")
    _check_choice(course["passed"], f"{place}.passed", choices=(True, False, None))
    _check_optional_day(course["date"], f"{place}.date")
    if course["level"] is not None:
        shapes.whole(course["level"], f"{place}.level", low=1, high=8)
    _check_scale(course["scale"], f"{place}.scale", scales=scales)
    if course["grade"] is not None:
        grade = shapes.text(course["grade"], f"{place}.grade", most=40)
        _check_grade(grade, f"{place}.grade", scale=course["scale"], scales=scales)
    for position, named in enumerate(shapes.items(course["attachments"], f"{place}.attachments", least=0, most=50)):
        _check_choice(named, f"{place}.attachments[{position}]", choices=attachments)
    _check_rotation(course["rotation"], f"{place}.rotation")
    _check_parts(course, place, scales=scales, attachments=attachments, depth=depth)


def _check_parts(
    course: Mapping[str, object],
    place: str,
    *,
    scales: Mapping[str, Sequence[str]],
    attachments: Sequence[str],
    depth: int,
) -> None:
    most = MOST_COURSES if depth < DEEPEST else 0
    for position, part in enumerate(shapes.items(course["parts"], f"{place}.parts", least=0, most=most)):
        _check_course(part, f"{place}.parts[{position}]", scales=scales, attachments=attachments, depth=depth + 1)


def _optional(value: object, place: str, *, pattern: re.Pattern[str], example: str) -> None:
    if value is not None:
        shapes.matching(value, place, pattern=pattern, example=f"{example}, or null")


def _check_optional_day(value: object, place: str) -> date | None:
    return None if value is None else shapes.day(value, place)


def _check_rotation(value: object, place: str) -> None:
    if value is None:
        return
    rotation = shapes.mapping(value, place, needed=ROTATION_KEYS)
    # The department is where one learnt; the assessment names the role of who assessed, and no person.
    shapes.text(rotation["department"], f"{place}.department", most=NAME)
    shapes.text(rotation["assessment"], f"{place}.assessment")
    if rotation["days"] is not None:
        shapes.whole(rotation["days"], f"{place}.days", low=1, high=MOST_DAYS)
    if rotation["hours"] is not None:
        shapes.matching(rotation["hours"], f"{place}.hours", pattern=DECIMAL, example="120, as a text, or null")
