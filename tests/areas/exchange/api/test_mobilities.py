"""Nominations and arrivals as other members fetch them, and what they may say to our nominations."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.network.nominations import nomination_of
from hansa.areas.exchange.states import Channel, MobilityState
from hansa.kernel.models import LedgerEntry
from hansa.lib.ewp import imobilities, mobility_statistics, omobilities, omobilities_2
from hansa.lib.ewp.answers import read_error
from hansa.lib.ewp.omobilities import Approval, Rejection, UpdateRequest
from tests.areas.exchange.league import CHARITE, KI, STATS, UU, YEAR
from tests.conftest import given
from tests.lib.ewp.schemas import validate


def index(league, pairs=(), **changes):
    answer = league.ask("omobilities", 3, pairs, part="index-url", **changes)
    assert answer.status_code == 200, answer.content
    return omobilities.INDEX.read(answer.content)


def get(league, *ids, **changes):
    answer = league.ask("omobilities", 3, [("omobility_id", key) for key in ids], part="get-url", **changes)
    assert answer.status_code == 200, answer.content
    return omobilities.GET.read(answer.content)


def proposal(mobility):
    return nomination_of(mobility, hei=CHARITE).nomination.proposal_id


def update(league, decision, **changes):
    document = omobilities.UPDATE_REQUEST.build(UpdateRequest(decision))
    return league.ask("omobilities", 3, part="update-url", document=document, **changes)


def now(mobility):
    return Mobility.objects.get(pk=mobility.pk)


def test_index_lists_the_callers_nominations_alone(league):
    mine, other = league.mobility(KI), league.mobility(UU)
    league.mobility(KI, is_outgoing=False)
    league.mobility(KI, channel=Channel.LETTERS)

    assert index(league) == (mine.foreign_id,)
    assert index(league, by=UU) == (other.foreign_id,)


def test_index_keeps_to_year_and_moment(league):
    mine = league.mobility()
    since = [("modified_since", (timezone.now() - timedelta(days=1)).isoformat())]

    assert index(league, [("receiving_academic_year_id", YEAR), *since]) == (mine.foreign_id,)
    assert index(league, {"receiving_academic_year_id": "2010/2011"}) == ()
    assert index(league, {"modified_since": "2050-01-01T00:00:00Z"}) == ()


def test_get_returns_the_callers_nominations_alone(league):
    mine, other = league.mobility(iia=league.iia()), league.mobility(UU)

    found = get(league, mine.foreign_id, other.foreign_id, "unknown")

    assert [one.omobility_id for one in found] == [mine.foreign_id]
    assert found[0].nomination.sending_hei.iia_id == str(mine.iia_id)
    assert found[0].nomination.receiving_hei.iia_id == mine.iia.foreign_id
    assert found[0].student.gender == "2"
    assert found[0].status == "pending"


def test_nomination_that_cannot_be_written_hides_no_other(league):
    broken, whole = league.mobility(cycle="any"), league.mobility()

    found = get(league, broken.foreign_id, whole.foreign_id)

    assert [one.omobility_id for one in found] == [whole.foreign_id]


def test_answers_are_valid(league):
    mine = league.mobility(iia=league.iia())
    ids = [("omobility_id", mine.foreign_id)]
    older = [("sending_hei_id", CHARITE)]

    validate(league.ask("omobilities", 3, part="index-url").content)
    validate(league.ask("omobilities", 3, ids, part="get-url").content)
    validate(league.ask("omobilities", 2, older, part="index-url").content)
    validate(league.ask("omobilities", 2, [*older, *ids], part="get-url").content)
    validate(league.ask("omobility-stats", 1, method="GET").content)
    validate(update(league, Approval(omobility_id=mine.foreign_id, proposal_id=proposal(mine))).content)
    validate(update(league, Approval(omobility_id=mine.foreign_id, proposal_id="stale")).content)


def test_arrivals_are_valid(league):
    there = league.mobility(is_outgoing=False, state=MobilityState.ARRIVED, arrived=date(2026, 10, 2))
    ids = [("omobility_id", there.foreign_id)]

    validate(league.ask("imobilities", 2, ids, part="get-url").content)
    validate(league.ask("imobilities", 1, [("receiving_hei_id", CHARITE), *ids], part="get-url").content)


def test_older_major_serves_the_same_ids(league):
    mine = league.mobility()
    pairs = [("sending_hei_id", CHARITE), ("receiving_hei_id", UU), ("receiving_hei_id", KI)]

    answer = league.ask("omobilities", 2, pairs, part="index-url")
    got = league.ask("omobilities", 2, [pairs[0], ("omobility_id", mine.foreign_id)], part="get-url")

    assert omobilities_2.INDEX.read(answer.content) == (mine.foreign_id,)
    assert omobilities_2.GET.read(got.content)[0].status == "pending"


@pytest.mark.parametrize(
    "pairs",
    [
        [("sending_hei_id", "unknown.example")],
        [("sending_hei_id", CHARITE), ("receiving_hei_id", "unknown.example")],
        [("sending_hei_id", CHARITE), ("receiving_hei_id", UU)],
    ],
)
def test_older_index_finds_nothing_for_others(league, pairs):
    league.mobility()

    answer = league.ask("omobilities", 2, pairs, part="index-url")

    assert omobilities_2.INDEX.read(answer.content) == ()


def test_number_of_queries_does_not_grow_with_the_stays(league):
    few = [league.mobility(iia=league.iia()).foreign_id]
    get(league, *few)
    with CaptureQueriesContext(connection) as first:
        get(league, *few)
    many = [league.mobility(iia=league.iia()).foreign_id for _number in range(20)]

    with CaptureQueriesContext(connection) as second:
        found = get(league, *many)

    assert len(found) == 20
    assert len(second) == len(first) <= 2


def test_approval_is_noted_with_its_condition(league):
    mobility = league.mobility(iia=league.iia())

    answer = update(league, Approval(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility)))

    assert answer.status_code == 200
    assert omobilities.UPDATE_RESPONSE.read(answer.content)
    assert now(mobility).state == MobilityState.ACCEPTED
    entry = json.loads(LedgerEntry.objects.order_by("-position")[0].body)
    assert entry["request"] == "omobilities.update"
    assert entry["from"] == KI
    assert entry["clause"] == "1"


def test_rejection_is_noted_with_its_reason(league):
    mobility = league.mobility(iia=league.iia())

    answer = update(
        league, Rejection(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility), comment="No place.")
    )

    assert answer.status_code == 200
    assert (now(mobility).state, now(mobility).comment) == (MobilityState.REJECTED, "No place.")


def test_same_decision_twice_changes_nothing(league):
    mobility = league.mobility(iia=league.iia())
    decision = Approval(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility))
    update(league, decision)
    told = now(mobility).told

    answer = update(league, decision)

    assert answer.status_code == 200
    assert now(mobility).told == told


@pytest.mark.parametrize("state", [MobilityState.REJECTED, MobilityState.CANCELLED])
def test_decision_after_another_is_a_conflict(league, state):
    mobility = league.mobility(iia=league.iia(), state=state)

    answer = update(league, Approval(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility)))

    assert answer.status_code == 409


def test_stale_decision_is_a_conflict_in_words_for_the_user(league):
    mobility = league.mobility(iia=league.iia())

    answer = update(league, Approval(omobility_id=mobility.foreign_id, proposal_id="older"))

    assert answer.status_code == 409
    assert read_error(answer.content).user_messages
    assert now(mobility).state == MobilityState.NOMINATED


def test_decision_on_somebody_elses_stay_says_no_more_than_on_none(league):
    other = league.mobility(UU, iia=league.iia(UU))

    foreign = update(league, Approval(omobility_id=other.foreign_id, proposal_id=proposal(other)))
    unknown = update(league, Approval(omobility_id="unknown", proposal_id="x"))

    assert foreign.status_code == unknown.status_code == 400
    assert foreign.content == unknown.content


def test_rejection_without_a_comment_is_refused(league):
    mobility = league.mobility(iia=league.iia())
    document = omobilities.UPDATE_REQUEST.build(
        UpdateRequest(Rejection(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility), comment="REASON"))
    ).replace(b"REASON", b"")

    answer = league.ask("omobilities", 3, part="update-url", document=document)

    assert answer.status_code == 400
    assert now(mobility).state == MobilityState.NOMINATED


def test_decision_without_an_agreement_is_refused(league):
    mobility = league.mobility()

    answer = update(league, Approval(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility)))

    assert answer.status_code == 400


def test_decision_under_an_agreement_that_is_not_approved_is_refused(league):
    iia = league.iia()
    mobility = league.mobility(iia=iia)
    with given():
        iia.approved_there = ""
        iia.save()

    answer = update(league, Approval(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility)))

    assert answer.status_code == 400
    assert read_error(answer.content).user_messages


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<a/>",
        b"<omobilities-update-request/>",
        b"not xml",
        b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;&b;&b;">]><a>&d;</a>',
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        b"<a>" * 2000,
        omobilities.UPDATE_REQUEST.build(UpdateRequest(Approval(omobility_id="1", proposal_id="2"))).replace(
            b"stable-v3", b"stable-v2"
        ),
    ],
    ids=["empty", "other", "no-namespace", "no-xml", "bomb", "entity", "deep", "namespace"],
)
def test_document_that_is_none_is_refused(league, document):
    answer = league.send("POST", "/ewp/omobilities/v3/update", document, type_="text/xml")

    assert answer.status_code == 400
    assert b"root:" not in answer.content


def test_unknown_elements_of_a_decision_are_passed_over(league):
    mobility = league.mobility(iia=league.iia())
    document = omobilities.UPDATE_REQUEST.build(
        UpdateRequest(Approval(omobility_id=mobility.foreign_id, proposal_id=proposal(mobility)))
    ).replace(b"</approve-proposal-v1>", b"<newer>thing</newer></approve-proposal-v1>")

    answer = league.ask("omobilities", 3, part="update-url", document=document)

    assert answer.status_code == 200


def test_statistics_count_by_year(league):
    for state in (MobilityState.NOMINATED, MobilityState.ACCEPTED, MobilityState.RECOGNISED, MobilityState.REJECTED):
        league.mobility(state=state)
    league.mobility(year="2027/2028")
    league.mobility(is_outgoing=False)

    answer = league.ask("omobility-stats", 1, method="GET", by=STATS)

    assert mobility_statistics.MOBILITIES.read(answer.content) == (
        mobility_statistics.MobilityYear(year=YEAR, pending=1, approved=2),
        mobility_statistics.MobilityYear(year="2027/2028", pending=1, approved=0),
    )


def test_statistics_are_not_for_strangers(league):
    assert league.client.get("/ewp/omobility-stats/v1").status_code == 401


def test_arrivals_are_told_to_the_sender_alone(league):
    there = league.mobility(
        is_outgoing=False, state=MobilityState.DEPARTED, arrived=date(2026, 10, 2), departed=date(2027, 1, 30)
    )
    other = league.mobility(UU, is_outgoing=False)
    ids = [("omobility_id", there.foreign_id), ("omobility_id", other.foreign_id)]

    answer = league.ask("imobilities", 2, ids, part="get-url")
    older = league.ask("imobilities", 1, [("receiving_hei_id", CHARITE), *ids], part="get-url")

    assert imobilities.GET.read(answer.content) == (
        imobilities.IncomingMobility(
            omobility_id=there.foreign_id,
            actual_arrival_date=date(2026, 10, 2),
            actual_departure_date=date(2027, 1, 30),
        ),
    )
    assert [one.status for one in imobilities.GET_1.read(older.content)] == ["verified"]


def test_moment_of_the_last_change_is_the_border(league):
    mobility = league.mobility()
    told: datetime = now(mobility).told

    assert index(league, {"modified_since": told.isoformat()}) == ()
    assert index(league, {"modified_since": (told - timedelta(microseconds=1)).isoformat()}) == (mobility.foreign_id,)
