import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.grid import Counts, TimeGrid, coarsen, gather, interval, merge
from hansa.lib.statistics.survival import Survival

TABLES = st.tuples(st.integers(0, 25), st.integers(1, 4)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 7))
)


def fits(counts, minimum):
    return bool(((counts == 0) | (counts >= minimum)).all())


def partitions(counts, minimum):
    """Yield the ends of every partition whose intervals all fit, and by how far it moves persons."""
    steps = len(counts)
    for cuts in range(2 ** (steps - 1)):
        ends = [place for place in range(steps - 1) if cuts >> place & 1] + [steps - 1]
        parts = gather(counts, ends=ends)
        if fits(parts, minimum):
            ends_of = np.array(ends)[interval(np.arange(steps), ends=ends)]
            yield int(((ends_of - np.arange(steps)) * counts.sum(axis=1)).sum())


def merged(counts, *, minimum):
    return merge(counts, steps=range(len(counts)), minimum=minimum)


@given(TABLES, st.integers(1, 12))
@settings(max_examples=300, deadline=None)
def test_merge_leaves_no_small_count_and_loses_nobody(counts, minimum):
    ends = merged(counts, minimum=minimum)

    together = gather(counts, ends=ends)
    assert ends == sorted(set(ends))
    assert together.shape == (len(ends), counts.shape[1])
    assert (together.sum(axis=0) == counts.sum(axis=0)).all()
    assert together.any(axis=1).all()
    assert len(ends) <= 1 or fits(together, minimum)
    assert bool(ends) == bool(counts.any())


@given(st.integers(1, 9).flatmap(lambda n: arrays(np.int64, (n, 2), elements=st.integers(0, 6))), st.integers(1, 8))
@settings(max_examples=150, deadline=None)
def test_merge_moves_persons_least_of_all_grids_that_fit(counts, minimum):
    # A last step that is not empty, so that every partition ends where the persons end.
    counts[-1, 0] = max(counts[-1, 0], 1)

    ends = merged(counts, minimum=minimum)

    at = np.array(ends)[interval(np.arange(len(counts)), ends=ends)]
    moved = int(((at - np.arange(len(counts))) * counts.sum(axis=1)).sum())
    best = min(partitions(counts, minimum), default=None)
    assert ends[-1] == len(counts) - 1
    assert moved == best if best is not None else len(ends) == 1


@given(TABLES, st.integers(1, 12), st.integers(0, 5))
@settings(deadline=None)
def test_merge_does_not_see_empty_steps(counts, minimum, more):
    padded = np.vstack([counts, np.zeros((more, counts.shape[1]), dtype=np.int64)])

    assert merged(padded, minimum=minimum) == merged(counts, minimum=minimum)


def test_merge_with_a_minimum_of_one_keeps_every_occupied_step():
    counts = np.array([[0, 0], [1, 0], [0, 0], [2, 3]])

    assert merged(counts, minimum=1) == [1, 3]


def test_merge_gives_one_interval_where_nothing_fits():
    assert merged(np.array([[2, 0], [0, 1]]), minimum=10) == [1]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 1), st.integers(0, 1)), max_size=80), st.integers(1, 9))
@settings(deadline=None)
def test_grid_of_groups_is_a_part_of_the_grid_of_all(rows, minimum):
    time, event, group = (np.array([row[k] for row in rows], dtype=np.int64) for k in range(3))
    grid = TimeGrid(5.0, 60.0, minimum)
    groups, everybody = Counts(grid, ("a", "b")), Counts(grid, ("",))
    survival = Survival(time.astype(float), event.astype(float), group)

    total = groups.local(survival)
    own, shared = (
        groups.ends(total),
        everybody.ends(everybody.local(Survival(survival.time, survival.event, 0 * group))),
    )

    assert set(own) <= set(shared)
    assert groups.merged(total, ends=own).sum() == len(rows)
    assert len(own) <= 1 or all(count == 0 or count >= minimum for _, count in groups.cells(total))


def test_place_rounds_up_to_the_grid():
    grid = TimeGrid(0.1, 1.0, 1)

    steps = grid.place(np.array([0.0, 0.05, 0.1, 0.3, 0.31, 1.0]))

    assert steps.tolist() == [0, 1, 1, 3, 4, 10]
    assert grid.steps == 11


@pytest.mark.parametrize("time", [-1.0, 1.11, np.nan, np.inf])
def test_place_refuses_times_outside_the_range_without_telling_them(time):
    with pytest.raises(InvalidError) as caught:
        TimeGrid(0.1, 1.0, 1).place(np.array([0.5, time]))

    assert caught.value.message == "A time lies outside the range 0 to 1 of the protocol, or is missing."


@pytest.mark.parametrize(("width", "until"), [(0.0, 10.0), (-1.0, 10.0), (np.inf, 10.0), (1.0, -5.0), (1.0, np.inf)])
def test_grid_refuses_steps_that_make_no_grid(width, until):
    with pytest.raises(InvalidError) as caught:
        TimeGrid(width, until, 1)

    assert caught.value.message.startswith("The time grid has steps of")


def test_coarsen_gives_the_end_of_the_interval():
    grid = TimeGrid(30.0, 3000.0, 10)

    rounded = coarsen(np.array([1.0, 30.0, 61.0, 90.0]), grid=grid, ends=[1, 4])

    assert rounded.tolist() == [30.0, 30.0, 120.0, 120.0]
    assert interval(np.array([0, 1, 2, 4, 5]), ends=[1, 4]).tolist() == [0, 0, 1, 1, 2]


def test_counts_are_by_step_and_group():
    counts = Counts(TimeGrid(1.0, 2.0, 1), ("no", ""))
    survival = Survival(np.array([0.0, 1.5, 2.0]), np.array([1.0, 0.0, 1.0]), np.array([0, 1, 1]))

    vector = counts.local(survival)

    named = {name: count for name, count in zip(counts.labels(), vector, strict=True) if count}
    assert named == {"events (no), time 0": 1.0, "censored, time 2": 1.0, "events, time 2": 1.0}
    assert vector.shape == (counts.size,) == (12,)


def test_cells_show_the_merged_counts():
    counts = Counts(TimeGrid(1.0, 9.0, 2), ("",))
    survival = Survival(np.array([1.0, 2.0, 5.0, 5.0]), np.array([1.0, 1.0, 0.0, 0.0]), np.zeros(4, dtype=np.int64))

    cells = counts.cells(counts.local(survival))

    assert cells == (
        *(("censored, up to time 2", 0.0), ("events, up to time 2", 2.0)),
        *(("censored, up to time 5", 2.0), ("events, up to time 5", 0.0)),
    )
    assert counts.released([2, 5]) == {"step": 1.0, "minimum_cell": 2, "times": [2.0, 5.0]}
