import pytest

from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import TEXT, asked, own, summed

RATES = """\
analyses:
  - {name: rates, kind: incidence, time: time, event: event, by: hormone}
disclosure: {minimum_cell: 10}
"""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("", "", []),
        ("unit: d, range: [0, 3000]", "range: [0, 3000]", ["The time 'time' has no unit of time."]),
        ("range: [0, 3000], label: Rec", "label: Rec", ["The time 'time' has no range that begins at 0 or later."]),
        ("event: event", "event: age", ["'age' is a number."]),
        ("time: time", "time: tme", ["The variable 'tme' is not declared."]),
    ],
)
def test_rates_need_a_time_with_unit_and_range_but_no_grid(before, after, told):
    text = TEXT[: TEXT.index("analyses:")] + RATES

    assert [fault.message for fault in check(text.replace(before, after, 1))] == told


ASKED = "{name: rates, kind: incidence, time: time, event: event, by: hormone}"


def test_time_at_risk_is_looked_at_group_by_group():
    found = own(ASKED)

    assert {name: len(values) for name, values in found.variables.items()} == {
        "time among hormone[no]": 440,
        "time among hormone[yes]": 246,
    }
    assert found.design is None
    assert summed(ASKED) == [
        ("time", "", 686),
        ("time", " of a group of 'hormone'", 440),
        ("time", " of a group of 'hormone'", 246),
    ]


def test_first_round_counts_persons_and_events_of_each_group():
    protocol, one, kind = asked(ASKED)

    assert kind.numbers(one, protocol=protocol) == 4
    assert kind.estimator(one, protocol=protocol).name == "rates"
