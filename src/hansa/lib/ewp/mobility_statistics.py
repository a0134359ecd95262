"""Statistics of mobilities, agreements and transcripts by academic year, as the network polls them.

Sources: omobility-stats 1.0.0, omobility-las 1.2.0 (stats), omobility-la-cnr 1.1.0 (stats) and
imobility-tor-stats 1.0.0. The year is always the one of the receiving institution.
"""

from dataclasses import dataclass
from typing import Final

from hansa.lib.ewp.elements import SPECS, ListDocument, Part, Shape, one
from hansa.lib.ewp.leaves import ACADEMIC_YEAR, COUNT

MOBILITIES_NAMESPACE: Final = f"{SPECS}api-omobility-stats/tree/stable-v1"
OUTGOING_NAMESPACE: Final = f"{SPECS}api-omobility-las/blob/stable-v1/endpoints/stats-response.xsd"
INCOMING_NAMESPACE: Final = f"{SPECS}api-omobility-la-cnr/tree/stable-v1/endpoints/stats-response.xsd"
TRANSCRIPTS_NAMESPACE: Final = f"{SPECS}api-imobility-tor-stats/tree/stable-v1"


@dataclass(frozen=True, kw_only=True)
class MobilityYear:
    """Outgoing mobilities of one year that wait for a decision, and that are approved."""

    year: str
    pending: int
    approved: int


@dataclass(frozen=True, kw_only=True)
class OutgoingAgreementYear:
    """Learning agreements of one year at the sending institution."""

    year: str
    total: int
    not_modified_after_approval: int
    modified_after_approval: int
    latest_version_approved: int
    latest_version_rejected: int
    latest_version_awaiting: int


@dataclass(frozen=True, kw_only=True)
class IncomingAgreementYear:
    """Learning agreements of one year at the receiving institution."""

    year: str
    total: int
    some_version_approved: int
    latest_version_approved: int
    latest_version_rejected: int
    latest_version_awaiting: int


@dataclass(frozen=True, kw_only=True)
class TranscriptYear:
    """Transcripts of records of one year that the receiving institution serves."""

    year: str
    total: int


YEAR: Final = one("receiving-academic-year-id", ACADEMIC_YEAR, field="year")


def counts(prefix: str, *locals_: str) -> tuple[Part, ...]:
    """Return the numbers of a year, each a field without the prefix of its element."""
    return tuple(one(f"{prefix}-{local}", COUNT, field=local.replace("-", "_")) for local in locals_)


LATEST: Final = ("latest-version-approved", "latest-version-rejected", "latest-version-awaiting")
MOBILITY_YEAR: Final = Shape(MobilityYear, MOBILITIES_NAMESPACE, YEAR, *counts("omobility", "pending", "approved"))
OUTGOING_YEAR: Final = Shape(
    OutgoingAgreementYear,
    OUTGOING_NAMESPACE,
    YEAR,
    *counts("la-outgoing", "total", "not-modified-after-approval", "modified-after-approval", *LATEST),
)
INCOMING_YEAR: Final = Shape(
    IncomingAgreementYear,
    INCOMING_NAMESPACE,
    YEAR,
    *counts("la-incoming", "total", "some-version-approved", *LATEST),
)
TRANSCRIPT_YEAR: Final = Shape(TranscriptYear, TRANSCRIPTS_NAMESPACE, YEAR, *counts("imobility-tor", "total"))

#: The answer of omobility-stats.
MOBILITIES: Final[ListDocument[MobilityYear]] = ListDocument(
    MOBILITIES_NAMESPACE, "omobility-stats-response", of="academic-year-stats", kind=MOBILITY_YEAR
)
#: The answer of the statistics of omobility-las, at the sending institution.
OUTGOING_AGREEMENTS: Final[ListDocument[OutgoingAgreementYear]] = ListDocument(
    OUTGOING_NAMESPACE, "las-outgoing-stats-response", of="academic-year-la-stats", kind=OUTGOING_YEAR
)
#: The answer of the statistics of omobility-la-cnr, at the receiving institution.
INCOMING_AGREEMENTS: Final[ListDocument[IncomingAgreementYear]] = ListDocument(
    INCOMING_NAMESPACE, "las-incoming-stats-response", of="academic-year-la-stats", kind=INCOMING_YEAR
)
#: The answer of imobility-tor-stats.
TRANSCRIPTS: Final[ListDocument[TranscriptYear]] = ListDocument(
    TRANSCRIPTS_NAMESPACE, "imobility-tor-stats-response", of="academic-year-stats", kind=TRANSCRIPT_YEAR
)
