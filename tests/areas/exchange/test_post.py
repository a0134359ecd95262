from datetime import timedelta

import pytest
from django.utils import timezone

from hansa.areas.exchange import actions, post
from hansa.areas.exchange.models import Message
from hansa.kernel.change import change
from hansa.kernel.models import Job, Person
from tests.areas.exchange.league import ENDS, KI, STARTS, UU
from tests.areas.exchange.scene import ANNA
from tests.conftest import given


@pytest.fixture
def owing(db):
    """Let a test owe what it wants to owe."""
    with change({"request": "test"}):
        yield


def owed() -> list[tuple[str, str, str]]:
    return [(one.kind, one.partner, one.subject) for one in Message.objects.order_by("created")]


def test_message_is_owed_with_its_job(owing):
    made = post.owe("omobility-cnr", KI, subject="1", data={"mobility": "m"})

    job = Job.objects.get()
    assert (made.state, made.data) == ("waiting", {"mobility": "m"})
    assert (job.kind, job.record, job.group, job.key) == (post.JOB, made.urn, KI, f"{made.pk}:1")


def test_message_is_sent_once_more_under_a_job_of_its_own(owing):
    made = post.owe("omobility-cnr", KI, subject="1")

    post.send(made)

    assert Job.objects.order_by("pk").values_list("key", flat=True)[1] == f"{made.pk}:2"


def test_look_that_waits_already_is_enough(owing):
    for partner, kind, subject in ((KI, "a", "1"), (KI, "a", "1"), (UU, "a", "1"), (KI, "b", "1"), (KI, "a", "2")):
        post.owe_fetch(kind, partner, subject=subject)

    assert owed() == [("a", KI, "1"), ("a", UU, "1"), ("b", KI, "1"), ("a", KI, "2")]


def test_look_that_is_under_way_may_have_been_too_early(owing):
    post.owe_fetch("a", KI, subject="1")
    Job.objects.update(held_until=timezone.now() + timedelta(minutes=1))

    post.owe_fetch("a", KI, subject="1")
    post.owe_fetch("a", KI, subject="1")

    assert owed() == [("a", KI, "1")] * 2


def test_member_that_announces_without_end_is_left_to_the_sweep(owing, monkeypatch):
    monkeypatch.setattr(post, "MOST_WAITING", 2)

    for number in range(5):
        post.owe_fetch("a", KI, subject=str(number))

    assert len(owed()) == 2


@pytest.fixture
def officer(db):
    made = Person(username="officer", name="Olga", roles=["officer"], state="active")
    with given():
        made.save()
    return made


def nominate(iia, officer, **changes):
    about = {
        **ANNA,
        "starts": STARTS,
        "ends": ENDS,
        "place": f"hei:{KI} iia:{iia.pk} 1",
        "cycle": "master",
        "field": 912,
        **changes,
    }
    return actions.mobilities.nominate_person(actions.mobilities.Mobility(), by=officer, **about)


def test_nomination_under_an_agreement_of_the_network_is_announced_there(league, officer):
    made = nominate(league.iia(), officer)

    message = Message.objects.get()
    assert (message.kind, message.partner, message.subject) == ("omobility-cnr", KI, str(made.pk))


def test_decision_names_the_proposal_on_which_it_was_made(league, officer):
    stay = league.mobility(is_outgoing=False, iia=league.iia(), proposal="p-1", foreign_id="N-1")

    actions.mobilities.accept(stay, by=officer)

    message = Message.objects.get()
    assert (message.kind, message.subject) == ("omobility-approve", "N-1")
    assert message.data == {"mobility": str(stay.pk), "proposal": "p-1"}


def test_what_the_network_has_no_message_for_stays_here(league, owing):
    post.tell(league.mobility(is_outgoing=False), "mobilities.confirmed")

    assert owed() == []
