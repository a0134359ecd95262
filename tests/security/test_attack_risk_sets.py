"""Read when somebody had an event, and what they have, from sums over who is still at risk."""

import re

import numpy as np

from hansa.areas.studies import queries
from tests.areas.studies.scene import Scene
from tests.paper import SOLNA, STOCKHOLM
from tests.security.attacker import Attacker, text, years

ATTACK = {
    "family": "Event times from risk sets",
    "tries": "The pooled Cox model and survival curves: sums over who is at risk, subtracted from step to step, are "
    "sums over those who left in between, and with few of them their ages. Also with a finer grid than the clause "
    "allows, between two parties, and with the site-stratified model.",
    "stopped by": "the time grid, whose steps are joined until enough people are in each",
    "where it ends": "Not held: all others together read the steps of one hospital, and a lead that names more events "
    "than there are keeps steps apart; either may read what one person has. `baseline: site` sends no such sums.",
}
TIME = "    time: {type: number, unit: d, range: [0, 900]}"
COX = '{{name: asked, kind: cox, formula: "Surv(time, event) ~ age", ties: breslow, baseline: {baseline}}}'
CURVE = "{name: asked, kind: kaplan_meier, time: time, event: event}"
AT_RISK = re.compile("relative hazards of persons at risk, time")


def left_between(totals):
    """Return how many people left at each step: at the first look every relative hazard is one."""
    first = next(seen for seen in totals if any(AT_RISK.search(label) for label in seen))
    counts = [value for label, value in first.items() if AT_RISK.search(label)]
    return [round(one - other, 6) for one, other in zip(counts, [*counts[1:], 0.0], strict=True)]


def test_with_the_rules_off_steps_of_one_person_are_read(db, tmp_path):
    scene = Scene(tmp_path, STOCKHOLM, SOLNA, limits={"minimum_cell": 1, "own_cell": 1, "time_grid_days": 1})
    unhindered = Attacker(scene)

    unhindered.ask(text(COX.format(baseline="pooled"), TIME, minimum_cell=1, grid=", time_grid: 1"))

    assert left_between(unhindered.totals).count(1.0) > 10


def test_no_step_is_left_by_fewer_than_the_minimum(attacker):
    attacker.ask(text(COX.format(baseline="pooled"), TIME, grid=", time_grid: 30"))

    steps = left_between(attacker.totals)
    assert len(steps) > 3
    assert min(steps) >= 10


def test_curves_show_no_step_of_fewer_than_the_minimum(attacker):
    answer = attacker.ask(text(CURVE, TIME, grid=", time_grid: 30"))

    programme, total = queries.programme(answer.study), np.array(list(attacker.totals[0].values()))
    merged = programme.combine(programme.start(), total)["analyses"]["asked"]["total"]
    assert min(count for count in np.ravel(merged) if count) >= 10


def test_finer_grid_than_the_clause_is_refused(db, tmp_path):
    attacker = Attacker(Scene(tmp_path, STOCKHOLM, SOLNA, limits={"time_grid_days": 30}))

    answer = attacker.ask(text(CURVE, TIME, grid=", time_grid: 1"))

    assert "time_grid_days" in answer.refused
    assert not answer.study.pk or not answer.study.contributions.exists()


def test_two_parties_are_offered_no_pooled_risk_sets(alone):
    answer = alone.ask(text(COX.format(baseline="pooled"), TIME, grid=", time_grid: 30"))

    assert "baseline: site" in answer.refused


def test_site_stratified_model_sends_no_step_of_time(attacker):
    answer = attacker.ask(text(COX.format(baseline="site"), TIME))

    ages = {float(age) for age in attacker.victims["age"]}
    assert answer.ours
    assert [label for seen in answer.ours for label in seen if ", time " in label] == []
    assert not ages & {years(value) for value in answer.sums("sum of age")}
