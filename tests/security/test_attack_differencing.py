"""Subtract two cohorts that differ by one person."""

import pytest

from hansa.areas.studies import actions, queries
from hansa.kernel import jobs
from hansa.lib.errors import DisclosureError
from tests.areas.studies.scene import Scene
from tests.paper import SOLNA, STOCKHOLM
from tests.security.attacker import OFF, Attacker, hold_stopped, is_in_ledger, people, text, told, years

ATTACK = {
    "family": "Differencing two cohorts that differ by one",
    "tries": "The same model twice, the second time with a variable that one person lacks. The first study is "
    "withdrawn before its result is released, since its lead has read the totals by then; or it runs at the same "
    "time; or the same data are connected under another name.",
    "stopped by": "differencing",
    "where it ends": "The same people in another order, or with others added, are new to the node.",
}
DOSE = "    dose: {type: number, range: [0, 99]}"
AGES = '{name: asked, kind: glm, formula: "age ~ event", family: gaussian}'
AGES_WITH_DOSE = '{name: asked, kind: glm, formula: "age ~ event + dose", family: gaussian}'


def lacking(row):
    columns = people(99)
    columns["dose"][row] = ""
    return columns


def built(tmp_path, **limits):
    return Attacker(Scene(tmp_path, STOCKHOLM, SOLNA, limits=limits), lacking(17))


def ages(answer):
    return answer.sums("sum of age")[:1]


def test_with_the_rules_off_the_age_is_the_difference(db, tmp_path):
    attacker = built(tmp_path, **OFF)

    first = attacker.ask(text(AGES, DOSE, minimum_cell=1))
    second = attacker.ask(text(AGES_WITH_DOSE, DOSE, minimum_cell=1))

    assert years(ages(first)[0] - ages(second)[0]) == attacker.person(17, "age")


@pytest.mark.parametrize("withdrawn", [True, False], ids=["withdrawn before release", "under way"])
def test_nothing_is_left_to_subtract(db, tmp_path, withdrawn):
    attacker = built(tmp_path)
    first = attacker.ask(text(AGES, DOSE))
    if withdrawn:
        attacker.withdraw(first.study)

    second = attacker.ask(text(AGES_WITH_DOSE, DOSE))

    assert len(ages(first)) == 1
    hold_stopped(attacker, second, "subtracting the two results", "exactly the same rows as before")


def proposed(attacker, number):
    """Let a study wait for approval here that everybody else has approved."""
    scene = attacker.scene
    scene.proposed(text(AGES_WITH_DOSE, DOSE), id=f"01234567-89ab-4def-8123-{number:012d}")
    study = scene.study
    for side in scene.sides:
        scene.approved(study, side)
    return study


def test_connecting_the_same_data_again_forgets_nothing(db, tmp_path):
    attacker = built(tmp_path)
    attacker.ask(text(AGES, DOSE))
    attacker.scene.dataset("again", columns=attacker.victims)
    study = proposed(attacker, 99)

    with pytest.raises(DisclosureError, match="subtracting the two results"):
        actions.approve(study, by=attacker.scene.people["steward"], dataset="again")

    assert not study.contributions.exists()


def test_approved_before_the_other_contributed_is_stopped_at_its_first_round(db, tmp_path):
    attacker = built(tmp_path)
    waiting = attacker.scene.approve(proposed(attacker, 99))
    first = attacker.ask(text(AGES, DOSE))

    body = {"attempt": 1, "number": 1, "state": queries.programme(waiting).start(), "total": None}
    attacker.scene.say("studies.round", waiting, body)
    jobs.run_due()

    assert first.ours
    assert not waiting.contributions.exists()
    assert is_in_ledger(waiting)
    assert any("subtracting the two results" in sentence for sentence in told(attacker, waiting))
