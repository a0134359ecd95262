"""Two ways between the transcript that a host certifies and the academic record that ELMO carries.

Out: everything the transcript says, with what the stay knows beside it. In: the network says
which grades there are, but not which pass nor which is best, and a conversion without that
would be a guess. So a transcript with grades needs the host's scale, from the record where a
Hansa node wrote it, otherwise from whoever knows the host; its counts are filled from the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import academic_record
from hansa.lib.exchange import transcript as transcripts
from hansa.lib.exchange.grades import Scale

SCALE = "host"
_PARTS_PER_UNIT = 10_000


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Hold what a record says of a stay beside its courses; ``host`` has schac, name, country and url."""

    host: Mapping[str, str]
    participant: str
    first: date
    last: date
    year: str
    field: str = ""


def record_of(transcript: JSON, *, stay: Stay) -> dict[str, Any]:
    """Return the academic record of a certified transcript; both are checked."""
    transcripts.check(transcript)
    scale = Scale.read(transcript["scale"]) if transcript["scale"] else None
    courses = [_course(one, scale=scale, field=stay.field) for one in transcript["courses"]]
    record = {
        "hansa": academic_record.FORMAT,
        "id": transcript["mobility"],
        "host": dict(stay.host),
        "participant": stay.participant,
        "period": {"from": str(stay.first), "until": str(stay.last)},
        "year": stay.year,
        "issued": f"{transcript['issued']}T00:00:00Z",
        "courses": courses,
        "scales": [_scale(scale)] if scale else [],
        "distributions": _tables(scale, fields=[one["field"] for one in courses]),
        "attachments": [],
    }
    academic_record.check(record)
    return record


def _course(course: Mapping[str, Any], *, scale: Scale | None, field: str) -> dict[str, Any]:
    rotation = {name: course[name] for name in transcripts.ROTATION} if "department" in course else None
    return {
        "code": course["code"],
        "title": course["title"],
        "credits": course["credits"] or None,
        "grade": course["grade"] or None,
        "passed": course["passed"],
        "date": None,
        "field": course.get("field") or field or None,
        "level": None,
        "scale": SCALE if scale and course["grade"] else None,
        "parts": [],
        "attachments": [],
        "rotation": {**rotation, "hours": str(rotation["hours"])} if rotation else None,
    }


def _scale(scale: Scale) -> dict[str, Any]:
    passing, failing = list(scale.grades), list(scale.failing)
    return {"id": SCALE, "title": scale.name, "passing": passing, "failing": failing, "numeric": None}


def _tables(scale: Scale | None, *, fields: Sequence[str | None]) -> list[dict[str, Any]]:
    if scale is None or not scale.is_counted:
        return []
    shares = [{"grade": grade, "share": str(count)} for grade, count in scale.passing]
    known = dict.fromkeys(field for field in fields if field)
    return [{"field": field, "scale": SCALE, "shares": shares} for field in known]


def transcript_of(record: JSON, *, mobility: str, scale: Scale | None = None) -> dict[str, Any]:
    """Return the transcript in an academic record, with the host's scale as the record or the caller knows it.

    Parts of courses are left to their whole. What has no result yet is left out.
    """
    academic_record.check(record)
    settled = [one for one in record["courses"] if one["passed"] is not None]
    if not settled:
        raise InvalidError("courses: none has a result yet.", "Wait until the host has passed or failed one.")
    graded = [one for one in settled if one["grade"]]
    known = scale or _stated(record, graded=graded)
    if graded and known is None:
        raise InvalidError(
            "scales: the record does not say which grades pass and which is the best.",
            "Enter the host's scale, its passing grades from the best to the lowest, and read the record again.",
        )
    transcript = {
        "hansa": transcripts.FORMAT,
        "mobility": mobility,
        "issued": record["issued"][:10],
        "scale": _counted(known, record=record).to_json() if known else None,
        "courses": [_certified(one) for one in settled],
    }
    transcripts.check(transcript)
    return transcript


def _stated(record: JSON, *, graded: Sequence[Mapping[str, Any]]) -> Scale | None:
    """Return the one scale of the graded courses, if the record says which of its grades pass."""
    used = {one["scale"] for one in graded}
    for one in record["scales"]:
        if used == {one["id"]} and one["passing"]:
            passing = tuple((grade, 0) for grade in one["passing"])
            return Scale(name=one["title"], passing=passing, failing=tuple(one["failing"]))
    return None


def _counted(scale: Scale, *, record: JSON) -> Scale:
    """Return the scale with the shares of the record's first table that knows its grades."""
    for table in record["distributions"]:
        shares = {one["grade"]: Decimal(one["share"]) for one in table["shares"]}
        if any(shares.get(grade) for grade in scale.grades):
            passing = tuple((grade, _whole(shares.get(grade, Decimal()))) for grade in scale.grades)
            return Scale(name=scale.name, passing=passing, failing=scale.failing)
    return scale


def _whole(share: Decimal) -> int:
    # Tables have four decimals at most, and only the proportion counts.
    return int(share * _PARTS_PER_UNIT)


def _certified(course: Mapping[str, Any]) -> dict[str, Any]:
    certified = {
        "code": course["code"],
        "title": course["title"],
        "credits": course["credits"] or "",
        "grade": course["grade"] or "",
        "passed": course["passed"],
    }
    if course["field"]:
        certified["field"] = course["field"]
    rotation = course["rotation"]
    # The older versions of ELMO do not say the days, and without them it is no certified rotation.
    if rotation and rotation["days"] and rotation["hours"]:
        certified |= {**rotation, "hours": int(Decimal(rotation["hours"]))}
    return certified
