import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.iia_answers import (
    Approval,
    Statistics,
    approval_cnr_response,
    approval_response,
    cnr_response,
    index_response,
    read_approval_response,
    read_index_response,
    read_stats_response,
    stats_response,
)
from tests.conformance import conformance
from tests.lib.ewp.schemas import validate

STATISTICS = Statistics(fetchable=5, approved_by_partner=1, approved_here=2, approved_by_both=3)
APPROVALS = (Approval(iia_id="b-1", hash="a" * 64, pdf_file="f-1"), Approval(iia_id="b-2", hash="0" * 64))
VERSIONS = pytest.mark.parametrize("version", [7, 6])


@VERSIONS
def test_index_comes_back_with_each_id_once(version):
    data = index_response(["a", "b", "a"], version=version)

    assert read_index_response(data, version=version) == ("a", "b")
    assert read_index_response(index_response([], version=version), version=version) == ()


def test_read_index_passes_over_an_empty_id():
    assert read_index_response(index_response(["", " a "])) == ("a",)


@VERSIONS
def test_statistics_come_back(version):
    assert read_stats_response(stats_response(STATISTICS, version=version), version=version) == STATISTICS


def test_read_stats_refuses_what_is_no_count():
    data = stats_response(STATISTICS).replace(b">5<", b">many<")

    with pytest.raises(InvalidError, match="iia-fetchable: this is no count"):
        read_stats_response(data)


def test_read_stats_reads_the_published_example():
    data = conformance("ewp") / "documents/latest-examples/ewp-specs-api-iias-endpoints-stats-response-example.xml"

    assert read_stats_response(data.read_bytes()) == Statistics(
        fetchable=397, approved_by_partner=0, approved_here=106, approved_by_both=204
    )


def test_approvals_come_back():
    assert read_approval_response(approval_response(APPROVALS)) == APPROVALS


def test_approvals_of_version_6_name_no_file():
    found = read_approval_response(approval_response(APPROVALS, version=6), version=6)

    assert [(one.iia_id, one.pdf_file) for one in found] == [("b-1", ""), ("b-2", "")]


def test_read_approvals_refuses_what_is_no_hash():
    data = approval_response(APPROVALS).replace(b"aaaa", b"AAAA")

    with pytest.raises(InvalidError, match="approval/iia-hash: this is no SHA-256"):
        read_approval_response(data)


def test_read_approvals_refuses_an_empty_approval():
    data = approval_response([Approval(iia_id="", hash="a" * 64)])

    with pytest.raises(InvalidError, match="approval/iia-id: this element is missing or empty"):
        read_approval_response(data)


def test_answer_of_another_kind_is_refused():
    with pytest.raises(InvalidError, match="not a “iias-approval-response”"):
        read_approval_response(index_response([]))


@VERSIONS
def test_every_answer_is_valid_under_the_published_schema(version):
    for data in (
        index_response(["a"], version=version),
        stats_response(STATISTICS, version=version),
        approval_response(APPROVALS, version=version),
        approval_response([], version=version),
        cnr_response(version=version),
        approval_cnr_response(version=version),
    ):
        validate(data)
