"""A proposal made to exhaust whoever opens it, or to show a steward other words than it holds."""

import pytest

from hansa.lib.statistics import protocol as protocols

HEAD = """\
hansa: study/1
title: {title}
question: Q
purpose: DUO:0000007
clause: "4.1"
"""


def text(variables, analyses, *, title="T", grid=""):
    lines = [f"    {name}: {{{what}}}" for name, what in variables.items()]
    asked = [f"  - {{name: a{number}, {what}}}" for number, what in enumerate(analyses)]
    limits = f"disclosure: {{minimum_cell: 10{grid}}}"
    return HEAD.format(title=title) + "\n".join(["data:", "  variables:", *lines, "analyses:", *asked, limits, ""])


def levels(count):
    return f"type: category, levels: [{', '.join(f'l{number}' for number in range(count))}]"


EVENT = {"event": "type: boolean"}
CURVE = "kind: kaplan_meier, time: time, event: event"


def time(most):
    return {"time": f"type: number, unit: d, range: [0, {most}]", **EVENT}


BOMBS = {
    "times": text(time(10**8), [CURVE], grid=", time_grid: 1"),
    "fine grid": text(time(3000), [CURVE], grid=", time_grid: 0.000001"),
    "no end": text(time("1.0e+308"), [CURVE], grid=", time_grid: 1.0e-308"),
    "pooled times": text(
        {**time(10**6), "age": "type: number"},
        ['kind: cox, formula: "Surv(time, event) ~ age", ties: efron'],
        grid=", time_grid: 1",
    ),
    "strata": text(
        {**time(3000), "age": "type: number", "ward": levels(900)},
        ['kind: cox, formula: "Surv(time, event) ~ age", strata: [ward]'],
        grid=", time_grid: 1",
    ),
    "curves": text(time(3000), [CURVE] * 40, grid=", time_grid: 1"),
    "crossed": text({"a": levels(900), "b": levels(900)}, ["kind: table_one, variables: [a], by: b"]),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_check_refuses_a_protocol_that_asks_for_millions_of_numbers(bomb):
    (fault,) = protocols.check(bomb)

    assert "more than 100000 numbers" in fault.message
    assert fault.remedy


def test_check_refuses_more_levels_than_anybody_reads():
    (fault,) = protocols.check(text({"a": levels(1001), **EVENT}, ["kind: table_one, variables: [event]"]))

    assert (fault.place, fault.message) == ("data.variables.a.levels", "There are 1001 levels.")


def test_check_refuses_more_analyses_than_anybody_reads():
    (fault,) = protocols.check(text(EVENT, ["kind: table_one, variables: [event]"] * 101))

    assert fault.message == "There are 101 analyses."


def test_check_takes_daily_curves_of_eight_years_in_four_groups():
    curve = "kind: kaplan_meier, time: time, event: event, by: arm"

    assert protocols.check(text({**time(3000), "arm": levels(4)}, [curve], grid=", time_grid: 1")) == []


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b", "\u2066", "e\u0301"])
@pytest.mark.parametrize("place", ["title", "level", "coding"])
def test_check_refuses_characters_that_hide_or_reorder_others(hidden, place):
    words = {"title": "T", "level": "no", "coding": "0", place: f"x{hidden}y"}
    group = f"type: category, levels: ['{words['level']}', yes], coding: {{'{words['coding']}': yes}}"

    faults = protocols.check(
        text({"group": group}, ["kind: table_one, variables: [group]"], title=f"'{words['title']}'")
    )

    assert [fault.message for fault in faults] == ["There are hidden, control or decomposed characters."]


def test_check_says_what_is_wrong_in_a_formula_before_it_counts_its_times():
    asked = ['kind: cox, formula: "Surv(time, event) ~ nothing"']

    (fault,) = protocols.check(text(time(3000), asked, grid=", time_grid: 1"))

    assert "nothing" in fault.message
