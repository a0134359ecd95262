import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.statistics.description import Description, Figures, describe, shown
from tests.lib.statistics.samples import category, ranged

VARIABLES = {"grade": category("I", "II", "III"), "age": ranged(0, 100)}


def description(*levels, minimum=10, described=("grade",)):
    return Description(described, VARIABLES, levels, minimum)


def lines(figures, described):
    return [
        [cell.get("count", "hidden") for cell in line["cells"]]
        for line in describe(figures, description=described)["lines"]
    ]


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
    found = describe(grades([[2, 1, 1, 0]], without=3), description=description())

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


def ages(n, missing, means=(50.0, 60.0), squares=(1000.0, 2000.0)):
    counts = np.array([n, missing]).T
    return Figures(0, counts.sum(axis=1), {"age": counts}, {"age": np.array(means)}, {"age": np.array(squares)})


def test_mean_is_exact_where_the_number_of_values_is_shown():
    found = describe(ages((40, 60), (0, 0)), description=description("a", "b", described=("age",)))

    cells = found["lines"][1]["cells"]
    assert cells[0] == {"n": 100, "mean": 56.0, "sd": pytest.approx(((1000 + 2000 + 40 * 36 + 60 * 16) / 99) ** 0.5)}
    assert cells[1] == {"n": 40, "mean": 50.0, "sd": pytest.approx((1000 / 39) ** 0.5)}


def test_mean_is_rounded_where_the_number_of_values_is_left_out():
    figures = ages((40, 60), (3, 0), means=(50.123456, 60.0))

    found = describe(figures, description=description("a", "b", described=("age",)))

    assert found["lines"][1]["cells"][1] == {"n": None, "mean": 50.12, "sd": 5.064}
    assert found["lines"][2]["cells"][1] == {"suppressed": True}


def test_mean_of_few_values_is_left_out():
    figures = ages((5, 60), (40, 0))

    found = describe(figures, description=description("a", "b", described=("age",)))

    assert found["lines"][1]["cells"][1] == {"suppressed": True}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 25), min_size=4, max_size=4), min_size=2, max_size=3))
def test_shown_counts_are_never_small(counts):
    figures = grades(counts)
    described = description(*"abc"[: len(counts)])

    cells = shown(figures, description=described)

    flat = [count for line in lines(figures, described) for count in line if count != "hidden"]
    assert all(count == 0 or count >= 10 for _, count in cells)
    assert sorted(count for _, count in cells) == sorted(flat)
