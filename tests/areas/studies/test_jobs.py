from datetime import timedelta

import pytest
from django.utils import timezone

from hansa.areas.studies import queries
from hansa.kernel import jobs
from hansa.kernel.models import Job
from tests.areas.studies.scene import PaperLead


def due(kind):
    Job.objects.filter(kind=kind).update(next_at=timezone.now() - timedelta(seconds=1))


def test_party_that_does_not_contribute_ends_the_round_by_name(three):
    three.dataset()
    three.approved_by_all(three.propose())
    jobs.run_due()
    three.contributed(three.study, three.sides[0], number=1)

    due("studies.patience")
    jobs.run_due()

    assert three.study.state == "failed"
    assert "Round 1 ended without Karolinska University Hospital, who" in three.study.trouble
    assert "retry" in three.study.trouble
    assert three.letters("studies.stopped")[0]["trouble"] == three.study.trouble


def test_round_in_which_all_contributed_is_not_ended(two):
    two.dataset()
    two.approved_by_all(two.propose())
    waiting = Job.objects.get(kind="studies.patience")
    jobs.KINDS["studies.contribute"](jobs.claim("here"))
    Job.objects.update(holder="", held_until=None)
    jobs.run_due()
    two.contributed(two.study, two.side, number=1)

    effect = jobs.KINDS["studies.patience"](waiting)
    effect()

    assert two.study.state == "running"


def test_patience_and_sum_of_a_round_that_is_over_do_nothing(two):
    two.dataset()
    two.approved_by_all(two.propose())
    two.lead_to_the_end()

    for kind in ("studies.patience", "studies.combine", "studies.contribute"):
        row = Job.objects.filter(kind=kind).first()
        jobs.KINDS[kind](row)()

    assert two.study.state == "review"


@pytest.mark.parametrize("kind", ["studies.contribute", "studies.check"])
def test_work_for_a_study_that_ended_does_nothing(two, kind):
    two.dataset()
    two.proposed()
    two.approved_by_all(two.study)
    lead = PaperLead(two)
    lead.run()
    lead.conclude()
    row = Job.objects.filter(kind=kind).last()
    two.say("studies.withdrawn", two.study, {"reason": "x", "facts": {}})

    jobs.KINDS[kind](row)()

    assert (two.study.state, two.study.result) == ("withdrawn", None)


@pytest.mark.parametrize("kind", ["studies.contribute", "studies.combine", "studies.check"])
def test_study_that_ends_while_a_step_computes_takes_no_effect(two, kind):
    two.dataset()
    if kind == "studies.combine":
        two.approved_by_all(two.propose())
        jobs.run_due()
        two.contributed(two.study, two.side, number=1)
    else:
        two.proposed()
        two.approved_by_all(two.study)
        lead = PaperLead(two)
        lead.open() if kind == "studies.contribute" else (lead.run(), lead.conclude())
    row = Job.objects.get(kind=kind, state="waiting")
    effect = jobs.KINDS[kind](row)
    two.say("studies.withdrawn", two.study, {"reason": "x", "facts": {}})
    letters = len(two.letters("studies.contributed"))

    effect()

    assert (two.study.state, two.study.result) == ("withdrawn", None)
    assert len(two.letters("studies.contributed")) == letters


def test_contribution_waits_for_every_approval(three):
    three.dataset()
    three.proposed()
    three.approved(three.study)
    three.approve(three.study)

    PaperLead(three).open()
    jobs.run_due()
    waiting = Job.objects.get(kind="studies.contribute")
    three.approved(three.study, three.sides[1])
    due("studies.contribute")
    jobs.run_due()

    assert waiting.waits_for == "the approval letter of Karolinska University Hospital"
    assert len(three.letters("studies.contributed")) == 1


def test_failure_of_a_step_of_an_old_attempt_stops_nothing(two):
    two.dataset()
    two.approved_by_all(two.propose())
    row = Job.objects.get(kind="studies.contribute")
    row.data["attempt"] = 9

    jobs.FAILED["studies.contribute"](row)

    assert two.study.state == "running"


def test_small_site_is_no_hindrance_where_sums_are_masked_and_the_clause_lets_it(db, tmp_path):
    from tests.areas.studies.scene import Scene, rows_of
    from tests.paper import SOLNA, STOCKHOLM

    alliance = Scene(tmp_path, STOCKHOLM, SOLNA, limits={"own_cell": 1})
    alliance.dataset(columns=rows_of(99, count=3))

    alliance.approved_by_all(alliance.propose())
    alliance.lead_to_the_end()

    assert alliance.study.state == "review"
    assert queries.minimum_cell(alliance.study) == 5
