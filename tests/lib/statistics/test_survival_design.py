import numpy as np
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.statistics import cox, kaplan_meier
from hansa.lib.statistics.cox import PooledCox, SiteCox
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.survival_design import division, grid_of
from hansa.lib.statistics.table import Table
from tests.lib.statistics.cohorts import counts, estimate, gbsg2, reader

TEXT = """
hansa: study/1
title: Recurrence-free survival by hormone therapy
question: Does hormone therapy prolong recurrence-free survival?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {type: number, unit: d, range: [0, 3000]}
    event: {type: boolean}
    hormone: {type: category, levels: ["no", "yes"]}
    grade: {type: category, levels: [I, II, III]}
    age: {type: number, unit: a, range: [18, 100]}
    nodes: {type: number}
analyses:
  - {name: curves, kind: kaplan_meier, time: time, event: event, by: hormone}
  - {name: curve, kind: kaplan_meier, time: time, event: event}
  - {name: pooled, kind: cox, formula: "Surv(time, event) ~ hormone + age + nodes", strata: [grade]}
  - {name: site, kind: cox, formula: "Surv(time, event) ~ age", strata: [grade], baseline: site, ties: breslow}
  - {name: model, kind: cox, formula: "Surv(time, event) ~ hormone + age + nodes"}
disclosure: {minimum_cell: 5, time_grid: 30}
"""


def protocol():
    return parse(TEXT)


def analysis(name):
    return next(each for each in protocol().analyses if each.name == name)


def table(frame):
    columns = {name: frame[name].to_numpy() for name in ("time", "event", "age", "nodes")}
    columns |= {"hormone": frame["hormone"].to_numpy().astype(np.int64), "grade": frame["stratum"].to_numpy()}
    return Table(columns, {"hormone": ("no", "yes"), "grade": ("I", "II", "III")}, len(frame))


def test_division_crosses_levels_with_the_last_variable_fastest():
    cut = division(("grade", "hormone"), variables=protocol().variables)

    codes = cut.codes(table(gbsg2()))

    frame = gbsg2()
    assert cut.levels[:3] == ("grade I, hormone no", "grade I, hormone yes", "grade II, hormone no")
    assert codes.tolist() == (frame["stratum"] * 2 + frame["hormone"].astype(int)).tolist()


def test_division_by_nothing_is_one_group_without_a_name():
    cut = division((), variables=protocol().variables)

    assert cut.levels == ("",)
    assert cut.codes(table(gbsg2().iloc[:3])).tolist() == [0, 0, 0]


def test_kaplan_meier_from_a_protocol_estimates_each_level():
    model = kaplan_meier.from_protocol(analysis("curves"), protocol=protocol())

    result = estimate(model, [table(gbsg2().iloc[site::3]) for site in range(3)])

    assert [group["level"] for group in result["groups"]] == ["no", "yes"]
    assert [group["persons"] for group in result["groups"]] == [440, 246]
    assert result["time_unit"] == "d"
    assert result["log_rank"]["df"] == 1
    assert "censored (hormone no), time 30" in model.labels(model.start())


def test_kaplan_meier_without_groups_is_one_curve_of_all():
    model = kaplan_meier.from_protocol(analysis("curve"), protocol=protocol())

    result = estimate(model, [table(gbsg2())])

    assert [(group["level"], group["persons"]) for group in result["groups"]] == [("all", 686)]


def test_pooled_cox_from_a_protocol_has_its_formula_strata_and_ranges():
    model = cox.from_protocol(analysis("pooled"), protocol=protocol())

    result = estimate(model, [table(gbsg2().iloc[site::3]) for site in range(3)])

    frame = gbsg2().assign(code=lambda data: data["stratum"])
    plain = PooledCox(
        name="pooled",
        read=reader(("hormone", "age", "nodes"), code="code"),
        names=("hormone[yes]", "age", "nodes"),
        counts=counts(width=30.0, minimum=5, levels=("I", "II", "III")),
    )
    wanted = estimate(plain, [Table({name: frame[name].to_numpy() for name in frame}, {}, len(frame))])
    assert isinstance(model, PooledCox)
    assert model.bounds == ((0.0, 1.0), (18.0, 100.0), None)
    assert result["ties"] == "efron"
    assert [term["name"] for term in result["terms"]] == ["hormone[yes]", "age", "nodes"]
    for term, other in zip(result["terms"], wanted["terms"], strict=True):
        np.testing.assert_allclose(term["estimate"], other["estimate"], rtol=0, atol=1e-11)


def test_site_cox_from_a_protocol_needs_no_grid():
    model = cox.from_protocol(analysis("site"), protocol=protocol())

    result = estimate(model, [table(gbsg2().iloc[site::3]) for site in range(3)])

    assert isinstance(model, SiteCox)
    assert (result["baseline"], result["ties"], result["grid"], result["converged"]) == ("site", "breslow", None, True)


def test_analyses_of_the_same_times_have_grids_inside_each_other():
    sites = [table(gbsg2().iloc[site::3]) for site in range(3)]
    wide = estimate(cox.from_protocol(analysis("model"), protocol=protocol()), sites)
    curve = estimate(kaplan_meier.from_protocol(analysis("curve"), protocol=protocol()), sites)
    curves = estimate(kaplan_meier.from_protocol(analysis("curves"), protocol=protocol()), sites)
    strata = estimate(cox.from_protocol(analysis("pooled"), protocol=protocol()), sites)

    shared = set(wide["grid"]["times"])

    assert set(curve["grid"]["times"]) == shared
    assert set(curves["grid"]["times"]) < shared
    assert set(strata["grid"]["times"]) < shared


@pytest.mark.parametrize("change", [{"disclosure": {"minimum_cell": 5}}, {"range": None}])
def test_grid_refuses_a_protocol_without_range_or_grid(change):
    whole = protocol()
    if "range" in change:
        time = whole.variables["time"].model_copy(update=change)
        whole = whole.model_copy(update={"data": whole.data.model_copy(update={"variables": {"time": time}})})
    else:
        whole = whole.model_copy(update={"disclosure": whole.disclosure.model_copy(update={"time_grid": None})})

    with pytest.raises(InvalidError) as caught:
        grid_of(whole, "time")

    assert caught.value.message == "The time 'time' has no range, or the protocol has no time grid."
