"""A coordinator that lies about where the rounds stand."""

import numpy as np
import pytest

from hansa.kernel import jobs
from hansa.lib.errors import HansaError
from tests.areas.studies.scene import PaperLead
from tests.security.attacker import coded, hold_stopped, is_in_ledger, rest, text, told, years

ATTACK = {
    "family": "A coordinator that lies about the model state",
    "tries": "Chooses the coefficients at which sums are asked, so that one person's weight is nearly all; shows one "
    "party another state than the rest; says that a group of one, or of three, is one of twenty-three.",
    "stopped by": "every party derives the state itself; masks are bound to it; own cell",
    "where it ends": "A total that is false for all alike is not noticed. It opens sums over a group of at least three "
    "people here, and, not held, steps of time of single people in pooled survival models.",
}
MODEL = text('{name: asked, kind: glm, formula: "event ~ age", family: binomial}')
MEAN = "{name: asked, kind: table_one, by: target, variables: [age]}"


def begun(attacker, written):
    scene = attacker.scene
    scene.proposed(written)
    for side in scene.sides:
        scene.approved(scene.study, side)
    scene.approve(scene.study)
    return PaperLead(scene)


def first_rounds(lead, count):
    for _round in range(count):
        lead.open()
        jobs.run_due()
        lead.add()


@pytest.mark.parametrize("trial", [[0.0, 700.0], [-900.0, 15.0]])
def test_chosen_coefficients_are_refused_and_told(attacker, trial):
    lead = begun(attacker, MODEL)
    first_rounds(lead, 2)
    lead.state["analyses"]["asked"]["trial"] = trial

    lead.open()
    jobs.run_due()

    study = attacker.scene.study
    assert len(attacker.scene.letters("studies.contributed")) == 2
    assert is_in_ledger(study)
    assert any("does not follow from the totals shown" in sentence for sentence in told(attacker, study))


def test_another_state_for_each_party_leaves_numbers_that_nobody_reads(attacker):
    lead = begun(attacker, MODEL)
    first_rounds(lead, 1)
    lead.open()
    jobs.run_due()

    lead.state = {**lead.state, "rows": lead.state["rows"] + 1}

    with pytest.raises(HansaError):
        lead.add()


def grown(attacker, members):
    """Let the lead say that a group of some of our people has twenty more; return what it reads of our sums then."""
    times = {int(attacker.victims["time"][row]) for row in members}
    for side in attacker.scene.sides:
        side.rows["target"] = ["900" if int(time) in times else time for time in side.rows["target"]]
    lead = begun(attacker, text(MEAN, coded("target", her=lambda time: time in times, others=rest)))
    lead.open()
    jobs.run_due()
    lead.add()
    programme, state = lead.programme, lead.programme.start()
    raised = ["target[her]" in label or label == "persons" for label in programme.labels(state)]
    lead.total = (np.array(lead.total) + 20 * np.array(raised)).tolist()
    lead.state = programme.combine(state, np.array(lead.total))
    lead.open()
    jobs.run_due()
    study, state = attacker.scene.study, lead.state
    lead.add()
    others = sum(programme.local(state, side.table(study)) for side in attacker.scene.sides)
    return dict(zip(programme.labels(state), (np.array(lead.total) - others).tolist(), strict=True))


def test_group_of_one_is_refused_before_the_lead_can_lie_about_it(attacker):
    time = int(attacker.victims["time"][17])

    answer = attacker.ask(text(MEAN, coded("target", her=lambda t: t == time, others=rest)))

    hold_stopped(attacker, answer, "Fewer than 3 people here have 'target[her]'")


def test_group_that_the_lead_makes_large_gives_no_age(attacker):
    members = (17, 34, 51)

    seen = grown(attacker, members)

    ages = {attacker.person(row, "age") for row in members}
    (found,) = [value for label, value in seen.items() if "sum of age" in label and "target[her]" in label]
    assert years(found, persons=3) == sum(attacker.person(row, "age") for row in members)
    assert not ages & {years(found, persons=count) for count in (1, 2, 3)}
