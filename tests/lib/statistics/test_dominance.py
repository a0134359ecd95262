import numpy as np
import pytest

from hansa.lib.statistics.dominance import Scale, dominated


def pair(values):
    return float(np.sum(values)), float(np.sum(np.square(values)))


def test_whole_undoes_shift_and_scale():
    values = np.array([0.0, 20.0, 70.0])
    scaled = (values - 50) / 50

    whole = Scale(50.0, 50.0, (0.0, 100.0)).whole(*pair(scaled), persons=3)

    assert whole == pytest.approx(pair(values))


@pytest.mark.parametrize("bounds", [None, (-1.0, 100.0)])
def test_whole_is_unknown_where_values_may_be_negative(bounds):
    assert Scale(0.0, 1.0, bounds).whole(5.0, 9.0, persons=3) is None


def test_whole_of_zeros_is_nothing():
    assert Scale(50.0, 50.0, (0.0, 100.0)).whole(-3.0, 3.0, persons=3) is None


@pytest.mark.parametrize(
    ("values", "persons", "expected"),
    [
        ([50.0] * 10, 10, False),
        ([30.0, 60.0] * 6, 12, False),
        ([0.0] * 11 + [70.0], 12, True),
        ([1.0] * 5 + [0.0] * 595, 600, True),
        ([1.0] * 5 + [0.0] * 595, 0, False),
        ([100.0, 1.0, 1.0, 1.0, 1.0, 1.0], 0, True),
    ],
)
def test_dominated_tells_a_few_that_stand_out_from_scatter(values, persons, expected):
    assert dominated(pair(values), persons=persons) == expected


@pytest.mark.parametrize("share", [0.51, 0.7, 0.99])
def test_dominated_sees_every_value_over_half_of_the_sum(share):
    rest = np.full(1000, (1 - share) / 1000)

    assert dominated(pair(np.append(rest, share)))
