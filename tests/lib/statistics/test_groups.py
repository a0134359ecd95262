"""Which groups of people a protocol adds up, on the rows of a site."""

import numpy as np

from hansa.lib.statistics.groups import groups
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read

PROTOCOL = """\
hansa: study/1
title: Groups
question: Which?
purpose: DUO:0000042
clause: "4.1"
data:
  variables:
    age: {type: number, unit: a, range: [18, 100]}
    event: {type: boolean}
    grade: {type: category, levels: [low, high, never]}
analyses:
  - {name: ages, kind: table_one, by: grade, variables: [age]}
  - {name: model, kind: glm, formula: "age ~ grade * event", family: gaussian}
disclosure: {minimum_cell: 2, minimum_sites: 3}
"""
ROWS = {
    "age": ["40", "50", "60", "70", "20"],
    "event": ["1", "0", "1", "", "0"],
    "grade": ["low", "low", "high", "high", ""],
}


def test_groups_are_the_levels_and_the_combinations_that_somebody_has() -> None:
    protocol = parse(PROTOCOL)
    table = read(ROWS, protocol=protocol).table

    found = groups(protocol, table, rows=np.array([True, True, True, True, True]))

    assert {name: np.flatnonzero(members).tolist() for name, members in found.items()} == {
        "grade[low]": [0, 1],
        "grade[high]": [2, 3],
        "event[no]": [1, 4],
        "event[yes]": [0, 2],
        "grade[low] and event[no]": [1],
        "grade[low] and event[yes]": [0],
        "grade[high] and event[yes]": [2],
    }


def test_groups_keep_to_the_rows_asked_for() -> None:
    protocol = parse(PROTOCOL)
    table = read(ROWS, protocol=protocol).table

    found = groups(protocol, table, rows=np.array([True, False, False, True, False]))

    assert set(found) == {"grade[low]", "grade[high]", "event[yes]", "grade[low] and event[yes]"}
