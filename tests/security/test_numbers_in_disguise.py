"""A protocol that reads one patient: an indicator of a rare condition, declared as a number nobody counts."""

import numpy as np
import pytest

from hansa.lib.disclosure import rows_apart
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.reading import read

TEXT = """\
hansa: study/1
title: T
question: Q
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    age: {type: number, unit: a, range: [0, 120]}
    rare: {type: %s, range: [0, 9]}
    visits: {type: number, range: [0, 99]}
    ward: {type: category, levels: [a, b, c]}
    time: {type: number, unit: d, range: [0, 900]}
    event: {type: boolean}
analyses:
  - {name: asked, %s}
disclosure: {minimum_cell: 10, time_grid: 30}
"""
ASKED = {
    "regressor": 'kind: glm, formula: "age ~ rare", family: gaussian',
    "outcome": 'kind: glm, formula: "rare ~ age", family: poisson',
    "product": 'kind: glm, formula: "age ~ rare:visits", family: gaussian',
    "hazard": 'kind: cox, formula: "Surv(time, event) ~ age + rare", ties: efron',
    "mean": "kind: table_one, variables: [age, rare]",
    "mean by ward": "kind: table_one, variables: [rare], by: ward",
}


def columns(rows=200, *, rare=(7,), **changes):
    generator = np.random.default_rng(1)
    found = {
        "age": generator.integers(30, 90, rows).astype(float),
        "rare": [float(row in rare) for row in range(rows)],
        "visits": generator.integers(1, 90, rows).astype(float),
        "ward": ["abc"[row % 3] for row in range(rows)],
        "time": generator.integers(1, 900, rows).astype(float),
        "event": generator.integers(0, 2, rows).astype(float),
    }
    return {**found, **changes}


def thin(asked, given, *, kind="number"):
    text = TEXT % (kind, asked)
    if kind != "number":
        text = text.replace(f"{kind}, range: [0, 9]", kind)
    findings = read(given, protocol=protocols.parse(text)).findings
    return [(finding.variable, finding.rows, finding.blocks) for finding in findings if finding.kind == "thin"]


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_site_refuses_a_number_that_singles_one_patient_out(asked):
    given = columns()

    found = thin(asked, given)

    assert {(variable.split(" × ")[0], blocks) for variable, _rows, blocks in found} == {("rare", True)}
    assert {rows for _variable, rows, _blocks in found} == {1}


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_site_computes_where_as_many_stand_behind_the_number_as_the_cell_asks_for(asked):
    given = columns(rare=range(0, 200, 2))

    assert thin(asked, given) == []


def test_site_looks_into_every_group_a_mean_is_asked_for():
    many_in_a_one_in_b = [*range(0, 120, 3), 1]

    found = thin(ASKED["mean by ward"], columns(rare=many_in_a_one_in_b))

    assert found == [("rare", 1, True)]


def test_site_looks_among_the_rows_that_have_the_level_of_a_product():
    many_in_a_one_in_b = [*range(0, 120, 3), 1]
    asked = 'kind: glm, formula: "age ~ rare:ward", family: gaussian'

    found = thin(asked, columns(rare=many_in_a_one_in_b))

    assert found == [("rare", 1, True)]


def test_site_of_a_few_rows_may_have_few_different_values():
    assert thin(ASKED["mean"], columns(rows=9, rare=range(0, 9, 2))) == []


def test_site_leaves_counts_of_a_boolean_to_the_joint_check():
    assert thin(ASKED["regressor"], columns(), kind="boolean") == []


def test_site_says_first_what_does_not_fit():
    given = columns(age=["x"] * 200)

    assert thin(ASKED["regressor"], given) == []


def test_site_takes_the_intercept_and_curves_without_numbers_to_sum():
    assert thin("kind: kaplan_meier, time: time, event: event", columns()) == []


def test_rows_apart_counts_against_the_most_common_value():
    assert rows_apart(np.array([3.0, 3.0, 3.0, 7.0, 1.0])) == 2
    assert rows_apart(np.array([])) == 0
