"""The answers with transcripts: valid in three versions, whole when they come back."""

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elmo import Learner, Record
from hansa.lib.ewp.tors import VERSIONS, Tor, build_get, build_index, percentages, read_get, read_index
from tests.lib.ewp.example_record import example, without_days
from tests.lib.ewp.schemas import validate


def tor(**changes):
    return Tor("om-1", Record(example(**changes), Learner("Ada", "Muster"), {"a-1": b"%PDF-1.7"}))


@pytest.mark.parametrize("version", VERSIONS)
def test_build_get_makes_what_the_published_schema_accepts(version):
    without = tor(distributions=[])

    validate(build_get([tor(), without], version=version))
    validate(build_get([], version=version))


@pytest.mark.parametrize("version", VERSIONS)
def test_build_index_makes_what_the_published_schema_accepts(version):
    data = build_index(["om-1", "om-2"], version=version)

    validate(data)
    assert read_index(data) == ["om-1", "om-2"]


def test_build_get_comes_back_whole():
    found = read_get(build_get([tor(), tor(distributions=[])]))

    assert found == [tor(), tor(distributions=[])]


@pytest.mark.parametrize("version", ["2.0.0", "1.0.0"])
def test_build_get_comes_back_without_days_in_older_versions(version):
    found = read_get(build_get([tor()], version=version))

    assert found == [tor(**without_days())]


def test_build_get_may_hold_nothing():
    assert read_get(build_get([])) == []


def test_build_index_comes_back():
    assert read_index(build_index(["om-1", "om-2"], version="2.0.0")) == ["om-1", "om-2"]


def test_build_get_sends_one_table_for_a_field():
    table = example()["distributions"][0]
    second = {**table, "scale": "pass", "shares": [{"grade": "pass", "share": "100"}]}

    found = read_get(build_get([tor(distributions=[table, second])]))

    assert found[0].record.document["distributions"] == [table]


def test_percentages_turn_counts_into_percent():
    counts = [{"grade": "A", "share": "1"}, {"grade": "B", "share": "2"}]

    assert percentages(counts) == [("A", "33.33"), ("B", "66.67")]


@pytest.mark.parametrize("shares", [["99.9", "0.2"], ["0", "0"]])
def test_percentages_leave_percent_as_it_is(shares):
    found = percentages([{"grade": str(number), "share": share} for number, share in enumerate(shares)])

    assert [share for _grade, share in found] == shares


def test_read_get_refuses_an_answer_without_elmo():
    data = build_get([tor()]).replace(b"elmo", b"other")

    with pytest.raises(InvalidError, match="tor/elmo"):
        read_get(data)


def test_read_index_refuses_another_endpoint():
    with pytest.raises(InvalidError, match="not an answer of imobility-tors"):
        read_index(build_get([]))


def test_read_get_refuses_another_document():
    with pytest.raises(InvalidError, match="not an answer of imobility-tors"):
        read_get(build_index([]))


def test_read_get_refuses_a_percentage_that_is_none():
    data = build_get([tor()]).replace(b'percentage="40"', b'percentage="-40"')

    with pytest.raises(InvalidError, match="share"):
        read_get(data)
