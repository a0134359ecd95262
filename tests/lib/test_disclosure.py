"""The disclosure rules: each refuses what it should and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from hansa.lib.disclosure import (
    Finding,
    check_site,
    check_totals,
    concentration,
    differencing,
    dominance,
    effective,
    leverage,
    small_cells,
    suppress,
    thin_columns,
    too_few_sites,
    too_many_parameters,
)
from hansa.lib.row_sets import Release, RowSet

RNG = np.random.default_rng(2)
AGES = np.round(RNG.normal(53, 10, 200))
DESIGN = np.column_stack([np.ones(200), AGES, RNG.integers(0, 2, 200)])
COLUMNS = ("intercept", "age", "hormone[yes]")


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def rows_but(*left_out: int, rows: int = 200) -> RowSet:
    return RowSet.of(~np.isin(np.arange(rows), left_out))


@pytest.mark.parametrize(
    ("protocol", "site", "expected"), [(None, None, 10), (5, None, 10), (20, 3, 20), (None, 30, 30), (12, 15, 15)]
)
def test_effective_never_goes_below_the_clause(protocol: int | None, site: int | None, expected: int) -> None:
    assert effective(10, protocol=protocol, site=site) == expected


def test_effective_is_at_least_one() -> None:
    assert effective(0) == 1


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
        ([5.0, 5.0, 0.6], []),
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


def test_differencing_allows_the_same_rows_and_distant_rows() -> None:
    earlier = [Release("study 1", rows_but(3)), Release("study 2", rows_but(*range(20, 60)))]

    assert differencing(rows_but(3), earlier, minimum_cell=10) == []


@pytest.mark.parametrize(("apart", "is_refused"), [(0, False), (1, True), (9, True), (10, False)])
def test_differencing_refuses_a_few_rows(apart: int, is_refused: bool) -> None:  # noqa: FBT001 - a case's expectation
    earlier = [Release("study 1", rows_but())]

    found = differencing(rows_but(*range(apart)), earlier, minimum_cell=10)

    assert bool(found) == is_refused


def test_differencing_says_why_and_what_to_do() -> None:
    found = differencing(rows_but(3), [Release("study 1", rows_but())], minimum_cell=10)

    assert found == [
        Finding(
            rule="differencing",
            place="study 1",
            message=(
                "The rows differ from study 1 by fewer than 10: "
                "subtracting the two results would say what these few have."
            ),
            remedy="Use exactly the same rows as before, or change the selection by at least 10 rows.",
        )
    ]


def test_differencing_allows_rows_released_before_and_what_earlier_ones_gave_away() -> None:
    earlier = [Release("table", rows_but()), Release("model", rows_but(0, 1, 2))]

    assert differencing(rows_but(0, 1, 2), earlier, minimum_cell=10) == []
    assert differencing(rows_but(*range(20)), earlier, minimum_cell=10) == []
    assert len(differencing(rows_but(0, 1), earlier, minimum_cell=10)) == 2


def test_differencing_refuses_a_set_that_several_releases_add_up_to() -> None:
    earlier = [
        Release("women", RowSet.of(np.arange(200) < 100)),
        Release("men", RowSet.of((np.arange(200) >= 100) & (np.arange(200) < 198))),
    ]

    found = differencing(rows_but(), earlier, minimum_cell=10)

    assert [finding.place for finding in found] == ["several earlier releases taken together"]


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


def with_totals(cells: list[list[int]]) -> NDArray[np.int64]:
    inner = np.array(cells, dtype=np.int64)
    wide = np.column_stack([inner, inner.sum(axis=1)])
    return np.vstack([wide, wide.sum(axis=0)])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([20, 30, 50], [False, False, False]),
        ([3, 30, 20, 53], [True, False, True, False]),
        ([3, 4, 20, 27], [True, True, True, False]),
        ([3, 4, 5, 20, 32], [True, True, True, False, False]),
        ([3, 0, 20, 23], [True, False, True, False]),
        ([3, 0, 3], [True, False, True]),
        ([0, 0, 0], [False, False, False]),
        ([3], [True]),
        ([30], [False]),
    ],
)
def test_suppress_hides_a_second_cell_of_a_line(line: list[int], expected: list[bool]) -> None:
    assert suppress(np.array(line), minimum_cell=10).tolist() == expected


def test_suppress_hides_a_rectangle_of_a_table() -> None:
    table = with_totals([[3, 20, 90], [30, 40, 90], [90, 90, 90]])

    hidden = suppress(table, minimum_cell=10)

    assert hidden.tolist() == [
        [True, True, False, False],
        [True, True, False, False],
        [False, False, False, False],
        [False, False, False, False],
    ]


def test_suppress_hides_more_where_the_totals_determine_a_cell() -> None:
    # Two rectangles joined by one cell: every line hides two cells, yet the joint is known (Gusfield 1988).
    table = with_totals(
        [
            [8, 8, 40, 40, 40, 40],
            [8, 8, 9, 40, 40, 40],
            [40, 40, 8, 8, 40, 40],
            [40, 40, 8, 8, 40, 40],
        ]
    )

    hidden = suppress(table, minimum_cell=10)

    low, high = bounds(table, hidden=hidden, place=(1, 2))
    assert high - low > 1


def test_suppress_hides_everything_where_nothing_else_helps() -> None:
    table = with_totals([[1, 2], [3, 1]])

    assert suppress(table, minimum_cell=10).all()


def bounds(table: NDArray[np.int64], *, hidden: NDArray[np.bool_], place: tuple[int, int]) -> tuple[float, float]:
    """Return the range an attacker computes for a hidden cell from all that is shown."""
    lines = [*np.arange(table.size).reshape(table.shape), *np.arange(table.size).reshape(table.shape).T]
    equations = np.zeros((len(lines), table.size))
    for equation, line in zip(equations, lines, strict=True):
        equation[line], equation[line[-1]] = 1.0, -1.0
    shown = [
        (0, None) if is_hidden else (count, count)
        for count, is_hidden in zip(table.ravel(), hidden.ravel(), strict=True)
    ]
    goal = np.zeros(table.size)
    goal[np.ravel_multi_index(place, table.shape)] = 1.0
    low, high = (
        linprog(sign * goal, A_eq=equations, b_eq=np.zeros(len(lines)), bounds=shown, method="highs")
        for sign in (1.0, -1.0)
    )
    return float(low.fun), float(-high.fun) if high.status == 0 else float("inf")


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(2, 4), st.integers(2, 4)).flatmap(
        lambda shape: st.lists(
            st.lists(st.integers(0, 40), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    )
)
def test_suppress_leaves_no_small_cell_computable(cells: list[list[int]]) -> None:
    table = with_totals(cells)

    hidden = suppress(table, minimum_cell=10)

    small = (table > 0) & (table < 10)
    assert np.all(hidden[small])
    for place in zip(*np.nonzero(small), strict=True):
        low, high = bounds(table, hidden=hidden, place=place)
        assert high - low > 0.5
