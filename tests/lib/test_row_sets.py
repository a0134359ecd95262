"""Row sets: what released sums can be subtracted to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.canonical import encode64
from hansa.lib.errors import InvalidError
from hansa.lib.row_sets import Numbered, RowSet, distance, isolates

ROWS = 40


def row_set(*rows: int, of: int = ROWS) -> RowSet:
    return RowSet.of(np.isin(np.arange(of), rows))


@given(st.lists(st.booleans(), max_size=100))
def test_text_comes_back_as_the_same_set(chosen: list[bool]) -> None:
    rows = RowSet.of(np.array(chosen, dtype=bool))

    back = RowSet.from_text(rows.to_text())

    assert back == rows
    assert back.chosen(len(chosen)).tolist() == chosen


@pytest.mark.parametrize("text", ["", "8", "x:eJwDAAAAAAE", "8:####", "8:eJw", "99:" + row_set(1).to_text()[3:]])
def test_from_text_refuses_what_it_did_not_write(text: str) -> None:
    with pytest.raises(InvalidError):
        RowSet.from_text(text)


def test_from_text_refuses_bytes_that_are_not_compressed() -> None:
    with pytest.raises(InvalidError, match="cannot be read"):
        RowSet.from_text(f"8:{encode64(b'plain')}")


def test_distance_counts_rows_of_one_set_only() -> None:
    assert distance(row_set(1, 2, 3), row_set(3, 4)) == 3


def test_distance_counts_rows_that_came_later() -> None:
    assert distance(row_set(1, 2), row_set(1, 2, 41, of=45)) == 1


def test_isolates_finds_nothing_in_one_large_set() -> None:
    assert not isolates([row_set(*range(30))], below=10)


def test_isolates_finds_nothing_in_no_rows() -> None:
    assert not isolates([row_set()], below=10)


def test_isolates_finds_what_two_sets_leave_of_a_third() -> None:
    left, right, whole = row_set(*range(15)), row_set(*range(15, 30)), row_set(*range(31))

    assert isolates([left, right, whole], below=10)
    assert not isolates([left, whole], below=10)


def test_isolates_counts_only_what_the_known_sets_do_not_leave_already() -> None:
    whole, complete = row_set(*range(30)), row_set(*range(27))
    distant, close = row_set(*range(15)), row_set(*range(29))

    assert isolates([whole, complete], below=10)
    assert not isolates([distant, whole, complete], below=10, known=[whole, complete])
    assert isolates([close, whole, complete], below=10, known=[whole, complete])


def test_isolates_knows_a_pair_that_a_further_set_tells_apart() -> None:
    left, right, whole = row_set(*range(15)), row_set(*range(15, 30)), row_set(*range(32))
    splitting = row_set(*range(10), *range(15, 25), 30)

    assert not isolates([left, right, whole, splitting], below=10, known=[left, right, whole])


def test_isolates_finds_two_atoms_that_only_show_up_together() -> None:
    # The whole less both parts is rows 30 and 31; the fourth set tells the two apart without isolating them.
    left, right, whole = row_set(*range(15)), row_set(*range(15, 30)), row_set(*range(32))
    splitting = row_set(*range(12), *range(15, 26), 30)

    assert isolates([left, right, whole, splitting], below=10)
    assert not isolates([left, right, whole, splitting], below=2)


@given(st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=4), st.integers(0, 5))
def test_isolates_every_atom_that_small_coefficients_reach(chosen: list[list[bool]], below: int) -> None:
    sets = [RowSet.of(np.array(one)) for one in chosen]
    members = np.array(chosen, dtype=int)
    grid = np.stack(np.meshgrid(*[np.arange(-2, 3)] * len(sets)), axis=-1).reshape(-1, len(sets))

    reached = grid @ members
    alone = [row for row in reached if 0 < np.count_nonzero(row) < below and len(set(row[row != 0])) == 1]

    of_two_atoms = [row for row in alone if len({tuple(members[:, place]) for place in np.flatnonzero(row)}) <= 2]
    assert isolates(sets, below=below) or not of_two_atoms


def test_numbered_knows_rows_by_their_persons():
    people = Numbered(np.array([2, 5, 9]), 3)

    chosen = people.set_of(np.array([True, False, True]))

    assert (chosen.rows, people.rows_of(chosen).tolist()) == (10, [True, False, True])
    assert np.flatnonzero(chosen.chosen(10)).tolist() == [2, 9]
    assert people.rows_of(RowSet.of(np.ones(12, dtype=bool))).tolist() == [True, True, True]
    assert people.rows_of(RowSet.of(np.ones(3, dtype=bool))).tolist() == [True, False, False]


def test_numbered_knows_rows_by_position_where_nobody_has_a_number():
    rows = Numbered(None, 3)

    chosen = rows.set_of(np.array([True, False, True]))

    assert (chosen.rows, rows.rows_of(chosen).tolist()) == (3, [True, False, True])
