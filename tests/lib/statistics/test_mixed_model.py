import json

import numpy as np
import pytest
import statsmodels.formula.api as smf

from hansa.lib.statistics import mixed_model
from hansa.lib.statistics.programme import Programme, rehearse
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read
from tests.lib.statistics import samples
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
    pnodes: {type: number, range: [-100, 100]}
    hormone: {type: category, levels: ["no", "yes"]}
    grade: {type: category, levels: [I, II, III]}
analyses:
  - {name: alike, kind: mixed_model, formula: FORMULA}
disclosure: {minimum_cell: CELL}
"""
TERMS = "pnodes ~ age + tsize + hormone + grade"
SIZES = (300, 120, 90, 60, 50, 40)
SHIFTS = (0.0, 3.0, -2.0, 5.0, 1.0, -4.0, 2.0)


def cut(sizes=SIZES, shifts=SHIFTS):
    """Return the trial in uneven hospitals whose outcomes lie apart."""
    frame, _ = samples.gbsg2()
    frame["site"] = np.searchsorted(np.cumsum(sizes), np.arange(len(frame)), side="right")
    return frame.assign(pnodes=frame["pnodes"] + np.array(shifts)[frame["site"]])


def study(frame, formula=TERMS, *, cell=1):
    protocol = parse(TEXT.replace("FORMULA", formula).replace("CELL", str(cell)))
    tables = {str(site): read(part, protocol=protocol).sound_table() for site, part in frame.groupby("site")}
    return rehearse(protocol, tables)["analyses"][0]


def test_estimate_equals_statsmodels_on_uneven_hospitals():
    frame = cut()

    result = study(frame)

    pooled = smf.mixedlm("pnodes ~ age + tsize + C(hormone) + C(grade)", frame, groups=frame["site"]).fit(reml=True)
    names = ["Intercept", "age", "tsize", "C(hormone)[T.yes]", "C(grade)[T.II]", "C(grade)[T.III]"]
    assert result["problem"] is None
    assert [term["estimate"] for term in result["terms"]] == pytest.approx(list(pooled.fe_params[names]), rel=1e-3)
    assert [term["standard_error"] for term in result["terms"]] == pytest.approx(list(pooled.bse_fe[names]), rel=1e-3)
    assert result["between"] == pytest.approx(float(pooled.cov_re.iloc[0, 0]), rel=1e-2)
    assert result["within"] == pytest.approx(pooled.scale, rel=1e-4)
    assert result["log_likelihood"] == pytest.approx(pooled.llf, rel=1e-9)
    assert (result["sites"], result["few_sites"]) == (7, False)


@pytest.mark.parametrize("case", ["apart", "alike", "without intercept"])
def test_estimate_equals_nlme(case, tmp_path):
    frame = cut(shifts=(0.0,) * 7) if case == "alike" else cut()
    formula = "pnodes ~ 0 + grade + age" if case == "without intercept" else TERMS
    frame.to_csv(tmp_path / "rows.csv", index=False)

    result = study(frame, formula)

    told = json.loads(
        rscript(f"""
        library(nlme); d <- read.csv("{tmp_path / "rows.csv"}")
        m <- lme({formula}, random=~1 | site, data=d, control=lmeControl(tolerance=1e-13, msTol=1e-13, msMaxIter=500))
        v <- as.numeric(VarCorr(m)[, 1])
        cat("["); cat(sprintf("%.15g", c(fixef(m), sqrt(diag(vcov(m))), v[2], logLik(m), v[1])), sep=","); cat("]")
        """)
    )
    terms = result["terms"]
    found = [*(t["estimate"] for t in terms), *(t["standard_error"] for t in terms), result["within"]]
    assert [*found, result["log_likelihood"]] == pytest.approx(told[:-1], rel=1e-6)
    assert result["between"] == pytest.approx(told[-1], rel=1e-5, abs=1e-5)


def test_hospitals_that_are_alike_share_no_variance():
    result = study(cut(shifts=(0.0,) * 7))

    assert result["between"] == 0.0
    assert result["share_between"] == 0.0


def test_few_hospitals_are_said_to_be_few():
    result = study(cut(sizes=(300, 200), shifts=(0.0, 4.0, -4.0)))

    assert (result["sites"], result["few_sites"]) == (3, True)
    assert result["between"] > 0


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (cut(sizes=(), shifts=(0.0,)), "Only one hospital takes part."),
        (cut().assign(tsize=lambda rows: rows["age"]), "The data cannot tell 'tsize' from the other terms"),
        (cut().assign(pnodes=lambda rows: rows["age"] / 2), "The terms explain the outcome without any rest."),
        (cut().assign(pnodes=3.0), "The outcome 'pnodes' is the same in all rows."),
    ],
)
def test_model_that_cannot_be_is_refused(frame, told):
    result = study(frame)

    assert result["problem"].startswith(told)
    assert result["terms"] == []
    assert result["between"] is None


def test_hospitals_in_other_units_are_noticed():
    frame = cut()
    noise = np.random.default_rng(2).normal(0, 1e-3, len(frame))
    apart = frame.assign(pnodes=np.array([0.0, 90, -90, 50, -50, 70, -70])[frame["site"]] + noise)

    assert "Look whether one hospital has its outcome in another unit." in study(apart)["problem"]


def test_ratio_near_nothing_is_closed_in_on_from_nothing():
    low, high = {"ratio": 0.0, "slope": -1.0, "value": 2.0}, {"ratio": 1e-5, "slope": 1.0, "value": 1.0}

    after = mixed_model._closed_in({"bracket": None, "best": None}, [low, high])

    assert after["bracket"] == [low, high]
    assert after["ratios"][0] == pytest.approx(1e-5 / mixed_model.PARTS)
    assert len(after["ratios"]) == mixed_model.PARTS - 1


def test_hospital_with_a_small_group_ends_the_model_before_any_sum():
    frame = cut()
    small = frame["site"] == 5
    few = frame.assign(hormone=frame["hormone"].where(~small | (frame.index == frame.index[small][0]), "no"))

    result, enough = study(few, cell=5), study(frame, "pnodes ~ age", cell=5)

    assert result["problem"].startswith("A hospital has a group of fewer than 5 persons")
    assert result["terms"] == []
    assert enough["problem"] is None


def test_sizes_of_hospitals_can_be_worked_out_from_the_totals_which_is_why_groups_are_judged():
    protocol = parse(TEXT.replace("FORMULA", "pnodes ~ age").replace("CELL", "5"))
    parts = cut(sizes=(400, 150), shifts=(0, 1, 2)).groupby("site")
    tables = [read(part, protocol=protocol).sound_table() for _site, part in parts]
    model = Programme(protocol).estimators[0]
    state = model.start()
    for _round in range(2):
        state = model.combine(state, np.sum([model.local(state, table) for table in tables], axis=0))

    total = np.sum([model.local(state, table) for table in tables], axis=0)
    labels = enumerate(model.labels(state))
    grown = [total[place] for place, label in labels if label.startswith("logarithm of the growth")]
    told = [sum(np.log1p(size * ratio) for size in (400, 150, 136)) for ratio in state["ratios"]]

    assert grown == pytest.approx(told)
    assert Programme(protocol).tells_sites == ("alike",)


def test_counts_are_judged_as_those_of_any_regression():
    protocol = parse(TEXT.replace("FORMULA", "pnodes ~ hormone").replace("CELL", "5"))
    table = read(cut(), protocol=protocol).sound_table()
    model = Programme(protocol).estimators[0]
    start = model.start()
    counts = model.local(start, table)
    begun = model.combine(start, counts)

    cells, persons = model.cells(start, counts), model.persons(start, counts)

    assert dict(cells)["persons"] == dict(persons)["persons"] == 686
    assert model.cells(begun, counts) == model.persons(begun, counts) == ()
