"""Incoming mobilities: when a student arrived and left (imobilities 2.0.0), and the older 1.0.0.

In the older major the receiving institution says here as well whether it takes the student;
in the newer one it says so by approving the nomination (omobilities 3.0.0).
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from hansa.lib.ewp import leaves
from hansa.lib.ewp.elements import SPECS, ListDocument, Shape, maybe, one

NAMESPACE: Final = f"{SPECS}api-imobilities/blob/stable-v2/endpoints/get-response.xsd"
NAMESPACE_1: Final = f"{SPECS}api-imobilities/blob/stable-v1/endpoints/get-response.xsd"

#: What the older major calls the statuses of omobilities 3.0.0; what is cancelled takes no place either.
OLDER: Final = {"pending": "pending", "approved": "verified", "rejected": "rejected", "cancelled": "rejected"}
STATUSES_1: Final = ("pending", "verified", "rejected")


@dataclass(frozen=True, kw_only=True)
class IncomingMobility:
    """When a student arrived and left; the status and its comment belong to the older major alone."""

    omobility_id: str
    actual_arrival_date: date | None = None
    actual_departure_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class IncomingMobilityOfVersion1(IncomingMobility):
    """The same with what the receiving institution says to the nomination."""

    status: str
    comment: str = ""


def as_version_1(mobility: IncomingMobility, *, status: str, comment: str = "") -> IncomingMobilityOfVersion1:
    """Return a mobility for the older major, with the nomination's status as omobilities 3.0.0 names it."""
    return IncomingMobilityOfVersion1(
        omobility_id=mobility.omobility_id,
        actual_arrival_date=mobility.actual_arrival_date,
        actual_departure_date=mobility.actual_departure_date,
        # What is no status is refused by the shape, which names the place.
        status=OLDER.get(status, status),
        comment=comment,
    )


_DAYS = (maybe("actual-arrival-date", leaves.DAY), maybe("actual-departure-date", leaves.DAY))
MOBILITY: Final = Shape(IncomingMobility, NAMESPACE, one("omobility-id", leaves.IDENTIFIER), *_DAYS)
MOBILITY_1: Final = Shape(
    IncomingMobilityOfVersion1,
    NAMESPACE_1,
    one("omobility-id", leaves.IDENTIFIER),
    one("status", leaves.one_of(*STATUSES_1)),
    maybe("comment"),
    *_DAYS,
)

#: The mobilities that were asked for; unknown ids are left out.
GET: Final[ListDocument[IncomingMobility]] = ListDocument(
    NAMESPACE, "imobilities-get-response", of="student-mobility", kind=MOBILITY
)
#: The same in the older major.
GET_1: Final[ListDocument[IncomingMobilityOfVersion1]] = ListDocument(
    NAMESPACE_1, "imobilities-get-response", of="student-mobility-for-studies", kind=MOBILITY_1
)
