import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.statistics.description import Block, Description, Figures, blocks, decide, describe, shown
from tests.lib.statistics.samples import category, ranged

VARIABLES = {"grade": category("I", "II", "III"), "age": ranged(0, 100)}


def description(*levels, minimum=10, described=("grade",)):
    return Description(described, VARIABLES, levels, minimum)


def table(figures, described, moments=None):
    return describe(decide(figures, description=described), moments or {}, description=described)


def lines(figures, described):
    return [[cell.get("count", "hidden") for cell in line["cells"]] for line in table(figures, described)["lines"]]


def grades(counts, without=0):
    counts = np.array(counts)
    return Figures(without, counts.sum(axis=1), {"grade": counts})


def test_small_count_is_left_out_with_what_gives_it_away():
    figures = grades([[50, 3, 47, 0], [50, 40, 30, 0]])

    found = lines(figures, description("no", "yes"))

    assert found[0] == [220, 100, 120]
    assert found[2][1] == "hidden"
    assert found[2].count("hidden") == 2
    assert [line[1] for line in found].count("hidden") == 2


def test_small_group_is_left_out_altogether():
    figures = grades([[2, 1, 1, 0], [50, 40, 30, 0], [60, 40, 30, 0]])

    found = lines(figures, description("a", "b", "c"))

    assert {line[1] for line in found} == {"hidden"}
    assert found[0] == [254, "hidden", "hidden", 130]


def test_few_persons_are_left_out_where_there_are_no_groups():
    found = table(grades([[2, 1, 1, 0]], without=3), description())

    assert found["rows"] is None
    assert found["without_group"] == {"suppressed": True}
    assert all(cell == {"suppressed": True} for line in found["lines"] for cell in line["cells"])


def test_single_column_is_protected_by_its_total():
    found = lines(grades([[50, 3, 47, 0]]), description())

    assert found == [[100], [50], ["hidden"], ["hidden"], [0]]


def test_variable_is_left_out_where_the_number_of_persons_would_give_it_away():
    figures = grades([[20, 0, 0, 5], [30, 0, 0, 0]])

    found = lines(figures, description("a", "b"))

    assert found[0] == [55, 25, 30]
    assert all(cell in ("hidden", 0, 50, 30, 20) for line in found[1:] for cell in line)
    assert found[4][1] == "hidden"


def ages(n, missing):
    counts = np.array([n, missing]).T
    return Figures(0, counts.sum(axis=1), {"age": counts})


OF_AGE = description("a", "b", described=("age",))


def means(figures, found):
    return table(figures, OF_AGE, {"age": found})["lines"][1]["cells"]


def test_mean_is_exact_where_the_number_of_values_is_shown():
    figures = ages((40, 60), (0, 0))

    cells = means(figures, [Block((0,), 40, mean=50.0, square=1000.0), Block((1,), 60, mean=60.0, square=2000.0)])

    assert cells[0] == {"n": 100, "mean": 56.0, "sd": pytest.approx(((1000 + 2000 + 40 * 36 + 60 * 16) / 99) ** 0.5)}
    assert cells[1] == {"n": 40, "mean": 50.0, "sd": pytest.approx((1000 / 39) ** 0.5)}


def test_mean_is_rounded_where_the_number_of_values_is_left_out():
    figures = ages((40, 60), (3, 0))

    cells = means(figures, [Block((0,), 40, mean=50.123456, square=1000.0), Block((1,), 60, mean=60.0, square=2000.0)])

    assert cells[1] == {"n": None, "mean": 50.12, "sd": 5.064}


def test_mean_of_few_values_is_left_out_with_what_gives_it_away():
    figures = ages((5, 60), (40, 0))

    found = blocks("age", figures, description=OF_AGE)
    cells = means(figures, found)

    assert found == [Block((0, 1), 65, joined=True)]
    assert [cell.get("suppressed", False) for cell in cells] == [False, True, True]


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        ((40, 60, 70), [((0,), 40), ((1,), 60), ((2,), 70)]),
        ((3, 60, 50), [((1,), 60), ((0, 2), 53)]),
        ((3, 0, 50), [((1,), 0), ((0, 2), 53)]),
        ((6, 7, 50), [((2,), 50), ((0, 1), 13)]),
        ((3, 3, 3), []),
        ((0, 0, 0), [((0,), 0), ((1,), 0), ((2,), 0)]),
    ],
)
def test_blocks_have_nobody_or_at_least_the_minimum(n, expected):
    described = description("a", "b", "c", described=("age",))

    found = blocks("age", ages(n, (100, 100, 100)), description=described)

    assert [(block.groups, block.persons) for block in found] == expected


def test_blocks_join_a_group_whose_persons_are_left_out():
    described = description("a", "b", "c", described=("age",))

    found = blocks("age", ages((4, 40, 60), (0, 0, 0)), description=described)

    assert [(block.groups, block.persons) for block in found] == [((2,), 60), ((0, 1), 44)]


def test_blocks_without_groups_are_everybody():
    found = blocks("age", ages((40,), (0,)), description=description(described=("age",)))

    assert found == [Block((0,), 40)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), min_size=1, max_size=5))
def test_every_sum_and_every_difference_of_sums_is_over_nobody_or_the_minimum(groups):
    n, missing = zip(*groups, strict=True)
    described = description(*"abcde"[: len(n)], described=("age",))

    found = blocks("age", ages(n, missing), description=described)

    assert all(block.persons == 0 or block.persons >= 10 for block in found)
    assert sorted(group for block in found for group in block.groups) == (list(range(len(n))) if found else [])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 25), min_size=4, max_size=4), min_size=2, max_size=3))
def test_shown_counts_are_never_small(counts):
    figures = grades(counts)
    described = description(*"abc"[: len(counts)])

    cells = shown(figures, description=described)

    flat = [count for line in lines(figures, described) for count in line if count != "hidden"]
    assert all(count == 0 or count >= 10 for _, count in cells)
    assert sorted(count for _, count in cells) == sorted(flat)
