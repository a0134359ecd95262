"""Read what one person has: an indicator of that person, times a variable."""

import pytest

from tests.security.attacker import coded, hold_stopped, rest, text, years

ATTACK = {
    "family": "Single value by masks and products",
    "tries": "A level that only one person has, told from a time that only they have, alone and times their age, in "
    "Table 1, regression, penalised, mixed and Cox models, masked and between two parties. Reads 5 of 5 ages at the "
    "default of a system in wide use (Huth et al. 2022; dsBase issue 250).",
    "stopped by": "own cell, minimum cell, thin column",
    "where it ends": "",
}
ASKED = {
    "mean": "{name: asked, kind: table_one, by: target, variables: [age]}",
    "product": '{name: asked, kind: glm, formula: "event ~ age:target", family: binomial}',
    "dummy": '{name: asked, kind: glm, formula: "age ~ target", family: gaussian}',
    "hazard": '{name: asked, kind: cox, formula: "Surv(time, event) ~ age:target", ties: efron, baseline: site}',
    "penalty": "{name: asked, kind: penalised, formula: age ~ target, family: gaussian, penalty: 0.001, mixing: 0}",
    "hospitals": "{name: asked, kind: mixed_model, formula: age ~ target}",
    "robust": '{name: asked, kind: cox, formula: "Surv(time, event) ~ age:target", robust: true, baseline: site}',
    "stratum": '{name: asked, kind: cox, formula: "Surv(time, event) ~ age", strata: [target], baseline: site}',
}
TIME = "    time: {type: number, unit: d, range: [0, 900]}"
TARGETS = (0, 17, 34, 51, 68)


def single(attacker, asked, row, **changes):
    """Ask for a level that one person alone has."""
    time = int(attacker.victims["time"][row])
    return attacker.ask(text(ASKED[asked], TIME, coded("target", her=lambda t: t == time, others=rest), **changes))


@pytest.mark.parametrize("row", TARGETS)
def test_with_the_rules_off_the_age_is_read(unhindered, row):
    answer = single(unhindered, "mean", row, minimum_cell=1)

    assert unhindered.person(row, "age") in [years(found) for found in answer.sums("sum of age", "target[her]")]


@pytest.mark.parametrize("row", TARGETS)
@pytest.mark.parametrize("asked", ASKED)
def test_no_value_is_read_under_masks_by_all_others_together(attacker, asked, row):
    answer = single(attacker, asked, row)

    hold_stopped(attacker, answer, "Fewer than 3 people here have 'target[her]'", "Join this level")


@pytest.mark.parametrize("asked", ASKED)
def test_no_value_is_read_by_the_only_partner(alone, asked):
    answer = single(alone, asked, 17)

    hold_stopped(alone, answer, "stands for fewer than 10 people", "Join levels")
