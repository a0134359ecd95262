from pathlib import Path

import lifelines.datasets
import numpy as np
import pandas as pd
import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.delimited import columns_of
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read

TEXT = (Path(__file__).parent / "example_protocol.yaml").read_text(encoding="utf-8")
PROTOCOL = parse(TEXT)


def columns(**changed):
    rows = {
        "time": ["100", "200.5", "3000"],
        "event": ["0", "1", "1"],
        "hormone": ["0", "yes", "1"],
        "grade": ["I", "III", "II"],
        "age": ["18", "50", "1e2"],
        "tsize": ["10", "20", "30"],
        "pnodes": ["1", "2", "3"],
    }
    return rows | changed


def findings(reading):
    return [(finding.variable, finding.kind, finding.rows, finding.message) for finding in reading.findings]


def test_read_turns_texts_into_numbers_and_codes():
    reading = read(columns(), protocol=PROTOCOL)

    table = reading.sound_table()
    assert reading.findings == ()
    assert table.rows == 3
    assert table["time"].tolist() == [100, 200.5, 3000]
    assert table["age"].tolist() == [18, 50, 100]
    assert table["event"].tolist() == [0, 1, 1]
    assert table["hormone"].tolist() == [0, 1, 1]
    assert table["grade"].tolist() == [0, 2, 1]
    assert table.levels == {"hormone": ("no", "yes"), "grade": ("I", "II", "III")}


def test_read_takes_the_same_from_a_file_and_from_pandas(tmp_path):
    frame = lifelines.datasets.load_gbsg2()
    frame.to_csv(tmp_path / "site.csv", index=False)
    mapping = {"event": "cens", "hormone": "horTh", "grade": "tgrade"}

    from_pandas = read(frame, protocol=PROTOCOL, mapping=mapping).sound_table()
    from_file = read(columns_of((tmp_path / "site.csv").read_bytes()), protocol=PROTOCOL, mapping=mapping).sound_table()

    assert from_file.rows == 686
    for name in PROTOCOL.variables:
        assert np.array_equal(from_file[name], from_pandas[name])
    assert from_file["event"].sum() == 299


@pytest.mark.parametrize(
    "values",
    [
        [True, False, None],
        np.array([True, False, None], dtype=object),
        np.array([1.0, 0.0, np.nan]),
        ["Yes", "no", "NA"],
        ["T", "F", ""],
        pd.Series([1, 0, None], dtype="Int64"),
        pd.Series([True, False, None], dtype="boolean"),
        np.ma.MaskedArray([1, 0, 0], mask=[False, False, True]),
    ],
)
def test_read_takes_a_boolean_as_it_comes(values):
    reading = read(columns(event=values), protocol=PROTOCOL)

    assert reading.is_sound
    assert np.array_equal(reading.table["event"], [1, 0, np.nan], equal_nan=True)
    assert findings(reading) == [("event", "missing", 1, "The variable 'event' is missing in 1 row.")]


def test_read_takes_a_boolean_only_by_its_coding_where_there_is_one():
    protocol = parse(TEXT.replace("type: boolean", 'type: boolean, coding: {"2": yes, "1": no}'))

    reading = read(columns(event=["2", "1", "0"]), protocol=protocol)

    assert findings(reading)[0][:3] == ("event", "unknown level", 1)
    assert np.array_equal(reading.table["event"], [1, 0, np.nan], equal_nan=True)


def test_read_counts_missing_values():
    reading = read(columns(age=["18", "", "NA"], grade=["I", ".", None], time=[1.0, np.nan, pd.NaT]), protocol=PROTOCOL)

    assert reading.sound_table() is reading.table
    assert [finding[:3] for finding in findings(reading)] == [
        ("time", "missing", 2),
        ("grade", "missing", 2),
        ("age", "missing", 2),
    ]
    assert reading.table["grade"].tolist() == [0, -1, -1]
    assert reading.table.complete(["age"]).rows == 1


def test_read_says_where_a_level_is_unknown_and_never_which():
    reading = read(columns(grade=["I", "secret", "secret"]), protocol=PROTOCOL)

    assert not reading.is_sound
    assert findings(reading) == [
        (
            "grade",
            "unknown level",
            2,
            "The variable 'grade' has 1 value in 2 rows that the protocol does not name.",
        )
    ]
    assert "secret" not in str(reading.findings)
    assert reading.table["grade"].tolist() == [0, -1, -1]


@pytest.mark.parametrize(
    ("values", "rows", "remedy"),
    [
        (["1", "abc", "3"], 1, "Correct these rows or empty them."),
        (["1,5", "2,5", "3"], 2, "Export the data with a decimal point, not a comma."),
        (["1_0", "0x1", "nine"], 3, "Correct these rows or empty them."),
        (["1e999", "inf", "-inf"], 3, "Correct these rows or empty them."),
        ([1.0, np.inf, 2.0], 1, "Correct these rows or empty them."),
        ([True, 2, 3], 1, "Correct these rows or empty them."),
    ],
)
def test_read_says_where_a_number_is_broken(values, rows, remedy):
    reading = read(columns(pnodes=values), protocol=PROTOCOL)

    finding = reading.findings[0]
    assert (finding.kind, finding.rows, finding.remedy) == ("broken number", rows, remedy)
    with pytest.raises(InvalidError) as refused:
        reading.sound_table()
    assert refused.value.message == finding.message


def test_read_says_where_a_number_is_out_of_range():
    reading = read(columns(pnodes=["1", "61", "-1"]), protocol=PROTOCOL)

    assert findings(reading) == [("pnodes", "range", 2, "The variable 'pnodes' is outside 0 to 60 in 2 rows.")]
    assert reading.findings[0].remedy == "Correct these rows."
    assert np.isnan(reading.table["pnodes"][1:]).all()


def test_read_recognises_a_wrong_unit_by_the_range():
    reading = read(columns(age=["216", "600", "1100"]), protocol=PROTOCOL)

    assert reading.findings[0].message == "The variable 'age' is outside 18 to 100 a in 3 rows."
    assert reading.findings[0].remedy == "The column looks as if it were in mo: name its unit."


def test_read_turns_a_named_unit_into_the_one_of_the_protocol():
    reading = read(
        columns(age=["216", "600", "1100"], tsize=[1, 2, 3]), protocol=PROTOCOL, units={"age": "mo", "tsize": "cm"}
    )

    assert reading.is_sound
    assert reading.table["age"][1] == pytest.approx(50)
    assert reading.table["tsize"].tolist() == [10, 20, 30]


def test_read_refuses_a_unit_that_does_not_compare():
    reading = read(columns(), protocol=PROTOCOL, units={"age": "kg"})

    assert findings(reading) == [("age", "unit", 3, "The variable 'age' is in 'kg', which cannot be turned into 'a'.")]


def test_read_takes_a_number_without_range_as_it_is():
    protocol = parse(TEXT.replace("{type: number, range: [0, 60]}", "{type: number}"))

    assert read(columns(pnodes=["-1e9", "0", "1e9"]), protocol=protocol).is_sound


@pytest.mark.parametrize("name", ["age", "grade"])
def test_read_says_which_column_is_absent(name):
    reading = read(columns(), protocol=PROTOCOL, mapping={name: "elsewhere"})

    assert findings(reading) == [(name, "absent", 3, f"The data have no column 'elsewhere' for the variable '{name}'.")]
    assert reading.table.missing(name).all()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"age": []}, "The data have no rows."),
        ({"age": ["1"], "time": []}, "The columns of the data do not have the same number of rows."),
        ({}, "The columns of the data do not have the same number of rows."),
    ],
)
def test_read_refuses_what_is_no_table(data, message):
    with pytest.raises(InvalidError) as refused:
        read(data, protocol=PROTOCOL)

    assert refused.value.message == message


@pytest.mark.parametrize("kind", ["f4", "f8", "i2", "i8", "u4"])
def test_columns_of_numbers_are_read_as_their_texts_are(kind):
    ages = np.array([50, 17, 101, 60, 70], dtype=kind)
    frame = {**{name: ["1"] * 5 for name in ("event", "hormone", "grade")}}
    protocol = parse(NUMBERS)

    plain, texts = (read({**frame, "age": column}, protocol=protocol) for column in (ages, [str(age) for age in ages]))

    assert np.array_equal(plain.table["age"], texts.table["age"], equal_nan=True)
    assert [(one.kind, one.rows) for one in plain.findings] == [(one.kind, one.rows) for one in texts.findings]


def test_numbers_that_are_none_are_told():
    ages = np.array([50.0, np.nan, np.inf, -np.inf, 60.0])

    found = read({"age": ages}, protocol=parse(NUMBERS)).findings

    assert sorted((one.kind, one.rows) for one in found) == [("broken number", 2), ("missing", 1)]


NUMBERS = """\
hansa: study/1
title: Age
question: How old?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    age: {type: number, unit: a, range: [18, 100]}
analyses:
  - {name: who, kind: table_one, variables: [age]}
disclosure: {minimum_cell: 1}
"""
