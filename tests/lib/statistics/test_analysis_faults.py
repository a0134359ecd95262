from pathlib import Path

import pytest

from hansa.lib.statistics.protocol import check

TEXT = (Path(__file__).parent / "example_protocol.yaml").read_text(encoding="utf-8")
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


COUNTED = """\
analyses:
  - {name: counted, kind: glm, formula: pnodes ~ age, family: poisson, exposure: time}
disclosure: {minimum_cell: 10}
"""


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("range: [0, 3000]", "range: [1, 3000]", []),
        ("", "", ["The exposure 'time' has no range that begins above 0."]),
        (
            "family: poisson",
            "family: gaussian",
            ["A gaussian model has no exposure.", "The exposure 'time' has no range that begins above 0."],
        ),
        ("exposure: time", "exposure: event", ["'event' is a boolean.", "The exposure 'event' has no range"]),
        ("exposure: time", "exposure: tiem", ["The variable 'tiem' is not declared."]),
    ],
)
def test_exposure_needs_a_range_above_nothing_and_a_poisson_model(before, after, told):
    text = TEXT[: TEXT.index("analyses:")] + COUNTED

    found = [fault.message for fault in check(text.replace(before, after, 1))]

    assert len(found) == len(told)
    assert all(message.startswith(start) for message, start in zip(found, told, strict=True))
