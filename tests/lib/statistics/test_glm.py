import json
import time
from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.formula import parse
from hansa.lib.statistics.glm import Glm
from hansa.lib.statistics.table import Table, stack
from tests.lib.statistics import samples
from tests.lib.statistics.samples import category, close, estimate, numbers, r_glm, ranged, split, table_of

FIT = ("deviance", "null_deviance", "log_likelihood", "df_residual", "df_null", "aic")

MODELS = {
    "trial": ("gbsg2", "event ~ age + hormone + tsize + pnodes", "binomial"),
    "interaction": ("gbsg2", "event ~ hormone * grade + log(tsize) + age:menostat", "binomial"),
    "without intercept": ("gbsg2", "event ~ 0 + grade + age", "binomial"),
    "category as outcome": ("gbsg2", "hormone ~ age * menostat + progrec", "binomial"),
    "nodes": ("gbsg2", "pnodes ~ hormone + grade + log(tsize)", "poisson"),
    "receptors": ("gbsg2", "progrec ~ age + menostat", "poisson-unranged"),
    "nodes as a number": ("gbsg2", "pnodes ~ hormone * age + tsize", "gaussian"),
    "number without intercept": ("gbsg2", "progrec ~ age + tsize - 1", "gaussian"),
    "square of all": ("gbsg2", "tsize ~ (hormone + grade + age)^2", "gaussian"),
    "arrests": ("rossi", "arrest ~ age + fin * prio + race", "binomial"),
    "tumours": ("breast_cancer", "benign ~ texture + smoothness", "binomial"),
    "nearly separated": ("breast_cancer", "benign ~ texture + smoothness + radius", "binomial"),
    "diabetes": ("diabetes", "target ~ bmi + bp + s1 * s2 + s5", "gaussian"),
    "visits": ("doctor_visits", "mdvis ~ lncoins + idp + physlm + disea", "poisson"),
    "only an intercept": ("rossi", "arrest ~ 1", "binomial"),
}


def model(formula, *, variables, family="binomial"):
    return Glm(name="model", formula=parse(formula, variables=variables), family=family)


def numbers_table(**columns):
    arrays = {name: np.array(values, dtype=np.float64) for name, values in columns.items()}
    return Table(arrays, {}, len(next(iter(arrays.values()))))


@pytest.mark.parametrize("case", MODELS)
def test_estimate_equals_r_on_uneven_sites(case, tmp_path):
    data, formula, family = MODELS[case]
    frame, variables = getattr(samples, data)()
    family = family.partition("-")[0]
    expected = r_glm(formula, family=family, frame=frame, variables=variables, folder=tmp_path)
    sizes = [round(len(frame) * share) for share in (0.73, 0.17)]

    result = estimate(model(formula, variables=variables, family=family), split(table_of(frame, variables), sizes))

    assert result["problem"] is None
    for key in ("estimate", "standard_error", "p", "low", "high"):
        assert close(numbers(result, key), expected[key]), key
    assert close([result[key] for key in FIT], expected["fit"])


def test_estimate_equals_the_reference_numbers():
    frame, variables = samples.gbsg2()
    table = table_of(frame, variables)
    sites = [table.select(np.arange(table.rows) % 3 == site) for site in range(3)]

    result = estimate(model("event ~ age + hormone + tsize + pnodes", variables=variables), sites)

    b = [-1.024837796797023, 0.003273768403107, -0.402411009228354, 0.008092096432229, 0.101474025664932]
    se = [0.4733816019213097, 0.0082660488975834, 0.1747008047550385, 0.0060638105250353, 0.0188690469430332]
    assert np.allclose(numbers(result, "estimate"), b, rtol=0, atol=1e-12)
    assert np.allclose(numbers(result, "standard_error"), se, rtol=0, atol=1e-12)
    assert result["deviance"] == pytest.approx(888.487892784787, abs=1e-11)
    assert [term["name"] for term in result["terms"]] == ["Intercept", "age", "hormone[yes]", "tsize", "pnodes"]


def test_estimate_equals_statsmodels():
    api = pytest.importorskip("statsmodels.api")
    frame, variables = samples.doctor_visits()
    X = api.add_constant(frame[["lncoins", "disea"]])
    fitted = api.GLM(frame["mdvis"], X, family=api.families.Poisson()).fit(tol=1e-14, maxiter=100)

    result = estimate(
        model("mdvis ~ lncoins + disea", variables=variables, family="poisson"),
        split(table_of(frame, variables), (1, 10, 3000)),
    )

    assert close(numbers(result, "estimate"), fitted.params.to_numpy())
    assert close(numbers(result, "standard_error"), fitted.bse.to_numpy())
    assert close(result["log_likelihood"], fitted.llf)


@pytest.mark.parametrize("sizes", [(), (500, 120), (1,), (60,) * 9, (685,)])
def test_estimate_is_the_same_for_any_number_of_sites(sizes):
    frame, variables = samples.gbsg2()
    table = table_of(frame, variables)
    estimator = model("event ~ age + hormone * grade + progrec", variables=variables)

    result = estimate(estimator, split(table, sizes))

    whole = estimate(estimator, [table])
    assert close(numbers(result, "estimate"), numbers(whole, "estimate"), 1e-11)
    assert close(numbers(result, "standard_error"), numbers(whole, "standard_error"), 1e-11)


@settings(max_examples=25, deadline=None)
@given(site=st.lists(st.integers(0, 4), min_size=432, max_size=432))
def test_estimate_does_not_depend_on_who_has_which_rows(site):
    frame, variables = samples.rossi()
    table = table_of(frame, variables)
    estimator = model("arrest ~ age + fin + prio", variables=variables)

    result = estimate(estimator, [table.select(np.array(site) == one) for one in range(5)])

    whole = estimate(estimator, [table])
    assert close(numbers(result, "estimate"), numbers(whole, "estimate"), 1e-11)
    assert close(numbers(result, "standard_error"), numbers(whole, "standard_error"), 1e-11)


@settings(max_examples=25, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.floats(-50, 50), st.sampled_from([0.0, 1.0, 2.0, 7.0]), st.integers(0, 2)),
        min_size=12,
        max_size=40,
    )
)
def test_estimate_of_any_rows_equals_the_pooled_one_or_names_a_problem(rows):
    x, y, site = (np.array(column) for column in zip(*rows, strict=True))
    table = numbers_table(x=np.round(x, 3), y=y)
    estimator = model("y ~ x", variables={"x": ranged(-50, 50), "y": ranged(0, 10)}, family="poisson")

    result = estimate(estimator, [table.select(site == one) for one in range(3)])

    whole = estimate(estimator, [table])
    assert result["converged"] == whole["converged"]
    assert (result["problem"] is None) == result["converged"]
    if result["converged"]:
        assert close(numbers(result, "estimate"), numbers(whole, "estimate"), 1e-6)


def test_estimate_holds_where_a_site_has_no_event_and_lacks_a_level(tmp_path):
    frame, variables = samples.gbsg2()
    frame = frame.sort_values(["event", "grade"], kind="stable").reset_index(drop=True)
    expected = r_glm("event ~ grade + age", family="binomial", frame=frame, variables=variables, folder=tmp_path)
    sites = split(table_of(frame, variables), (60, 300))
    assert (sites[0]["event"].sum(), set(sites[0]["grade"])) == (0, {0})

    result = estimate(model("event ~ grade + age", variables=variables), sites)

    assert close(numbers(result, "estimate"), expected["estimate"])
    assert close(numbers(result, "standard_error"), expected["standard_error"])


def test_estimate_survives_a_far_off_and_wide_column(tmp_path):
    frame, variables = samples.rossi()
    frame["year"] = 1_900_000 + frame["age"] / 10
    variables["year"] = ranged(0, 10_000_000)
    expected = r_glm("arrest ~ I(year - 1900000)", family="binomial", frame=frame, variables=variables, folder=tmp_path)

    result = estimate(model("arrest ~ year", variables=variables), split(table_of(frame, variables), (100,)))

    assert close(numbers(result, "estimate")[1], expected["estimate"][1], 1e-6)
    assert close(numbers(result, "standard_error")[1], expected["standard_error"][1], 1e-6)


def test_step_is_halved_where_it_goes_too_far(tmp_path):
    frame, variables = samples.doctor_visits()
    frame["mdvis"] = frame["mdvis"] ** 2
    variables["mdvis"] = ranged(0, 10_000)
    formula = "mdvis ~ 0 + disea + physlm"
    estimator = model(formula, variables=variables, family="poisson")

    state = samples.run(estimator, split(table_of(frame, variables), (500,)))

    score = sum(estimator.local({**state, "trial": state["best"]["coefficients"]}, table_of(frame, variables))[2:4])
    assert state["converged"]
    assert abs(score) < 1e-6


def test_problem_names_collinear_columns():
    frame, variables = samples.gbsg2()
    frame["twice"], variables["twice"] = 2 * frame["age"] + 1, samples.NUMBER

    result = estimate(model("event ~ age + twice + tsize", variables=variables), split(table_of(frame, variables)))

    assert (result["converged"], result["terms"], result["deviance"]) == (False, [], None)
    assert result["problem"] == (
        "The data cannot tell 'twice' from the other terms: it does not vary, or follows from terms before it."
        " Leave 'twice' out of the formula, or join its levels."
    )


def test_problem_names_a_level_that_nobody_has():
    frame, variables = samples.gbsg2()
    variables["grade"] = category("I", "II", "III", "IV")

    result = estimate(model("event ~ grade", variables=variables), split(table_of(frame, variables)))

    assert "'grade[IV]'" in result["problem"]
    assert "'grade[III]'" not in result["problem"]


@pytest.mark.parametrize(
    ("formula", "named"), [("event ~ sick", "'sick'"), ("event ~ dose", "'dose'"), ("event ~ sick + dose", "'sick'")]
)
def test_problem_names_what_separates_the_outcome(formula, named):
    random = np.random.default_rng(3)
    dose = random.normal(size=60)
    sick = (random.random(60) < 0.4).astype(float)
    event = (dose > 0).astype(float) if formula == "event ~ dose" else np.where(sick, 1.0, random.random(60) < 0.5)
    variables = {"event": samples.BOOLEAN, "sick": samples.BOOLEAN, "dose": ranged(-5, 5)}

    result = estimate(model(formula, variables=variables), [numbers_table(event=event, sick=sick, dose=dose)])

    assert f"The coefficient of {named} grows without end" in result["problem"]


def test_problem_names_a_level_without_any_count():
    variables = {"visits": ranged(0, 20), "smoker": samples.BOOLEAN}
    table = numbers_table(visits=[0, 0, 0, 0, 3, 2, 5, 1], smoker=[1, 1, 1, 1, 0, 0, 0, 0])

    result = estimate(model("visits ~ smoker", variables=variables, family="poisson"), [table])

    assert "'smoker'" in result["problem"]
    assert "grows without end" in result["problem"]


@pytest.mark.parametrize("family", ["binomial", "poisson", "gaussian"])
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_problem_says_that_the_outcome_is_constant(family, value):
    table = numbers_table(y=[value] * 30, x=np.arange(30) / 30)
    variables = {"y": samples.BOOLEAN if family == "binomial" else ranged(0, 10), "x": ranged(0, 1)}

    result = estimate(model("y ~ x", variables=variables, family=family), [table])

    if family == "poisson" and value:
        assert numbers(result, "estimate") == pytest.approx([0, 0], abs=1e-12)
    else:
        assert result["problem"].startswith("The outcome 'y' is the same in all rows.")


def test_problem_says_that_nothing_is_left_to_explain():
    table = numbers_table(y=np.arange(30) * 2.0 + 1, x=np.arange(30))

    result = estimate(model("y ~ x", variables={"y": ranged(0, 99), "x": ranged(0, 99)}, family="gaussian"), [table])

    assert result["problem"].startswith("The terms explain the outcome without any rest.")


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_problem_says_that_there_are_too_few_rows(rows):
    table = numbers_table(y=[0.0, 1.0][:rows], x=[0.5, 1.5][:rows])

    result = estimate(model("y ~ x", variables={"y": samples.BOOLEAN, "x": samples.NUMBER}), [table])

    assert result["problem"] == f"There are {rows} complete rows for 2 coefficients. Leave out terms, or add rows."
    assert result["iterations"] == 0


def test_local_refuses_numbers_that_are_too_large():
    estimator = model("y ~ x", variables={"y": samples.BOOLEAN, "x": samples.NUMBER})

    with pytest.raises(InvalidError) as refused:
        estimator.local({**estimator.start(), "rows": 2}, numbers_table(y=[0.0, 1.0], x=[1e200, 2.0]))

    assert refused.value.message == "Numbers of the analysis 'model' are too large to be added exactly."


def test_local_says_that_a_step_was_too_long():
    estimator = model("y ~ x", variables={"y": ranged(0, 9), "x": ranged(0, 9)}, family="poisson")
    table = numbers_table(y=[1.0, 2.0, 5.0], x=[1.0, 2.0, 4.0])
    state = estimator.start()
    for _ in range(2):
        state = estimator.combine(state, estimator.local(state, table))

    sums = estimator.local({**state, "trial": [0.0, 2000.0]}, table)

    assert sums.tolist() == [1.0, *[0.0] * 6]


@pytest.mark.parametrize("value", [-1.0, 0.5])
def test_local_refuses_what_is_no_count(value):
    estimator = model("y ~ x", variables={"y": ranged(0, 9), "x": ranged(0, 9)}, family="poisson")

    with pytest.raises(InvalidError) as refused:
        estimator.local({**estimator.start(), "rows": 2}, numbers_table(y=[1.0, value], x=[1.0, 2.0]))

    assert refused.value.message == "The analysis 'model' counts 'y', but a value is not a whole number."


def test_cells_are_the_persons_of_each_combination_of_levels():
    frame, variables = samples.gbsg2()
    table = table_of(frame, variables)
    estimator = model("event ~ hormone * menostat + age", variables=variables)
    start = estimator.start()

    cells = dict(estimator.cells(start, estimator.local(start, table)))

    expected = frame.groupby(["hormone", "menostat", "event"]).size()
    assert cells["persons"] == 686
    assert cells["persons with hormone[yes] and event[yes]"] == 94
    assert cells["persons with event[no]"] == 387
    assert cells["persons with hormone[yes] and menostat[Pre] and event[no]"] == expected["yes", "Pre", 0.0]
    assert len(cells) == 1 + 4 + 4 + 8 + 2
    assert estimator.cells(estimator.combine(start, estimator.local(start, table)), np.empty(0)) == ()


def test_cells_of_a_number_are_the_persons_of_each_level():
    frame, variables = samples.gbsg2()
    estimator = model("pnodes ~ hormone + event", variables=variables, family="gaussian")
    start = estimator.start()

    cells = estimator.cells(start, estimator.local(start, table_of(frame, variables)))

    assert cells == (
        ("persons", 686.0),
        ("persons with hormone[no]", 440.0),
        ("persons with hormone[yes]", 246.0),
        ("persons with event[no]", 387.0),
        ("persons with event[yes]", 299.0),
    )


def test_labels_name_every_sum_in_plain_words():
    frame, variables = samples.rossi()
    estimator = model("arrest ~ age", variables=variables)
    start = estimator.start()
    counted = estimator.combine(start, estimator.local(start, table_of(frame, variables)))
    after = estimator.combine(counted, estimator.local(counted, table_of(frame, variables)))

    labels = [estimator.labels(state) for state in (start, counted, after)]

    assert labels[0] == ("persons", "persons with arrest[no]", "persons with arrest[yes]")
    assert labels[1] == (
        "sum of arrest",
        "sum of squared arrest",
        "log-likelihood of arrest at its own values",
        "sum of Intercept",
        "sum of age",
        "sum of squared Intercept",
        "sum of squared age",
    )
    assert labels[2] == (
        "sites at which the last step was too long to compute the sums",
        "deviance",
        "sum of Intercept × (observed - expected arrest)",
        "sum of age × (observed - expected arrest)",
        "sum of Intercept × Intercept × weight",
        "sum of Intercept × age × weight",
        "sum of age × age × weight",
    )


def test_state_is_the_same_from_the_same_total():
    frame, variables = samples.rossi()
    table, estimator = table_of(frame, variables), model("arrest ~ age + prio", variables=variables)

    states = [json.dumps(samples.run(estimator, [table])) for _ in range(3)]

    assert len(set(states)) == 1


def test_fit_takes_less_than_a_twentieth_of_a_second():
    frame, variables = samples.gbsg2()
    sites = split(table_of(frame, variables))
    estimator = model("event ~ age + hormone + tsize + pnodes", variables=variables)
    estimate(estimator, sites)

    start = time.perf_counter()
    estimate(estimator, sites)

    assert time.perf_counter() - start < 0.05


def test_stacked_sites_give_the_pooled_estimate():
    frame, variables = samples.rossi()
    sites = split(table_of(frame, variables), (100, 200))
    estimator = model("arrest ~ fin", variables=variables)

    assert close(
        numbers(estimate(estimator, [stack(sites)]), "estimate"), numbers(estimate(estimator, sites), "estimate")
    )


def rare(event=0.5):
    """Return 100 rows of which one is sick, with a boolean and a number as outcomes."""
    random = np.random.default_rng(5)
    sick = np.zeros(100)
    sick[0] = 1.0
    columns = {"event": (random.random(100) < event).astype(float), "sick": sick, "dose": random.uniform(1, 2, 100)}
    variables = {"event": samples.BOOLEAN, "sick": samples.BOOLEAN, "dose": ranged(0, 100)}
    return numbers_table(**columns), variables


@pytest.mark.parametrize(
    ("formula", "family"),
    [("event ~ sick", "binomial"), ("event ~ sick:dose", "binomial"), ("dose ~ sick", "gaussian")],
)
def test_model_with_a_level_of_few_persons_ends_before_any_sum(formula, family):
    table, variables = rare()
    estimator = replace(model(formula, variables=variables, family=family), minimum_cell=10)
    start = estimator.start()
    total = estimator.local(start, table)

    state = estimator.combine(start, total)

    assert estimator.is_done(state)
    assert "'sick[yes]" in state["problem"]
    assert state["problem"].endswith("Merge these levels with others, or leave the term out.")
    assert estimator.cells(start, total) == ()
    assert len(estimator.persons(start, total)) == len(total)
    assert all("sum" not in label for label in estimator.labels(start))
    assert (estimator.result(state)["terms"], estimator.result(state)["iterations"]) == ([], 0)


def added(estimator, table):
    start = estimator.start()
    counted = estimator.combine(start, estimator.local(start, table))
    return counted, estimator.local(counted, table)


def test_sums_name_a_column_and_an_outcome_in_which_one_value_stands_out():
    table, variables = rare()
    table.columns["dose"][:] = 0.0
    table.columns["dose"][7] = 80.0
    columns = [added(model("event ~ dose", variables=variables), table)]
    outcome = model("dose ~ event", variables=variables, family="gaussian")

    found = model("event ~ dose", variables=variables).sums(*columns[0])

    assert found == {"sum of dose": (pytest.approx(80), pytest.approx(6400))}
    assert outcome.sums(*added(outcome, table)) == {"sum of dose": (pytest.approx(80), pytest.approx(6400))}


def test_sums_leave_out_values_of_which_none_stands_out():
    table, variables = rare()
    estimator = model("event ~ dose + sick", variables=variables)
    counted, total = added(estimator, table)

    assert estimator.sums(estimator.start(), total) == {}
    assert estimator.sums(counted, total) == {"sum of sick": (1.0, 1.0)}
    assert estimator.sums(estimator.combine(counted, total), np.empty(0)) == {}


def exposed(minimum=1):
    """Return a poisson model of the positive nodes in the time that a patient was watched."""
    frame, variables = samples.gbsg2()
    variables = {**variables, "time": ranged(1, 2700, unit="d")}
    formula = parse("pnodes ~ hormone + age", variables=variables)
    made = Glm(name="rate", formula=formula, family="poisson", exposure="time", minimum_cell=minimum)
    return made, frame, variables


@pytest.mark.parametrize("sizes", [(), (500, 120), (1, 3)])
def test_model_with_exposure_is_that_of_statsmodels(sizes):
    made, frame, variables = exposed()

    result = estimate(made, split(table_of(frame, variables), sizes))

    design = np.column_stack([np.ones(len(frame)), frame["hormone"] == "yes", frame["age"]]).astype(float)
    expected = sm.GLM(
        frame["pnodes"].to_numpy(), design, family=sm.families.Poisson(), exposure=frame["time"].to_numpy()
    ).fit(tol=1e-13, maxiter=100)
    assert [term["estimate"] for term in result["terms"]] == pytest.approx(expected.params, rel=1e-8)
    assert [term["standard_error"] for term in result["terms"]] == pytest.approx(expected.bse, rel=1e-7)
    assert (result["deviance"], result["null_deviance"]) == pytest.approx((expected.deviance, expected.null_deviance))
    assert result["log_likelihood"] == pytest.approx(expected.llf, rel=1e-10)


def test_model_with_exposure_is_that_of_r(tmp_path):
    made, frame, variables = exposed()

    result = estimate(made, split(table_of(frame, variables)))

    formula = "pnodes ~ hormone + age + offset(log(time))"
    found = r_glm(formula, family="poisson", frame=frame, variables=variables, folder=tmp_path)
    assert [term["estimate"] for term in result["terms"]] == pytest.approx(found["estimate"], rel=1e-8)
    assert [term["standard_error"] for term in result["terms"]] == pytest.approx(found["standard_error"], rel=1e-7)
    assert result["null_deviance"] == pytest.approx(found["fit"][1], rel=1e-9)


def test_sum_of_an_exposure_that_few_make_up_is_named():
    variables = {"x": ranged(0, 1), "y": ranged(0, 9), "time": ranged(0.1, 1000, unit="d")}
    formula = parse("y ~ x", variables=variables)
    made = Glm(name="rate", formula=formula, family="poisson", exposure="time")
    time = np.array([1000.0, *[0.1] * 39])
    table = Table({"x": np.linspace(0, 1, 40), "y": np.ones(40), "time": time}, {}, 40)
    state = made.combine(made.start(), made.local(made.start(), table))

    assert "sum of time" in made.sums(state, made.local(state, table))
    assert made.labels(state)[-2:] == ("sum of time", "sum of squared time")


def test_case_series_equals_poisson_with_an_intercept_for_each_person():
    chance = np.random.default_rng(9)
    people = 120
    inside, outside = chance.uniform(20, 60, people), chance.uniform(200, 700, people)
    odds = 2.5 * inside / outside
    hit = (chance.uniform(size=people) < odds / (1 + odds)).astype(float)
    table = numbers_table(hit=hit, ratio=inside / outside)
    variables = {"hit": samples.BOOLEAN, "ratio": ranged(0.001, 100)}
    case_series = replace(model("hit ~ 1", variables=variables), exposure="ratio")

    result = estimate(case_series, split(table, (70, 30)))

    events = np.concatenate([hit, 1 - hit])
    design = np.column_stack([np.tile(np.eye(people), (2, 1)), np.repeat([1.0, 0.0], people)])
    days = np.concatenate([inside, outside])
    pooled = sm.GLM(events, design, family=sm.families.Poisson(), offset=np.log(days)).fit(tol=1e-12, maxiter=200)
    (term,) = result["terms"]
    assert term["estimate"] == pytest.approx(pooled.params[-1], rel=1e-6)
    assert term["standard_error"] == pytest.approx(pooled.bse[-1], rel=1e-5)
    assert result["null_deviance"] is None
