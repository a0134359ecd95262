import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.statistics.partial_likelihood import (
    Moments,
    added,
    moments,
    own_likelihood,
    sum_of_logarithms,
    tied_weights,
    triangle,
)


def plain_likelihood(b, *, X, time, event, stratum, efron):
    """Return the log-likelihood by its definition, one event after the other."""
    total = 0.0
    for moment, group in sorted({(t, g) for t, g, e in zip(time, stratum, event, strict=True) if e}):
        hazard = np.exp(X @ b)
        risk = hazard[(time >= moment) & (stratum == group)].sum()
        here = (time == moment) & (stratum == group) & (event > 0)
        for rank in range(int(here.sum())):
            share = rank / here.sum() if efron else 0.0
            total -= math.log(risk - share * hazard[here].sum())
        total += float((X[here] @ b).sum())
    return total


def rows(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(1, 40))
    return {
        "X": random.normal(size=(n, 2)),
        "time": random.integers(0, 6, size=n).astype(float),
        "event": (random.random(n) < 0.6).astype(float),
        "stratum": random.integers(0, 3, size=n),
    }


@pytest.mark.parametrize("efron", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_own_likelihood_follows_the_definition(seed, efron):
    data, b = rows(seed), np.array([0.4, -0.9])

    found = own_likelihood(
        b, covariates=data["X"], time=data["time"], event=data["event"], stratum=data["stratum"], efron=efron
    )

    def at(c):
        return plain_likelihood(c, **data, efron=efron)

    step = 1e-4
    slope = [(at(b + step * e) - at(b - step * e)) / (2 * step) for e in np.eye(2)]
    bend = [-(at(b + step * e) - 2 * at(b) + at(b - step * e)) / step**2 for e in np.eye(2)]
    np.testing.assert_allclose(found[0], at(b), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found[1:3], slope, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(found[[3, 5]], bend, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("efron", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_moments_give_what_a_site_of_its_own_gives(seed, efron):
    data, b = rows(seed), np.array([0.4, -0.9])
    X, hazard = data["X"], np.exp(data["X"] @ b)
    own = list(zip(data["stratum"], data["time"], strict=True))
    happened = data["event"] > 0
    times = sorted({pair for pair, happens in zip(own, happened, strict=True) if happens})
    events = np.array(
        [sum(happened[i] for i, pair in enumerate(own) if pair == time) for time in times], dtype=np.int64
    )
    place = np.array([times.index(pair) if pair in times else -1 for pair in own])
    sums = [
        moments(X[at], hazard=hazard[at], place=np.zeros(at.sum(), dtype=np.int64), places=1)[0]
        for at in ((data["stratum"] == g) & (data["time"] >= t) for g, t in times)
    ]
    risk = np.array(sums).reshape(len(times), triangle(3))
    tied = moments(X[happened], hazard=hazard[happened], place=place[happened], places=len(times))[events > 1]

    found = Moments(events, risk, tied if efron else None).sums(b, event_sum=X[happened].sum(axis=0))

    wanted = own_likelihood(
        b, covariates=X, time=data["time"], event=data["event"], stratum=data["stratum"], efron=efron
    )
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-11)


def test_own_likelihood_of_nobody_is_zero():
    empty = np.empty(0)

    found = own_likelihood(
        np.zeros(2), covariates=np.empty((0, 2)), time=empty, event=empty, stratum=empty.astype(np.int64), efron=True
    )

    assert found.tolist() == [0.0] * 6


def test_own_likelihood_of_a_step_too_long_is_no_number():
    found = own_likelihood(
        np.array([1000.0]),
        covariates=np.array([[1.0], [2.0]]),
        time=np.array([1.0, 2.0]),
        event=np.ones(2),
        stratum=np.zeros(2, dtype=np.int64),
        efron=True,
    )

    assert not np.isfinite(found).all()


def test_moments_leave_out_persons_at_no_place():
    sums = moments(
        np.array([[2.0], [3.0], [5.0]]), hazard=np.ones(3), place=np.array([1, -1, 1], dtype=np.int64), places=3
    )

    assert sums.tolist() == [[0, 0, 0], [2, 7, 29], [0, 0, 0]]


@given(st.lists(st.floats(1e-30, 1e30), max_size=1500))
def test_sum_of_logarithms_is_exact_to_rounding(values):
    found = sum_of_logarithms(np.array(values))

    assert math.isclose(found, math.fsum(map(math.log, values)), rel_tol=1e-12, abs_tol=1e-11)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.inf, np.nan])
def test_sum_of_logarithms_is_no_number_for_what_has_no_logarithm(bad):
    assert math.isnan(sum_of_logarithms(np.array([1.0, bad])))


def test_tied_weights_share_the_tied_between_their_ranks():
    weights = tied_weights(np.array([2, 1]), S0=np.array([10.0, 4.0]), D0=np.array([4.0, 1.0]))

    np.testing.assert_allclose(weights.first, [1 / 10 + 1 / 8, 1 / 4])
    np.testing.assert_allclose(weights.first_tied, [0.5 / 8, 0])
    np.testing.assert_allclose(weights.second, [1 / 100 + 1 / 64, 1 / 16])
    np.testing.assert_allclose(weights.second_tied, [0.5 / 64, 0])
    np.testing.assert_allclose(weights.second_twice_tied, [0.25 / 64, 0])
    assert math.isclose(weights.logarithm, math.log(10 * 8 * 4))


def test_added_of_nothing_is_zero():
    assert added(np.empty((0, 2))).tolist() == [0.0, 0.0]
