"""Let one extreme value pull a line through its outcome."""

import numpy as np
import pytest

from tests.areas.studies.scene import Scene
from tests.paper import SOLNA, STOCKHOLM
from tests.security.attacker import Attacker, hold_stopped, people, text, years

ATTACK = {
    "family": "Extreme leverage",
    "tries": "A linear model of age by a number of which one known person has an extreme value: the slope times that "
    "value is the person's age. The protocol allows values below zero, so that no sum of sizes gives it away.",
    "stopped by": "influence, leverage",
    "where it ends": "At a hospital of fewer than ten people no value is looked at as extreme.",
}
EXTREME = 1e6
WEALTH = "    wealth: {type: number, range: [-10000000, 10000000]}"
MODEL = '{name: asked, kind: glm, formula: "age ~ wealth", family: gaussian}'
TARGET = 17


def rich(seed, target=None):
    columns = people(seed)
    wealth = np.random.default_rng(seed).normal(size=len(columns["age"]))
    if target is not None:
        wealth[target] = EXTREME
    return {**columns, "wealth": [repr(float(value)) for value in wealth]}


def built(tmp_path, *ids):
    attacker = Attacker(Scene(tmp_path, *ids), rich(99, TARGET))
    for seed, side in enumerate(attacker.scene.sides):
        side.rows = rich(seed)
    return attacker


def test_with_the_rules_off_the_line_goes_through_the_age():
    columns = rich(99, TARGET)
    wealth, age = (np.array(columns[name], dtype=float) for name in ("wealth", "age"))

    (intercept, slope) = np.linalg.lstsq(np.column_stack([np.ones(90), wealth]), age, rcond=None)[0]

    assert round(intercept + slope * EXTREME) == float(columns["age"][TARGET])


@pytest.mark.parametrize("ids", [(STOCKHOLM, SOLNA), (STOCKHOLM,)], ids=["masked", "two parties"])
@pytest.mark.parametrize("asked", [MODEL, "{name: asked, kind: table_one, variables: [wealth, age]}"])
def test_extreme_value_is_refused(db, tmp_path, ids, asked):
    attacker = built(tmp_path, *ids)

    answer = attacker.ask(text(asked, WEALTH))

    hold_stopped(attacker, answer, "'wealth'", "Limit the range of the variable")


def test_value_that_is_not_extreme_gives_only_sums_of_everybody(db, tmp_path):
    attacker = Attacker(Scene(tmp_path, STOCKHOLM, SOLNA), rich(99))
    for seed, side in enumerate(attacker.scene.sides):
        side.rows = rich(seed)

    answer = attacker.ask(text(MODEL, WEALTH))

    ages = {float(age) for age in attacker.victims["age"]}
    assert answer.ours
    assert not ages & {years(value) for value in answer.sums("sum of age")}
