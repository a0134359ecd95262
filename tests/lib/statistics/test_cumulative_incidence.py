import io
import json

import numpy as np
import pandas as pd
import pytest

from hansa.lib.statistics.cumulative_incidence import aalen_johansen, remaining
from hansa.lib.statistics.programme import Programme, rehearse
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read
from tests.lib.statistics.samples import parted
from tests.rscript import rscript

TEXT = """\
hansa: study/1
title: Progression and death
question: How many progress, and how many die before?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {type: number, unit: mo, range: [0, 500]}
    outcome: {type: category, levels: [none, progression, death]}
    sex: {type: category, levels: [F, M]}
    age: {type: number, unit: a, range: [18, 110]}
analyses:
  - {name: causes, kind: cumulative_incidence, time: time, event: outcome, by: sex}
  - {name: progression, kind: cox, formula: "Surv(time, outcome) ~ age + sex", cause: progression}
  - {name: alone, kind: cox, formula: "Surv(time, outcome) ~ age + sex", cause: death, baseline: site}
disclosure: {minimum_cell: CELL, time_grid: STEP}
"""
OUTCOMES = ("none", "progression", "death")


def made(rows=900):
    """Return people with competing causes, more of them at later times censored."""
    chance = np.random.default_rng(5)
    age = chance.uniform(30, 90, rows).round()
    causes = np.array([chance.exponential(200, rows), chance.exponential(3000 / age)])
    ends = chance.uniform(5, 120, rows)
    first = np.minimum(causes.min(axis=0), ends)
    outcome = np.where(first == ends, 0, causes.argmin(axis=0) + 1)
    sex = chance.choice(["F", "M"], rows)
    return pd.DataFrame(
        {"time": np.ceil(first), "outcome": [OUTCOMES[code] for code in outcome], "sex": sex, "age": age}
    )


def study(frame, *, sizes=(500, 150), cell=1, step=1):
    protocol = parse(TEXT.replace("CELL", str(cell)).replace("STEP", str(step)))
    parts = enumerate(parted(frame, sizes))
    tables = {f"site {place}": read(part, protocol=protocol).sound_table() for place, part in parts}
    return rehearse(protocol, tables)["analyses"]


def counted(frame):
    codes = pd.Categorical(frame["outcome"], categories=OUTCOMES).codes
    table = pd.crosstab(frame["time"], codes).reindex(columns=range(3), fill_value=0)
    return table.index.to_numpy(), table.to_numpy()


def test_incidence_of_sites_is_that_of_all_rows_together():
    frame = made()

    causes, *_models = study(frame)

    for group in causes["groups"]:
        times, counts = counted(frame[frame["sex"] == group["level"]])
        incidence, error = aalen_johansen(counts)
        assert group["time"] == times.tolist()
        assert group["at_risk"] == remaining(counts).tolist()
        for place, cause in enumerate(group["causes"]):
            assert cause["cause"] == OUTCOMES[place + 1]
            assert cause["incidence"] == pytest.approx(incidence[:, place], abs=1e-12)
            assert cause["standard_error"] == pytest.approx(error[:, place], abs=1e-12)


def test_incidences_add_up_to_whoever_is_no_longer_free():
    counts = np.array([[0, 3, 1], [2, 0, 4], [1, 2, 0], [0, 1, 1]])

    incidence, error = aalen_johansen(counts)

    risk = np.array([15, 11, 5, 2])
    free = np.cumprod(1 - counts[:, 1:].sum(axis=1) / risk)
    assert incidence.sum(axis=1) == pytest.approx(1 - free)
    assert np.isfinite(error).all()


def test_error_is_the_slope_of_the_estimate_by_the_weight_of_each_person():
    counts = np.array([[1, 3, 1], [2, 0, 4], [3, 2, 1]])

    def moved(place, outcome, by):
        weighted = counts.astype(float)
        weighted[place, outcome] += by
        risk = weighted.sum(axis=1)[::-1].cumsum()[::-1]
        hazard = weighted[:, 1:] / risk[:, None]
        free = np.concatenate([[1.0], np.cumprod(1 - hazard.sum(axis=1))[:-1]])
        return np.cumsum(free[:, None] * hazard, axis=0)

    slopes = [
        (moved(place, outcome, 1e-6) - moved(place, outcome, -1e-6)) / 2e-6
        for place, row in enumerate(counts)
        for outcome, count in enumerate(row)
        for _person in range(count)
    ]

    assert aalen_johansen(counts)[1] == pytest.approx(np.sqrt((np.array(slopes) ** 2).sum(axis=0)), rel=1e-6)


def test_no_cause_of_few_persons_is_shown_alone():
    causes, *_models = study(made(), cell=10, step=6)

    shown = [count for group in causes["groups"] for cause in group["causes"] for count in cause["events"]]
    shown += [count for group in causes["groups"] for count in group["censored"]]
    assert all(count == 0 or count >= 10 for count in shown)
    assert causes["grid"]["minimum_cell"] == 10


def test_limits_are_unknown_before_the_first_event():
    frame = pd.DataFrame(
        {"time": [1.0, 2, 3, 4] * 5, "outcome": ["death", "none", "progression", "none"] * 5, "sex": "F", "age": 50.0}
    )

    causes, *_models = study(frame, sizes=(9,))

    women, men = causes["groups"]
    progression, death = women["causes"]
    assert (progression["low"][0], progression["incidence"][0]) == (None, 0.0)
    assert death["low"][0] is not None
    assert (men["persons"], men["causes"][0]["incidence"]) == (0, [])


@pytest.mark.parametrize("sizes", [(900, 80), (700, 684)])
def test_causes_equal_survfit_and_coxph(sizes, tmp_path):
    exported = rscript("library(survival); write.csv(mgus2[, c('age','sex','ptime','pstat','futime','death')])")
    data = pd.read_csv(io.StringIO(exported)).dropna(subset=["age"])
    died = np.where(data["death"] == 1, "death", "none")
    frame = pd.DataFrame(
        {
            "time": np.where(data["pstat"] == 1, data["ptime"], data["futime"]).astype(float),
            "outcome": np.where(data["pstat"] == 1, "progression", died),
            "sex": data["sex"],
            "age": data["age"].astype(float),
        }
    )
    edges = np.cumsum(sizes)
    frame["site"] = np.searchsorted(edges, np.arange(len(frame)), side="right")
    frame.to_csv(tmp_path / "mgus.csv", index=False)

    causes, progression, alone = study(frame.drop(columns="site"), sizes=sizes)

    r = json.loads(
        rscript(f"""
        library(survival); options(digits=17)
        d <- read.csv("{tmp_path / "mgus.csv"}")
        d$outcome <- factor(d$outcome, levels=c("none", "progression", "death"))
        f <- survfit(Surv(time, outcome) ~ 1, data=d[d$sex == "F", ])
        a <- coxph(Surv(time, outcome == "progression") ~ age + sex, d)
        b <- coxph(Surv(time, outcome == "death") ~ age + sex + strata(site), d)
        told <- function(x) paste0("[", paste(ifelse(is.na(x), "null", sprintf("%.15g", x)), collapse=","), "]")
        cat(paste0('{{"p":', told(f$pstate[, 2:3]), ',"se":', told(f$std.err[, 2:3]), ',"low":', told(f$lower[, 2:3]),
          ',"high":', told(f$upper[, 2:3]), ',"a":', told(c(coef(a), sqrt(diag(vcov(a))))),
          ',"b":', told(c(coef(b), sqrt(diag(vcov(b))))), "}}"))
        """)
    )
    women = causes["groups"][0]["causes"]
    keys = ("incidence", "standard_error", "low", "high")
    joined = {key: [value for cause in women for value in cause[key]] for key in keys}
    assert joined["incidence"] == pytest.approx(r["p"], rel=1e-9)
    assert joined["standard_error"] == pytest.approx(r["se"], rel=1e-9)
    for key in ("low", "high"):
        pairs = [(ours, his) for ours, his in zip(joined[key], r[key], strict=True) if ours is not None]
        assert [ours for ours, _his in pairs] == pytest.approx([his for _ours, his in pairs], rel=1e-8)
    for model, key in ((progression, "a"), (alone, "b")):
        found = [term["estimate"] for term in model["terms"]] + [term["standard_error"] for term in model["terms"]]
        assert found == pytest.approx(r[key], rel=1e-8)


def test_counts_are_judged_on_the_merged_grid_and_at_a_site_as_they_leave_it():
    protocol = parse(TEXT.replace("CELL", "10").replace("STEP", "6"))
    table = read(made(), protocol=protocol).sound_table()
    model = Programme(protocol).estimators[0]
    start = model.start()
    counts = model.local(start, table)

    merged, own = model.cells(start, counts), model.persons(start, counts)

    assert sum(count for _label, count in merged) == sum(count for _label, count in own) == 900
    assert all(count == 0 or count >= 10 for _label, count in merged)
    assert own[1][0] == "progression (sex F), time 0"
    assert model.sums(start, counts) == {}
