from datetime import timedelta

import pytest
from django.utils import timezone

from hansa.areas.exchange import post
from hansa.areas.exchange.jobs import messages
from hansa.areas.exchange.models import Member, Message
from hansa.areas.exchange.network import client
from hansa.kernel import jobs
from hansa.kernel.change import change
from hansa.kernel.models import Job, LedgerEntry
from hansa.lib.ewp.hosts import Api, Security
from hansa.lib.ewp.specifications import ORIGIN
from tests.areas.exchange.jobs.post_office import deliver, owe, sent
from tests.areas.exchange.league import KI, STATS
from tests.areas.exchange.university import Asked, University, no, opened, publish

DAY = timedelta(hours=25)


def test_message_is_delivered_once_and_told_in_the_ledger(university):
    before = LedgerEntry.objects.count()

    found = sent("omobility-cnr")

    assert (found.state, found.attempts, found.trouble) == ("delivered", 1, "")
    assert found.at is not None
    assert university.paths() == ["/omobility-cnr/v2"]
    # One entry where it was owed, one where it was delivered.
    assert LedgerEntry.objects.count() == before + 2
    assert Member.objects.get().heard is not None


def test_member_that_is_away_is_tried_again_until_it_answers(university):
    university.instead = [no(503), no(503)]
    owed = owe("omobility-cnr")

    deliver()
    waiting = Job.objects.get(record=owed.urn)
    deliver()
    deliver()

    assert (waiting.state, waiting.waits, waiting.waits_for) == ("waiting", 1, f"{KI} says no (503). Developers:")
    assert (Message.objects.get().state, Message.objects.get().attempts) == ("delivered", 3)
    assert len(university.asked) == 3


def test_trouble_is_kept_at_the_member_until_it_answers(university):
    university.instead = [no(500, "Database down")]
    owe("omobility-cnr")
    deliver()
    troubled = Member.objects.get()

    deliver()

    assert (troubled.trouble, troubled.heard, troubled.name) == (
        f"{KI} says no (500). Database down",
        None,
        "Karolinska Institutet",
    )
    assert Member.objects.get().trouble == ""


@pytest.mark.parametrize(("waits", "seconds"), [(0, 5), (1, 10), (2, 20), (5, 160), (6, 300), (200, 300)])
def test_member_is_tried_soon_and_never_later_than_after_five_minutes(university, waits, seconds):
    university.instead = [no(503)]
    owed = owe("omobility-cnr")
    Job.objects.filter(record=owed.urn).update(waits=waits)

    deliver()

    left = (Job.objects.get(record=owed.urn).next_at - timezone.now()).total_seconds()
    assert seconds - 3 < left <= seconds


def test_message_expires_after_a_day_without_an_answer(university):
    university.instead = [no(503)]
    owed = owe("omobility-cnr")

    deliver(later=DAY)

    found = Message.objects.get(pk=owed.pk)
    assert (found.state, found.remedy) == ("expired", "Send it again once the partner answers.")


def test_refusal_fails_at_once_with_partner_cause_and_remedy(university):
    university.instead = [no(400, "Unknown parameter")]

    found = sent("omobility-cnr")

    assert (found.state, found.trouble) == ("failed", f"{KI} says no (400). Unknown parameter")
    assert found.remedy.startswith("Mend what it names")
    assert len(university.asked) == 1


def test_too_many_requests_are_tried_again(university):
    university.instead = [no(429)]

    assert sent("omobility-cnr").state == "waiting"


def test_member_that_closes_the_line_is_tried_again(university, league):
    with opened(University()) as other:
        publish(league, other)

    found = sent("omobility-cnr")

    assert found.state == "waiting"
    assert "does not answer (ConnectError)" in Job.objects.get(record=found.urn).waits_for


def test_what_the_partner_does_not_serve_fails_with_the_name_of_it(university, league):
    university.without = ("omobility-cnr",)
    publish(league, university)

    assert sent("omobility-cnr").trouble == f"{KI} does not offer omobility-cnr in the network."


def test_wrongly_signed_answer_is_not_taken(university):
    from tests.areas.exchange.league import UU, pair

    university.signer = pair(UU)

    found = sent("omobility-cnr")

    assert (found.state, found.remedy) == ("failed", "Ask its administrator; nothing of it was taken.")


def test_nonsense_is_not_taken(university):
    university.instead = [(200, b"<html/>")]

    found = sent("omobility-cnr")

    assert found.state == "failed"
    assert "answers what cannot be read" in found.trouble


def test_kind_that_nobody_knows_says_so(university):
    found = sent("telegram")

    assert (found.state, found.remedy) == ("failed", "Bring the node to the version that wrote it.")


def test_internal_fault_fails_without_any_data(university, monkeypatch, caplog):
    monkeypatch.setitem(messages.MESSAGES, "omobility-cnr", lambda owed: 1 / 0)
    owed = owe("omobility-cnr")

    for _turn in range(jobs.MOST_ATTEMPTS):
        deliver()

    found = Message.objects.get(pk=owed.pk)
    assert found.state == "failed"
    assert "ZeroDivisionError" in found.trouble
    assert found.remedy == "Send it again; if it fails again, ask whoever runs this node."


def test_message_that_was_settled_meanwhile_is_not_sent(university):
    owed = owe("omobility-cnr")
    with change({"request": "test"}):
        owed.state = "expired"
        owed.save()

    deliver()

    assert university.asked == []
    assert Job.objects.get(record=owed.urn).state == "done"


def test_message_settled_while_it_was_sent_keeps_its_state(university, monkeypatch):
    owed = owe("omobility-cnr")

    def overtaken(one):
        def settled():
            raise AssertionError

        with change({"request": "test"}):
            other = Message.objects.get(pk=one.pk)
            other.state = "failed"
            other.save()
        return settled

    monkeypatch.setitem(messages.MESSAGES, "omobility-cnr", overtaken)

    deliver()

    assert Message.objects.get(pk=owed.pk).state == "failed"


def test_failure_of_a_message_that_is_settled_changes_nothing(university, monkeypatch):
    owed = owe("omobility-cnr")

    def overtaken(one):
        with change({"request": "test"}):
            other = Message.objects.get(pk=one.pk)
            other.state = "delivered"
            other.save()
        raise client.NetworkError("no", passes=False)

    monkeypatch.setitem(messages.MESSAGES, "omobility-cnr", overtaken)

    deliver()

    assert Message.objects.get(pk=owed.pk).state == "delivered"


def test_node_killed_before_it_wrote_calls_again_and_writes_once(university):
    owed = owe("omobility-cnr")
    row = jobs.claim("killed", lane=jobs.NETWORK)
    jobs.KINDS[row.kind](row)
    jobs.release("killed")

    deliver()

    assert university.paths() == ["/omobility-cnr/v2"] * 2
    assert Message.objects.get(pk=owed.pk).attempts == 1
    assert Job.objects.filter(record=owed.urn, state="done").count() == 1


def test_long_call_keeps_its_job(university):
    owe("omobility-cnr")
    row = jobs.claim("slow", lane=jobs.NETWORK)

    jobs.KINDS[row.kind](row)

    held = Job.objects.get(pk=row.pk).held_until
    assert (held - timezone.now()).total_seconds() > 500


class Monitored(University):
    """The server of the network's monitoring."""

    def others(self):
        return (
            Api(
                "monitoring",
                "0.2.0",
                f"{ORIGIN}/ewp-specs-api-monitoring/blob/stable-v0/manifest-entry.xsd",
                {"url": f"{self.address}/monitoring/v0"},
                Security(client=("httpsig",), server=("tlscert",)),
            ),
        )


@pytest.fixture
def monitor(league, university):
    def thanks(_asked: Asked) -> bytes:
        return b'<monitoring-response xmlns="x"/>'

    with opened(Monitored(hei=STATS, extra={"monitoring": thanks})) as made:
        publish(league, university, made)
        yield made


def test_failure_is_told_to_the_monitoring_once_at_first_and_once_at_the_end(university, monitor):
    university.instead = [no(500, "Down"), no(500, "Down"), no(400, "Bad")]
    owe("omobility-cnr")

    for _turn in range(3):
        deliver()

    told = [one.pairs for one in monitor.asked]
    assert [(one["error_type"], one["http_code"], one["message"]) for one in told] == [
        (["SERVER_ERROR"], ["500"], ["Developers: Down"]),
        (["SERVER_ERROR"], ["400"], ["Developers: Bad"]),
    ]
    assert told[0]["server_hei_id"] == [KI]
    assert told[0]["api_name"] == ["omobility-cnr"]
    assert told[0]["api_url"] == [f"{university.address}/omobility-cnr/v2"]


def test_api_that_cannot_be_found_is_told_to_the_monitoring(university, monitor, league):
    university.without = ("omobility-cnr",)
    publish(league, university, monitor)

    sent("omobility-cnr")

    assert monitor.asked[0].pairs["error_type"] == ["API_LOOKUP_ERROR"]


def test_monitoring_that_fails_disturbs_nothing(university, monitor):
    university.instead, monitor.instead = [no(400, "Bad")], [no(500)]

    assert sent("omobility-cnr").trouble == f"{KI} says no (400). Bad"


def test_failure_without_an_api_is_not_told(monitor):
    messages.report(KI, client.NetworkError("no"))

    assert monitor.asked == []


def test_resent_message_has_its_day_again(university):
    university.instead = [no(503)]
    owed = owe("omobility-cnr")
    deliver(later=DAY)
    with change({"request": "test"}):
        found = Message.objects.get(pk=owed.pk)
        found.state = "waiting"
        found.save()
        post.send(found)

    deliver()

    assert Message.objects.get(pk=owed.pk).state == "delivered"
