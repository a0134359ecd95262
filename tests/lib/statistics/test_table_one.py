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

    labels = estimator.labels(start), estimator.labels(estimator.combine(start, estimator.local(start, table)))

    assert labels[0][:7] == (
        "persons without hormone",
        "persons among hormone[no]",
        "persons without age among hormone[no]",
        "persons with age among hormone[no]",
        "sum of age among hormone[no]",
        "persons with event[no] among hormone[no]",
        "persons with event[yes] among hormone[no]",
    )
    assert labels[1] == (
        "sum of squared distances of age from its mean among hormone[no]",
        "sum of squared distances of age from its mean among hormone[yes]",
    )


def test_cells_are_the_counts_that_are_shown():
    estimator, _, table = example(minimum=10)
    start = estimator.start()
    total = estimator.local(start, table)

    cells_shown = dict(estimator.cells(start, total))

    assert cells_shown["persons, all"] == 686
    assert cells_shown["grade[II], yes"] == 163
    assert "without age, all" not in cells_shown
    assert all(count == 0 or count >= 10 for count in cells_shown.values())
    assert estimator.cells(estimator.combine(start, total), total) == ()
