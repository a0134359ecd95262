from dataclasses import replace

import numpy as np
import pytest

from hansa.lib.statistics.table import Table
from hansa.lib.statistics.table_one import TableOne
from tests.lib.statistics import samples
from tests.lib.statistics.samples import estimate, ranged, split, table_of

NAMES = ("age", "progrec", "grade", "event")


def example(by="hormone", minimum=1, described=NAMES):
    frame, variables = samples.gbsg2()
    frame.loc[:4, "age"] = np.nan
    estimator = TableOne(name="baseline", by=by, described=described, variables=variables, minimum_cell=minimum)
    return estimator, frame, table_of(frame, variables)


def cells(result, variable, statistic, level=None):
    found = [
        line["cells"]
        for line in result["lines"]
        if (line["variable"], line["statistic"], line["level"]) == (variable, statistic, level)
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("sizes", [(), (500, 120), (1, 3), (70,) * 9])
def test_table_equals_the_one_of_pandas(sizes):
    estimator, frame, table = example()

    result = estimate(estimator, split(table, sizes))

    assert (result["rows"], result["columns"], result["without_group"]) == (686, ["all", "no", "yes"], {"count": 0})
    for index, part in enumerate([frame, *(frame[frame["hormone"] == level] for level in ("no", "yes"))]):
        assert cells(result, None, "persons")[index] == {"count": len(part), "share": 1.0}
        for name in ("age", "progrec"):
            cell = cells(result, name, "mean")[index]
            assert cell["n"] == part[name].count()
            assert cell["mean"] == pytest.approx(part[name].mean(), rel=1e-13)
            assert cell["sd"] == pytest.approx(part[name].std(), rel=1e-13)
        count = int((part["grade"] == "II").sum())
        assert cells(result, "grade", "level", "II")[index] == {"count": count, "share": count / len(part)}
        assert cells(result, "event", "level", "yes")[index]["count"] == part["event"].sum()
        assert cells(result, "age", "missing")[index]["count"] == part["age"].isna().sum()


def test_table_without_groups_has_one_column():
    estimator, frame, table = example(by=None)

    result = estimate(estimator, split(table))

    assert result["columns"] == ["all"]
    assert cells(result, "age", "mean")[0]["mean"] == pytest.approx(frame["age"].mean())
    assert result["without_group"] == {"count": 0}


def test_table_leaves_out_rows_without_a_group_and_counts_them():
    variables = {"sick": samples.BOOLEAN, "age": ranged(0, 100)}
    table = Table({"sick": np.array([0.0, 1.0, np.nan]), "age": np.array([10.0, 20.0, 90.0])}, {}, 3)
    estimator = TableOne(name="t", by="sick", described=("age",), variables=variables, minimum_cell=1)

    result = estimate(estimator, [table])

    assert result["without_group"] == {"count": 1}
    assert cells(result, "age", "mean") == [
        {"n": 2, "mean": 15.0, "sd": pytest.approx(50**0.5)},
        {"n": 1, "mean": 10.0, "sd": None},
        {"n": 1, "mean": 20.0, "sd": None},
    ]


def test_table_of_levels_only_takes_one_round():
    estimator, _, table = example(described=("grade",))

    state = estimator.combine(estimator.start(), estimator.local(estimator.start(), table))

    assert estimator.is_done(state)


def test_table_of_nobody_has_no_means():
    estimator, _, table = example()

    result = estimate(estimator, [table.select(np.zeros(table.rows, dtype=bool))])

    assert cells(result, "age", "mean") == [{"n": 0, "mean": None, "sd": None}] * 3
    assert cells(result, "grade", "level", "I") == [{"count": 0, "share": None}] * 3


def test_labels_name_every_sum_in_plain_words():
    estimator, _, table = example(described=("age", "event"))
    start = estimator.start()

    counted = estimator.combine(start, estimator.local(start, table))
    added = estimator.combine(counted, estimator.local(counted, table))
    labels = [estimator.labels(state) for state in (start, counted, added)]

    assert labels[0][:6] == (
        "persons without hormone",
        "persons among hormone[no]",
        "persons without age among hormone[no]",
        "persons with age among hormone[no]",
        "persons with event[no] among hormone[no]",
        "persons with event[yes] among hormone[no]",
    )
    assert labels[1] == ("sum of age among hormone[no]", "sum of age among hormone[yes]")
    assert labels[2] == (
        "sum of squared distances of age from its mean among hormone[no]",
        "sum of squared distances of age from its mean among hormone[yes]",
    )


def test_cells_are_the_counts_that_are_shown():
    estimator, _, table = example(minimum=10)
    start = estimator.start()
    total = estimator.local(start, table)

    cells_shown = dict(estimator.cells(start, total))

    assert cells_shown["persons, all"] == 686
    assert cells_shown["grade[II] among [yes]"] == 163
    assert "without age, all" not in cells_shown
    assert all(count == 0 or count >= 10 for count in cells_shown.values())
    assert cells_shown["values of age to add among hormone[yes]"] == 243
    later = estimator.combine(start, total)
    assert estimator.cells(later, total) == estimator.persons(later, total) == ()


def test_persons_are_all_counts_of_the_first_round():
    estimator, _, table = example(minimum=10)
    start = estimator.start()

    counts = dict(estimator.persons(start, estimator.local(start, table)))

    assert counts["persons without age among hormone[no]"] == 2
    assert list(counts) == list(estimator.labels(start))


def grouped(sizes, values, minimum=10):
    """Return a table 1 of `x` by groups of these sizes, and the table."""
    levels = tuple("abcdefgh"[: len(sizes)])
    variables = {"group": samples.category(*levels), "x": ranged(0, 1000)}
    codes = np.repeat(np.arange(len(sizes)), sizes)
    table = Table({"group": codes, "x": np.asarray(values, dtype=float)}, {"group": levels}, len(codes))
    return TableOne(name="t", by="group", described=("x",), variables=variables, minimum_cell=minimum), table


@pytest.mark.parametrize(
    ("sizes", "sums"),
    [
        ((1, 50), ("sum of x",)),
        ((1, 50, 30), ("sum of x among group[b]", "sum of x among group[a] or group[c]")),
        ((6, 7, 40), ("sum of x among group[c]", "sum of x among group[a] or group[b]")),
        ((2, 3, 4), ()),
        ((0, 30, 40), ("sum of x among group[a]", "sum of x among group[b]", "sum of x among group[c]")),
    ],
)
def test_no_sum_is_asked_for_over_few_persons_nor_over_all_but_few(sizes, sums):
    estimator, table = grouped(sizes, np.arange(sum(sizes)))
    start = estimator.start()

    counted = estimator.combine(start, estimator.local(start, table))

    assert estimator.labels(counted) == sums
    assert len(estimator.local(counted, table)) == len(sums)
    assert estimator.is_done(counted) == (not sums)


def test_mean_of_all_stays_exact_where_groups_are_joined():
    estimator, table = grouped((1, 50, 30), np.arange(81.0) ** 1.5)

    result = estimate(estimator, split(table, (20, 30)))

    found = cells(result, "x", "mean")
    assert found[0]["mean"] == pytest.approx(table["x"].mean(), rel=1e-13)
    assert found[0]["sd"] == pytest.approx(table["x"].std(ddof=1), rel=1e-13)
    assert [cell.get("suppressed", False) for cell in found] == [False, True, False, True]


def test_state_carries_no_small_count_on():
    estimator, table = grouped((1, 50, 30), np.arange(81.0))
    start = estimator.start()

    shown = estimator.combine(start, estimator.local(start, table))["shown"]

    assert shown["lines"][0] == [81, None, 50, None]
    assert shown["blocks"] == {"x": [[[1], 50, False], [[0, 2], 31, True]]}


@pytest.mark.parametrize(
    ("values", "found"), [([500.0] * 60, {}), ([0.0] * 59 + [900.0], {"sum of x among group[b]": (900.0, 810000.0)})]
)
def test_sums_name_the_group_in_which_one_value_stands_out(values, found):
    estimator, table = grouped((30, 30), values)
    state = estimator.start()
    for _ in range(2):
        assert estimator.sums(state, estimator.local(state, table)) == {}
        state = estimator.combine(state, estimator.local(state, table))

    sums = estimator.sums(state, estimator.local(state, table))

    assert sums == {name: pytest.approx(pair) for name, pair in found.items()}


def test_sums_leave_out_what_may_be_negative():
    estimator, table = grouped((30, 30), [0.0] * 59 + [900.0])
    state = samples.run(replace(estimator, variables={**estimator.variables, "x": samples.NUMBER}), [table])

    assert (
        replace(estimator, variables={**estimator.variables, "x": samples.NUMBER}).sums(
            {**state, "squares": None}, np.array(state["squares"])
        )
        == {}
    )
