"""Applications: written, handed in, assessed, decided, and passed on to the next on the waiting list."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Application
from hansa.kernel.actions import GivenError, RoleError
from hansa.kernel.files import Upload
from hansa.kernel.models import File, LedgerEntry
from hansa.kernel.policy import ClauseError
from hansa.lib.errors import RefusedError
from tests.areas.exchange.applying import (
    WRITTEN,
    agreed,
    applied,
    assessed,
    key_of,
    now,
    opened,
    over,
    ranked,
    somebody,
)
from tests.areas.exchange.samples import PNG
from tests.areas.exchange.scene import CLAUSES, Scene, clause
from tests.conftest import given

A = actions.applications
ESI = "urn:schac:personalUniqueCode:int:esi:charite.example:12345"


def draft(scene: Scene, call, **changes) -> Application:
    return A.apply(Application(), by=scene["participant"], call=str(call.pk), **{**WRITTEN, **changes})


@pytest.fixture
def narrow(db: None) -> Scene:
    """Return a scene whose clause gives one place."""
    return Scene(clauses=[clause("5.1", "student_studies", places=1, cycle="any", field=0), *CLAUSES[1:]])


def two_ranked(scene: Scene):
    """Rank two applicants for one place; return the first and the second."""
    call = opened(scene)
    first, second = applied(scene, call), applied(scene, call, "second")
    assessed(scene, first, "90")
    assessed(scene, second, "50")
    ranked(scene, call)
    return now(first), now(second)


def test_apply_keeps_a_draft_that_is_ones_own(scene: Scene) -> None:
    row = draft(scene, opened(scene), motivation="To learn.")

    assert (row.state, row.person, row.wishes) == ("draft", scene["participant"], [])
    assert row.answers == {"motivation": "To learn."}
    assert row.belongs_to(scene["participant"])
    assert list(Application.objects.filter(Application.own_of(scene["participant"]))) == [row]
    assert "Muster" not in LedgerEntry.objects.order_by("-position")[0].body


def test_apply_twice_is_refused(scene: Scene) -> None:
    call = opened(scene)
    draft(scene, call)

    with pytest.raises(RefusedError, match="have an application for this call already"):
        draft(scene, call)


@pytest.mark.parametrize("key", ["nothing", str(uuid4())])
def test_apply_names_a_call_that_is_not_there(scene: Scene, key) -> None:
    with pytest.raises(GivenError, match="no such call"):
        A.apply(Application(), by=scene["participant"], call=key, **WRITTEN)


def test_apply_is_refused_after_the_deadline(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="were taken until"):
        draft(scene, over(opened(scene)))


def test_apply_is_refused_when_the_call_is_closed(scene: Scene) -> None:
    call = actions.calls.close(opened(scene), by=scene["officer"], reason="All places are given.")

    with pytest.raises(RefusedError, match="it is closed"):
        draft(scene, call)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"nationality": "Germany"}, "nationality"),
        ({"field": 12_345}, "field"),
        ({"field": 4_512}, "field"),
        ({"esi": "12345"}, "esi"),
        ({"language": "e"}, "language"),
        ({"birth_date": timezone.localdate()}, "birth_date"),
        ({"email": "nobody"}, "email"),
        ({"motivation": "x" * 10_001}, "motivation"),
        ({"wishes": ["https://ror.org/00m8d6786"]}, "wishes"),
        ({"wishes": ["https://ror.org/056d84691"] * 2}, "wishes"),
        ({"gender": "f"}, "gender"),
        ({"cycle": "any"}, "cycle"),
    ],
)
def test_apply_names_what_is_wrong_without_repeating_it(scene: Scene, changes, place) -> None:
    call = opened(scene)

    with pytest.raises(GivenError) as refused:
        draft(scene, call, **changes)

    assert list(refused.value.faults) == [place]
    assert "12345" not in str(refused.value)


def test_apply_allows_as_many_wishes_as_the_call(scene: Scene) -> None:
    call = opened(scene, places=[scene.place(), key_of(agreed())], most_wishes=1)

    with pytest.raises(GivenError, match="at most 1"):
        draft(scene, call, wishes=[scene.side.id, "hei:uu.se"])


def test_revise_changes_what_is_given_and_takes_back_what_was_handed_in(scene: Scene) -> None:
    row = assessed(scene, applied(scene, opened(scene), motivation="Because."), "70")

    A.revise(row, by=scene["participant"], field=911)

    assert (row.state, row.field, row.submitted, row.points) == ("draft", 911, None, {})
    assert (row.wishes, row.answers) == ([scene.side.id], {"motivation": "Because."})


def test_revise_forgets_that_it_could_not_be_considered(scene: Scene) -> None:
    row = A.assess(applied(scene, opened(scene)), by=scene["officer"], excluded="The marks are missing.")

    A.revise(row, by=scene["participant"], motivation="Here they are.")

    assert (row.is_eligible, row.reason, row.answers) == (True, "", {"motivation": "Here they are."})


def test_revise_takes_up_what_was_withdrawn(scene: Scene) -> None:
    row = A.withdraw(applied(scene, opened(scene)), by=scene["participant"])

    A.revise(row, by=scene["participant"])
    A.submit(row, by=scene["participant"])

    assert row.state == "submitted"


def test_revise_is_refused_after_the_deadline(scene: Scene) -> None:
    call = opened(scene)
    row = applied(scene, call)
    over(call)

    with pytest.raises(RefusedError, match="were taken until"):
        A.revise(now(row), by=scene["participant"], field=911)


def test_application_is_nobody_elses(scene: Scene) -> None:
    row = draft(scene, opened(scene))

    with pytest.raises(RoleError, match="somebody else's"):
        A.withdraw(row, by=somebody("other"))


def test_attach_keeps_one_document_of_a_name(scene: Scene) -> None:
    row = draft(scene, opened(scene, documents=["CV", "marks"]))

    A.attach(row, by=scene["participant"], document=Upload.of("cv.png", PNG), purpose="CV")
    A.attach(row, by=scene["participant"], document=Upload.of("cv2.png", PNG), purpose="CV")

    assert [(file.role, file.name) for file in row.files()] == [("CV", "cv2.png")]


@pytest.mark.parametrize(("asked", "said"), [(["CV"], "asks for: CV"), ([], "asks for: none")])
def test_attach_takes_what_the_call_asks_for(scene: Scene, asked, said) -> None:
    row = draft(scene, opened(scene, documents=asked))

    with pytest.raises(GivenError, match=said):
        A.attach(row, by=scene["participant"], document=Upload.of("cv.png", PNG), purpose="diary")

    assert not File.objects.exists()


def test_detach_removes_a_document(scene: Scene) -> None:
    row = draft(scene, opened(scene, documents=["CV"]))
    A.attach(row, by=scene["participant"], document=Upload.of("cv.png", PNG), purpose="CV")

    A.detach(row, by=scene["participant"], document=row.files()[0].digest)
    with pytest.raises(GivenError, match="no such document"):
        A.detach(row, by=scene["participant"], document="0" * 64)

    assert row.files() == []


def test_submit_names_all_that_is_missing(scene: Scene) -> None:
    row = draft(scene, opened(scene, documents=["CV", "marks"]))
    A.attach(row, by=scene["participant"], document=Upload.of("cv.png", PNG), purpose="CV")

    with pytest.raises(RefusedError, match="Missing: a destination; marks"):
        A.submit(row, by=scene["participant"])


def test_submit_for_the_network_asks_for_the_student_identifier(scene: Scene) -> None:
    row = draft(scene, opened(scene, places=[key_of(agreed())]), wishes=["hei:uu.se"])

    with pytest.raises(RefusedError, match="European Student Identifier"):
        A.submit(row, by=scene["participant"])
    A.revise(row, by=scene["participant"], esi=ESI)
    A.submit(row, by=scene["participant"])

    assert row.state == "submitted"


def test_submit_below_the_level_of_the_call_is_refused(scene: Scene) -> None:
    call = opened(scene, language_level="B2")

    with pytest.raises(RefusedError, match="asks for the language level B2"):
        applied(scene, call, language_level="B1")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"language": "en", "language_level": "A2"}, "language_level to be at least B1"),
        ({"language": "sv", "language_level": "C1"}, "language to be exactly en"),
    ],
)
def test_submit_tells_whom_the_clause_would_not_let_go(scene: Scene, changes, said) -> None:
    call = opened(scene, "5.2", ends=date(2026, 12, 31))

    with pytest.raises(ClauseError, match=said):
        applied(scene, call, **changes)


def test_submit_holds_the_field_against_the_clause(db: None) -> None:
    scene = Scene(clauses=[clause("5.1", "student_studies", places=1, field=912), *CLAUSES[1:]])
    call = opened(scene)

    with pytest.raises(ClauseError, match="field to be exactly 912"):
        applied(scene, call, field=913)

    assert applied(scene, call, "other").state == "submitted"


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ({"marks": "90"}, "points in each of: marks, letter"),
        ({"marks": "90", "letter": "1", "shoes": "1"}, "points in each of"),
        ({"marks": "101", "letter": "1"}, "for: marks"),
        ({"marks": "1", "letter": "-1"}, "for: letter"),
        ({"marks": "²", "letter": "maybe"}, "for: marks, letter"),
        ({}, "points in each of"),
    ],
)
def test_assess_names_the_criterion(scene: Scene, points, said) -> None:
    row = applied(scene, opened(scene))

    with pytest.raises(GivenError, match=said):
        A.assess(row, by=scene["officer"], points=points)


def test_assess_takes_points_and_yes_or_no(scene: Scene) -> None:
    row = assessed(scene, applied(scene, opened(scene)), "83", "Yes")

    assert (row.points, row.is_eligible) == ({"marks": 83, "letter": 100}, True)


def test_refused_place_goes_to_the_next_in_the_same_change(narrow: Scene) -> None:
    first, second = two_ranked(narrow)
    entries = LedgerEntry.objects.count()

    A.refuse_place(first, by=narrow["participant"])

    assert (now(first).state, now(first).outcome) == ("withdrawn", "")
    assert (now(second).state, now(second).outcome) == ("selected", narrow.side.id)
    assert now(second).reason.startswith("A place at Karolinska Institutet became free")
    assert LedgerEntry.objects.count() == entries + 1
    assert f'"{second.urn}":["reserve","selected"]' in LedgerEntry.objects.order_by("-position")[0].body


def test_place_that_was_taken_is_passed_on_when_its_holder_withdraws(narrow: Scene) -> None:
    first, second = two_ranked(narrow)
    A.accept_place(first, by=narrow["participant"])

    A.withdraw(first, by=narrow["participant"])

    assert now(second).state == "selected"


def test_place_is_passed_on_only_while_there_is_one(narrow: Scene) -> None:
    first, second = two_ranked(narrow)
    narrow.nominate()

    A.withdraw(first, by=narrow["participant"])

    assert now(second).state == "reserve"


def test_place_is_passed_on_to_whoever_wished_for_it(narrow: Scene) -> None:
    call = opened(narrow, places=[narrow.place(), key_of(agreed(places=0))])
    first = applied(narrow, call)
    other = applied(narrow, call, "other", wishes=["hei:uu.se"], esi=ESI)
    for row in (first, other):
        assessed(narrow, row, "50")
    ranked(narrow, call)

    A.withdraw(now(first), by=narrow["participant"])

    assert (now(first).state, now(other).state) == ("withdrawn", "reserve")


def test_place_goes_to_those_without_a_rank_last(narrow: Scene) -> None:
    call = opened(narrow)
    rows = [applied(narrow, call, name) for name in ("first", "hand", "second")]
    actions.calls.close(call, by=narrow["officer"], reason="All are in.")
    A.decide(now(rows[1]), by=narrow["officer"], decision="reserve", reason="Later.")
    assessed(narrow, rows[0], "90")
    assessed(narrow, rows[2], "50")
    actions.calls.rank(call, by=narrow["officer"])

    for name, follower in (("first", "second"), ("second", "hand")):
        leaver = Application.objects.get(person__username=name)
        A.refuse_place(leaver, by=leaver.person)
        assert Application.objects.get(person__username=follower).state == "selected"


def test_decide_by_hand_needs_a_place(narrow: Scene) -> None:
    first, second = two_ranked(narrow)

    with pytest.raises(RefusedError, match="No place is left"):
        A.decide(second, by=narrow["officer"], decision="selected", reason="Fair.", destination=narrow.side.id)
    A.decide(first, by=narrow["officer"], decision="declined", reason="A plagiarism.")
    A.decide(second, by=narrow["officer"], decision="selected", reason="Fair.", destination=narrow.side.id)

    assert (first.state, first.outcome) == ("declined", "")
    assert (second.state, second.outcome, second.reason) == ("selected", narrow.side.id, "Fair.")


@pytest.mark.parametrize(
    ("decision", "destination", "said"),
    [
        ("selected", "", "Choose one where a place is offered"),
        ("reserve", "https://ror.org/056d84691", "and only there"),
        ("selected", "https://ror.org/00m8d6786", "no such destination"),
    ],
)
def test_decide_asks_for_a_destination_of_the_call(narrow: Scene, decision, destination, said) -> None:
    _first, second = two_ranked(narrow)

    with pytest.raises(GivenError, match=said):
        A.decide(second, by=narrow["officer"], decision=decision, reason="So.", destination=destination)


def test_decide_waits_for_the_end_of_the_call(scene: Scene) -> None:
    row = applied(scene, opened(scene))

    with pytest.raises(RefusedError, match="can still apply"):
        A.decide(row, by=scene["officer"], decision="declined", reason="Too early.")


def test_decided_applicant_may_go_only_where_the_clause_lets_them(scene: Scene) -> None:
    row = applied(scene, opened(scene))
    actions.calls.close(row.call, by=scene["officer"], reason="All are in.")
    with given():
        scene.agreement.ends_on = timezone.localdate() - timedelta(days=1)
        scene.agreement.save()

    with pytest.raises(ClauseError, match="ended on"):
        A.decide(now(row), by=scene["officer"], decision="selected", reason="Fair.", destination=scene.side.id)
