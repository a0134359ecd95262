"""Ask for as many parameters as there are people, so that the fit repeats what each of them has."""

import numpy as np
import pytest

from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read
from tests.areas.studies.scene import Scene
from tests.paper import SOLNA, STOCKHOLM
from tests.security.attacker import Attacker, hold_stopped, people, text

ATTACK = {
    "family": "Saturated design",
    "tries": "A linear model with nearly as many columns as this hospital has people, whose columns the attacker "
    "knows: the sums of columns times ages are as many equations as there are ages. All hospitals together have "
    "people enough, so only this one's rows are in danger.",
    "stopped by": "parameters",
    "where it ends": "",
}
FEW = 12
KNOWN = [f"k{number}" for number in range(FEW - 1)]
COLUMNS = [f"    {name}: {{type: number, range: [-9, 9]}}" for name in KNOWN]
MODEL = f'{{name: asked, kind: glm, formula: "age ~ {" + ".join(KNOWN)}", family: gaussian}}'


def with_known(columns, seed):
    chance = np.random.default_rng(seed)
    count = len(columns["age"])
    return {**columns, **{name: [f"{value:.6f}" for value in chance.normal(size=count)] for name in KNOWN}}


def solved(protocol, victims, others):
    """Return the ages that follow from the sums of this hospital and from columns that the attacker knows."""
    programme, state = Programme(protocol), Programme(protocol).start()
    table, *rest = (read(columns, protocol=protocol).table for columns in (victims, *others))
    for _round in range(2):
        state = programme.combine(state, sum(programme.local(state, one) for one in (table, *rest)))
    sums = dict(zip(programme.labels(state), programme.local(state, table).tolist(), strict=True))
    part = state["analyses"]["asked"]
    design = (programme.estimators[0].formula.matrix(table) - np.array(part["centre"])) / np.array(part["scale"])
    score = np.array([value for label, value in sums.items() if "observed - expected" in label])
    outcome = np.linalg.solve(design.T, score) + design @ np.array(part["trial"])
    return outcome * part["outcome_scale"] + part["outcome_centre"]


def test_with_the_rules_off_every_age_is_solved_for():
    victims, others = with_known(people(99, FEW), 5), [with_known(people(seed), seed) for seed in (0, 1)]

    found = solved(parse(text(MODEL, *COLUMNS, minimum_cell=1)), victims, others)

    assert np.round(found, 4).tolist() == [float(age) for age in victims["age"]]


@pytest.mark.parametrize("ids", [(STOCKHOLM, SOLNA), (STOCKHOLM,)], ids=["masked", "two parties"])
def test_model_that_our_own_rows_saturate_is_refused(db, tmp_path, ids):
    attacker = Attacker(Scene(tmp_path, *ids, limits={"minimum_cell": 1}), with_known(people(99, FEW), 5))
    for seed, side in enumerate(attacker.scene.sides):
        side.rows = with_known(side.rows, seed)

    answer = attacker.ask(text(MODEL, *COLUMNS, minimum_cell=1))

    hold_stopped(attacker, answer, "parameters are too many for the rows", "fewer variables")
