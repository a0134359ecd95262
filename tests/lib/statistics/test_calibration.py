import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from hansa.lib.statistics.calibration import calibrated, systematic_error


def made(size, *, mean, deviation, seed):
    chance = np.random.default_rng(seed)
    errors = chance.uniform(0.05, 0.5, size)
    estimates = chance.normal(mean, np.sqrt(deviation**2 + errors**2))
    return estimates.tolist(), errors.tolist()


@pytest.mark.parametrize(
    ("size", "mean", "deviation", "seed"),
    [(20, 0.2, 0.3, 1), (50, -0.1, 0.15, 2), (5, 0.4, 0.6, 3), (200, 0.0, 1.5, 4)],
)
def test_systematic_error_has_the_largest_likelihood(size, mean, deviation, seed):
    estimates, errors = made(size, mean=mean, deviation=deviation, seed=seed)

    found = systematic_error(estimates, errors=errors)

    def lost(point):
        spread = np.sqrt(np.exp(2 * point[1]) + np.square(errors))
        return -norm.logpdf(estimates, point[0], spread).sum()

    best = minimize(lost, [np.mean(estimates), np.log(np.std(estimates))], method="Nelder-Mead", tol=1e-14)
    assert found.controls == size
    assert found.mean == pytest.approx(best.x[0], abs=1e-6)
    assert found.variance == pytest.approx(np.exp(2 * best.x[1]), rel=1e-5)


def test_controls_that_differ_by_chance_alone_have_no_variance():
    found = systematic_error([0.1, 0.1, 0.1, 0.1], errors=[0.2, 0.3, 0.2, 0.4])

    assert found.variance == 0.0
    assert found.mean == pytest.approx(0.1)


def test_variance_just_above_nothing_is_found():
    found = systematic_error([0.10005, 0.09995, 0.1], errors=[3e-5, 3e-5, 3e-5])

    assert 0 < found.variance < 1e-8


def test_estimate_is_moved_and_widened():
    error = systematic_error(
        *[made(40, mean=0.3, deviation=0.2, seed=5)[0]], errors=made(40, mean=0.3, deviation=0.2, seed=5)[1]
    )

    found = calibrated({"estimate": 0.5, "standard_error": 0.1}, by=error)

    spread = np.sqrt(0.01 + error.variance)
    assert found["estimate"] == pytest.approx(0.5 - error.mean)
    assert found["standard_error"] == pytest.approx(spread)
    assert found["p"] == pytest.approx(2 * norm.sf(abs(0.5 - error.mean) / spread), rel=1e-9)
    assert found["high"] - found["low"] == pytest.approx(2 * 1.959963984540054 * spread)


def test_most_true_effects_lie_within_calibrated_intervals():
    chance = np.random.default_rng(11)
    inside = 0
    for trial in range(60):
        estimates, errors = made(30, mean=0.3, deviation=0.2, seed=100 + trial)
        error = systematic_error(estimates, errors=errors)
        found = calibrated({"estimate": 0.7 + chance.normal(0.3, np.hypot(0.2, 0.1)), "standard_error": 0.1}, by=error)
        inside += found["low"] <= 0.7 <= found["high"]

    assert 52 <= inside <= 60
