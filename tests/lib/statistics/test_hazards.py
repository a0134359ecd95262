from dataclasses import replace

import numpy as np
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.cox import SiteCox
from tests.lib.statistics.cohorts import (
    by_site,
    column,
    estimate,
    gbsg2,
    larynx,
    pooled,
    reader,
    table_of,
    thirds,
)


@pytest.mark.parametrize("build", [pooled, by_site])
def test_fit_does_not_depend_on_declared_ranges(build):
    frame = gbsg2()
    plain = build(frame)
    ranged = replace(plain, bounds=((18.0, 120.0), (0.0, 1.0), None, (7.0, 7.0)))

    results = [estimate(model, thirds(frame)) for model in (plain, ranged)]

    np.testing.assert_allclose(column(results[0], "estimate"), column(results[1], "estimate"), rtol=0, atol=1e-11)
    np.testing.assert_allclose(column(results[0], "standard_error"), column(results[1], "standard_error"), rtol=1e-11)


@pytest.mark.parametrize("build", [pooled, by_site])
def test_fit_names_a_column_that_does_not_vary(build):
    frame = gbsg2().assign(centre=5.3)

    result = estimate(build(frame), thirds(frame))

    assert result["terms"] == []
    assert not result["converged"]
    assert result["problem"] == (
        "The data cannot tell 'centre' from the other terms: it does not vary, or follows from terms before it."
        " Leave 'centre' out of the formula, or join its levels."
    )


def test_fit_names_columns_that_follow_from_earlier_ones():
    frame = gbsg2()
    frame["months"] = frame["age"] * 12
    frame["mixture"] = frame["size"] - 3 * frame["nodes"] + 1

    result = estimate(pooled(frame), thirds(frame))

    assert "tell 'months' and 'mixture' from" in result["problem"]


@pytest.mark.parametrize("build", [pooled, by_site])
def test_fit_names_a_coefficient_that_runs_off(build):
    frame = gbsg2()
    frame["lucky"] = ((frame["event"] == 0) & (np.arange(len(frame)) % 4 == 0)).astype(float)

    result = estimate(build(frame), thirds(frame))

    assert result["terms"] == []
    assert result["problem"].startswith("The coefficient of 'lucky' grows without end")
    assert result["iterations"] < 30


@pytest.mark.parametrize("build", [pooled, by_site])
def test_fit_says_that_nobody_had_the_event(build):
    frame = gbsg2().assign(event=0.0)

    result = estimate(build(frame), thirds(frame))

    assert result["problem"].startswith("Nobody had the event")
    assert (result["rows"], result["events"], result["iterations"], result["tests"]) == (686, 0, 0, None)


@pytest.mark.parametrize("build", [pooled, by_site])
def test_fit_says_that_there_is_nobody(build):
    frame = gbsg2().iloc[:0]

    result = estimate(build(gbsg2()), [table_of(frame)])

    assert result["problem"].startswith("Nobody had the event")
    assert result["rows"] == 0


def test_refuses_a_model_without_terms():
    with pytest.raises(InvalidError) as caught:
        SiteCox(name="empty", read=reader(), names=())

    assert str(caught.value) == "The Cox model 'empty' has no term. Name a variable on the right of its formula."


@pytest.mark.parametrize("build", [pooled, by_site])
def test_local_halves_a_step_that_is_too_long(build):
    frame = gbsg2()
    model = build(frame)
    state = model.start()
    for _ in range(3):
        state = model.combine(state, np.sum([model.local(state, site) for site in thirds(frame)], axis=0))
    overshot = {**state, "trial": [900.0, 0.0, 0.0, 0.0]}

    vectors = [model.local(overshot, site) for site in thirds(frame)]
    halved = model.combine(overshot, np.sum(vectors, axis=0))

    assert all(vector[0] == 1 and not vector[1:].any() for vector in vectors)
    assert model.labels(overshot)[0] == "sites at which the last step was too long to compute the sums"
    assert halved["best"] == state["best"]
    assert halved["trial"][0] == 450.0


def test_step_that_lowers_the_likelihood_is_halved_until_it_climbs():
    frame = gbsg2()
    model = pooled(frame)
    state = model.start()
    for _ in range(3):
        state = model.combine(state, model.local(state, table_of(frame)))
    state = {**state, "trial": [-8.0, 0.0, 0.0, 0.0]}
    while not model.is_done(state):
        state = model.combine(state, model.local(state, table_of(frame)))

    result = model.result(state)

    straight = estimate(model, [table_of(frame)])
    np.testing.assert_allclose(column(result, "estimate"), column(straight, "estimate"), rtol=0, atol=1e-10)


def test_hazard_ratio_beyond_json_is_none():
    frame = larynx()
    frame["tiny"] = frame["age"] * 1e-7

    result = estimate(pooled(frame[["time", "event", "stratum", "tiny"]], width=0.1), thirds(frame))

    assert result["converged"]
    assert result["terms"][0]["hazard_ratio_high"] is None
