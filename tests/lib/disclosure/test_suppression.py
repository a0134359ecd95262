"""Secondary suppression: what is left out cannot be computed from what stays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.optimize import linprog

from hansa.lib.disclosure import suppress


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
