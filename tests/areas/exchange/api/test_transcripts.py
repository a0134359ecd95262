"""Transcripts of records as sending institutions fetch them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hansa.areas.exchange.states import MobilityState
from hansa.lib.ewp import mobility_statistics, tors
from tests.areas.exchange.league import CHARITE, STATS, UU, YEAR
from tests.conftest import given
from tests.lib.ewp.schemas import validate

OURS = ("receiving_hei_id", CHARITE)


@pytest.fixture
def issued(league):
    """Return how to make an incoming stay whose transcript was issued."""
    league.profile()

    def make(hei="ki.example"):
        mobility = league.mobility(hei, is_outgoing=False, state=MobilityState.TRANSCRIBED)
        with given():
            mobility.transcript = league.transcript(mobility)
            mobility.save()
        return mobility

    return make


def get(league, *ids, major=3, **changes):
    named = [OURS] if major == 2 else []
    answer = league.ask(
        "imobility-tors", major, [*named, *(("omobility_id", key) for key in ids)], part="get-url", **changes
    )
    assert answer.status_code == 200, answer.content
    return tors.read_get(answer.content)


@pytest.mark.parametrize("major", [3, 2])
def test_transcript_is_served_to_the_sender_alone(league, issued, major):
    mine, other = issued(), issued(UU)

    found = get(league, mine.foreign_id, other.foreign_id, major=major)

    assert [one.omobility_id for one in found] == [mine.foreign_id]
    assert found[0].record.learner.family_name == "Muster"
    assert [one["grade"] for one in found[0].record.document["courses"]] == ["2,0", "5,0"]


@pytest.mark.parametrize("major", [3, 2])
def test_answers_are_valid(league, issued, major):
    mine = issued()
    named = [OURS] if major == 2 else []

    validate(league.ask("imobility-tors", major, [*named, ("omobility_id", mine.foreign_id)], part="get-url").content)
    validate(league.ask("imobility-tors", major, named, part="index-url").content)
    validate(league.ask("imobility-tor-stats", 1, method="GET").content)


def test_index_lists_issued_transcripts_alone(league, issued):
    mine = issued()
    league.mobility(is_outgoing=False)

    newer = league.ask("imobility-tors", 3, part="index-url")
    older = league.ask("imobility-tors", 2, [OURS], part="index-url")

    assert tors.read_index(newer.content) == tors.read_index(older.content) == [mine.foreign_id]


def test_transcript_is_not_served_while_nobody_says_who_issues_it(league):
    mobility = league.mobility(is_outgoing=False)
    with given():
        mobility.transcript = league.transcript(mobility)
        mobility.save()

    assert get(league, mobility.foreign_id) == []


def test_number_of_queries_does_not_grow_with_the_transcripts(league, issued):
    few, many = [issued().foreign_id], [issued().foreign_id for _number in range(10)]
    get(league, *few)
    with CaptureQueriesContext(connection) as first:
        get(league, *few)

    with CaptureQueriesContext(connection) as second:
        found = get(league, *many)

    assert len(found) == 10
    assert len(second) == len(first)


def test_statistics_count_by_year(league, issued):
    issued()
    issued(UU)

    answer = league.ask("imobility-tor-stats", 1, method="GET", by=STATS)

    assert mobility_statistics.TRANSCRIPTS.read(answer.content) == (
        mobility_statistics.TranscriptYear(year=YEAR, total=2),
    )
