import math

import pytest

from hansa.lib.statistics.e_value import e_values


def of(estimate, low, high, *, measure="rate"):
    logs = {"estimate": math.log(estimate), "low": math.log(low), "high": math.log(high)}
    return tuple(e_values(logs, measure=measure).values())


def test_e_values_are_those_of_the_published_example():
    """VanderWeele and Ding 2017: breast feeding and respiratory death, risk ratio 3.9 (1.8 to 8.7)."""
    assert of(3.9, 1.8, 8.7) == (pytest.approx(7.26, abs=0.005), pytest.approx(3.0, abs=0.005))


def test_protective_ratio_has_the_value_of_its_inverse():
    assert of(1 / 3.9, 1 / 8.7, 1 / 1.8) == pytest.approx(of(3.9, 1.8, 8.7))


def test_interval_that_holds_no_effect_needs_no_confounder():
    assert of(1.4, 0.9, 2.1)[1] == 1.0
    assert of(1.0, 0.5, 2.0) == (1.0, 1.0)


def test_odds_and_hazard_ratios_are_turned_into_risk_ratios_of_a_common_outcome():
    odds, hazard = of(4.0, 2.0, 8.0, measure="odds"), of(2.0, 1.5, 3.0, measure="hazard")

    assert odds == pytest.approx(of(2.0, 2**0.5, 8**0.5))
    ratio = (1 - 0.5 ** (2**0.5)) / (1 - 0.5 ** (0.5**0.5))
    assert hazard[0] == pytest.approx(ratio + math.sqrt(ratio * (ratio - 1)))


def test_estimate_without_end_gives_a_number():
    assert math.isfinite(e_values({"estimate": 800.0, "low": 1.0, "high": 900.0}, measure="odds")["estimate"])
