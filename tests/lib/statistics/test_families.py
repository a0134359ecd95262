import numpy as np
import pytest
from scipy import stats

from hansa.lib.statistics.families import FAMILIES

PREDICTOR = np.array([-800.0, -3.0, 0.0, 0.5, 4.0])


@pytest.mark.parametrize("name", FAMILIES)
def test_weight_is_the_slope_of_the_mean(name):
    look, step = FAMILIES[name].look, 1e-6
    outcome = np.array([0.0, 1.0, 0.0, 1.0, 1.0])

    mean, weight, _ = look(PREDICTOR, outcome)

    slope = (look(PREDICTOR + step, outcome)[0] - look(PREDICTOR - step, outcome)[0]) / (2 * step)
    assert np.allclose(weight, slope, rtol=1e-6)
    assert np.isfinite(mean).all()


@pytest.mark.parametrize("name", FAMILIES)
def test_score_is_the_slope_of_the_deviance(name):
    look, step = FAMILIES[name].look, 1e-6
    outcome = np.array([0.0, 1.0, 0.0, 1.0, 1.0])

    mean = look(PREDICTOR, outcome)[0]

    slope = (look(PREDICTOR + step, outcome)[2] - look(PREDICTOR - step, outcome)[2]) / (2 * step)
    assert np.allclose(outcome - mean, -slope / 2, rtol=1e-4, atol=1e-6)


def test_saturated_poisson_is_the_likelihood_at_the_outcome():
    outcome = np.array([0.0, 1.0, 7.0, 300.0])

    found = FAMILIES["poisson"].saturated(outcome)

    assert np.allclose(found, stats.poisson.logpmf(outcome, outcome))


@pytest.mark.parametrize(
    ("name", "mean", "expected"),
    [
        ("gaussian", -2.5, -2.5),
        ("binomial", 0.5, 0.0),
        ("binomial", 0.0, None),
        ("binomial", 1.0, None),
        ("poisson", 1.0, 0.0),
        ("poisson", 0.0, None),
    ],
)
def test_link_gives_the_predictor_of_a_mean(name, mean, expected):
    assert FAMILIES[name].link(mean) == expected
