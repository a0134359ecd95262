import numpy as np
import pytest

from hansa.lib.statistics import newton

NAMES = ("Intercept", "dose")


def sums(deviance, score=(1.0, 1.0), information=(4.0, 1.0, 4.0), failed=0.0):
    return np.array([failed, deviance, *score, *information])


def looked(*looks, dispersed=None):
    state = newton.begin([0.0, 0.0])
    for look in looks:
        state = newton.step(state, look, names=NAMES, dispersed=dispersed)
    return state


def test_step_goes_where_score_and_information_point():
    state = looked(sums(100.0))

    assert state["trial"] == pytest.approx([0.2, 0.2])
    assert (state["null_deviance"], state["looks"], state["converged"]) == (100.0, 1, False)


@pytest.mark.parametrize("worse", [sums(101.0), sums(0.0, failed=1.0)])
def test_step_is_halved_when_it_does_not_help(worse):
    state = looked(sums(100.0), worse)

    assert state["trial"] == pytest.approx([0.1, 0.1])


def test_step_ends_at_the_optimum_and_takes_what_is_left():
    state = looked(sums(100.0), sums(90.0, score=(1e-11, 0.0)))

    assert state["converged"]
    assert state["best"]["coefficients"][0] > 0.2


def test_step_ends_where_rounding_stops_it():
    state = looked(sums(100.0), sums(90.0, score=(1e-7, 0.0)), sums(90.0, score=(1e-7, 0.0)))

    assert state["converged"]


def test_step_fails_when_the_null_model_cannot_be_computed():
    state = looked(sums(0.0, failed=1.0))

    assert state["problem"].startswith("A site could not compute the sums of the null model.")


def test_step_fails_when_there_is_no_end():
    state = looked(*[sums(100.0 - look) for look in range(newton.MOST_LOOKS + 1)])

    assert state["problem"].startswith("The model has not converged after 60 rounds.")


def test_step_fails_when_no_information_is_left():
    state = looked(sums(100.0), sums(90.0, information=(0.0, 0.0, 0.0)))

    assert "grows without end" in state["problem"]


def test_step_names_the_intercept_when_it_runs_off_alone():
    state = looked(sums(100.0, score=(1.0, 0.0), information=(1.0, 0.0, 1.0)), sums(90.0, information=(0.0, 0.0, 1.0)))

    assert state["problem"].startswith("The coefficient of 'Intercept' grows")


def test_step_fails_when_the_deviance_vanishes():
    state = looked(sums(100.0), sums(0.0), dispersed=10)

    assert state["problem"].startswith("The terms explain the outcome without any rest.")


def test_covariance_is_the_inverse_information():
    state = looked(sums(100.0))

    assert newton.covariance(state["best"]) @ [[4, 1], [1, 4]] == pytest.approx(np.eye(2))
