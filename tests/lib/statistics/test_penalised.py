import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import ElasticNet, Lasso, LogisticRegression, PoissonRegressor, Ridge
from sklearn.preprocessing import StandardScaler

from hansa.lib.statistics import penalised
from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.protocol import check, parse
from hansa.lib.statistics.reading import read
from tests.lib.statistics import samples
from tests.lib.statistics.samples import parted

TEXT = """\
hansa: study/1
title: Nodes
question: What goes with positive nodes?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    event: {type: boolean}
    age: {type: number, range: [18, 100]}
    tsize: {type: number, range: [1, 200]}
    pnodes: {type: number, range: [0, 100]}
    hormone: {type: category, levels: ["no", "yes"]}
    grade: {type: category, levels: [I, II, III]}
analyses:
  - {name: kept, kind: penalised, formula: FORMULA, MORE}
disclosure: {minimum_cell: 1}
"""
TERMS = "age + tsize + hormone + grade"


def study(frame, more, *, formula=f"pnodes ~ {TERMS}", sizes=(400, 150)):
    protocol = parse(TEXT.replace("FORMULA", formula).replace("MORE", more))
    parts = enumerate(parted(frame, sizes))
    tables = {str(place): read(part, protocol=protocol).sound_table() for place, part in parts}
    return rehearse(protocol, tables)["analyses"][0]


def pooled(model, frame, *, outcome="pnodes"):
    """Return intercept and coefficients of scikit-learn on standardised columns, on the scale of the variables."""
    X = pd.get_dummies(frame[["age", "tsize", "hormone", "grade"]], drop_first=True).astype(float)
    scaler = StandardScaler().fit(X)
    model.fit(scaler.transform(X), frame[outcome])
    b = np.ravel(model.coef_) / scaler.scale_
    return [float(np.ravel(model.intercept_)[0] - b @ scaler.mean_), *b]


@pytest.mark.parametrize("sizes", [(400, 150), (30, 640)])
@pytest.mark.parametrize(
    ("more", "model"),
    [
        ("family: gaussian, penalty: 0.3", Lasso(alpha=0.3, tol=1e-14, max_iter=10**6)),
        ("family: gaussian, penalty: 0.3, mixing: 0.5", ElasticNet(alpha=0.3, tol=1e-14, max_iter=10**6)),
        ("family: gaussian, penalty: 0.3, mixing: 0", Ridge(alpha=0.3 * 686)),
        ("family: poisson, penalty: 0.1, mixing: 0", PoissonRegressor(alpha=0.1, tol=1e-10, max_iter=10**4)),
    ],
)
def test_estimate_equals_scikit_learn_on_uneven_sites(more, model, sizes):
    frame, _ = samples.gbsg2()

    result = study(frame, more, sizes=sizes)

    assert result["problem"] is None
    assert [term["estimate"] for term in result["terms"]] == pytest.approx(pooled(model, frame), rel=1e-5, abs=1e-9)


@pytest.mark.parametrize(
    ("more", "model"),
    [
        ("penalty: 0.03, mixing: 0", LogisticRegression(C=1 / (0.03 * 686), tol=1e-12, max_iter=10**5)),
        (
            "penalty: 0.02",
            LogisticRegression(
                C=1 / (0.02 * 686), l1_ratio=1.0, solver="saga", tol=1e-12, max_iter=10**6, random_state=1
            ),
        ),
    ],
)
def test_logistic_estimate_equals_scikit_learn(more, model):
    frame, _ = samples.gbsg2()

    result = study(frame, f"family: binomial, {more}", formula=f"event ~ {TERMS}")

    expected = pooled(model, frame, outcome="event")
    assert [term["estimate"] for term in result["terms"]] == pytest.approx(expected, rel=1e-4, abs=1e-7)


def test_large_penalty_leaves_nothing_but_the_mean():
    frame, _ = samples.gbsg2()

    result = study(frame, "family: gaussian, penalty: 50")

    assert [term["is_kept"] for term in result["terms"]] == [True, False, False, False, False, False]
    assert result["terms"][0]["estimate"] == pytest.approx(frame["pnodes"].mean())
    assert "standard_error" not in result["terms"][0]


def test_columns_that_follow_from_each_other_share_under_ridge():
    frame, _ = samples.gbsg2()

    result = study(frame.assign(tsize=frame["age"]), "family: gaussian, penalty: 0.1, mixing: 0")

    assert result["problem"] is None
    assert result["terms"][1]["estimate"] == pytest.approx(result["terms"][2]["estimate"])


def test_column_that_does_not_vary_gets_nothing():
    frame, _ = samples.gbsg2()

    result = study(frame.assign(tsize=20.0), "family: gaussian, penalty: 0.1")

    assert result["terms"][2]["estimate"] == 0.0


def test_formula_without_intercept_is_penalised_in_every_term():
    frame, _ = samples.gbsg2()

    result = study(frame, "family: gaussian, penalty: 100", formula="pnodes ~ 0 + age + tsize")

    assert [term["is_kept"] for term in result["terms"]] == [False, False]


def test_separated_outcome_is_held_by_the_penalty():
    frame, _ = samples.gbsg2()

    result = study(frame.assign(event=frame["age"] > 50), "family: binomial, penalty: 0.05", formula="event ~ age")

    assert result["problem"] is None
    assert result["terms"][1]["estimate"] > 0


def begun(more="family: poisson, penalty: 0.1"):
    protocol = parse(TEXT.replace("FORMULA", f"pnodes ~ {TERMS}").replace("MORE", more))
    table = read(samples.gbsg2()[0], protocol=protocol).sound_table()
    model = KINDS["penalised"].estimator(protocol.analyses[0], protocol=protocol)
    state = model.start()
    for _round in range(3):
        state = model.combine(state, model.local(state, table))
    return model, state, table


def test_step_that_raises_the_penalised_deviance_is_halved():
    model, state, table = begun()

    far = {**state, "trial": [9.0, *state["trial"][1:]]}
    after = model.combine(far, model.local(far, table))

    assert after["trial"][0] == pytest.approx((state["best"]["coefficients"][0] + 9.0) / 2)
    assert after["best"] == state["best"]


def test_rounds_have_an_end(monkeypatch):
    model, state, table = begun()
    monkeypatch.setattr(penalised, "MOST_LOOKS", 1)

    after = model.combine(state, model.local(state, table))

    assert after["problem"].startswith("The model has not converged after 1 rounds.")


def test_sweeps_have_an_end(monkeypatch):
    monkeypatch.setattr(penalised, "MOST_SWEEPS", 1)
    frame, _ = samples.gbsg2()

    result = study(frame, "family: gaussian, penalty: 0.3")

    assert result["problem"] is None


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("family: gaussian, penalty: 0", "This should be greater than 0."),
        ("family: gaussian, penalty: 1, mixing: 2", "This should be less than or equal to 1."),
        ("family: gaussian", "The key 'penalty' is missing."),
    ],
)
def test_penalties_that_mean_nothing_are_faults(more, told):
    found = check(TEXT.replace("FORMULA", f"pnodes ~ {TERMS}").replace("MORE", more))

    assert [fault.message for fault in found] == [told]
