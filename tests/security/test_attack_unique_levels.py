"""Ask by a category that tells everybody apart."""

import pytest

from tests.security.attacker import coded, hold_stopped, rest, text

ATTACK = {
    "family": "Unique levels",
    "tries": "A category with a level for each of some people, as postcodes or rare diagnoses are, as group, "
    "covariate, cause, interaction and stratum; and one that only the crossing of two harmless ones makes unique.",
    "stopped by": "own cell, minimum cell",
    "where it ends": "",
}
TIME = "    time: {type: number, unit: d, range: [0, 900]}"
ASKED = {
    "group": "{name: asked, kind: table_one, by: trio, variables: [age, event]}",
    "covariate": '{name: asked, kind: glm, formula: "event ~ trio", family: binomial}',
    "curve": "{name: asked, kind: kaplan_meier, time: time, event: event, by: trio}",
    "penalty": "{name: asked, kind: penalised, formula: event ~ trio, family: binomial, penalty: 0.01}",
    "hospitals": "{name: asked, kind: mixed_model, formula: age ~ trio}",
    "quarters": "{name: asked, kind: quantiles, steps: {age: 1}, by: trio}",
    "causes": "{name: asked, kind: cumulative_incidence, time: time, event: trio}",
    "robust": '{name: asked, kind: cox, formula: "Surv(time, event) ~ trio", robust: true, baseline: site}',
    "stratum": '{name: asked, kind: cox, formula: "Surv(time, event) ~ age", strata: [trio], baseline: site}',
}


def unique(attacker):
    """Return a category with a level of their own for two people."""
    one, other = (int(attacker.victims["time"][row]) for row in (3, 5))
    return coded("trio", one=lambda time: time == one, other=lambda time: time == other, others=rest)


@pytest.mark.parametrize("asked", ASKED)
def test_levels_of_one_person_each_are_refused(attacker, asked):
    answer = attacker.ask(text(ASKED[asked], TIME, unique(attacker), grid=", time_grid: 30"))

    hold_stopped(attacker, answer, "Fewer than 3 people here have 'trio[one]'", "Join this level")


def test_crossing_of_two_harmless_levels_that_only_one_person_has_is_refused(attacker):
    time = int(attacker.victims["time"][3])
    half = coded("half", a=lambda t: t <= time, b=rest)
    other = coded("other", a=lambda t: t >= time, b=rest)
    crossed = '{name: asked, kind: glm, formula: "age ~ half * other", family: gaussian}'

    answer = attacker.ask(text(crossed, half, other))

    hold_stopped(attacker, answer, "Fewer than 3 people here have 'half[a] and other[a]'")


def test_complement_of_one_person_is_refused_although_it_is_large(attacker):
    time = int(attacker.victims["time"][3])
    but_one = coded("half", her=lambda t: t == time, others=rest)

    answer = attacker.ask(text('{name: asked, kind: glm, formula: "age ~ half", family: gaussian}', but_one))

    hold_stopped(attacker, answer, "'half[her]'")
