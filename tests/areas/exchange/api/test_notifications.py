"""Notifications of change: answered at once whatever they say, and what changed is fetched afterwards."""

import pytest

from hansa.areas.exchange import post
from hansa.areas.exchange.models import Message
from hansa.areas.exchange.states import MobilityState, PlanState
from hansa.kernel.models import Job, LedgerEntry
from hansa.lib.ewp import mobility_statistics
from hansa.lib.ewp.mobility_statistics import IncomingAgreementYear
from hansa.lib.ewp.notifications import response
from tests.areas.exchange.league import KI, STATS, UU, YEAR
from tests.lib.ewp.schemas import validate

ALL = [
    ("omobility-cnr", 2, ""),
    ("omobility-cnr", 1, "sending_hei_id"),
    ("omobility-la-cnr", 1, "sending_hei_id"),
    ("imobility-cnr", 2, ""),
    ("imobility-cnr", 1, "receiving_hei_id"),
    ("imobility-tor-cnr", 2, ""),
    ("imobility-tor-cnr", 1, "receiving_hei_id"),
]
each = pytest.mark.parametrize(("api", "major", "notifier"), ALL)


def tell(league, api, major, *ids, notifier="", **changes):
    named = [(notifier, KI)] if notifier else []
    return league.ask(api, major, [*named, *(("omobility_id", key) for key in ids)], **changes)


@each
def test_answer_is_valid_and_empty(league, api, major, notifier):
    answer = tell(league, api, major, "unknown", notifier=notifier)

    assert answer.status_code == 200
    assert response(api, major).read(answer.content)
    validate(answer.content)


@each
def test_stay_that_both_know_is_fetched_once(league, api, major, notifier):
    stay = league.mobility()

    tell(league, api, major, stay.foreign_id, notifier=notifier)
    tell(league, api, major, stay.foreign_id, stay.foreign_id, notifier=notifier)

    owed = Message.objects.get()
    assert (owed.partner, owed.subject) == (KI, stay.foreign_id)
    assert owed.kind == {"omobility-cnr": "omobility-get", "omobility-la-cnr": "omobility-la-get"}.get(
        api, api.replace("cnr", "get")
    )
    assert Job.objects.filter(kind=post.JOB).count() == 1


@pytest.mark.parametrize("api", ["imobility-cnr", "imobility-tor-cnr"])
def test_nothing_is_fetched_about_a_stay_that_is_not_ours_with_the_caller(league, api):
    tell(league, api, 2, "unknown", league.mobility(UU).foreign_id, league.mobility(is_outgoing=False).foreign_id)

    assert not Message.objects.exists()


def test_nothing_is_fetched_by_an_id_that_can_be_none(league):
    answer = tell(league, "omobility-cnr", 2, "x" * 65, "ä", "a b")

    assert answer.status_code == 200
    assert not Message.objects.exists()
    assert tell(league, "imobility-cnr", 2, "x" * 65).status_code == 200


def test_new_nomination_is_fetched_by_an_id_that_nobody_knows_here(league):
    tell(league, "omobility-cnr", 2, "new-1", "new-2")

    assert sorted(Message.objects.values_list("subject", flat=True)) == ["new-1", "new-2"]
    assert '"omobility-cnr"' in LedgerEntry.objects.order_by("-position")[0].body


def test_flood_of_notifications_is_left_to_the_sweep(league, monkeypatch):
    monkeypatch.setattr(post, "MOST_WAITING", 2)

    tell(league, "omobility-cnr", 2, *map(str, range(9)))

    assert Message.objects.count() == 2


@pytest.mark.parametrize("ids", [[], ["x"] * 51])
def test_too_many_ids_or_none_are_refused(league, ids):
    assert tell(league, "omobility-cnr", 2, *ids).status_code == 400


def test_incoming_agreements_are_counted_by_year(league):
    agreed, changed, waits = (league.mobility(is_outgoing=False, state=MobilityState.ACCEPTED) for _number in range(3))
    league.plan(agreed, "A", state=PlanState.AGREED)
    league.plan(changed, "A", state=PlanState.REPLACED)
    league.plan(changed, "B", state=PlanState.RETURNED)
    league.plan(waits, "A")
    league.plan(league.mobility(), "A")

    answer = league.ask("omobility-la-cnr", 1, method="GET", part="stats-url", by=STATS)

    found = mobility_statistics.INCOMING_AGREEMENTS.read(answer.content)
    assert found == (
        IncomingAgreementYear(
            year=YEAR,
            total=3,
            some_version_approved=2,
            latest_version_approved=1,
            latest_version_rejected=1,
            latest_version_awaiting=1,
        ),
    )


def test_counts_are_valid(league):
    league.plan(league.mobility(is_outgoing=False), "A")

    validate(league.ask("omobility-la-cnr", 1, method="GET", part="stats-url", by=STATS).content)
