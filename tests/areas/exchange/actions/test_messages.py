import pytest

from hansa.areas.exchange import actions, post
from hansa.areas.exchange.models import Member, Message
from hansa.kernel.actions import GivenError, StateError
from hansa.kernel.models import Job, Person
from tests.areas.exchange.league import KI
from tests.areas.exchange.samples_messages import message
from tests.conftest import given


@pytest.fixture
def officer(db):
    made = Person(username="officer", name="Olga", roles=["officer"], state="active")
    with given():
        made.save()
    return made


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_message_that_was_not_delivered_is_sent_again(officer, state):
    with given():
        made = message(state)

    actions.messages.resend(made, by=officer)

    found, job = Message.objects.get(), Job.objects.get()
    assert (found.state, found.trouble, found.remedy) == ("waiting", "", "")
    assert (job.record, job.group, job.state) == (found.urn, KI, "waiting")


@pytest.mark.parametrize("state", ["waiting", "delivered"])
def test_message_that_arrived_or_waits_is_not_sent_again(officer, state):
    with given():
        made = message(state)

    with pytest.raises(StateError):
        actions.messages.resend(made, by=officer)


def test_officer_looks_now_what_a_member_of_the_catalogue_changed(league, officer):
    made = actions.messages.ask(Message(), by=officer, partner=KI)

    assert (made.state, made.kind, made.partner, made.subject) == ("waiting", post.SWEEP, KI, post.EVERYTHING)
    assert Job.objects.get().record == made.urn


def test_officer_looks_now_what_a_member_changed_that_the_catalogue_lost(officer):
    Member.objects.create(hei="old.example", name="Old")

    assert actions.messages.ask(Message(), by=officer, partner="old.example").state == "waiting"


def test_somebody_whom_nobody_knows_is_not_asked(league, officer):
    with pytest.raises(GivenError, match="names no such institution"):
        actions.messages.ask(Message(), by=officer, partner="nobody.example")

    assert not Message.objects.exists()
