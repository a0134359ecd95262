import pytest

from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import TEXT, asked, own, summed

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


def test_numbers_among_response_and_exposure_are_looked_at():
    counts = "{name: counts, kind: glm, formula: pnodes ~ age, family: gaussian}"
    events = "{name: events, kind: glm, formula: event ~ age * hormone, family: binomial}"

    assert list(own(counts).variables) == ["pnodes"]
    assert own(counts).design.shape == (686, 2)
    assert own(counts).columns == ("Intercept", "age")
    assert summed(counts) == [("age", "", 686), ("pnodes", "", 686)]
    assert own(events).variables == {}
    assert summed(events) == [("age", "", 686), ("age", " of a group", 246)]


def test_categories_that_are_multiplied_make_groups():
    protocol, one, kind = asked("{name: a, kind: glm, formula: event ~ grade * hormone, family: binomial}")

    assert kind.crossings(one, protocol) == [("grade", "hormone")]
    assert kind.numbers(one, protocol=protocol) == 0
    assert kind.estimator(one, protocol=protocol).parameters == 6


@pytest.mark.parametrize(
    ("analysis", "name"),
    [
        ("{name: a, kind: penalised, formula: pnodes ~ age, family: poisson, penalty: 1}", "penalised"),
        ("{name: a, kind: mixed_model, formula: pnodes ~ age}", "mixed_model"),
        ("{name: a, kind: glm, formula: pnodes ~ age, family: negative_binomial}", "glm"),
    ],
)
def test_other_regressions_look_at_the_same_rows(analysis, name):
    protocol, one, kind = asked(analysis)

    assert kind.estimator(one, protocol=protocol).kind == name
    assert list(own(analysis).variables) == ["pnodes"]
    assert summed(analysis) == [("age", "", 686), ("pnodes", "", 686)]
