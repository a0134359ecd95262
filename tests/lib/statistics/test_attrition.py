import json
from dataclasses import replace

import numpy as np
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.attrition import rules_of, shown, steps
from hansa.lib.statistics.programme import Programme, rehearse
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.table import Table
from tests.lib.omop.sample import COHORTS

TEXT = f"""\
hansa: study/1
title: Users
question: Who uses it?
purpose: DUO:0000042
clause: "4.1"
data:
  target: users
  cohorts: {{users: {json.dumps(COHORTS["users"])}}}
  variables:
    age: {{type: number, unit: a, range: [0, 120], omop: {{take: age}}}}
analyses:
  - {{name: who, kind: table_one, variables: [age]}}
disclosure: {{minimum_cell: 5}}
"""


@pytest.mark.parametrize(
    ("counts", "rows", "told"),
    [
        ([100, 80, 60], 60, [100, 80, 60]),
        ([100, 98, 60], 60, [100, None, 60]),
        ([100, 98, 96, 94], 94, [100, None, None, 94]),
        ([100, 100, 60], 58, [100, 100, None]),
        ([4, 3, 0], 0, [None, None, 0]),
        ([], 60, []),
    ],
)
def test_steps_that_differ_by_few_are_left_out(counts, rows, told):
    assert shown(counts, rows=rows, minimum_cell=5) == told


def table(*, rows, entering=()):
    return Table({"age": np.linspace(20, 80, rows)}, {}, rows, entering)


def test_counts_of_sites_are_added_in_the_first_round():
    protocol = parse(TEXT)
    first, second = table(rows=40, entering=(90, 40)), table(rows=30, entering=(60, 31))

    result = rehearse(protocol, {"a": first, "b": second})

    assert result["rows"] == 70
    assert result["entering"] == [150, None]
    assert Programme(protocol).labels(Programme(protocol).start())[3:5] == steps(protocol)
    assert dict(Programme(protocol).own_cells(first))["persons who enter the cohort, at this site"] == 90


def test_rows_that_nobody_counted_before_say_nothing():
    result = rehearse(parse(TEXT), {"a": table(rows=40)})

    assert result["entering"] == [0, 0]


def test_counts_of_other_rules_are_refused():
    with pytest.raises(InvalidError, match="3 steps of their cohort, the protocol has 2"):
        rehearse(parse(TEXT), {"a": table(rows=40, entering=(9, 8, 7))})


def test_protocol_without_cohorts_has_no_steps():
    text = TEXT.replace(", omop: {take: age}", "")
    lines = [line for line in text.split("\n") if "cohorts:" not in line and "target:" not in line]
    protocol = parse("\n".join(lines))

    assert steps(protocol) == ()
    assert "entering" not in rehearse(protocol, {"a": table(rows=40)})
    assert rules_of({"inclusionRules": [{}]}) == [{}]
    assert rules_of({"InclusionRules": "none"}) == []
    assert replace(table(rows=3), entering=(1,)).entering == (1,)
