"""The rules about one number: each refuses what it should and nothing else."""

import numpy as np
import pytest

from hansa.lib.disclosure import (
    Finding,
    Limits,
    concentration,
    dominance,
    influence,
    leverage,
    small_cells,
    thin_columns,
    too_few_sites,
    too_many_parameters,
)

RNG = np.random.default_rng(2)
AGES = np.round(RNG.normal(53, 10, 200))
DESIGN = np.column_stack([np.ones(200), AGES, RNG.integers(0, 2, 200)])
COLUMNS = ("intercept", "age", "hormone[yes]")


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


@pytest.mark.parametrize(("count", "expected"), [(0, []), (1, ["minimum cell"]), (9, ["minimum cell"]), (10, [])])
def test_small_cells_finds_counts_below_the_minimum(count: int, expected: list[str]) -> None:
    assert rules(small_cells({"grade III": count}, minimum_cell=10)) == expected


def test_small_cells_looks_at_every_cell_of_one_name() -> None:
    assert rules(small_cells([("relapse", 3.0), ("relapse", 30.0), ("relapse", 4.0)], minimum_cell=10)) == [
        "minimum cell",
        "minimum cell",
    ]


def test_small_cells_does_not_say_the_count() -> None:
    found = small_cells({"grade III": 7}, minimum_cell=10)

    assert found == [
        Finding(
            rule="minimum cell",
            place="grade III",
            message="'grade III' stands for fewer than 10 people.",
            remedy="Join levels or intervals, or leave the variable out.",
            blocks=True,
        )
    ]


@pytest.mark.parametrize(("sites", "expected"), [(2, ["minimum sites"]), (3, []), (4, [])])
def test_too_few_sites_asks_for_the_clause(sites: int, expected: list[str]) -> None:
    assert rules(too_few_sites(sites, 3)) == expected


@pytest.mark.parametrize(
    ("parameters", "rows", "expected"),
    [
        (0, 0, []),
        (0, 5, []),
        (5, 686, []),
        (33, 100, []),
        (34, 100, ["parameters"]),
        (4, 13, ["parameters"]),
        (4, 14, []),
        (10, 10, ["parameters"]),
    ],
)
def test_too_many_parameters_leaves_rows_to_describe(parameters: int, rows: int, expected: list[str]) -> None:
    assert rules(too_many_parameters(parameters, rows, minimum_cell=10)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], []),
        ([0.0, 0.0], []),
        ([np.nan, 0.0], []),
        ([5.0], ["dominance"]),
        ([5.0, 5.0], ["dominance"]),
        ([5.0, 5.0, 0.4], ["dominance"]),
        ([5.0, 5.0, 0.6], ["dominance"]),
        ([5.0, 5.0, 1.2], []),
        ([9.0, 1.0, 1.0, 1.0, 1.0, 1.0], ["dominance"]),
        ([-9.0, 1.0, 1.0, 1.0, 1.0, 1.0], ["dominance"]),
        ([9.0, 3.0, 3.0, 3.0, np.nan], []),
        ([1.0] * 10, []),
    ],
)
def test_dominance_finds_the_value_that_stands_out(values: list[float], expected: list[str]) -> None:
    assert rules(dominance(np.array(values), place="income")) == expected


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 1000])
def test_concentration_of_an_indicator_is_the_minimum_cell(count: int) -> None:
    found = concentration(count, count, place="relapse", minimum_cell=10)

    assert bool(found) == (0 < count < 10)


def test_concentration_finds_one_large_value_among_many_small_ones() -> None:
    values = np.append(np.ones(50), 1000.0)

    found = concentration(values.sum(), (values**2).sum(), place="cost", minimum_cell=10)

    assert rules(found) == ["dominance"]
    assert found[0].place == "cost"


def test_thin_columns_finds_what_sets_a_few_apart() -> None:
    one = np.arange(200) == 7
    design = np.column_stack([DESIGN, one, 1.0 - one, 5 + 3 * one, one * AGES])

    found = thin_columns(design, columns=[*COLUMNS, "one", "all but one", "shifted", "product"], minimum_cell=10)

    assert [finding.place for finding in found] == ["one", "all but one", "shifted", "product"]


def test_thin_columns_of_no_rows_are_nothing() -> None:
    assert thin_columns(DESIGN[:0], columns=COLUMNS, minimum_cell=10) == []


def test_leverage_finds_a_row_with_a_level_of_its_own() -> None:
    own = np.column_stack([DESIGN, np.arange(200) == 7])

    assert rules(leverage(own)) == ["leverage"]
    assert leverage(DESIGN) == []


def test_leverage_weighs_against_the_joint_information() -> None:
    own = np.column_stack([DESIGN, np.arange(200) == 7])
    joint = own.T @ own + np.diag([400.0, 400 * 53.0**2, 200.0, 12.0])

    assert leverage(own, information=joint) == []


def test_dominance_follows_the_clause() -> None:
    values = np.array([30.0, 30.0, 20.0, 20.0])

    assert dominance(values, place="cost") == []
    assert rules(dominance(values, place="cost", limits=Limits(largest_two=55))) == ["dominance"]
    assert rules(dominance(np.array([5.0, 4.0, 1.0]), place="cost", limits=Limits(closeness=30))) == ["dominance"]


def test_too_many_parameters_follows_the_clause() -> None:
    assert rules(too_many_parameters(4, 20, minimum_cell=5, limits=Limits(degrees_of_freedom=17))) == ["parameters"]
    assert rules(too_many_parameters(4, 20, minimum_cell=5, limits=Limits(parameter_share=10))) == ["parameters"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (AGES, []),
        (np.append(AGES, 1e6), ["influence"]),
        (np.append(AGES, [-1e6, np.nan]), ["influence"]),
        (np.append(AGES, [1e6, -1e6]), []),
        (np.append(np.zeros(40), 1.0), []),
        (np.array([1.0, 2.0, 1e6]), []),
        (np.array([]), []),
    ],
)
def test_influence_finds_the_row_that_a_slope_goes_through(values: np.ndarray, expected: list[str]) -> None:
    assert rules(influence(values, place="income")) == expected
