import numpy as np
import pytest
import statsmodels.api as sm

from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.groups import groups
from hansa.lib.statistics.programme import Programme, rehearse
from hansa.lib.statistics.reading import read
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.treatment_effect import TreatmentEffect, _effect, _effects
from tests.lib.statistics import samples
from tests.lib.statistics.samples import split, table_of
from tests.rscript import rscript

TEXT = """\
hansa: study/1
title: Recurrence by hormone therapy
question: What does hormone therapy do?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    event: {type: boolean}
    hormone: {type: category, levels: ["no", "yes"]}
    grade: {type: category, levels: [I, II, III]}
    age: {type: number, range: [18, 100]}
    pnodes: {type: number, range: [0, 60]}
analyses:
  - {name: effect, kind: treatment_effect, treatment: hormone, outcome: event, adjust: age + grade, family: binomial}
disclosure: {minimum_cell: 5}
"""
GAUSSIAN = TEXT.replace("outcome: event", "outcome: pnodes").replace("family: binomial", "family: gaussian")
POISSON = GAUSSIAN.replace("family: gaussian", "family: poisson")


def run(text=TEXT, sizes=(400, 150)):
    """Return the breast cancer trial and the effect over uneven sites."""
    protocol = protocols.parse(text)
    frame, _ = samples.gbsg2()
    tables = split(table_of(frame, protocol.variables), sizes)
    result = rehearse(protocol, {str(place): table for place, table in enumerate(tables)})
    return frame, result["analyses"][0]


def weighted(frame, truncate=0.05):
    """Return design, treatment and weights as statsmodels makes them."""
    treated = (frame["hormone"] == "yes").to_numpy(dtype=float)
    grades = [(frame["grade"] == level).to_numpy(dtype=float) for level in ("II", "III")]
    design = np.column_stack([np.ones(len(frame)), frame["age"].astype(float), *grades])
    score = sm.GLM(treated, design, family=sm.families.Binomial()).fit(tol=1e-13, maxiter=100).fittedvalues
    chance = np.clip(score, truncate, 1 - truncate)
    return design, treated, 1 / np.where(treated == 1, chance, 1 - chance)


def effects(result):
    return {effect["name"]: effect for effect in result["effects"]}


@pytest.mark.parametrize("sizes", [(), (400, 150), (1, 3), (90,) * 7])
def test_odds_ratio_and_its_robust_error_are_those_of_a_weighted_model(sizes):
    frame, result = run(sizes=sizes)
    _design, treated, weight = weighted(frame)

    model = sm.GLM(
        frame["event"].astype(float), sm.add_constant(treated), family=sm.families.Binomial(), var_weights=weight
    ).fit(tol=1e-13, maxiter=100, cov_type="HC0")

    found = effects(result)["odds_ratio"]
    assert found["estimate"] == pytest.approx(model.params.iloc[1], rel=1e-7)
    assert found["standard_error"] == pytest.approx(model.bse.iloc[1], rel=1e-6)
    assert [group["level"] for group in result["groups"]] == ["no", "yes"]


def test_difference_and_its_robust_error_are_those_of_a_weighted_regression():
    frame, result = run(GAUSSIAN)
    _design, treated, weight = weighted(frame)

    model = sm.WLS(frame["pnodes"].astype(float), sm.add_constant(treated), weights=weight).fit(cov_type="HC0")

    found = effects(result)
    assert set(found) == {"difference"}
    assert found["difference"]["estimate"] == pytest.approx(model.params.iloc[1], rel=1e-7)
    assert found["difference"]["standard_error"] == pytest.approx(model.bse.iloc[1], rel=1e-7)


def test_ratio_of_counts_and_its_robust_error_are_those_of_a_weighted_poisson_model():
    frame, result = run(POISSON)
    _design, treated, weight = weighted(frame)

    model = sm.GLM(
        frame["pnodes"].astype(float), sm.add_constant(treated), family=sm.families.Poisson(), var_weights=weight
    ).fit(tol=1e-13, maxiter=100, cov_type="HC0")

    found = effects(result)["ratio"]
    assert found["estimate"] == pytest.approx(model.params.iloc[1], rel=1e-7)
    assert found["standard_error"] == pytest.approx(model.bse.iloc[1], rel=1e-6)


def test_effect_is_the_one_that_r_finds(tmp_path):
    frame, result = run()
    frame[["event", "hormone", "grade", "age"]].assign(event=frame["event"].astype(int)).to_csv(
        tmp_path / "d.csv", index=False
    )
    code = f"""
    d <- read.csv("{tmp_path / "d.csv"}"); t <- d$hormone == "yes"
    p <- fitted(glm(t ~ age + grade, data = d, family = binomial, control = glm.control(epsilon = 1e-14)))
    p <- pmin(pmax(p, 0.05), 0.95); w <- ifelse(t, 1 / p, 1 / (1 - p))
    m <- c(weighted.mean(d$event[!t], w[!t]), weighted.mean(d$event[t], w[t]))
    v <- c(sum((w * (d$event - m[1]))[!t]^2) / sum(w[!t])^2, sum((w * (d$event - m[2]))[t]^2) / sum(w[t])^2)
    cat(sprintf("%.12g", c(m, diff(m), sqrt(sum(v)), sum(w[t])^2 / sum(w[t]^2))))
    """

    expected = [float(value) for value in rscript(code).split()]

    difference = effects(result)["difference"]
    told = [group["mean"] for group in result["groups"]]
    told += [difference["estimate"], difference["standard_error"], result["groups"][1]["effective"]]
    assert told == pytest.approx(expected, rel=1e-7)


def test_weights_make_the_groups_alike():
    frame, result = run()
    design, treated, weight = weighted(frame)

    balance = {one["name"]: one for one in result["balance"]}
    age = design[:, 1]
    spread = np.sqrt((age[treated == 0].var(ddof=1) + age[treated == 1].var(ddof=1)) / 2)
    before = (age[treated == 1].mean() - age[treated == 0].mean()) / spread
    means = [np.average(age[treated == group], weights=weight[treated == group]) for group in (0, 1)]
    assert balance["age"]["before"] == pytest.approx(before, rel=1e-8)
    assert balance["age"]["after"] == pytest.approx((means[1] - means[0]) / spread, abs=1e-8)
    assert abs(balance["age"]["after"]) < abs(balance["age"]["before"]) / 3
    assert set(balance) == {"age", "grade[II]", "grade[III]"}


def test_no_weight_exceeds_one_over_the_bound():
    _frame, loose = run()
    frame, tight = run(TEXT.replace("family: binomial}", "family: binomial, truncate: 0.25}"))
    _design, treated, weight = weighted(frame, truncate=0.25)

    assert weight.max() <= 4
    share = np.average(frame["event"][treated == 1], weights=weight[treated == 1])
    assert tight["groups"][1]["mean"] == pytest.approx(share, rel=1e-7)
    assert (loose["truncate"], tight["truncate"]) == (0.05, 0.25)


@pytest.mark.parametrize(("minimum", "told"), [(60, "grade[I]"), (150, "event")])
def test_few_stop_the_analysis_before_anything_is_added(minimum, told):
    text = TEXT.replace("minimum_cell: 5", f"minimum_cell: {minimum}")
    protocol = protocols.parse(text)
    frame, _ = samples.gbsg2()
    table = table_of(frame, protocol.variables)
    made = TreatmentEffect.from_protocol(protocol.analyses[0], protocol=protocol)
    start = made.start()
    total = made.local(start, table)

    result = run(text)[1]

    assert made.cells(start, total) == ()
    assert (result["groups"], result["effects"], result["balance"]) == ([], [], [])
    assert f"Fewer than {minimum} persons have" in result["problem"]
    assert told in result["problem"]


def test_treatment_that_follows_from_a_variable_has_no_effect_to_estimate():
    protocol = protocols.parse(TEXT)
    frame, _ = samples.gbsg2()
    frame["age"] = np.where(frame["hormone"] == "yes", 70, 40)

    result = rehearse(protocol, {"all": table_of(frame, protocol.variables)})["analyses"][0]

    assert "grows without end" in result["problem"]


def test_every_round_is_named_and_its_first_only_counts():
    protocol = protocols.parse(TEXT)
    frame, _ = samples.gbsg2()
    table = table_of(frame, protocol.variables)
    made = Programme(protocol).estimators[0]
    state, first = made.start(), True
    while not made.is_done(state):
        total = made.local(state, table)
        assert len(made.labels(state)) == len(total)
        assert bool(made.persons(state, total)) == bool(made.cells(state, total)) == first
        assert made.sums(state, total) == {}
        state, first = made.combine(state, total), False

    assert made.parameters == 4
    own = next(iter(Programme(protocol).own_checks(table)))
    assert (own.columns, dict(own.variables)) == (("Intercept", "age", "grade[II]", "grade[III]"), {})
    number = next(iter(Programme(protocols.parse(GAUSSIAN)).own_checks(table)))
    assert list(number.variables) == ["pnodes"]


def test_group_in_which_nobody_or_everybody_has_it_gives_no_false_ratio():
    none = {"mean": 0.0, "standard_error": 0.0}
    some, whole = {"mean": 0.5, "standard_error": 0.1}, {"mean": 1.0, "standard_error": 0.0}

    assert [effect["name"] for effect in _effects([none, some], "binomial")] == ["difference"]
    assert [effect["name"] for effect in _effects([some, whole], "binomial")] == ["difference", "ratio"]
    assert _effect("difference", 0.0, error=0.0)["p"] is None


def test_column_that_does_not_vary_has_no_balance():
    made = TreatmentEffect.from_protocol(protocols.parse(TEXT).analyses[0], protocol=protocols.parse(TEXT))
    group = [2.0, 2.0, 1.0, 2.0, *[80.0, 0.0, 0.0], *[3200.0, 0.0, 0.0], *[80.0, 0.0, 0.0]]

    (age, *_others) = made._balance({"sums": [*group, *group]})

    assert (age["before"], age["after"]) == (None, None)


def test_empty_group_of_one_site_is_no_fault():
    made = TreatmentEffect.from_protocol(protocols.parse(TEXT).analyses[0], protocol=protocols.parse(TEXT))

    assert made._means({"sums": [0.0] * 13 + [2.0, 2.0, 1.0, *[0.0] * 10]}) == [0.0, 0.5]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("treatment: hormone", "treatment: hormon", "The variable 'hormon' is not declared."),
        (
            "treatment: hormone, outcome: event, adjust: age + grade",
            "treatment: grade, outcome: event, adjust: age",
            "The treatment has not two levels.",
        ),
        ("outcome: event", "outcome: evnt", "The variable 'evnt' is not declared."),
        ("outcome: event", "outcome: pnodes", "The outcome of a binomial family is of another type."),
        ("adjust: age + grade", "adjust: age + event", "The outcome is among what is adjusted for."),
        ("adjust: age + grade", "adjust: age +", None),
        ("adjust: age + grade", "adjust: agee", None),
    ],
)
def test_protocol_says_what_is_wrong_with_an_effect(before, after, told):
    found = [fault.message for fault in protocols.check(TEXT.replace(before, after, 1))]

    assert found
    assert told is None or told in found


def test_rows_and_groups_of_an_effect_are_looked_at_before_it_runs():
    protocol = protocols.parse(TEXT)
    frame, _ = samples.gbsg2()
    columns = {name: frame[name].tolist() for name in protocol.variables} | {"event": frame["event"].astype(int)}

    found = read(columns, protocol=protocol)
    names = groups(protocol, found.table, rows=np.ones(found.table.rows, dtype=np.bool_))

    assert found.is_sound
    assert {"hormone[yes]", "event[no]", "grade[I] and hormone[yes]"} <= set(names)


def test_table_is_kept_whole():
    """A site of one group only takes part."""
    protocol = protocols.parse(TEXT)
    frame, _ = samples.gbsg2()
    table = table_of(frame, protocol.variables)
    treated = table["hormone"] == 1
    parts: list[Table] = [table.select(treated), table.select(~treated)]

    joint = rehearse(protocol, {"one": parts[0], "two": parts[1]})["analyses"][0]

    whole = rehearse(protocol, {"all": table})["analyses"][0]
    assert effects(joint)["difference"]["estimate"] == pytest.approx(effects(whole)["difference"]["estimate"])
