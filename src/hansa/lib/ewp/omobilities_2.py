"""Outgoing mobilities as the older major says them (omobilities 2.0.0), in the records of the new one.

Version 2 has neither proposals nor decisions: the receiving institution accepts a nomination
in its incoming mobilities. An approved nomination is served as live, a rejected one as cancelled, since
version 2 counts as cancelled what either institution gave up. Read records leave empty what version 2 left out.
"""

from dataclasses import dataclass
from typing import Any, Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.elements import FLAG, SPECS, ListDocument, Shape, either, maybe, one
from hansa.lib.ewp.omobilities import (
    ACTIVITY_ATTRIBUTES,
    Mobility,
    Nomination,
    Side,
    Student,
    side,
    student_parts,
)
from hansa.lib.ewp.xml import Element

API: Final = f"{SPECS}api-omobilities/blob/stable-v2/endpoints/"
NAMESPACE: Final = f"{API}get-response.xsd"
INDEX_NAMESPACE: Final = f"{API}index-response.xsd"

OLDER: Final = {"pending": "nomination", "approved": "live", "rejected": "cancelled", "cancelled": "cancelled"}
NEWER: Final = {"nomination": "pending", "live": "approved", "recognized": "approved", "cancelled": "cancelled"}


@dataclass(frozen=True, kw_only=True)
class MobilityOfVersion2:
    """A mobility in the order in which version 2 writes it."""

    omobility_id: str
    sending_hei: Side
    receiving_hei: Side
    sending_academic_term_ewp_id: str
    non_standard_mobility_period: bool
    receiving_academic_year_id: str
    student: Student
    status: str
    activity_type: str
    activity_attributes: str
    eqf_level_studied_at_departure: int | None
    nominee_isced_f_code: str


MOBILITY: Final = Shape(
    MobilityOfVersion2,
    NAMESPACE,
    one("omobility-id", leaves.IDENTIFIER),
    one("sending-hei", side(NAMESPACE)),
    one("receiving-hei", side(NAMESPACE)),
    either(
        maybe("sending-academic-term-ewp-id", leaves.ACADEMIC_TERM),
        maybe("non-standard-mobility-period", FLAG),
    ),
    one("receiving-academic-year-id", leaves.ACADEMIC_YEAR),
    one("student", student_parts(NAMESPACE, nationality="citizenship")),
    one("status", leaves.one_of(*NEWER)),
    one("activity-type", leaves.one_of("student-studies", "student-traineeships")),
    one("activity-attributes", leaves.one_of(*ACTIVITY_ATTRIBUTES)),
    maybe("eqf-level-studied-at-departure", leaves.EQF),
    maybe("nominee-isced-f-code"),
)


def _older(mobility: Mobility) -> MobilityOfVersion2:
    nomination = mobility.nomination
    return MobilityOfVersion2(
        omobility_id=mobility.omobility_id,
        sending_hei=nomination.sending_hei,
        receiving_hei=nomination.receiving_hei,
        sending_academic_term_ewp_id=nomination.sending_academic_term_ewp_id,
        non_standard_mobility_period=nomination.non_standard_mobility_period,
        receiving_academic_year_id=nomination.receiving_academic_year_id,
        student=mobility.student,
        # What is no status is refused by the shape, which names the place.
        status=OLDER.get(mobility.status, mobility.status),
        activity_type=nomination.activity_type,
        activity_attributes=nomination.activity_attributes,
        eqf_level_studied_at_departure=nomination.eqf_level_studied_at_departure,
        nominee_isced_f_code=nomination.nominee_isced_f_code,
    )


def _newer(mobility: MobilityOfVersion2) -> Mobility:
    nomination = Nomination(
        sending_hei=mobility.sending_hei,
        receiving_hei=mobility.receiving_hei,
        sending_academic_term_ewp_id=mobility.sending_academic_term_ewp_id,
        non_standard_mobility_period=mobility.non_standard_mobility_period,
        receiving_academic_year_id=mobility.receiving_academic_year_id,
        activity_type=mobility.activity_type,
        activity_attributes=mobility.activity_attributes,
        eqf_level_studied_at_departure=mobility.eqf_level_studied_at_departure,
        nominee_isced_f_code=mobility.nominee_isced_f_code,
    )
    return Mobility(
        omobility_id=mobility.omobility_id,
        student=mobility.student,
        nomination=nomination,
        status=NEWER[mobility.status],
    )


class Older:
    """A mobility that is written in the older way and read into the newer record."""

    nothing: Any = None

    def is_absent(self, element: Element) -> bool:
        """Tell whether the element says nothing."""
        return MOBILITY.is_absent(element)

    def fill(self, element: Element, value: Mobility) -> None:
        """Write a mobility as far as version 2 can say it."""
        MOBILITY.fill(element, _older(value))

    def read(self, element: Element) -> Mobility:
        """Return the mobility, empty where version 2 says nothing."""
        return _newer(MOBILITY.read(element))


#: Which mobilities there are.
INDEX: Final[ListDocument[str]] = ListDocument(
    INDEX_NAMESPACE, "omobilities-index-response", of="omobility-id", kind=leaves.IDENTIFIER
)
#: The mobilities that were asked for; unknown ids are left out.
GET: Final[ListDocument[Mobility]] = ListDocument(
    NAMESPACE, "omobilities-get-response", of="student-mobility", kind=Older()
)
