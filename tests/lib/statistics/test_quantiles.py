import numpy as np
import pytest

from hansa.lib.statistics.programme import Programme, rehearse
from hansa.lib.statistics.protocol import check, parse
from hansa.lib.statistics.reading import read
from tests.lib.statistics import samples
from tests.lib.statistics.samples import parted

TEXT = """\
hansa: study/1
title: Quarters
question: How old are they?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    age: {type: number, unit: a, range: [18, 100], label: Age}
    pnodes: {type: number, range: [-1, 60]}
    hormone: {type: category, levels: ["no", "yes"]}
analyses:
  - {name: quarters, kind: quantiles, steps: {age: 1, pnodes: 1}, by: hormone}
disclosure: {minimum_cell: CELL}
"""
SHARES = {"lower": 0.25, "median": 0.5, "upper": 0.75}


def study(frame, *, cell=1, sizes=(400, 150), text=TEXT):
    protocol = parse(text.replace("CELL", str(cell)))
    parts = enumerate(parted(frame, sizes))
    tables = {str(place): read(part, protocol=protocol).sound_table() for place, part in parts}
    return rehearse(protocol, tables)["analyses"][0]


@pytest.mark.parametrize("sizes", [(400, 150), (20, 660)])
def test_quartiles_are_those_of_all_values_together(sizes):
    frame, _ = samples.gbsg2()

    result = study(frame, sizes=sizes)

    for variable in result["variables"]:
        for group in variable["groups"]:
            values = frame.loc[frame["hormone"] == group["level"], variable["variable"]]
            assert group["persons"] == len(values)
            for key, share in SHARES.items():
                assert group[key]["high"] == np.quantile(values, share, method="inverted_cdf")
                assert group[key]["low"] < group[key]["estimate"] <= group[key]["high"]


@pytest.mark.parametrize("cell", [5, 20])
def test_quartile_lies_in_an_interval_of_enough_persons(cell):
    frame, _ = samples.gbsg2()

    result = study(frame, cell=cell)

    for variable in result["variables"]:
        for group in variable["groups"]:
            values = frame.loc[frame["hormone"] == group["level"], variable["variable"]]
            for key, share in SHARES.items():
                low, high = group[key]["low"], group[key]["high"]
                assert low <= np.quantile(values, share, method="inverted_cdf") <= high
                # The first interval holds the lowest value too.
                inside = (values > low) | (low == variable["groups"][0]["lower"]["low"] == low)
                assert (inside & (values <= high)).sum() >= cell


def test_group_of_nobody_has_no_quartile():
    frame, _ = samples.gbsg2()

    result = study(frame.assign(hormone="no"))

    treated = result["variables"][0]["groups"][1]
    assert (treated["persons"], treated["lower"], treated["median"], treated["upper"]) == (0, None, None, None)


def test_all_persons_are_one_group_where_none_is_named():
    frame, _ = samples.gbsg2()

    result = study(frame, text=TEXT.replace(", by: hormone", ""))

    (group,) = result["variables"][0]["groups"]
    assert (group["level"], group["persons"]) == ("all", 686)
    assert group["median"]["high"] == frame["age"].median()


def test_counts_are_judged_on_the_merged_grid():
    frame, _ = samples.gbsg2()
    protocol = parse(TEXT.replace("CELL", "10"))
    table = read(frame, protocol=protocol).sound_table()
    model = Programme(protocol).estimators[0]
    start = model.start()
    counts = model.local(start, table)

    merged, own = model.cells(start, counts), model.persons(start, counts)

    assert sum(count for _label, count in merged) == sum(count for _label, count in own) == 2 * 686
    assert all(count == 0 or count >= 10 for _label, count in merged)
    assert own[0][0] == "age, from 18: persons (hormone no), value 0"
    assert model.sums(start, counts) == {}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("range: [18, 100]", "", "'age' has no range to divide into steps."),
        ("{age: 1", "{hormone: 1", "'hormone' is a category."),
        ("{age: 1", "{agee: 1", "The variable 'agee' is not declared."),
        ("{age: 1", "{age: 0.5", "The steps of 'age' are so fine that counts would say values."),
        ("{age: 1", "{age: 0", "This should be greater than 0."),
    ],
)
def test_faults_say_what_is_wrong(before, after, told):
    found = check(TEXT.replace("CELL", "5").replace(before, after).replace("a, , ", "a, "))

    assert told in [fault.message for fault in found]
