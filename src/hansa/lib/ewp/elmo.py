"""Academic records as ELMO, the format of EMREX that Erasmus Without Paper carries.

Two versions are written and read: 2.1.1 and 1.6.0 (`emrex-eu/elmo-schemas`, schema.xsd). The
learner is not part of a record and is given beside it: the schemas insist on given names
and family name, and on nothing else. 1.6.0 has no element for the days of a rotation and
leaves them out. A signature inside a received document is not looked at; who sent it is known
from the connection.

    element = build(Record(document, Learner("Ada", "Muster")))
    elmo_reading.read(element).document == document
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from hansa.lib.canonical import JSON
from hansa.lib.ewp import academic_record
from hansa.lib.ewp.xml import Element, Make, maker

NAMESPACES = {
    "2.1.1": "https://github.com/emrex-eu/elmo-schemas/tree/v2",
    "1.6.0": "https://github.com/emrex-eu/elmo-schemas/tree/v1",
}
ESI = "esi"
REFERENCE = "hansa-reference"
DEPARTMENT = "hansa-department"
CONTENT = "data:application/pdf;base64,"
_STATUS = {True: "passed", False: "failed", None: "in-progress"}
EXTENSION = "urn:hansa:academic-record:1"


@dataclass(frozen=True)
class Learner:
    """Name the person a record is about, as little as the schema allows."""

    given_names: str
    family_name: str
    esi: str = ""


@dataclass(frozen=True)
class Record:
    """Hold an academic record, whose it is, and the bytes of its attachments by their id."""

    document: JSON
    learner: Learner
    contents: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Writer:
    make: Make
    version: str

    @property
    def is_second(self) -> bool:
        return self.version == "2.1.1"


def build(record: Record, *, version: str = "2.1.1") -> Element:
    """Return the ELMO element of a record; the record is checked first."""
    document = record.document
    academic_record.check(document)
    write = _Writer(maker(NAMESPACES[version]), version)
    make = write.make
    return make(
        "elmo",
        make("generatedDate", document["issued"]),
        _learner(write, record.learner, reference=document["participant"]),
        make(
            "report",
            _issuer(write, document["host"]),
            [_course(write, course) for course in document["courses"]],
            make("issueDate", document["issued"]),
            [make("gradingScheme", make("description", one["title"]), localId=one["id"]) for one in document["scales"]],
            [_attachment(write, one, contents=record.contents) for one in document["attachments"]],
        ),
        make("extension", _stay(document)),
    )


def _stay(document: JSON) -> Element:
    make = maker(EXTENSION)
    period = document["period"]
    return make(
        "stay",
        [_scale(make, scale) for scale in document["scales"]],
        id=document["id"],
        year=document["year"],
        begin=period["from"],
        end=period["until"],
    )


def _scale(make: Make, scale: Mapping[str, JSON]) -> Element:
    numeric = scale["numeric"]
    return make(
        "scale",
        [make("passing", grade) for grade in scale["passing"]],
        [make("failing", grade) for grade in scale["failing"]],
        make("numeric", best=numeric["best"], lowest=numeric["lowest_passing"]) if numeric else None,
        id=scale["id"],
    )


def _learner(write: _Writer, learner: Learner, *, reference: str) -> Element:
    make = write.make
    return make(
        "learner",
        make("identifier", learner.esi, type=ESI) if learner.esi else None,
        make("identifier", reference, type=REFERENCE),
        make("givenNames", learner.given_names),
        make("familyName", learner.family_name),
        # 2.1.1 asks for this element of everybody; an empty text says that there is none.
        make("alternativeName") if write.is_second else None,
    )


def _issuer(write: _Writer, host: Mapping[str, str]) -> Element:
    make = write.make
    country = make("country", host["country"], type="ISO2") if write.is_second else make("country", host["country"])
    return make(
        "issuer",
        country,
        make("identifier", host["schac"], type="schac"),
        make("title", host["name"]),
        make("url", host["url"]),
    )


def _course(write: _Writer, course: Mapping[str, JSON]) -> Element:
    make = write.make
    rotation = course["rotation"]
    return make(
        "learningOpportunitySpecification",
        make("identifier", course["code"], type="local"),
        make("identifier", rotation["department"], type=DEPARTMENT) if rotation else None,
        make("title", course["title"]),
        make("type", "Module" if course["parts"] else "Course"),
        make("iscedCode", course["field"]) if course["field"] else None,
        make("description", rotation["assessment"]) if rotation else None,
        make("specifies", _instance(write, course)),
        [make("hasPart", _course(write, part)) for part in course["parts"]],
    )


def _instance(write: _Writer, course: Mapping[str, JSON]) -> Element:
    make = write.make
    taken, level, rotation = course["credits"], course["level"], course["rotation"] or {}
    days, hours = rotation.get("days"), rotation.get("hours")
    references = [make("ref", one) for one in course["attachments"]]
    return make(
        "learningOpportunityInstance",
        make("date", course["date"]) if course["date"] else None,
        make("duration", f"P{days}D") if write.is_second and days else None,
        make("status", _STATUS[course["passed"]]),
        make("gradingSchemeLocalId", course["scale"]) if course["scale"] else None,
        make("resultLabel", course["grade"]) if course["grade"] else None,
        make("credit", make("scheme", "ECTS"), make("value", taken)) if taken else None,
        make("level", make("type", "EQF"), make("value", str(level))) if level else None,
        make("engagementHours", hours) if hours else None,
        make("attachments", references) if references else None,
    )


def _attachment(write: _Writer, attachment: Mapping[str, str], *, contents: Mapping[str, bytes]) -> Element:
    make = write.make
    content = contents.get(attachment["id"])
    return make(
        "attachment",
        make("identifier", attachment["id"], type="local"),
        make("title", attachment["title"]),
        make("type", attachment["kind"]),
        None if content is None else make("content", CONTENT + base64.b64encode(content).decode()),
    )
