"""Outgoing mobilities: the nominations that a sending institution serves (omobilities 3.0.0).

    GET.build([mobility])                   # what we answer
    GET.read(data)                          # what a partner answered
    UPDATE_REQUEST.read(data).decision      # Approval or Rejection of our nomination

Records leave empty what a document may leave out. The older major, which says less, is
read into the same records by ``omobilities_2``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.elements import (
    FLAG,
    LOCALISED,
    MESSAGES,
    SPECS,
    Alternatives,
    Attribute,
    Document,
    ListDocument,
    Shape,
    Text,
    either,
    many,
    maybe,
    one,
)
from hansa.lib.ewp.proposals import content_id

API: Final = f"{SPECS}api-omobilities/blob/stable-v3/endpoints/"
GET_NAMESPACE: Final = f"{API}get-response.xsd"
INDEX_NAMESPACE: Final = f"{API}index-response.xsd"
REQUEST_NAMESPACE: Final = f"{API}update-request.xsd"
RESPONSE_NAMESPACE: Final = f"{API}update-response.xsd"

STATUSES: Final = ("pending", "approved", "rejected", "cancelled")
ACTIVITY_ATTRIBUTES: Final = ("long-term", "short-term-blended", "short-term-doctoral")


@dataclass(frozen=True, kw_only=True)
class Student:
    """The person who is nominated; ``global_id`` is the European Student Identifier."""

    given_names: tuple[Text, ...]
    family_names: tuple[Text, ...]
    global_id: str
    birth_date: date | None = None
    nationality: str = ""
    gender: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two institutions, with its unit and its own id of the agreement."""

    hei_id: str
    ounit_id: str = ""
    iia_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Nomination:
    """What is proposed: between whom, when, at which level, in which field.

    A period has either the sending institution's term or no standard term at all.
    """

    sending_hei: Side
    receiving_hei: Side
    sending_academic_term_ewp_id: str = ""
    non_standard_mobility_period: bool = False
    receiving_academic_year_id: str
    activity_type: str = "student-studies"
    activity_attributes: str = "long-term"
    agreement_isced_f_code: str = ""
    eqf_level_studied_at_departure: int | None = None
    nominee_isced_f_code: str = ""
    comment: str = ""
    proposal_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Mobility:
    """A nomination of a student, under the sending institution's id, with its status."""

    omobility_id: str
    student: Student
    nomination: Nomination
    status: str = "pending"


@dataclass(frozen=True, kw_only=True)
class Approval:
    """The receiving institution's yes to one state of a nomination."""

    omobility_id: str
    proposal_id: str


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """The receiving institution's no to one state of a nomination, with its reason."""

    omobility_id: str
    proposal_id: str
    comment: str


@dataclass(frozen=True)
class UpdateRequest:
    """What a receiving institution asks a sending one to note."""

    decision: Approval | Rejection


def proposal_id(nomination: Nomination) -> str:
    """Return the identifier that changes when the content of a nomination does, and only then."""
    return content_id(replace(nomination, proposal_id=""))


def proposed(mobility: Mobility) -> Mobility:
    """Return a mobility of our own with the identifier of its nomination filled in."""
    nomination = mobility.nomination
    return replace(mobility, nomination=replace(nomination, proposal_id=proposal_id(nomination)))


def student_parts(namespace: str, *, nationality: str) -> Shape[Student]:
    """Return how a student is written where everything about the student may be left out but name and id."""
    return Shape(
        Student,
        namespace,
        many("given-names", LOCALISED, field="given_names", least=1),
        many("family-name", LOCALISED, field="family_names", least=1),
        one("global-id"),
        maybe("birth-date", leaves.DAY),
        maybe(nationality, leaves.COUNTRY, field="nationality"),
        maybe("gender", leaves.GENDER),
        maybe("email", leaves.EMAIL),
    )


def side(namespace: str) -> Shape[Side]:
    """Return how one of the two institutions is written."""
    return Shape(
        Side, namespace, one("hei-id"), maybe("ounit-id", leaves.IDENTIFIER), maybe("iia-id", leaves.IDENTIFIER)
    )


STUDENT: Final = Shape(
    Student,
    GET_NAMESPACE,
    many("given-names", LOCALISED, field="given_names", least=1),
    many("family-name", LOCALISED, field="family_names", least=1),
    one("global-id"),
    one("birth-date", leaves.DAY),
    one("nationality", leaves.COUNTRY),
    one("gender", leaves.GENDER),
    one("email", leaves.EMAIL),
)
NOMINATION: Final = Shape(
    Nomination,
    GET_NAMESPACE,
    one("sending-hei", side(GET_NAMESPACE)),
    one("receiving-hei", side(GET_NAMESPACE)),
    either(
        maybe("sending-academic-term-ewp-id", leaves.ACADEMIC_TERM),
        maybe("non-standard-mobility-period", FLAG),
    ),
    one("receiving-academic-year-id", leaves.ACADEMIC_YEAR),
    one("activity-type", leaves.one_of("student-studies")),
    one("activity-attributes", leaves.one_of(*ACTIVITY_ATTRIBUTES)),
    one("agreement-isced-f-code", leaves.ISCED),
    one("eqf-level-studied-at-departure", leaves.EQF),
    one("nominee-isced-f-code", leaves.ISCED),
    maybe("comment"),
    Attribute("proposal-id", "proposal_id", least=1),
)
MOBILITY: Final = Shape(
    Mobility,
    GET_NAMESPACE,
    one("omobility-id", leaves.IDENTIFIER),
    one("student", STUDENT),
    one("nomination", NOMINATION),
    one("status", leaves.one_of(*STATUSES)),
)
APPROVAL: Final = Shape(Approval, REQUEST_NAMESPACE, one("omobility-id", leaves.IDENTIFIER), one("proposal-id"))
REJECTION: Final = Shape(
    Rejection, REQUEST_NAMESPACE, one("omobility-id", leaves.IDENTIFIER), one("proposal-id"), one("comment")
)
DECISIONS: Final = Alternatives("decision", (("approve-proposal-v1", APPROVAL), ("reject-proposal-v1", REJECTION)))

#: Which mobilities there are.
INDEX: Final[ListDocument[str]] = ListDocument(
    INDEX_NAMESPACE, "omobilities-index-response", of="omobility-id", kind=leaves.IDENTIFIER
)
#: The mobilities that were asked for; unknown ids are left out.
GET: Final[ListDocument[Mobility]] = ListDocument(
    GET_NAMESPACE, "omobilities-get-response", of="student-mobility", kind=MOBILITY
)
#: A receiving institution's decision on a nomination.
UPDATE_REQUEST: Final[Document[UpdateRequest]] = Document(
    REQUEST_NAMESPACE, "omobilities-update-request", kind=Shape(UpdateRequest, REQUEST_NAMESPACE, DECISIONS)
)
#: That a decision was noted, with what its user may be told.
UPDATE_RESPONSE: Final[Document[Sequence[Text]]] = Document(
    RESPONSE_NAMESPACE, "omobilities-update-response", kind=MESSAGES
)
