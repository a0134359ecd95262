from datetime import timedelta

import pytest
from django.utils import timezone

from hansa.areas.exchange import post
from hansa.areas.exchange.models import Member, Message
from hansa.areas.exchange.queries import waiting
from hansa.kernel.models import Job
from hansa.kernel.models import Letter as LetterRow
from tests.areas.exchange.league import KI, UU
from tests.conftest import given
from tests.paper import STOCKHOLM, PaperPartner

NOW = timezone.now()


def message(kind="omobility-cnr", *, partner=KI, state="waiting", **fields) -> Message:
    with given():
        made = Message(kind=kind, partner=partner, subject="N-1", state=state, **fields)
        made.save()
        post.send(made)
    return made


def letter(number: int, *, state="refused", record="urn:hansa:mobilities:1", **fields) -> LetterRow:
    return LetterRow.objects.create(
        id=f"{number}",
        direction="out",
        partner=STOCKHOLM,
        sequence=number,
        kind="mobilities.nominated",
        record=record,
        token="secret",
        digest="d",
        state=state,
        created=NOW - timedelta(days=1),
        **fields,
    )


@pytest.fixture
def names(db):
    Member.objects.create(hei=KI, name="Karolinska Institutet")
    with given():
        PaperPartner().row()


def test_message_that_waits_says_what_for(names):
    made = message()
    Job.objects.update(waits=3, waits_for="KI does not answer.")

    line = waiting.lines()[0]

    assert (line.partner, line.name, line.kind, line.about) == (KI, "Karolinska Institutet", "omobility-cnr", "N-1")
    assert (line.state, line.attempts, line.trouble) == ("waiting", 3, "KI does not answer.")
    assert line.remedy == "Nothing is lost: it is tried again by itself."
    assert (line.record, line.next_at is not None) == (made.urn, True)


def test_message_that_was_not_tried_yet_has_no_trouble(names):
    message()

    line = waiting.lines()[0]

    assert (line.attempts, line.trouble, line.remedy) == (0, "", "")


@pytest.mark.parametrize("state", ["failed", "expired"])
def test_message_that_failed_says_why_and_what_to_do(names, state):
    message(state=state, attempts=2, trouble="KI says no (400).", remedy="Mend it.")
    Job.objects.update(state="failed")

    line = waiting.lines()[0]

    assert (line.state, line.attempts, line.trouble, line.remedy) == (state, 2, "KI says no (400).", "Mend it.")
    assert line.next_at is None


def test_delivered_messages_wait_for_nobody(names):
    message(state="delivered")

    assert waiting.lines() == []


def test_letter_about_a_stay_that_was_refused_says_why(names):
    letter(1, reason="Over quota.", remedy="Wait.", settled=NOW)

    line = waiting.lines()[0]

    assert (line.partner, line.name, line.state) == (STOCKHOLM, "Karolinska Institutet", "failed")
    assert (line.kind, line.about, line.trouble, line.remedy) == ("mobilities.nominated", "1", "Over quota.", "Wait.")
    assert line.since == NOW


def test_letter_that_waits_says_what_for(names):
    letter(1, state="waiting", trouble="The line is dead.", next_at=NOW)

    line = waiting.lines()[0]

    assert (line.state, line.trouble, line.next_at) == ("waiting", "The line is dead.", NOW)


@pytest.mark.parametrize("fields", [{"state": "applied"}, {"record": "urn:hansa:studies:1"}])
def test_letter_of_somebody_else_or_that_arrived_is_left_out(names, fields):
    letter(1, **fields)

    assert waiting.lines() == []


def test_job_of_exchange_that_failed_is_told(names):
    for kind in ("exchange.mailings", "exchange.message", "studies.combine"):
        Job.objects.create(kind=kind, key=kind, record="", state="failed", trouble="Broken.", next_at=NOW)

    assert [(line.kind, line.trouble) for line in waiting.lines()] == [("exchange.mailings", "Broken.")]


@pytest.fixture
def several(names):
    message()
    message(partner=UU)
    message("omobility-get", state="failed")
    letter(1, reason="No.")


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        ({}, 4),
        ({"partner": KI}, 2),
        ({"kind": "omobility-cnr"}, 2),
        ({"state": "failed"}, 2),
        ({"partner": KI, "state": "failed"}, 1),
        ({"partner": "nobody.example"}, 0),
    ],
)
def test_filters_leave_what_fits(several, filters, count):
    assert len(waiting.lines(**filters)) == count


def test_newest_comes_first(several):
    found = [line.since for line in waiting.lines()]

    assert found == sorted(found, reverse=True)


def test_partners_can_be_chosen_by_their_names(several):
    found = waiting.partners(waiting.lines())

    assert set(found) == {(STOCKHOLM, "Karolinska Institutet"), (KI, "Karolinska Institutet"), (UU, UU)}
    assert found[-1] == (UU, UU)


def test_queries_do_not_grow_with_what_waits(several, django_assert_num_queries):
    for number in range(2, 12):
        message()
        letter(number)

    with django_assert_num_queries(6):
        assert len(waiting.lines()) == 24
