import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.mobility_statistics import (
    INCOMING_AGREEMENTS,
    MOBILITIES,
    OUTGOING_AGREEMENTS,
    TRANSCRIPTS,
    IncomingAgreementYear,
    MobilityYear,
    OutgoingAgreementYear,
    TranscriptYear,
)
from tests.conformance import conformance
from tests.lib.ewp.schemas import validate

EXAMPLE = "documents/latest-examples/ewp-specs-api-omobility-la-cnr-endpoints-stats-response-example.xml"
OUTGOING = OutgoingAgreementYear(
    year="2026/2027",
    total=10,
    not_modified_after_approval=4,
    modified_after_approval=3,
    latest_version_approved=5,
    latest_version_rejected=0,
    latest_version_awaiting=5,
)
INCOMING = IncomingAgreementYear(
    year="2026/2027",
    total=109,
    some_version_approved=70,
    latest_version_approved=67,
    latest_version_rejected=0,
    latest_version_awaiting=39,
)
KINDS = [
    (MOBILITIES, MobilityYear(year="2026/2027", pending=0, approved=7)),
    (OUTGOING_AGREEMENTS, OUTGOING),
    (INCOMING_AGREEMENTS, INCOMING),
    (TRANSCRIPTS, TranscriptYear(year="2026/2026", total=3)),
]


@pytest.mark.parametrize(("document", "year"), KINDS)
def test_statistics_are_read_as_they_were_built(document, year):
    assert document.read(document.build([year, year])) == (year, year)


@pytest.mark.parametrize(("document", "year"), KINDS)
def test_statistics_are_valid(document, year):
    validate(document.build([]))
    validate(document.build([year, year]))


def test_published_example_is_read():
    found = INCOMING_AGREEMENTS.read((conformance("ewp") / EXAMPLE).read_bytes())

    assert [(year.year, year.total, year.latest_version_awaiting) for year in found] == [
        ("2021/2022", 109, 39),
        ("2022/2023", 77, 66),
    ]


def test_build_names_a_year_that_is_none():
    with pytest.raises(
        InvalidError, match="academic-year-stats/receiving-academic-year-id: this must be an academic year"
    ):
        TRANSCRIPTS.build([TranscriptYear(year="2026", total=3)])
