"""What waits for whom on the home page, in so many queries whatever the node keeps."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from hansa.areas.exchange import actions, rules
from hansa.areas.exchange.models import Iia, Message, Mobility
from hansa.areas.exchange.views import home
from tests.areas.exchange.applying import applied, assessed, now, opened, over
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import Outgoing, Scene
from tests.conftest import given

NOTES = {
    "nominated": "Look who is nominated",
    "accepted": "Confirm the first day",
    "confirmed": "Confirm the arrival",
    "arrived": "Confirm the departure",
    "departed": "Issue the transcript",
}


def put(record, **changes):
    """Let a record have become what a test needs."""
    with given():
        for name, value in changes.items():
            setattr(record, name, value)
        record.save()
    return record


@pytest.mark.parametrize("state", NOTES)
def test_stay_here_waits_for_the_department(scene: Scene, state: str) -> None:
    today = timezone.localdate()
    put(Incoming(scene).mobility, state=state, starts=today, ends=today)

    (line,) = home.waiting(scene[rules.DEPARTMENT])

    assert line["title"] == "Anna Muster ← Karolinska Institutet"
    assert line["note"].startswith(NOTES[state])
    assert line["note"].endswith("studies, 2026/2027")


@pytest.mark.parametrize("state", ["confirmed", "arrived"])
def test_day_that_has_not_come_waits_for_nobody(scene: Scene, state: str) -> None:
    later = timezone.localdate() + timedelta(days=2)
    put(Incoming(scene).mobility, state=state, starts=later, ends=later)

    assert home.waiting(scene[rules.DEPARTMENT]) == []


def test_transcript_plan_and_evidence_wait_for_the_office(scene: Scene) -> None:
    put(scene.nominate(), state="transcribed")
    stay = Outgoing(scene, "5.2")
    stay.hear("accepted", note="")
    stay.planned()
    put(stay.plan, state="signed")
    put(stay.mobility.checks.get(kind="licence"), state="submitted")

    found = {line["title"]: line["note"] for line in home.waiting(scene[rules.OFFICER])}

    assert list(found) == [
        "Anna Muster → Karolinska Institutet",
        "licence or student status: Anna Muster → Karolinska Institutet",
    ]
    assert len(home.waiting(scene[rules.OFFICER])) == 3


def test_plan_of_a_guest_waits_for_the_department(scene: Scene) -> None:
    guest = Incoming(scene)
    guest.do("accept")
    guest.hear("planned", **guest.planned())

    notes = [str(line["note"]) for line in home.waiting(scene[rules.DEPARTMENT])]

    assert any(note.startswith("Sign the plan") for note in notes)


def test_call_waits_to_be_closed_ranked_and_followed_by_nominations(scene: Scene) -> None:
    officer, call = scene[rules.OFFICER], opened(scene)
    row = assessed(scene, applied(scene, call), "90")
    told = [home.waiting(officer)]

    over(call)
    told.append(home.waiting(officer))
    actions.calls.close(now(call), by=officer)
    told.append(home.waiting(officer))
    actions.calls.rank(now(call), by=officer)
    actions.applications.accept_place(now(row), by=scene[rules.PARTICIPANT])
    told.append(home.waiting(officer))

    assert told[0] == []
    assert [(line["title"], str(line["note"])) for lines in told[1:] for line in lines] == [
        ("A term abroad", "The deadline is over: close it."),
        ("A term abroad", "Put the applications in order."),
        ("Anna Muster: A term abroad", "The place was taken: nominate."),
    ]


def test_agreements_and_messages_wait_with_what_went_wrong(scene: Scene) -> None:
    put(Iia(partner="uu.se", title="Uppsala"), state="received")
    put(Iia(partner="ki.se", title="Solna"), state="changed", trouble="The hash is another.")
    put(Message(partner="uu.se", kind="iia-cnr", subject="1"), state="failed", trouble="No answer.", remedy="Call.")

    notes = [str(line["note"]) for line in home.waiting(scene[rules.OFFICER])]

    assert notes == ["Compare both copies, then approve.", "The hash is another.", "No answer. Call."]


def test_participants_see_what_is_theirs_alone(scene: Scene, person) -> None:
    stay, other = Outgoing(scene, "5.2"), person(rules.PARTICIPANT)
    stay.hear("accepted", note="")
    stay.planned()
    put(stay.plan, state="draft")
    put(stay.mobility.checks.get(kind="licence"), state="refused")
    call = opened(scene)
    row = put(applied(scene, call), state="draft")

    mine, theirs = home.waiting(scene[rules.PARTICIPANT]), home.waiting(other)

    notes = [str(line["note"]) for line in mine]
    assert notes[:2] == ["Complete it and hand it in before the deadline.", "Complete your plan and sign it."]
    assert notes.count("Hand in the evidence; it stays at your own institution.") == 4
    assert notes[-1] == "The evidence was not accepted: hand in another."
    assert (theirs, home.running(other), home.produced(other), home.failed(other)) == ([], [], [], [])
    put(row, state="selected")
    put(stay.plan, state="returned")
    assert {str(line["note"]) for line in home.waiting(scene[rules.PARTICIPANT])} >= {
        "You are offered a place: take it or decline.",
        "The host returned your plan with a comment: make a new version.",
    }


def test_running_names_whom_each_stay_waits_for(scene: Scene) -> None:
    scene.nominate(participant=rules.PARTICIPANT)
    applied(scene, opened(scene))

    office, own = home.running(scene[rules.OFFICER]), home.running(scene[rules.PARTICIPANT])

    assert [(line["title"], line["who"]) for line in office] == [
        ("Anna Muster → Karolinska Institutet", "Karolinska Institutet")
    ]
    assert [line["title"] for line in own] == ["A term abroad", "Anna Muster → Karolinska Institutet"]
    assert home.running(scene["steward"]) == []


@pytest.mark.parametrize(
    ("state", "tell", "note"),
    [("recognised", home.produced, "studies, 2026/2027"), ("rejected", home.failed, "No place.")],
)
def test_end_of_a_stay_is_told_to_whom_it_concerns(scene: Scene, state: str, tell, note: str) -> None:
    put(scene.nominate(participant=rules.PARTICIPANT), state=state, comment="No place.")

    assert [line["note"] for line in tell(scene[rules.OFFICER])] == [note]
    assert [line["note"] for line in tell(scene[rules.PARTICIPANT])] == [note]
    assert tell(scene["steward"]) == []


@pytest.mark.parametrize("role", [rules.OFFICER, rules.DEPARTMENT, rules.PARTICIPANT, "steward"])
def test_home_takes_as_many_queries_and_counts_as_many_lines_whatever_there_is(scene: Scene, role: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            for tell in (home.waiting, home.waiting_count, home.running, home.produced, home.failed):
                tell(person)
        return len(queries)

    def fill() -> None:
        Incoming(scene)
        scene.nominate(participant=rules.PARTICIPANT)
        put(Incoming(scene).mobility, state="departed")

    person = scene[role]
    fill()
    before = count()
    fill()

    assert (count(), Mobility.objects.count()) == (before, 6)
    assert home.waiting_count(person) == len(home.waiting(person))


def test_long_queue_leads_to_the_list_of_the_rest(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "MOST", 1)
    Incoming(scene)
    Incoming(scene)

    found = home.waiting(scene[rules.DEPARTMENT])

    assert [(str(line["title"]), line["url"]) for line in found[1:]] == [
        ("More of these", "/mobilities/?state=nominated")
    ]
    assert home.waiting_count(scene[rules.DEPARTMENT]) == len(found) == 2
