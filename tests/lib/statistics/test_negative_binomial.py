import io
import json

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from hansa.lib.statistics.negative_binomial import NegativeBinomial, regression_of
from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.protocol import check, parse
from hansa.lib.statistics.reading import read
from tests.lib.statistics import samples
from tests.lib.statistics.samples import parted
from tests.rscript import rscript

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
  - {name: nodes, kind: glm, formula: FORMULA, family: negative_binomialMORE}
disclosure: {minimum_cell: 1}
"""


def study(frame, formula="pnodes ~ age + tsize + hormone", *, sizes=(400, 150), more="", text=TEXT):
    protocol = parse(text.replace("FORMULA", formula).replace("MORE", more))
    parts = enumerate(parted(frame, sizes))
    tables = {str(place): read(part, protocol=protocol).sound_table() for place, part in parts}
    return rehearse(protocol, tables)["analyses"][0]


def fitted(result, key="estimate"):
    return [term[key] for term in result["terms"]]


@pytest.mark.parametrize("sizes", [(400, 150), (20, 600), (686 - 60,)])
def test_estimate_equals_statsmodels_on_uneven_sites(sizes):
    frame, _ = samples.gbsg2()

    result = study(frame, sizes=sizes)

    X = np.column_stack([np.ones(686), frame["age"], frame["tsize"], frame["hormone"] == "yes"]).astype(float)
    pooled = sm.NegativeBinomial(frame["pnodes"], X).fit(disp=0, method="newton", maxiter=200, tol=1e-12)
    assert result["problem"] is None
    assert fitted(result) == pytest.approx(pooled.params.iloc[:-1].to_numpy(), rel=1e-7)
    assert result["theta"] == pytest.approx(1 / pooled.params.iloc[-1], rel=1e-7)
    assert result["log_likelihood"] == pytest.approx(pooled.llf, rel=1e-12)
    assert result["aic"] == pytest.approx(pooled.aic, rel=1e-12)


def test_errors_and_theta_equal_glm_nb():
    told = rscript(
        "library(MASS); write.csv(quine); m <- glm.nb(Days ~ Sex + Age + Lrn, quine, control=glm.control(1e-14, 200));"
        "cat('#['); cat(sprintf('%.15g', c(coef(m), sqrt(diag(vcov(m))), m$theta, m$SE.theta)), sep=','); cat(']')"
    )
    rows, _mark, numbers = told.partition("#")
    text = TEXT.replace("pnodes: {type: number, range: [0, 100]}", "Days: {type: number, range: [0, 200]}")
    text = text.replace('hormone: {type: category, levels: ["no", "yes"]}', "Sex: {type: category, levels: [F, M]}")
    text = text.replace("    age: {type: number, range: [18, 100]}\n", "    Lrn: {type: category, levels: [AL, SL]}\n")
    text = text.replace("    tsize: {type: number, range: [1, 200]}\n", "").replace("    event: {type: boolean}\n", "")
    text = text.replace(
        "grade: {type: category, levels: [I, II, III]}", "Age: {type: category, levels: [F0, F1, F2, F3]}"
    )

    result = study(pd.read_csv(io.StringIO(rows)), "Days ~ Sex + Age + Lrn", sizes=(100, 20), text=text)

    found = [*fitted(result), *fitted(result, "standard_error"), result["theta"], result["theta_standard_error"]]
    assert found == pytest.approx(json.loads(numbers), rel=1e-6)


def test_exposure_is_the_offset():
    frame, _ = samples.gbsg2()

    result = study(frame, "pnodes ~ age + hormone", more=", exposure: tsize")

    X = np.column_stack([np.ones(686), frame["age"], frame["hormone"] == "yes"]).astype(float)
    family = sm.families.NegativeBinomial(alpha=1 / result["theta"])
    pooled = sm.GLM(frame["pnodes"], X, family=family, exposure=frame["tsize"]).fit(tol=1e-14)
    assert fitted(result) == pytest.approx(pooled.params.to_numpy(), rel=1e-6)
    assert fitted(result, "standard_error") == pytest.approx(pooled.bse.to_numpy(), rel=1e-6)


def test_counts_that_vary_no_more_than_poisson_are_refused():
    frame, _ = samples.gbsg2()
    drawn = np.random.default_rng(3).poisson(4.0, len(frame)).astype(float)
    equal = frame.assign(pnodes=np.where(frame["age"] > 50, 3.0, 4.0))
    # Marginally the counts vary more, given age they do not.
    explained = frame.assign(
        pnodes=np.random.default_rng(4).poisson(np.exp(frame["age"] / 25)).clip(0, 99).astype(float)
    )

    found = [study(data)["problem"] for data in (frame.assign(pnodes=drawn), equal, explained)]

    assert any(problem is not None for problem in found)
    assert found[1] == "The counts vary no more than a poisson model says. Choose the poisson family."
    assert all(problem in (None, found[1]) for problem in found)


def test_model_that_cannot_be_is_refused_as_any_regression():
    frame, _ = samples.gbsg2()

    same = study(frame.assign(pnodes=0.0))
    twice = study(frame.assign(tsize=frame["age"]))

    assert "the same in all rows" in same["problem"]
    assert "cannot tell 'tsize'" in twice["problem"]
    assert same["theta"] is None


def test_step_too_long_is_halved():
    frame, _ = samples.gbsg2()
    protocol = parse(TEXT.replace("FORMULA", "pnodes ~ age").replace("MORE", ""))
    table = read(frame, protocol=protocol).sound_table()
    model = regression_of(protocol.analyses[0], protocol=protocol)
    state = model.start()
    for _round in range(3):
        state = model.combine(state, model.local(state, table))

    far = {**state, "trial": [900.0, 0.0, 0.0]}
    sums = model.local(far, table)

    assert isinstance(model, NegativeBinomial)
    assert sums[0] == 1.0
    assert len(sums) == len(model.labels(far))
    assert model.combine(far, sums)["trial"][0] < 900


def test_theta_without_end_is_told_in_plain_words():
    frame, _ = samples.gbsg2()
    protocol = parse(TEXT.replace("FORMULA", "pnodes ~ age").replace("MORE", ""))
    table = read(frame, protocol=protocol).sound_table()
    model = regression_of(protocol.analyses[0], protocol=protocol)
    state = model.start()
    for _round in range(2):
        state = model.combine(state, model.local(state, table))

    begun = {**state, "trial": [*state["trial"][:-1], 30.0]}
    after = model.combine(begun, model.local(begun, table))

    assert after["problem"] is None or after["problem"].startswith("The counts vary no more")


def test_a_response_below_zero_is_a_fault():
    text = TEXT.replace("FORMULA", "pnodes ~ age").replace("MORE", "").replace("range: [0, 100]", "range: [-1, 100]")

    assert [fault.message for fault in check(text)] == ["The response of a negative_binomial model may be negative."]
