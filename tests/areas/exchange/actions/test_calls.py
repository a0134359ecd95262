"""Calls: what may stand in one, when it ends, and how it is ranked."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.utils import timezone

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Application, Call, Member, Mobility
from hansa.kernel.actions import GivenError
from hansa.kernel.models import LedgerEntry, Person
from hansa.kernel.policy import ClauseError
from hansa.lib.errors import RefusedError
from hansa.lib.exchange import ranking
from tests.areas.exchange.applying import agreed, applied, assessed, key_of, now, opened, over, ranked, soon
from tests.areas.exchange.scene import CLAUSES, YEAR, Scene, clause
from tests.conftest import given


def test_open_builds_on_the_clause_and_says_what_is_left(scene: Scene) -> None:
    scene.nominate()

    call = opened(scene, documents=["CV"])

    assert call.destinations == [
        {
            "institution": scene.side.id,
            "name": "Karolinska Institutet",
            "places": 3,
            "basis": scene.agreement.hash,
            "clause": "5.1",
        }
    ]
    assert (call.state, call.kind, call.year) == ("open", "student_studies", YEAR)
    assert (call.agreement, call.clause) == (scene.agreement.hash, "5.1")
    assert call.criteria == [{"name": "marks", "weight": 3}, {"name": "letter", "weight": 1}]
    assert '"clause":"5.1"' in LedgerEntry.objects.order_by("-position")[0].body


def test_open_draws_a_lot_of_its_own_for_each_call(scene: Scene) -> None:
    seeds = {opened(scene).seed for _number in range(3)}

    assert len(seeds) == 3
    assert all(len(seed) == 32 for seed in seeds)


def test_open_builds_on_agreements_of_the_network(scene: Scene) -> None:
    Member.objects.create(hei="uu.se", name="Uppsala University")
    iia = agreed()

    call = opened(scene, places=[key_of(iia)])

    assert call.destinations[0]["institution"] == "hei:uu.se"
    assert (call.destinations[0]["name"], call.destinations[0]["places"]) == ("Uppsala University", 2)
    assert (call.agreement, call.clause) == ("", "")


def test_open_refuses_a_condition_in_which_the_partner_sends(scene: Scene) -> None:
    iia = agreed()
    with given():
        iia.conditions = [{**iia.conditions[0], "sending": "uu.se", "receiving": "charite.de"}]
        iia.save()

    with pytest.raises(RefusedError, match="lets the partner send people here"):
        opened(scene, places=[key_of(iia)])


def test_open_takes_clauses_and_agreements_together(scene: Scene) -> None:
    call = opened(scene, places=[scene.place(), key_of(agreed())])

    assert [one["institution"] for one in call.destinations] == [scene.side.id, "hei:uu.se"]
    assert call.destinations[1]["name"] == "uu.se"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"ends": date(2026, 9, 1)}, "ends"),
        ({"deadline": timezone.now() - timedelta(days=1)}, "deadline"),
        ({"most_wishes": 0}, "most_wishes"),
        ({"most_wishes": 21}, "most_wishes"),
        ({"places": []}, "places"),
        ({"criteria": []}, "criteria"),
        ({"criteria": ["marks = much"]}, "criteria"),
        ({"criteria": ["marks = 0"]}, "criteria"),
        ({"criteria": ["marks = 1001"]}, "criteria"),
        ({"criteria": ["marks = ²"]}, "criteria"),
        ({"criteria": [" = 2"]}, "criteria"),
        ({"criteria": ["marks", "marks"]}, "criteria"),
        ({"criteria": ["m" * 81]}, "criteria"),
        ({"criteria": ["ma\u200brks"]}, "criteria"),
        ({"criteria": [f"c{number}" for number in range(21)]}, "criteria"),
        ({"documents": ["CV", "CV"]}, "documents"),
        ({"documents": ["x" * 41]}, "documents"),
        ({"documents": [" "]}, "documents"),
        ({"documents": [f"d{number}" for number in range(16)]}, "documents"),
    ],
)
def test_open_names_what_is_wrong(scene: Scene, changes, place) -> None:
    with pytest.raises(GivenError) as refused:
        opened(scene, **changes)

    assert list(refused.value.faults) == [place]
    assert not Call.objects.exists()


def test_open_takes_one_kind_of_stay_and_each_institution_once(scene: Scene) -> None:
    with pytest.raises(GivenError, match="one kind of stay"):
        opened(scene, places=[scene.place("5.3"), key_of(agreed())])
    with pytest.raises(GivenError, match="stands there twice"):
        opened(scene, places=[scene.place("5.1"), scene.place("5.3")])


def test_open_reads_a_deadline_without_a_zone_in_the_nodes(scene: Scene) -> None:
    call = opened(scene, deadline=soon().replace(tzinfo=None))

    assert timezone.is_aware(call.deadline)


@pytest.mark.parametrize("key", ["nothing", "https://ror.org/056d84691 sha256:0 5.1"])
def test_open_refuses_a_place_that_no_clause_gives(scene: Scene, key) -> None:
    with pytest.raises(RefusedError, match="No clause in force gives this place"):
        opened(scene, places=[key])


def test_open_asks_every_clause(scene: Scene) -> None:
    unapproved = agreed(approved_there="")

    with pytest.raises(RefusedError, match="No agreement that both institutions approved"):
        opened(scene, places=[scene.place(), key_of(unapproved)])


def test_open_is_refused_for_longer_stays_than_the_clause_gives(scene: Scene) -> None:
    with pytest.raises(ClauseError, match="longest_days to be at most 150"):
        opened(scene, "5.2", ends=date(2027, 7, 31))


def test_open_is_refused_for_another_cycle_than_the_clause_gives(db: None) -> None:
    scene = Scene(clauses=[clause("5.1", "student_studies", places=4, cycle="master"), *CLAUSES[1:]])

    with pytest.raises(ClauseError, match="asks for cycle"):
        opened(scene)

    assert opened(scene, cycle="master").state == "open"


def test_extend_moves_the_deadline_to_later_only(scene: Scene) -> None:
    call = opened(scene)

    with pytest.raises(GivenError, match="not later"):
        actions.calls.extend(call, by=scene["officer"], deadline=call.deadline)
    later = actions.calls.extend(call, by=scene["officer"], deadline=call.deadline + timedelta(days=1))

    assert (later.state, later.deadline) == ("open", now(call).deadline)


def test_extend_opens_a_closed_call_again(scene: Scene) -> None:
    call = actions.calls.close(over(opened(scene)), by=scene["officer"])

    actions.calls.extend(call, by=scene["officer"], deadline=soon())

    assert applied(scene, call).state == "submitted"


def test_close_before_the_deadline_takes_a_reason(scene: Scene) -> None:
    call = opened(scene)

    with pytest.raises(GivenError, match="say why"):
        actions.calls.close(call, by=scene["officer"])
    closed = actions.calls.close(call, by=scene["officer"], reason="Every place is given.")

    assert (closed.state, closed.comment) == ("closed", "Every place is given.")


def test_cancel_tells_everybody_who_applied_why(scene: Scene) -> None:
    call = opened(scene)
    handed_in = applied(scene, call)
    withdrawn = actions.applications.withdraw(applied(scene, call, "bo"), by=Person.objects.get(username="bo"))

    actions.calls.cancel(call, by=scene["officer"], reason="The host has no room.")

    assert (now(handed_in).state, now(handed_in).reason) == ("declined", "The host has no room.")
    assert (now(withdrawn).state, now(withdrawn).reason) == ("withdrawn", "")
    assert now(call).comment == "The host has no room."


def test_rank_gives_the_places_in_order_and_says_why(db: None) -> None:
    scene = Scene(clauses=[clause("5.1", "student_studies", places=2, cycle="any", field=0), *CLAUSES[1:]])
    call = opened(scene)
    rows = {name: applied(scene, call, name) for name in ("low", "middle", "top", "out")}
    for name, marks in (("low", "10"), ("middle", "50"), ("top", "90")):
        assessed(scene, rows[name], marks, "yes")
    actions.applications.assess(rows["out"], by=scene["officer"], excluded="Her studies end before.")

    ranked(scene, call)

    told = {name: now(row) for name, row in rows.items()}
    assert [(told[name].state, told[name].rank) for name in ("top", "middle", "low", "out")] == [
        ("selected", 1),
        ("selected", 2),
        ("reserve", 3),
        ("declined", None),
    ]
    assert (told["top"].outcome, told["low"].outcome) == (scene.side.id, "")
    assert str(told["top"].score) == "92.5000"
    assert told["top"].reason == "Rank 1 with 92.50 points: wish 1 was free."
    assert told["out"].reason == "Her studies end before."


def test_ranking_as_published_can_be_done_again_and_names_nobody(scene: Scene) -> None:
    call = opened(scene)
    for name, marks in (("ada", "80"), ("bea", "80"), ("cleo", "20")):
        assessed(scene, applied(scene, call, name), marks)
    out = applied(scene, call, "dora")
    actions.applications.assess(out, by=scene["officer"], excluded="A private matter.")

    published = ranked(scene, call).ranking

    entries = [
        ranking.Entry(
            id=line["application"],
            points=line["points"],
            wishes=line["wishes"],
            excluded="" if line["eligible"] else "no",
        )
        for line in reversed(published["lines"])
    ]
    criteria = [ranking.Criterion(one["name"], one["weight"]) for one in published["criteria"]]
    again = ranking.rank(entries, criteria, places=published["places"], seed=published["seed"])
    assert [(one.id, one.rank, one.outcome) for one in again] == [
        (line["application"], line["rank"], line["destination"]) for line in published["lines"]
    ]
    assert [one.score for one in again[:3]] == [Fraction(line["score"]) for line in published["lines"][:3]]
    assert not {"Muster", "private"} & set(str(published).replace("'", " ").split())
    assert "charite.example" not in str(published)


def test_rank_waits_until_everybody_is_assessed(scene: Scene) -> None:
    call = opened(scene)
    assessed(scene, applied(scene, call, "ada"), "80")
    applied(scene, call, "bea")

    with pytest.raises(RefusedError, match="1 of 2 applications are not assessed"):
        ranked(scene, call)

    assert not Application.objects.filter(state="selected").exists()


def test_rank_counts_places_that_are_taken_or_promised_elsewhere(scene: Scene) -> None:
    scene.nominate()
    other = opened(scene, title="Another call")
    for name in ("one", "two"):
        assessed(scene, applied(scene, other, name), "50")
    ranked(scene, other)
    call = opened(scene)
    for name, marks in (("ada", "80"), ("bea", "70")):
        assessed(scene, applied(scene, call, name), marks)

    published = ranked(scene, call).ranking

    # Four a year, one nominated, two promised in the other call.
    assert published["places"] == {scene.side.id: 1}
    assert Application.objects.get(person__username="bea").state == "reserve"


def test_whoever_took_a_place_is_nominated_under_its_clause(scene: Scene) -> None:
    call = opened(scene, "5.2", ends=date(2026, 12, 31))
    row = applied(scene, call, language="en", language_level="B2")
    assessed(scene, row, "80")
    ranked(scene, call)
    actions.applications.accept_place(now(row), by=scene["participant"])

    made = actions.mobilities.nominate(Mobility(), by=scene["officer"], application=str(row.pk))

    assert (made.state, made.kind, made.language, made.language_level) == ("nominated", "clinical_elective", "en", "B2")
    assert (now(row).state, made.application_id) == ("nominated", row.pk)
