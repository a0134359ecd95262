"""Transcripts both ways: what this institution certified as ELMO, and a partner's ELMO as a transcript of ours."""

import pytest

from hansa.areas.exchange.network import transcripts
from hansa.lib.errors import InvalidError
from hansa.lib.ewp import tors


@pytest.fixture
def stay(league):
    mobility = league.mobility(is_outgoing=False)
    mobility.transcript = league.transcript(mobility)
    return mobility


def test_transcript_goes_there_and_back(league, stay):
    league.profile()
    answer = tors.build_get([transcripts.tor_of(stay, by=transcripts.issuer())])

    found = transcripts.heard(tors.read_get(answer)[0], mobility=stay.urn)

    expected = {name: one for name, one in stay.transcript.items() if name not in ("courses", "scale")}
    assert {name: found[name] for name in expected} == expected
    assert [(one["code"], one["grade"], one["passed"]) for one in found["courses"]] == [
        ("A", "2,0", True),
        ("B", "5,0", False),
    ]


def test_transcript_that_is_whole_is_let_through(league, stay):
    league.profile()

    transcripts.check(stay)


def test_transcript_is_refused_while_nobody_says_who_issues_it(league, stay):
    with pytest.raises(InvalidError, match="profile"):
        transcripts.check(stay)
