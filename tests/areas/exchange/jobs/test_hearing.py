from datetime import date

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.jobs import hearing
from hansa.areas.exchange.models import Iia, Mobility, Plan, Stay
from hansa.kernel.change import change
from hansa.kernel.models import Person
from hansa.kernel.policy import ClauseError
from hansa.lib.errors import InvalidError
from hansa.lib.ewp.elements import Text
from hansa.lib.ewp.omobilities import Side
from tests.areas.exchange.jobs.post_office import sent
from tests.areas.exchange.league import CHARITE, KI
from tests.conftest import given

CHANGED = "The sending institution has changed the nomination: look at it again."


@pytest.fixture
def officer(db):
    made = Person(username="officer", name="Olga", roles=["officer"], state="active")
    with given():
        made.save()
    return made


@pytest.fixture
def iia(league):
    return league.iia()


def now() -> Mobility:
    return Mobility.objects.get()


def fetched(university, **about) -> Mobility:
    """Let the partner nominate and this node fetch it."""
    university.nominate(**about)
    sent("omobility-get")
    return now()


def at(state: str) -> None:
    """Put the stay into a state."""
    with given():
        Mobility.objects.update(state=state)


def test_nomination_without_an_agreement_waits_for_the_officer_with_a_sentence(university, league, officer):
    stay = fetched(university)

    assert (stay.state, stay.iia) == ("nominated", None)
    assert stay.comment == (
        f"No agreement with {KI} that both institutions approved gives a place for this. Agree first, or reject it."
    )
    with pytest.raises(ClauseError, match="No agreement that both institutions approved"):
        actions.mobilities.accept(stay, by=officer)
    assert actions.mobilities.reject(now(), by=officer, reason="No agreement.").state == "rejected"


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "draft"},
        {"approved_there": ""},
        {"conditions": []},
        {"kind": "staff-teacher"},
        {"sending": "uu.example"},
        {"receiving": "uu.example"},
        {"fields": ["0300"]},
    ],
)
def test_nomination_falls_only_under_a_condition_that_fits(university, iia, changes):
    with given():
        found = {**iia.conditions[1], **changes}
        Iia.objects.update(**({"conditions": [found]} if set(changes) & set(iia.conditions[1]) else changes))

    assert fetched(university).iia is None


@pytest.mark.parametrize("fields", [[], ["0912"], ["09"], ["0300", "091"]])
def test_condition_for_any_field_or_a_broader_one_fits(university, iia, fields):
    with given():
        Iia.objects.update(conditions=[{**iia.conditions[1], "fields": fields}])

    assert fetched(university).condition == 1


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_agreement_that_the_nomination_names_is_taken(university, league, iia, whose):
    other = league.iia()
    named = {"ours": (str(other.pk), ""), "theirs": ("", other.foreign_id)}[whose]

    stay = fetched(
        university,
        nomination={
            "receiving_hei": Side(hei_id=CHARITE, iia_id=named[0]),
            "sending_hei": Side(hei_id=KI, iia_id=named[1]),
        },
    )

    assert stay.iia == other


def test_agreement_that_nobody_knows_is_no_basis(university, iia):
    stay = fetched(university, nomination={"receiving_hei": Side(hei_id=CHARITE, iia_id="other")})

    assert stay.iia is None


def test_nomination_over_quota_waits_with_a_sentence(university, league, iia):
    with given():
        Iia.objects.update(conditions=[{**iia.conditions[1], "places": 0}])

    stay = fetched(university)

    assert (stay.state, stay.iia) == ("nominated", iia)
    assert "gives 0 places a year, and 0 are taken in 2026/2027" in stay.comment


def test_nomination_outside_the_years_waits_with_a_sentence(university, iia):
    with given():
        Iia.objects.update(conditions=[{**iia.conditions[1], "first_year": "2027/2028"}])

    assert "holds from 2027/2028 to 2028/2029, not in 2026/2027" in fetched(university).comment


def test_condition_for_the_year_comes_before_one_for_another_year(university, iia):
    with given():
        Iia.objects.update(conditions=[{**iia.conditions[1], "first_year": "2027/2028"}, iia.conditions[1]])

    assert fetched(university).condition == 2


def test_same_nomination_twice_changes_nothing(university, iia):
    before = fetched(university)

    sent("omobility-get")

    assert (now().updated, now().told) == (before.updated, before.told)
    assert Stay.objects.count() == 1


def test_changed_nomination_is_taken_over_and_waits_again(university, iia, officer):
    actions.mobilities.accept(fetched(university), by=officer, note="welcome")

    stay = fetched(university, nomination={"sending_academic_term_ewp_id": "2026/2027-2/2"})

    assert (stay.state, stay.comment) == ("nominated", CHANGED)
    assert stay.starts == date(2027, 2, 1)


@pytest.mark.parametrize("state", ["arrived", "departed", "transcribed"])
def test_nomination_that_changes_after_the_arrival_is_kept_but_moves_nothing(university, iia, state):
    fetched(university)
    at(state)

    stay = fetched(university, nomination={"nominee_isced_f_code": "0913"})

    assert (stay.state, stay.field) == (state, 913)


def test_rejected_nomination_that_changes_is_looked_at_again(university, iia, officer):
    actions.mobilities.reject(fetched(university), by=officer, reason="No place.")

    assert fetched(university, nomination={"nominee_isced_f_code": "0913"}).state == "nominated"


def test_late_answer_of_the_partner_takes_back_no_decision_of_ours(university, iia, officer):
    actions.mobilities.accept(fetched(university), by=officer)

    stay = fetched(university)

    assert stay.state == "accepted"


@pytest.mark.parametrize(
    ("before", "after"),
    [("nominated", "cancelled"), ("accepted", "cancelled"), ("rejected", "rejected"), ("departed", "departed")],
)
def test_cancelled_nomination_is_cancelled_while_it_can_be(university, iia, before, after):
    fetched(university)
    at(before)

    stay = fetched(university, status="cancelled")

    assert stay.state == after
    assert (stay.comment == "The sending institution cancelled the nomination.") == (before != after)


@pytest.mark.parametrize("status", ["cancelled", "rejected"])
def test_nomination_that_is_over_before_we_heard_of_it_is_not_kept(university, status):
    university.nominate(status=status)

    assert sent("omobility-get").state == "delivered"
    assert not Mobility.objects.exists()


def test_correction_of_the_person_is_taken_over(university, iia):
    fetched(university)

    stay = fetched(university, student={"family_names": (Text("Holmgren"),)})

    assert stay.stay.family_name == "Holmgren"


def test_wrong_correction_of_the_person_is_not_taken(university, iia):
    fetched(university)
    university.nominate(student={"nationality": "SE", "email": "x" * 300 + "@ki.example"})

    assert sent("omobility-get").state == "failed"
    assert now().stay.email == "nils@ki.example"


def agreed(university, **about) -> list[tuple[int, str]]:
    """Let the partner change its agreement and this node fetch it; return versions and states."""
    university.agree(**about)
    assert sent("omobility-la-get").trouble == ""
    return [(plan.number, plan.state) for plan in Plan.objects.order_by("number")]


@pytest.fixture
def nominated(university, iia):
    return fetched(university)


def test_same_agreement_twice_is_one_version(university, nominated):
    assert agreed(university) == [(1, "offered")]
    assert agreed(university) == [(1, "offered")]


def test_new_proposal_replaces_the_one_that_waited(university, nominated):
    agreed(university)

    assert agreed(university, studied="Anatomy") == [(1, "replaced"), (2, "offered")]
    newest = Plan.objects.get(number=2)
    assert newest.document["previous"] == Plan.objects.get(number=1).digest
    assert newest.phase == "before"


def test_agreement_that_came_after_all_signed_is_agreed(university, nominated):
    assert agreed(university, held=("first_version",), changes_proposal=None) == [(1, "agreed")]
    assert set(Plan.objects.get().signatures) == {"participant", "sending", "receiving"}


def test_version_that_waited_here_and_holds_there_is_agreed(university, nominated):
    agreed(university)

    assert agreed(university, held=("first_version",), changes_proposal=None) == [(1, "agreed")]


def test_what_we_signed_stays_signed_while_the_partner_has_not_noted_it(university, nominated, officer, league):
    league.profile()
    agreed(university)
    actions.plans.agree(Plan.objects.get(), by=officer)

    assert agreed(university) == [(1, "agreed")]


def test_changes_that_both_signed_replace_what_held(university, nominated):
    agreed(university, held=("first_version",), changes_proposal=None)
    first = university.agreements["N-1"].first_version
    with given():
        Mobility.objects.update(arrived=date(2026, 10, 2))

    found = agreed(
        university, studied="Anatomy", held=("approved_changes",), changes_proposal=None, first_version=first
    )

    assert found == [(1, "replaced"), (2, "agreed")]
    assert Plan.objects.get(number=2).phase == "during"


def test_agreement_says_language_and_days_of_the_stay(university, nominated):
    agreed(university)

    assert (now().language, now().starts, now().ends) == ("en", date(2026, 10, 1), date(2027, 1, 31))


def days(stay: Mobility, *, arrived: date | None = None, departed: date | None = None) -> Mobility:
    with change({"request": "test"}):
        hearing.hear_days(stay, arrived=arrived, departed=departed)
    return Mobility.objects.get(pk=stay.pk)


CAME, WENT = date(2026, 10, 2), date(2027, 1, 30)


@pytest.mark.parametrize(
    ("before", "arrived", "departed", "after"),
    [
        ("accepted", CAME, None, "arrived"),
        ("confirmed", CAME, None, "arrived"),
        ("accepted", CAME, WENT, "departed"),
        ("arrived", CAME, WENT, "departed"),
        ("transcribed", CAME, WENT, "transcribed"),
        ("cancelled", CAME, None, "cancelled"),
    ],
)
def test_days_of_our_student_move_the_stay(league, before, arrived, departed, after):
    found = days(league.mobility(state=before), arrived=arrived, departed=departed)

    assert (found.state, found.arrived, found.departed) == (after, arrived, departed)


def test_arrival_that_the_host_takes_back_is_taken_back(league):
    stay = days(league.mobility(state="accepted"), arrived=CAME)

    found = days(stay)

    assert (found.state, found.arrived) == ("accepted", None)


def test_same_days_change_nothing(league):
    stay = days(league.mobility(state="accepted"), arrived=CAME)

    assert days(stay, arrived=CAME).updated == stay.updated


@pytest.mark.parametrize("arrived", [None, WENT])
def test_stay_does_not_end_before_it_begins(league, arrived):
    stay = league.mobility(state="accepted")

    with pytest.raises(InvalidError, match="ended before it began"):
        days(stay, arrived=arrived, departed=CAME)


@pytest.mark.parametrize(
    ("before", "status", "after"),
    [
        ("nominated", "verified", "accepted"),
        ("nominated", "rejected", "rejected"),
        ("nominated", "pending", "nominated"),
        ("cancelled", "verified", "cancelled"),
    ],
)
def test_decision_of_the_older_major_moves_only_what_waits_for_it(university, league, before, status, after):
    stay = league.mobility(state=before)
    university.arrive(stay.foreign_id, status=status)

    with change({"request": "test"}):
        hearing.hear_arrival(university.arrivals[stay.foreign_id], partner=KI)

    assert Mobility.objects.get(pk=stay.pk).state == after


@pytest.fixture
def certified(university, league):
    """A stay of ours whose host has issued the transcript."""
    stay = league.mobility(state="arrived")
    university.certify(stay.foreign_id, league.transcript(stay))
    return stay


def transcribed(university, stay) -> Mobility:
    with change({"request": "test"}):
        hearing.hear_transcript(university.transcripts[stay.foreign_id], partner=KI)
    return Mobility.objects.get(pk=stay.pk)


def test_transcript_twice_changes_nothing(university, certified):
    first = transcribed(university, certified)

    again = transcribed(university, certified)

    assert (again.state, again.updated) == ("transcribed", first.updated)


@pytest.mark.parametrize("state", ["nominated", "cancelled", "decided", "recognised"])
def test_transcript_moves_nothing_that_does_not_wait_for_it(university, certified, state):
    with given():
        Mobility.objects.update(state=state)

    assert (transcribed(university, certified).state, certified.transcript) == (state, None)


def test_transcript_of_nobody_of_ours_changes_nothing(university, certified):
    with given():
        Mobility.objects.update(foreign_id="other")

    assert transcribed(university, certified).transcript is None
