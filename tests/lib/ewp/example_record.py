"""An academic record of a stay in Berlin with courses, a module in two parts and a clinical rotation."""

from copy import deepcopy
from typing import Any

COURSE = {
    "code": "M-1",
    "title": "Internal medicine",
    "credits": "6.0",
    "grade": "1.3",
    "passed": True,
    "date": "2027-02-01",
    "field": "0912",
    "level": 7,
    "scale": "de",
    "parts": [],
    "attachments": [],
    "rotation": None,
}
ROTATION = {
    **COURSE,
    "code": "R-1",
    "title": "Cardiology",
    "grade": "1.0",
    "rotation": {
        "department": "Cardiology",
        "assessment": "History taking: entrusted. Consultant, cardiology.",
        "days": 18,
        "hours": "120.5",
    },
}
PART = {**COURSE, "grade": None, "credits": None, "date": None, "level": None, "scale": None, "field": None}
MODULE = {
    **COURSE,
    "code": "M-2",
    "title": "Surgery",
    "grade": "2.0",
    "attachments": ["a-1"],
    "parts": [
        {**PART, "code": "M-2a", "title": "Lecture"},
        {**PART, "code": "M-2b", "title": "Ward round", "passed": None},
    ],
}
RECORD: dict[str, Any] = {
    "hansa": "academic-record/1",
    "id": "urn:hansa:stay:1",
    "host": {"schac": "charite.de", "name": "Charité", "country": "DE", "url": "https://charite.de"},
    "participant": "P-0001",
    "period": {"from": "2026-10-01", "until": "2027-02-15"},
    "year": "2026/2027",
    "issued": "2027-02-20T10:00:00Z",
    "courses": [
        COURSE,
        MODULE,
        {**COURSE, "code": "M-3", "title": "Anatomy", "grade": "5.0", "passed": False, "credits": "5"},
        ROTATION,
        {**ROTATION, "code": "R-2", "rotation": {**ROTATION["rotation"], "days": None, "hours": None}},
    ],
    "scales": [
        {
            "id": "de",
            "title": "German grades",
            "passing": ["1.0", "1.3", "2.0", "3.0", "4.0"],
            "failing": ["5.0"],
            "numeric": {"best": "1.0", "lowest_passing": "4.0"},
        },
        {"id": "pass", "title": "Pass or fail", "passing": ["pass"], "failing": ["fail"], "numeric": None},
    ],
    "distributions": [
        {
            "field": "0912",
            "scale": "de",
            "shares": [
                {"grade": "1.0", "share": "10"},
                {"grade": "1.3", "share": "20"},
                {"grade": "2.0", "share": "40"},
                {"grade": "3.0", "share": "20"},
                {"grade": "4.0", "share": "10"},
            ],
        }
    ],
    "attachments": [
        {"id": "a-1", "title": "Transcript", "kind": "Transcript of Records"},
        {"id": "a-2", "title": "Report", "kind": "Other"},
    ],
}


def example(**changes: Any) -> dict[str, Any]:
    """Return a copy of the example with some keys changed."""
    return {**deepcopy(RECORD), **changes}


def without_days(**changes: Any) -> dict[str, Any]:
    """Return a copy of the example as the older versions of ELMO can say it."""
    courses = deepcopy(RECORD["courses"])
    for course in courses:
        if course["rotation"]:
            course["rotation"]["days"] = None
    return example(courses=courses, **changes)
