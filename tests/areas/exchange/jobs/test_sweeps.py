from datetime import date, timedelta

import pytest
from django.utils import timezone

from hansa.areas.exchange import post
from hansa.areas.exchange.jobs import sweeps
from hansa.areas.exchange.models import Member, Message, Mobility, Plan
from hansa.kernel import jobs
from hansa.kernel.models import Job
from tests.areas.exchange.jobs.post_office import deliver, sent
from tests.areas.exchange.league import CHARITE, KI, UU
from tests.areas.exchange.university import no, publish
from tests.conftest import given


def swept(**changes) -> Member:
    return Member.objects.create(hei=KI, name="KI", **changes)


def looked() -> Message:
    return sent(post.SWEEP, subject=post.EVERYTHING)


def test_sweep_finds_what_no_notification_told(university, league):
    university.nominate("N-1")
    university.nominate("N-2")
    university.agree("N-1")
    stay = league.mobility(state="accepted")
    university.arrive(stay.foreign_id, arrived=date(2026, 10, 2))

    other = league.mobility(state="departed")
    university.certify(other.foreign_id, league.transcript(other))

    looked()

    assert Mobility.objects.filter(is_outgoing=False).count() == 2
    assert Mobility.objects.get(pk=other.pk).state == "transcribed"
    assert Plan.objects.count() == 1
    assert Mobility.objects.get(pk=stay.pk).state == "arrived"
    assert not Message.objects.exclude(state="delivered").exists()


def test_sweep_asks_for_what_changed_since_the_last_one_and_a_little_before(university):
    member = swept(swept=timezone.now() - timedelta(days=1))

    looked()

    since = university.asked[0].pairs["modified_since"][0]
    assert since == (member.swept - timedelta(hours=1)).isoformat(timespec="seconds")
    assert Member.objects.get().swept > member.swept


def test_first_sweep_asks_for_everything(university):
    looked()

    assert university.asked[0].pairs == {}
    assert Member.objects.get().swept is not None


def test_older_majors_are_asked_by_the_names_of_both(university, league):
    university.majors = {"omobilities": (2,)}
    publish(league, university)

    looked()

    assert university.asked[0].path == "/omobilities/v2/index"
    assert university.asked[0].pairs == {"sending_hei_id": [KI], "receiving_hei_id": [CHARITE]}


def test_member_that_serves_nothing_has_nothing_to_say(university, league):
    university.without = ("omobilities", "omobility-las", "imobilities", "imobility-tors", "iias")
    publish(league, university)
    league.mobility()

    assert looked().state == "delivered"
    assert university.asked == []
    assert Message.objects.count() == 1


def test_sweep_that_fails_is_not_counted(university):
    university.instead = [no(400, "No.")]
    swept()

    assert looked().state == "failed"
    assert Member.objects.get().swept is None


def test_sweep_that_finds_more_than_one_turn_fetches_goes_on_where_it_was(university, monkeypatch):
    monkeypatch.setattr(sweeps, "MOST", 2)
    for number in range(3):
        university.nominate(f"N-{number}")

    looked()
    first = Member.objects.get()
    found = Mobility.objects.count()
    looked()

    assert (first.swept, found) == (None, 2)
    assert (Member.objects.get().swept, Member.objects.get().began) == (first.began, None)
    assert Mobility.objects.count() == 3
    assert university.paths().count("/omobilities/v3/get") == 3


@pytest.fixture
def standing(league, university):
    jobs.stand()
    Job.objects.exclude(kind=sweeps.JOB).delete()


def test_members_with_whom_we_have_to_do_are_swept_once_a_day(standing, university, league):
    league.mobility()
    league.iia(UU)
    publish(league, university)

    deliver()
    deliver()

    # Uppsala is in no catalogue any more.
    assert [(one.partner, one.kind) for one in Message.objects.filter(kind=post.SWEEP)] == [(KI, post.SWEEP)]
    assert {one.hei: one.swept is not None for one in Member.objects.all()} == {KI: True, UU: False}
    assert Job.objects.get(kind=sweeps.JOB).state == "waiting"


@pytest.mark.parametrize(("hours", "count"), [(1, 0), (25, 1)])
def test_member_is_swept_again_after_a_day(standing, hours, count):
    swept(swept=timezone.now() - timedelta(hours=hours))

    deliver()

    assert Message.objects.filter(kind=post.SWEEP).count() == count


@pytest.mark.parametrize(("state", "count"), [("waiting", 1), ("failed", 1), ("expired", 2), ("delivered", 2)])
def test_sweep_that_waits_or_was_refused_today_is_not_owed_twice(standing, state, count):
    swept()
    with given():
        Message(kind=post.SWEEP, partner=KI, subject=post.EVERYTHING, state=state).save()

    deliver()

    assert Message.objects.filter(kind=post.SWEEP).count() == count


def test_node_that_is_no_member_sweeps_nobody(standing, league):
    swept()
    league.table.clear()

    deliver()

    assert not Message.objects.exists()
