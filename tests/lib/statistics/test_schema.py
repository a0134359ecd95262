from pathlib import Path

import pytest

from hansa.lib.statistics.protocol import parse

TEXT = (Path(__file__).parent / "example_protocol.yaml").read_text(encoding="utf-8")


def test_limits_are_those_a_clause_is_compared_with():
    assert parse(TEXT).limits() == {"minimum_cell": 10, "minimum_sites": 3, "time_grid_days": 30}


@pytest.mark.parametrize(("unit", "days"), [("d", 2), ("wk", 14), ("mo", 60), ("a", 730)])
def test_limits_count_the_time_grid_in_whole_days(unit, days):
    text = TEXT.replace("unit: d", f"unit: {unit}").replace("time_grid: 30", "time_grid: 2")

    assert parse(text).limits()["time_grid_days"] == days


def test_limits_have_no_time_grid_where_no_time_is_read():
    text = "\n".join(line for line in TEXT.splitlines() if "kaplan" not in line and "cox" not in line)

    assert parse(text).limits() == {"minimum_cell": 10, "minimum_sites": 3}


def test_used_by_names_each_variable_once():
    protocol = parse(TEXT)

    assert [protocol.used_by(analysis) for analysis in protocol.analyses] == [
        ("hormone", "age", "tsize", "grade", "event"),
        ("event", "age", "hormone", "tsize", "pnodes"),
        ("time", "event", "hormone"),
        ("time", "event", "hormone", "age", "grade"),
    ]


def test_model_variables_leave_descriptions_out():
    assert parse(TEXT).model_variables() == ("event", "age", "hormone", "tsize", "pnodes", "time", "grade")
    assert parse("\n".join(TEXT.splitlines()[:17]) + "\ndisclosure: {minimum_cell: 5}").model_variables() == ()


def test_times_are_those_read_from_the_grid():
    protocol = parse(TEXT.replace("strata: [grade]", "baseline: site"))

    assert protocol.times() == ("time",)
    assert protocol.purposes == ("DUO:0000007",)


def test_digest_follows_every_value():
    assert parse(TEXT).digest != parse(TEXT.replace("minimum_cell: 10", "minimum_cell: 11")).digest
    assert parse(TEXT).digest == parse(TEXT.replace("[0, 3000]", "[0.0, 3000.0]")).digest
