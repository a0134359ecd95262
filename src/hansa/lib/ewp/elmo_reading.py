"""Read ELMO, 2.1.1 and 1.6.0, into an academic record.

Partners fill the format in many ways, so little is insisted on: the first identifier stands in
for a missing local one, a scale that is named but not described gets its name as title, a
course without a status has `passed: null`. A title in several languages is taken in English
where there is one. What comes out is checked; what the document does not say about
the stay itself is taken from the days of its courses.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from hansa.lib.canonical import JSON
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import academic_record
from hansa.lib.ewp.elmo import DEPARTMENT, ESI, EXTENSION, NAMESPACES, REFERENCE, Learner, Record
from hansa.lib.ewp.xml import AGAIN, LANG, Element, every, first, needed, shown, text

_DAYS = re.compile(r"P([0-9]{1,4})D")
_PASSED = {"passed": True, "failed": False}
_LOS = "learningOpportunitySpecification"
_LOI = "specifies/learningOpportunityInstance"


def read(element: Element) -> Record:
    """Return the record, the learner and the attachments of an ELMO element of either version."""
    namespace = etree.QName(element).namespace or ""
    if namespace not in NAMESPACES.values() or etree.QName(element).localname != "elmo":
        raise InvalidError(f"The document is a {shown(element.tag)}, not an ELMO of a known version.", AGAIN)
    return _Reader(namespace).record(element)


class _Reader:
    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def record(self, element: Element) -> Record:
        reports = every(element, "report", namespace=self.namespace)
        if not reports:
            raise InvalidError("elmo/report: this element is missing or empty.", AGAIN)
        learner = _needed(first(element, "learner", namespace=self.namespace), "elmo/learner")
        attachments, contents = self.attachments(reports)
        courses = self.courses(reports, known={one["id"] for one in attachments})
        names = self.identifiers(learner)
        document = {
            "hansa": academic_record.FORMAT,
            "host": self.host(_needed(first(reports[0], "issuer", namespace=self.namespace), "report/issuer")),
            "participant": names.get(REFERENCE) or names.get(ESI) or "unknown",
            "issued": moment(needed(reports[0], "issueDate", namespace=self.namespace)),
            "courses": courses,
            "scales": self.scales(reports, courses),
            "distributions": [],
            "attachments": attachments,
        }
        document |= self.stay(element, document)
        academic_record.check(document)
        return Record(document, self.learner(learner), contents)

    def courses(self, reports: Iterable[Element], *, known: set[str]) -> list[dict[str, JSON]]:
        specified = [los for report in reports for los in every(report, _LOS, namespace=self.namespace)]
        return [_with_known(self.course(los, str(number)), known) for number, los in enumerate(specified, 1)]

    def attachments(self, reports: Iterable[Element]) -> tuple[list[dict[str, str]], dict[str, bytes]]:
        attached = [one for report in reports for one in every(report, "attachment", namespace=self.namespace)]
        found = [self.attachment(one, str(number)) for number, one in enumerate(attached, 1)]
        contents = {described["id"]: content for described, content in found if content is not None}
        return [described for described, _content in found], contents

    def identifiers(self, element: Element) -> dict[str, str]:
        found = every(element, "identifier", namespace=self.namespace)
        return {one.get("type", ""): " ".join((one.text or "").split()) for one in found}

    def learner(self, element: Element) -> Learner:
        return Learner(
            needed(element, "givenNames", namespace=self.namespace),
            needed(element, "familyName", namespace=self.namespace),
            self.identifiers(element).get(ESI, ""),
        )

    def host(self, issuer: Element) -> dict[str, str]:
        schac = self.identifiers(issuer).get("schac")
        if not schac:
            raise InvalidError("issuer/identifier: the one of the type “schac” is missing.", AGAIN)
        return {
            "schac": schac.lower(),
            "name": self.title(issuer, "issuer"),
            "country": text(issuer, "country", namespace=self.namespace).rpartition("/")[2][:2].upper(),
            "url": needed(issuer, "url", namespace=self.namespace),
        }

    def title(self, element: Element, place: str) -> str:
        titles = every(element, "title", namespace=self.namespace)
        english = [one for one in titles if (one.get(LANG) or "en").startswith("en")]
        for one in (*english, *titles):
            if one.text and one.text.strip():
                return " ".join(one.text.split())
        raise InvalidError(f"{place}/title: this element is missing or empty.", AGAIN)

    def code(self, los: Element, position: str) -> str:
        known = self.identifiers(los)
        return known.get("local") or known.get("ewp-los-id") or next(iter(known.values()), "") or position

    def course(self, los: Element, position: str) -> dict[str, JSON]:
        inside = every(los, f"hasPart/{_LOS}", namespace=self.namespace)
        return {
            "code": self.code(los, position),
            "title": self.title(los, _LOS),
            "field": text(los, "iscedCode", namespace=self.namespace) or None,
            **self.instance(_needed(first(los, _LOI, namespace=self.namespace), f"{_LOS}/{_LOI}")),
            "rotation": self.rotation(los),
            "parts": [self.course(part, f"{position}.{number}") for number, part in enumerate(inside, 1)],
        }

    def instance(self, loi: Element) -> dict[str, JSON]:
        refs = every(loi, "attachments/ref", namespace=self.namespace)
        return {
            "credits": self.credits(loi),
            "grade": self.optional(loi, "resultLabel"),
            "passed": _PASSED.get(text(loi, "status", namespace=self.namespace)),
            "date": self.optional(loi, "date"),
            "level": self.level(loi),
            "scale": self.optional(loi, "gradingSchemeLocalId"),
            "attachments": [(one.text or "").strip() for one in refs],
        }

    def optional(self, element: Element, path: str) -> str | None:
        return text(element, path, namespace=self.namespace) or None

    def credits(self, loi: Element) -> str | None:
        for credit in every(loi, "credit", namespace=self.namespace):
            if text(credit, "scheme", namespace=self.namespace).upper() == "ECTS":
                return self.optional(credit, "value")
        return None

    def level(self, loi: Element) -> int | None:
        for level in every(loi, "level", namespace=self.namespace):
            value = text(level, "value", namespace=self.namespace)
            if text(level, "type", namespace=self.namespace) == "EQF" and value in set("12345678"):
                return int(value)
        return None

    def rotation(self, los: Element) -> dict[str, JSON] | None:
        department = self.identifiers(los).get(DEPARTMENT)
        if not department:
            return None
        loi = _needed(first(los, _LOI, namespace=self.namespace), f"{_LOS}/{_LOI}")
        days = _DAYS.fullmatch(text(loi, "duration", namespace=self.namespace))
        return {
            "department": department,
            "assessment": needed(los, "description", namespace=self.namespace),
            "days": int(days[1]) if days else None,
            "hours": self.optional(loi, "engagementHours"),
        }

    def attachment(self, element: Element, position: str) -> tuple[dict[str, str], bytes | None]:
        kind = text(element, "type", namespace=self.namespace)
        titles = every(element, "title", namespace=self.namespace)
        described = {
            "id": self.code(element, f"attachment-{position}"),
            "title": self.title(element, "attachment") if titles else kind or "Attachment",
            "kind": kind if kind in academic_record.ATTACHMENT_KINDS else "Other",
        }
        return described, content_of(text(element, "content", namespace=self.namespace))

    def scales(self, reports: Iterable[Element], courses: Sequence[Mapping[str, JSON]]) -> list[dict[str, JSON]]:
        titles: dict[str, str] = {}
        for scheme in (one for report in reports for one in every(report, "gradingScheme", namespace=self.namespace)):
            identifier = scheme.get("localId", "")
            titles[identifier] = text(scheme, "description", namespace=self.namespace) or identifier
        for course in academic_record.every_course({"courses": list(courses)}):
            if course["scale"]:
                titles.setdefault(course["scale"], course["scale"])
        return [
            {"id": one, "title": title[: academic_record.NAME], "passing": [], "failing": [], "numeric": None}
            for one, title in titles.items()
        ]

    def stay(self, element: Element, document: Mapping[str, JSON]) -> dict[str, JSON]:
        extension = first(element, "extension", namespace=self.namespace)
        ours = None if extension is None else first(extension, "stay", namespace=EXTENSION)
        if ours is not None:
            return _told(ours, document["scales"])
        issued = document["issued"][:10]
        days = sorted(course["date"] for course in academic_record.every_course(document) if course["date"]) or [issued]
        year = int(days[0][:4]) - (days[0][5:7] < "08")
        return {
            "id": f"elmo {document['host']['schac']} {document['issued']}",
            "period": {"from": days[0], "until": days[-1]},
            "year": f"{year}/{year + 1}",
        }


def _with_known(course: Mapping[str, JSON], ids: set[str]) -> dict[str, JSON]:
    # A reference to an attachment that the document does not hold says nothing.
    return {
        **course,
        "attachments": [one for one in course["attachments"] if one in ids],
        "parts": [_with_known(part, ids) for part in course["parts"]],
    }


def _told(ours: Element, scales: Sequence[Mapping[str, JSON]]) -> dict[str, JSON]:
    grades = {one.get("id"): _grades(one) for one in every(ours, "scale", namespace=EXTENSION)}
    return {
        "id": ours.get("id"),
        "year": ours.get("year"),
        "period": {"from": ours.get("begin"), "until": ours.get("end")},
        "scales": [{**scale, **grades.get(scale["id"], {})} for scale in scales],
    }


def _grades(scale: Element) -> dict[str, Any]:
    numeric = first(scale, "numeric", namespace=EXTENSION)
    return {
        "passing": [one.text for one in every(scale, "passing", namespace=EXTENSION)],
        "failing": [one.text for one in every(scale, "failing", namespace=EXTENSION)],
        "numeric": None if numeric is None else {"best": numeric.get("best"), "lowest_passing": numeric.get("lowest")},
    }


def _needed(element: Element | None, place: str) -> Element:
    if element is None:
        raise InvalidError(f"{place}: this element is missing or empty.", AGAIN)
    return element


def content_of(written: str) -> bytes | None:
    """Return the bytes of a data address in base64 (RFC 2397), or None where there are none that can be read."""
    head, comma, body = written.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        return None
    try:
        return base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error:
        return None


def moment(written: str) -> str:
    """Return an XML date and time as one in universal time; without a zone it counts as that already."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise InvalidError(f"issueDate: “{written}” is no date and time.", AGAIN) from None
    known = found if found.tzinfo else found.replace(tzinfo=UTC)
    return known.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
