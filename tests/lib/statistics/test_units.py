import numpy as np
import pytest

from hansa.lib.statistics.units import factor, likely_unit


@pytest.mark.parametrize(
    ("unit", "wanted", "expected"),
    [
        ("mm", "mm", 1),
        ("cm", "mm", 10),
        ("mm", "cm", 0.1),
        ("a", "d", 365.25),
        ("", "", 1),
        ("mm", "d", None),
        ("mg", "", None),
    ],
)
def test_factor_turns_one_unit_into_another(unit, wanted, expected):
    assert factor(unit, wanted) == expected


def test_likely_unit_is_the_one_that_fits_best():
    assert likely_unit(np.array([300.0, 640.0, 1000.0]), unit="a", bounds=(18, 100)) == "mo"
    assert likely_unit(np.array([2.5, 3.0, 20.0]), unit="mm", bounds=(10, 200)) == "cm"
    assert likely_unit(np.array([1e9]), unit="mm", bounds=(10, 200)) is None
    assert likely_unit(np.array([1e9]), unit="", bounds=(10, 200)) is None
