"""What this site holds against the rules of disclosure before it takes part, and how its steward hears of it."""

import json

import pytest

from hansa.areas.studies import actions, guards, queries, rounds
from hansa.areas.studies.models import Caution, PastRelease, Question, Study
from hansa.kernel import jobs, ledger
from hansa.lib.errors import DisclosureError
from tests.areas.studies.scene import PROTOCOL, PaperLead, Scene, rows_of
from tests.paper import SOLNA, STOCKHOLM

BY_HALF = PROTOCOL.replace(
    "event: {type: boolean}", "event: {type: boolean}\n    half: {type: category, levels: [a, b], coding: CODING}"
).replace("event ~ age", "event ~ age + half")
BUDGET = {"studies_per_person": 2, "studies_per_institution": 3}


@pytest.fixture
def limited(db, tmp_path):
    """Return a node with two partners under a clause of two studies a person and three an institution."""
    return Scene(tmp_path, STOCKHOLM, SOLNA, limits=BUDGET)


def halves(at):
    """Return the protocol with a level whose limit is an age."""
    coding = {str(age): "a" if age < at else "b" for age in range(18, 101)}
    return BY_HALF.replace("CODING", json.dumps(coding))


def propose(scene, number, **changes):
    study_id = f"01234567-89ab-4def-8123-{number:012d}"
    assert scene.proposed(id=study_id, **changes).outcome == "applied"
    return Study.objects.get(id=study_id)


def refused():
    bodies = [json.loads(entry.body) for entry in ledger.LedgerEntry.objects.order_by("position")]
    return [body["record"] for body in bodies if body.get("refused") == "studies.approve"]


def aged(scene):
    """Connect data with one person of each age, whose half follows from the age."""
    columns = rows_of(99, count=60)
    columns["age"] = [str(age) for age in range(30, 90)]
    return scene.dataset(columns={**columns, "half": columns["age"]})


def test_group_of_two_here_is_refused_although_masked(three):
    columns = rows_of(99)
    columns["event"] = ["1", "1", *["0"] * 78]
    three.dataset(columns=columns)
    study = three.propose()

    with pytest.raises(DisclosureError, match=r"Fewer than 3 people here have 'event\[yes\]'"):
        three.approve(study)

    assert three.study.state == "proposed"


def test_what_the_rules_stop_is_in_the_ledger_without_the_reason_and_before_the_steward_with_it(three):
    columns = rows_of(99)
    columns["event"] = ["1", "1", *["0"] * 78]
    three.dataset(columns=columns)
    study = three.propose()

    with pytest.raises(DisclosureError):
        three.approve(study)

    assert refused() == [study.urn]
    assert "event" not in str(ledger.entries_about(study.urn).last().body)
    assert Caution.objects.get(study=study).message.startswith("Fewer than 3 people here have 'event[yes]'")


def test_dataset_that_does_not_exist_is_no_matter_of_the_rules(three):
    study = three.propose()

    with pytest.raises(actions.GivenError, match="no connected dataset"):
        three.approve(study)

    assert (refused(), Caution.objects.count()) == ([], 0)


def test_limit_moved_from_study_to_study_is_refused(three):
    aged(three)
    mapped = {"half": "age"}
    three.propose(halves(60))
    for side in three.sides:
        side.rows = {**side.rows, "half": side.rows["age"]}
        three.approved(three.study, side)
    three.approve(three.study, mapping=mapped)
    jobs.run_due()

    with pytest.raises(DisclosureError, match="what the few people between them have"):
        three.approve(three.propose(halves(61)), mapping=mapped)
    three.approve(three.propose(halves(60)), mapping=mapped)


def test_rows_are_remembered_from_the_first_contribution_on_and_not_only_when_released(three):
    three.dataset()
    three.approved_by_all(three.propose())
    before = PastRelease.objects.count()

    jobs.run_due()

    kept = PastRelease.objects.get()
    assert (before, three.study.state) == (0, "running")
    assert (len(kept.rows.split()), len(kept.groups.split())) == (1, 2)


def test_same_rows_connected_a_second_time_are_remembered(three):
    first, second = three.dataset("data"), three.dataset("again")
    three.approved_by_all(three.propose())
    jobs.run_due()

    assert [release.name for release in queries.earlier_releases(Study(), second)] == ["Age and the event"]
    assert len(queries.earlier_groups(Study(), first)) == 2


def test_budget_of_a_person_is_spent_by_approvals_and_the_next_is_refused(limited):
    limited.dataset()
    for number in (1, 2):
        limited.approve(propose(limited, number))
    third = propose(limited, 3)

    with pytest.raises(DisclosureError, match="has used up the 2 studies on these data for this purpose") as no:
        limited.approve(third)

    assert "studies_per_person" in no.value.remedy
    assert refused() == [third.urn]
    assert Question.objects.count() == 2
    limited.approve(propose(limited, 4, proposer="b0b"))


def test_names_of_people_that_a_lead_makes_up_spend_the_budget_of_the_institution(limited):
    limited.dataset()
    for number in (1, 2, 3):
        limited.approve(propose(limited, number, proposer=f"a{number}"))

    with pytest.raises(DisclosureError, match="The institution that proposes has used up the 3 studies"):
        limited.approve(propose(limited, 4, proposer="a4"))


@pytest.mark.parametrize("name", ["Ada Lovelace", 7, None])
def test_people_whom_their_institution_does_not_tell_apart_count_as_one(limited, name):
    assert propose(limited, 1, proposer=name).proposer == ""


def test_study_that_ended_before_anything_left_does_not_count(limited):
    limited.dataset()
    for number in (1, 2):
        limited.approve(propose(limited, number))
    study = Study.objects.order_by("id").first()

    actions.withdraw(study, by=limited.people["steward"], reason="Not now.")

    assert limited.approve(propose(limited, 3)).state == "approved"


def test_every_attempt_counts_and_the_last_one_is_refused(limited):
    limited.dataset()
    limited.proposed()
    study = limited.approved_by_all(limited.study)
    lead = PaperLead(limited)
    lead.open()
    jobs.run_due()

    for attempt in (2, 3):
        body = {"attempt": attempt, "number": 1, "state": queries.programme(study).start(), "total": None}
        limited.say("studies.round", limited.study, body)
        jobs.run_due()

    assert (limited.study.state, "used up the 2 studies" in limited.study.trouble) == ("failed", True)
    assert [row.attempt for row in Question.objects.all()] == [1, 2]
    assert [body["attempt"] for body in limited.letters("studies.contributed")] == [1, 2]
    assert limited.letters("studies.stopped")[0]["trouble"] == guards.withheld()
    assert "used up" in Caution.objects.get().message


def test_proposal_tells_under_which_pseudonym_somebody_proposes(three):
    study = three.propose()

    told = {body["proposer"] for body in three.letters("studies.proposed")}

    assert told == {study.proposer} == {three.people["investigator"].pseudonym}


def test_figures_of_a_clause_are_those_of_the_rules(db, tmp_path):
    alliance = Scene(tmp_path, limits={"own_cell": 7, "leverage": 80})

    found = queries.figures(alliance.propose())

    assert (found.own_cell, found.leverage, found.closeness) == (7, 80, 10)


def test_nothing_is_remembered_without_data(two):
    with pytest.raises(rounds.RefusedError, match="No dataset"):
        rounds.remember_rows(two.propose(), public={})
