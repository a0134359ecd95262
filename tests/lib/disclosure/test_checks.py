"""Which rules a site and the totals are held to."""

import numpy as np
import pytest

from hansa.lib.disclosure import check_site, check_totals
from hansa.lib.row_sets import Release, RowSet

RNG = np.random.default_rng(2)
AGES = np.round(RNG.normal(53, 10, 200))
DESIGN = np.column_stack([np.ones(200), AGES, RNG.integers(0, 2, 200)])
COLUMNS = ("intercept", "age", "hormone[yes]")


def rows_but(*left_out: int, rows: int = 200) -> RowSet:
    return RowSet.of(~np.isin(np.arange(rows), left_out))


def test_check_site_finds_nothing_in_an_ordinary_study() -> None:
    found = check_site(
        minimum_cell=10,
        masked=False,
        rows=rows_but(),
        earlier=[Release("study 1", rows_but())],
        variables={"age": AGES},
        design=DESIGN,
        columns=COLUMNS,
        parameters=3,
    )

    assert found == []


def test_check_site_finds_nothing_where_nothing_is_given() -> None:
    assert check_site(minimum_cell=10, masked=False) == []


@pytest.mark.parametrize("masked", [False, True])
def test_check_site_blocks_its_own_numbers_unless_masked(masked: bool) -> None:  # noqa: FBT001 - both cases of a switch
    design = np.column_stack([DESIGN, np.arange(200) == 7])

    found = check_site(
        minimum_cell=10,
        masked=masked,
        rows=rows_but(5),
        earlier=[Release("study 1", rows_but())],
        variables={"cost": np.append(np.ones(50), 1000.0)},
        design=design,
        columns=[*COLUMNS, "one"],
        parameters=70,
    )

    assert [(finding.rule, finding.blocks) for finding in found] == [
        ("dominance", not masked),
        ("thin column", not masked),
        ("parameters", not masked),
        ("leverage", not masked),
        ("differencing", True),
    ]


def test_check_totals_finds_nothing_in_an_ordinary_study() -> None:
    found = check_totals(
        {"hormone yes": 246, "hormone no": 440, "hormone missing": 0},
        minimum_cell=10,
        rows=686,
        parameters=5,
        sums={"age": (36394.0, 2000000.0)},
        sites=3,
        minimum_sites=3,
    )

    assert found == []


def test_check_totals_finds_every_rule() -> None:
    found = check_totals(
        {"hormone yes": 2, "hormone no": 5},
        minimum_cell=10,
        rows=7,
        parameters=5,
        sums={"cost": (1000.0, 999999.0)},
        sites=2,
        minimum_sites=3,
    )

    assert [(finding.rule, finding.place) for finding in found] == [
        ("minimum cell", "rows"),
        ("minimum cell", "hormone yes"),
        ("minimum cell", "hormone no"),
        ("parameters", "model"),
        ("dominance", "cost"),
        ("minimum sites", "sites"),
    ]
    assert all(finding.blocks for finding in found)


def test_check_totals_needs_only_cells() -> None:
    assert check_totals({"relapse": 12}, minimum_cell=10, rows=100) == []


def test_check_site_blocks_one_influential_row_although_masked() -> None:
    incomes = np.append(AGES, 1e6)
    design = np.column_stack([np.ones(201), incomes])

    found = check_site(minimum_cell=10, masked=True, design=design, columns=("intercept", "income"), parameters=2)

    assert [(finding.rule, finding.place) for finding in found if finding.blocks] == [("influence", "income")]


@pytest.mark.parametrize(("rows", "is_blocked"), [(0, False), (4, True), (7, False)])
def test_check_site_blocks_a_design_that_its_rows_saturate_although_masked(rows: int, is_blocked: bool) -> None:  # noqa: FBT001 - a case's expectation
    found = check_site(minimum_cell=10, masked=True, design=DESIGN[:rows], columns=COLUMNS, parameters=3)

    assert any(finding.blocks for finding in found) == is_blocked
