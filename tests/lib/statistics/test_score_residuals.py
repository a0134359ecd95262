import json

import numpy as np
import pytest

from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read
from hansa.lib.statistics.score_residuals import Increments, own_residuals, residuals
from tests.lib.statistics import samples
from tests.lib.statistics.samples import parted
from tests.rscript import rscript

TEXT = """\
hansa: study/1
title: Robust
question: What goes with recurrence?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {type: number, unit: d, range: [0, 3000]}
    event: {type: boolean}
    age: {type: number, range: [18, 100]}
    pnodes: {type: number, range: [0, 60]}
    hormone: {type: category, levels: ["no", "yes"]}
    grade: {type: category, levels: [I, II, III]}
analyses:
  - {name: robust, kind: cox, formula: "Surv(time, event) ~ age + pnodes + hormone", robust: true, MORE}
disclosure: {minimum_cell: 1, time_grid: 30}
"""


def study(frame, more, *, sizes=(400, 150)):
    protocol = parse(TEXT.replace("MORE", more))
    parts = enumerate(parted(frame, sizes))
    tables = {str(place): read(part, protocol=protocol).sound_table() for place, part in parts}
    return rehearse(protocol, tables)["analyses"][0]


def trial():
    """Return the trial with times rounded up to the grid, so that many are tied."""
    frame, _ = samples.gbsg2()
    return frame.assign(time=np.ceil(frame["time"] / 30) * 30)


@pytest.mark.parametrize("sizes", [(400, 150), (650, 20)])
@pytest.mark.parametrize(
    ("more", "strata"),
    [
        ("ties: efron", ""),
        ("ties: breslow, strata: [grade]", "+ strata(grade)"),
        ("ties: efron, baseline: site", "+ strata(site)"),
        ("ties: breslow, baseline: site, strata: [grade]", "+ strata(site, grade)"),
    ],
)
def test_robust_errors_equal_coxph(more, strata, sizes, tmp_path):
    frame = trial()
    frame["site"] = np.searchsorted(np.cumsum(sizes), np.arange(len(frame)), side="right")
    frame.to_csv(tmp_path / "rows.csv", index=False)

    result = study(frame.drop(columns="site"), more, sizes=sizes)

    ties = "breslow" if "breslow" in more else "efron"
    told = rscript(f"""
        library(survival); d <- read.csv("{tmp_path / "rows.csv"}")
        m <- coxph(Surv(time, event) ~ age + pnodes + hormone {strata}, d, robust=TRUE, ties="{ties}",
                   control=coxph.control(eps=1e-12, toler.chol=1e-13, iter.max=50))
        cat("["); cat(sprintf("%.15g", c(coef(m), sqrt(diag(vcov(m))))), sep=","); cat("]")
        """)
    found = [term[key] for key in ("estimate", "standard_error") for term in result["terms"]]
    assert result["robust"] is True
    assert found == pytest.approx(json.loads(told), rel=1e-8)


def test_residuals_add_up_to_nothing_at_the_estimate():
    frame = trial()
    result = study(frame, "baseline: site", sizes=())
    X = np.column_stack([frame["age"], frame["pnodes"], frame["hormone"] == "yes"]).astype(float)
    b = np.array([term["estimate"] for term in result["terms"]])

    found = own_residuals(
        b,
        covariates=X,
        time=frame["time"].to_numpy(),
        event=frame["event"].to_numpy(),
        stratum=np.zeros(len(frame), dtype=np.int64),
        efron=True,
    )

    assert found.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)
    assert np.abs(found).max() > 1


def test_site_without_an_event_leaves_nothing():
    none = own_residuals(
        np.zeros(1),
        covariates=np.ones((3, 1)),
        time=np.arange(3.0),
        event=np.zeros(3),
        stratum=np.zeros(3, dtype=np.int64),
        efron=True,
    )

    assert none.tolist() == [[0.0]] * 3


def test_increments_pass_through_json():
    made = Increments.of(np.array([2, 1]), S=np.array([[4.0, 2.0], [2.0, 1.0]]), D=np.array([[2.0, 1.0], [0.0, 0.0]]))

    again = Increments.from_json(json.loads(json.dumps(made.to_json())))

    assert again.to_json() == made.to_json()
    # Efron: of two tied events the second sees half of their hazard taken away.
    assert made.hazard.tolist() == pytest.approx([1 / 4 + 1 / 3, 1 / 2])
    assert made.own.tolist() == pytest.approx([1 / 4 + 1 / 6, 1 / 2])
    assert made.mean.ravel().tolist() == pytest.approx([0.5, 0.5])


def test_person_at_risk_at_no_event_has_no_residual():
    by_time = Increments.of(np.array([1]), S=np.array([[2.0, 1.0]]), D=None)

    found = residuals(
        np.array([[1.0], [0.0]]),
        hazard=np.ones(2),
        happened=np.array([True, False]),
        place=np.array([0, -1]),
        starts=[0],
        by_time=by_time,
    )

    assert found.ravel().tolist() == pytest.approx([0.25, 0.0])


def test_model_without_an_estimate_has_no_robust_round():
    result = study(trial().assign(event=0.0), "ties: efron")

    assert result["problem"].startswith("Nobody had the event")
