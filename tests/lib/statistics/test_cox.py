import numpy as np
import pandas as pd
import pytest
import statsmodels.api
from lifelines import CoxPHFitter

from hansa.lib.statistics.grid import coarsen
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from tests.lib.statistics import samples
from tests.lib.statistics.cohorts import (
    COHORTS,
    by_site,
    column,
    covariates,
    estimate,
    gbsg2,
    heavy_ties,
    pooled,
    r_numbers,
    rossi,
    run,
    split,
    table_of,
    thirds,
)

CONTROL = "control=coxph.control(eps=1e-12, iter.max=50)"
R_FIT = (
    "fit <- function(ties) {{ f <- coxph({formula}, data=d, ties=ties, " + CONTROL + ");"
    "c(coef(f), sqrt(diag(vcov(f))), f$loglik, f$score, f$wald.test) }}; c(fit('breslow'), fit('efron'))"
)
TIES = ("breslow", "efron")


def numbers(result):
    """Return the numbers of a result in the order of R_FIT."""
    assert result["converged"]
    tests = [result["tests"][name]["chi_square"] for name in ("score", "wald")]
    likelihoods = [result["null_log_likelihood"], result["log_likelihood"]]
    return column(result, "estimate"), column(result, "standard_error"), np.array(likelihoods + tests)


def assert_equal_r(results, frame, *, folder, strata=""):
    """Compare a Breslow and an Efron result with what one run of R gives."""
    names = covariates(frame)
    formula = f"Surv(time, event) ~ {' + '.join(names)}{strata}"
    expected = r_numbers(R_FIT.format(formula=formula), frame=frame, folder=folder)

    for result, wanted in zip(results, np.split(expected, 2), strict=True):
        estimates, errors, rest = numbers(result)
        p = len(names)
        assert [term["name"] for term in result["terms"]] == list(names)
        np.testing.assert_allclose(estimates, wanted[:p], rtol=0, atol=1e-8)
        np.testing.assert_allclose(errors, wanted[p : 2 * p], rtol=0, atol=1e-8)
        np.testing.assert_allclose(rest, wanted[2 * p :], rtol=1e-8)


@pytest.mark.parametrize("strata", [False, True])
@pytest.mark.parametrize(("name", "width"), [("gbsg2", 1), ("rossi", 1), ("heavy_ties", 1), ("larynx", 0.1)])
def test_fit_equals_r_on_the_raw_times(name, width, strata, tmp_path):
    frame = COHORTS[name]()
    sites = split(frame, [len(frame) // 2, 20])

    results = [estimate(pooled(frame, strata=strata, ties=ties, width=width), sites) for ties in TIES]

    assert_equal_r(results, frame, folder=tmp_path, strata=" + strata(stratum)" if strata else "")


@pytest.mark.parametrize(
    ("name", "strata", "width", "minimum"),
    [
        ("gbsg2", False, 30, 10),
        ("gbsg2", True, 30, 5),
        ("rossi", False, 4, 10),
        ("rossi", True, 4, 5),
        ("heavy_ties", False, 2, 5),
        ("heavy_ties", True, 1, 2),
    ],
)
def test_fit_equals_r_on_the_merged_grid(name, strata, width, minimum, tmp_path):
    frame = COHORTS[name]()
    models = [pooled(frame, strata=strata, ties=ties, width=width, minimum=minimum) for ties in TIES]

    states = [run(model, thirds(frame)) for model in models]

    rounded = coarsen(frame["time"].to_numpy(), grid=models[0].counts.grid, ends=states[0]["ends"])
    results = [model.result(state) for model, state in zip(models, states, strict=True)]
    assert 1 < len(set(rounded)) < frame["time"].nunique()
    assert sorted(set(rounded)) == results[0]["grid"]["times"]
    strata_term = " + strata(stratum)" if strata else ""
    assert_equal_r(results, frame.assign(time=rounded), folder=tmp_path, strata=strata_term)


@pytest.mark.parametrize("strata", [False, True])
@pytest.mark.parametrize("name", sorted(COHORTS))
def test_fit_by_site_equals_r_stratified_by_site(name, strata, tmp_path):
    frame = COHORTS[name]()
    place = np.random.default_rng(3).permutation(len(frame))
    frame["site"] = np.searchsorted([len(frame) // 2, len(frame) - 1], place, side="right")
    sites = [table_of(frame[frame["site"] == site]) for site in range(3)]

    results = [estimate(by_site(frame, strata=strata, ties=ties), sites) for ties in TIES]

    strata_term = " + strata(site, stratum)" if strata else " + strata(site)"
    assert_equal_r(results, frame, folder=tmp_path, strata=strata_term)


def test_fit_gives_the_published_numbers_of_the_reference():
    frame = gbsg2()

    result = estimate(pooled(frame, ties="breslow"), thirds(frame))

    estimates = [-0.000302840304015, -0.362723451792886, 0.007415017420672, 0.052381353852512]
    errors = [0.00603523171, 0.12810379850, 0.00386035329, 0.00733158822]
    np.testing.assert_allclose(column(result, "estimate"), estimates, rtol=0, atol=1e-8)
    np.testing.assert_allclose(column(result, "standard_error"), errors, rtol=0, atol=1e-10)


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_fit_agrees_with_statsmodels(ties):
    frame = gbsg2()
    names = list(covariates(frame))

    result = estimate(pooled(frame, ties=ties), thirds(frame))

    other = statsmodels.api.PHReg(frame["time"], frame[names], status=frame["event"], ties=ties).fit()
    np.testing.assert_allclose(column(result, "estimate"), other.params, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(column(result, "standard_error"), other.bse, rtol=1e-5)


def test_fit_agrees_with_lifelines():
    frame = gbsg2()

    result = estimate(pooled(frame, strata=True), thirds(frame))

    other = CoxPHFitter().fit(frame, "time", "event", strata="stratum").summary
    np.testing.assert_allclose(column(result, "estimate"), other["coef"], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(column(result, "standard_error"), other["se(coef)"], rtol=1e-5)
    np.testing.assert_allclose(column(result, "hazard_ratio_low"), other["exp(coef) lower 95%"], rtol=1e-4)
    np.testing.assert_allclose(column(result, "hazard_ratio_high"), other["exp(coef) upper 95%"], rtol=1e-4)
    np.testing.assert_allclose(column(result, "p"), other["p"], rtol=1e-3)


@pytest.mark.parametrize("sizes", [[], [500, 120], [1], [0, 685], [229, 229], [100] * 6])
def test_fit_does_not_depend_on_how_the_rows_are_split(sizes):
    frame = gbsg2()
    model = pooled(frame, width=30, minimum=10)
    whole = model.result(run(model, [table_of(frame)]))

    parts = model.result(run(model, split(frame, sizes)))

    assert parts["grid"] == whole["grid"]
    assert parts["rows"] == 686
    np.testing.assert_allclose(column(parts, "estimate"), column(whole, "estimate"), rtol=0, atol=1e-11)
    np.testing.assert_allclose(column(parts, "standard_error"), column(whole, "standard_error"), rtol=1e-10)


@pytest.mark.parametrize("build", [pooled, by_site])
def test_fit_holds_with_a_site_without_events_and_an_absent_level(build, tmp_path):
    frame = gbsg2()
    quiet = (frame["event"] == 0) & (frame["hormone"] == 0)
    frame["site"] = np.where(quiet, 0, 1 + np.arange(len(frame)) % 2)

    sites = [table_of(frame[frame["site"] == site]) for site in range(3)]
    results = [estimate(build(frame, ties=ties), sites) for ties in TIES]

    assert not sites[0]["event"].any()
    assert not sites[0]["hormone"].any()
    assert_equal_r(results, frame, folder=tmp_path, strata="" if build is pooled else " + strata(site)")


def test_cells_of_the_pooled_model_are_zero_or_at_least_the_minimum():
    frame = gbsg2()
    model = pooled(frame, strata=True, width=30, minimum=10)
    total = model.local(model.start(), table_of(frame))

    cells = model.cells(model.start(), total)

    assert sum(count for _, count in cells) == 686
    assert all(count == 0 or count >= 10 for _, count in cells)
    assert model.cells(model.combine(model.start(), total), total) == ()


def test_cells_by_site_are_persons_with_and_without_the_event():
    frame = gbsg2()
    model = by_site(frame)

    cells = model.cells(model.start(), model.local(model.start(), table_of(frame)))

    assert cells == (("persons without the event", 387.0), ("persons with the event", 299.0))


def after(model, frame, *, rounds=1):
    state = model.start()
    for _ in range(rounds):
        state = model.combine(state, model.local(state, table_of(frame)))
    return state


def test_labels_say_what_each_number_is():
    frame = pd.DataFrame(
        {"time": [1.0, 1.0, 2.0], "event": [1.0, 1.0, 0.0], "stratum": [0, 0, 0], "age": [50.0, 60.0, 70.0]}
    )
    model = pooled(frame, until=2.0)
    site = by_site(frame)

    first = model.labels(model.start())
    second, later = model.labels(after(model, frame)), model.labels(after(model, frame, rounds=2))
    own = site.labels(after(site, frame, rounds=2))

    assert first == (
        *("censored, time 0", "events, time 0", "censored, time 1", "events, time 1"),
        *("censored, time 2", "events, time 2"),
    )
    assert second == ("sum of age of persons with the event", "sum of age", "sum of squared age")
    assert later[1:] == (
        "relative hazards of persons at risk, time 1",
        "relative hazards of persons at risk times age, time 1",
        "relative hazards of persons at risk times age times age, time 1",
        "relative hazards of persons with the event, time 1",
        "relative hazards of persons with the event times age, time 1",
        "relative hazards of persons with the event times age times age, time 1",
    )
    assert own[1:] == ("log-likelihood", "slope of the log-likelihood along age", "information times age times age")


def test_only_the_pooled_model_needs_secure_sums():
    assert pooled(rossi()).needs_secure_sum
    assert not by_site(rossi()).needs_secure_sum
    assert pooled(rossi()).parameters == 4


def test_fit_by_site_keeps_within_five_rounds_on_heavy_ties():
    frame = heavy_ties()

    result = estimate(by_site(frame), thirds(frame))

    assert result["iterations"] <= 6


def rare(*, sick=1, stratum=300):
    """Return 300 persons of which few are sick, and few in the first stratum, with the variables of a protocol."""
    random = np.random.default_rng(11)
    rows = np.arange(300)
    return pd.DataFrame(
        {
            "time": np.ceil(random.exponential(200, 300)).clip(1, 900),
            "event": (random.random(300) < 0.6).astype(float),
            "sick": (rows < sick).astype(float),
            "ward": np.where(rows < stratum, "a", "b"),
            "age": random.uniform(30, 80, 300),
        }
    )


def protocol_of(formula, *, strata="", baseline="pooled", minimum=10, grid=100):
    return parse(
        f"""
hansa: study/1
title: Rare
question: Who is it?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {{type: number, unit: d, range: [0, 1000]}}
    event: {{type: boolean}}
    sick: {{type: boolean}}
    ward: {{type: category, levels: [a, b]}}
    age: {{type: number, unit: a, range: [0, 120]}}
missing: listwise
analyses:
  - {{name: model, kind: cox, formula: "Surv(time, event) ~ {formula}", strata: [{strata}], baseline: {baseline}}}
disclosure: {{minimum_cell: {minimum}, time_grid: {grid}}}
""",
        name="rare",
    )


def counted(frame, protocol):
    estimator = Programme(protocol).estimators[0]
    table = samples.table_of(frame, protocol.variables)
    total = estimator.local(estimator.start(), table)
    return estimator, total, estimator.combine(estimator.start(), total)


@pytest.mark.parametrize("baseline", ["pooled", "site"])
@pytest.mark.parametrize(
    ("formula", "strata", "frame", "named"),
    [
        ("age + sick", "", rare(), "sick[yes]"),
        ("age:sick", "", rare(sick=5), "sick[yes]"),
        ("age", "ward", rare(stratum=1), "ward[a]"),
        ("age + sick", "ward", rare(sick=120, stratum=125), "ward[a] and sick[no]"),
    ],
)
def test_model_with_a_level_of_few_persons_ends_before_any_sum(formula, strata, frame, named, baseline):
    protocol = protocol_of(formula, strata=strata, baseline=baseline)

    estimator, total, state = counted(frame, protocol)

    start, result = estimator.start(), estimator.result(state)
    assert estimator.is_done(state)
    assert result["problem"].startswith("Fewer than 10 persons have '")
    assert named in result["problem"] or "more)" in result["problem"]
    assert estimator.cells(start, total) == ()
    few = [count for label, count in estimator.persons(start, total) if label.startswith(f"persons with {named}")]
    assert 0 < min(count for count in few if count) < 10
    assert estimator.persons(state, total) == ()
    assert not any(label.startswith("sum") for label in estimator.labels(start))
    assert (result["terms"], result["rows"]) == ([], 300)


@pytest.mark.parametrize("baseline", ["pooled", "site"])
def test_state_of_a_model_of_few_events_says_not_how_many(baseline):
    frame = rare()
    frame["event"] = (frame.index < 3).astype(float)

    estimator, _, state = counted(frame, protocol_of("age", baseline=baseline))

    assert estimator.result(state)["events"] is None
    assert state.get("event_table", []) == []


def test_problem_of_a_small_stratum_says_that_it_is_small():
    _, _, state = counted(rare(stratum=1), protocol_of("age", strata="ward"))

    assert "(ward a)" in state["problem"]


@pytest.mark.parametrize("baseline", ["pooled", "site"])
def test_sums_name_a_column_in_which_one_value_stands_out(baseline):
    frame = rare(sick=150)
    frame["age"] = np.where(frame.index == 7, 90.0, 0.0)
    protocol = protocol_of("age + sick + age:sick", baseline=baseline)
    estimator, _, state = counted(frame, protocol)
    total = estimator.local(state, samples.table_of(frame, protocol.variables))

    found = estimator.sums(state, total)

    assert found == {f"sum of {name}": (pytest.approx(90), pytest.approx(8100)) for name in ("age", "age:sick")}
    assert estimator.sums(estimator.start(), total) == {}
    assert estimator.sums(estimator.combine(state, total), total) == {}
