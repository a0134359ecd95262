import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.protocol import check, parse

TEXT = (Path(__file__).parent / "example_protocol.yaml").read_text(encoding="utf-8")


def test_parse_reads_a_sound_protocol():
    protocol = parse(TEXT)

    assert check(TEXT) == []
    assert [analysis.name for analysis in protocol.analyses] == ["baseline", "response", "rfs", "adjusted"]
    assert protocol.variables["hormone"].levels == ("no", "yes")


def test_parse_reads_the_same_from_json():
    protocol = parse(TEXT)

    assert parse(json.dumps(protocol.to_json())).digest == protocol.digest


def test_parse_names_the_first_fault():
    with pytest.raises(InvalidError) as refused:
        parse(TEXT.replace("family", "famly"), name="study.yaml")

    assert refused.value.message == (
        "study.yaml, line 18, analyses[1].family: The key 'family' is missing. There are 1 more faults."
    )
    assert refused.value.remedy == "Add 'family:' here."


def test_parse_names_a_fault_of_the_text():
    with pytest.raises(InvalidError) as refused:
        parse("")

    assert refused.value.message == "protocol, line 1: The text is empty."


@pytest.mark.parametrize("text", ["[1, 2]", "word", "12"])
def test_check_refuses_what_has_no_keys(text):
    assert [fault.message for fault in check(text)] == ["This is not a set of keys with values."]


FAULTS = [
    ("family", "famly", 18, "analyses[1].famly", "The key 'famly' is not known here.", "Did you mean 'family'?"),
    ("title:", "titel:", 2, "titel", "The key 'titel' is not known here.", "Did you mean 'title'?"),
    (
        "time_grid: 30",
        "time_grid: 30, zz: 1",
        21,
        "disclosure.zz",
        "The key 'zz' is not known here.",
        "Known keys here: minimum_cell, minimum_sites, time_grid.",
    ),
    ("unit: mm", "unitt: mm", 13, "data.variables.tsize.unitt", "The key 'unitt' is not known here.", None),
    ("  variables:", "  x: 1\n  variables:", 7, "data.x", "The key 'x' is not known here.", None),
    ("purpose: DUO:0000007\n", "", 1, "purpose", "The key 'purpose' is missing.", "Add 'purpose:' here."),
    ("kind: glm, ", "", 18, "analyses[1]", "The analysis does not say its kind.", None),
    ("kind: glm", "kind: gml", 18, "analyses[1]", "The kind of the analysis is not known.", None),
    ('clause: "4.1"', "clause: 4.1", 5, "clause", "This is not text.", None),
    ('clause: "4.1"', 'clause: ""', 5, "clause", "This is empty.", None),
    ("minimum_cell: 10", "minimum_cell: ten", 21, "disclosure.minimum_cell", "This is not a whole number.", None),
    (
        "minimum_cell: 10",
        "minimum_cell: 0",
        21,
        "disclosure.minimum_cell",
        "This should be greater than or equal to 1.",
        "Correct the value.",
    ),
    ("grid: 30", 'grid: "30"', 21, "disclosure.time_grid", "This is not a number.", None),
    ("range: [0, 60]", "range: 60", 14, "data.variables.pnodes.range", "This is not a list.", None),
    ("DUO:0000007", "DUO:7", 4, "purpose", "This is not written as it should be.", None),
    (
        "DUO:0000007",
        "DUO:0999999",
        4,
        "purpose",
        "'DUO:0999999' is not a code of the Data Use Ontology.",
        None,
    ),
    ("tsize: {", "t-size: {", 13, "data.variables.t-size", "This is not written as it should be.", None),
    ("    pnodes", "    log", 14, "data.variables.log", "'log' has a meaning in formulas.", None),
    (
        "{type: number, range: [0, 60]}",
        "{type: number, levels: [a, b]}",
        14,
        "data.variables.pnodes.type",
        "A number has no levels and no coding.",
        None,
    ),
    ("[18, 100]", "[100, 18]", 12, "data.variables.age.range", None, "Write [smallest, largest]."),
    (
        "levels: [I, II, III]",
        "levels: [I, II, III], unit: d",
        11,
        "data.variables.grade.type",
        "Only a number has a range and a unit.",
        None,
    ),
    (
        "type: boolean",
        "type: boolean, levels: [a, b]",
        9,
        "data.variables.event.levels",
        "A boolean has the levels no and yes.",
        None,
    ),
    ("[I, II, III]", "[I]", 11, "data.variables.grade.levels", "A category needs at least two levels.", None),
    ("[I, II, III]", "[I, I, III]", 11, "data.variables.grade.levels", None, "Give each level its own name."),
    ("[I, II, III]", "[I, true]", 11, "data.variables.grade.levels[1]", "This is not text.", None),
    (
        '"1": yes',
        '"1": maybe',
        10,
        "data.variables.hormone.coding",
        "The coding leads to 'maybe', which is no level.",
        "Use no, yes.",
    ),
    ("name: rfs", "name: response", 19, "analyses[2].name", "Two analyses are called 'response'.", None),
    ("by: hormone, variables", "by: age, variables", 17, "analyses[0].by", "'age' is a number.", None),
    ("[age, tsize", "[agee, tsize", 17, "analyses[0].variables", None, "Did you mean 'age'?"),
    ("[age, tsize", "[height, tsize", 17, "analyses[0].variables", None, "Declare it under data.variables."),
    ("[age, tsize", "[age, age", 17, "analyses[0].variables", "A variable is described twice.", None),
    ("[age, tsize", "[hormone, tsize", 17, "analyses[0].variables", "A variable is described twice.", None),
    ("time: time, event: event", "time: tim, event: event", 19, "analyses[2].time", None, "Did you mean 'time'?"),
    ("time: time, event: event", "time: time, event: age", 19, "analyses[2].event", "'age' is a number.", None),
    ("age + hormone", "age + __class__", 18, "analyses[1].formula", "The formula has '_', which is not allowed.", None),
    ("family: binomial", "family: gama", 18, "analyses[1].family", None, "Correct the value."),
    (
        "event ~ age",
        "grade ~ age",
        18,
        "analyses[1].formula",
        "The response of a binomial model has not two levels.",
        None,
    ),
    (
        'event ~ age + hormone + tsize + pnodes", family: binomial',
        'grade ~ age", family: gaussian',
        18,
        "analyses[1].formula",
        "The response of a gaussian model is a category.",
        None,
    ),
    ("strata: [grade]", "strata: [age]", 20, "analyses[3].strata", "'age' is a number.", None),
    (
        "strata: [grade]",
        "strata: [hormone]",
        20,
        "analyses[3].strata",
        "'hormone' is in the formula and in the strata.",
        None,
    ),
    (", time_grid: 30", "", 19, "analyses[2].time", "There is no time grid.", None),
    ("unit: d, range: [0, 3000]", "range: [0, 3000]", 19, "analyses[2].time", None, "Give it a unit: d, wk, mo, a."),
    (
        "range: [0, 3000], label: Rec",
        "label: Rec",
        19,
        "analyses[2].time",
        "The time 'time' has no range that begins at 0 or later.",
        None,
    ),
    ("age: {", "age: {unit: wk, ", 12, "data.variables.age.unit", "The key 'unit' stands here twice.", None),
]


@pytest.mark.parametrize("case", FAULTS)
def test_check_names_line_place_and_remedy(case):
    old, new, line, place, message, remedy = case
    assert old in TEXT

    faults = [fault for fault in check(TEXT.replace(old, new, 1)) if fault.place == place]

    assert faults
    assert faults[0].line == line
    assert message in (None, faults[0].message)
    assert remedy in (None, faults[0].remedy)


def test_check_reads_whole_numbers_as_levels():
    text = TEXT.replace("[I, II, III]", "[1, 2, 3], coding: {low: 1}")

    protocol = parse(text)

    assert protocol.variables["grade"].levels == ("1", "2", "3")
    assert protocol.variables["grade"].coding == {"low": "1"}


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("variables:\n", "variables: 5\nrest:\n", "data.variables"),
        ("grade: {type: category, levels: [I, II, III]}", "grade: 5", "data.variables.grade"),
        ('coding: {"0": no, "1": yes}', "coding: [no, yes]", "data.variables.hormone.coding"),
        ("levels: [I, II, III]", "levels: I", "data.variables.grade.levels"),
    ],
)
def test_check_names_the_place_of_the_wrong_shape(old, new, place):
    faults = check(TEXT.replace(old, new, 1))

    assert place in [fault.place for fault in faults]


def test_check_accepts_a_poisson_model_of_a_count_and_a_site_baseline_without_grid():
    text = TEXT.replace('event ~ age + hormone + tsize + pnodes", family: binomial', 'pnodes ~ age", family: poisson')
    text = "\n".join(line for line in text.splitlines() if "rfs" not in line)
    text = text.replace("strata: [grade]", "baseline: site").replace(", time_grid: 30", "")

    assert check(text) == []


def test_check_accepts_descriptions_without_groups():
    assert check(TEXT.replace("by: hormone, ", "").replace(", by: hormone", "")) == []


def test_check_refuses_a_poisson_model_of_what_may_be_negative():
    text = TEXT.replace('event ~ age + hormone + tsize + pnodes", family: binomial', 'pnodes ~ age", family: poisson')

    faults = check(text.replace("[0, 60]", "[-1, 60]"))

    assert [fault.message for fault in faults] == ["The response of a poisson model may be negative."]


def test_check_orders_faults_by_line():
    text = TEXT.replace("time_grid: 30", "time_grid: x").replace("title:", "titel:").replace("family", "famly")

    assert [fault.line for fault in check(text)] == [1, 2, 18, 18, 21]


def test_check_names_what_is_wrong_elsewhere_beside_a_malformed_analysis():
    text = (
        TEXT.replace("[18, 100]", "[100, 18]").replace("DUO:0000007", "DUO:9999999").replace("kind: cox", "kind: koks")
    )

    assert [fault.line for fault in check(text)] == [4, 12, 20]


def test_check_leaves_other_analyses_alone_where_one_is_malformed():
    text = TEXT.replace("kind: glm", "kind: gml").replace("by: hormone}", "by: therapy}")

    assert [fault.place for fault in check(text)] == ["analyses[1]"]


def test_check_says_only_the_shape_where_no_analysis_has_one():
    text = TEXT[: TEXT.index("  - {name: response")] + "disclosure: {minimum_cell: 10, time_grid: 30}\n"

    places = [fault.place for fault in check(text.replace("kind: table_one", "kind: table_two"))]

    assert places == ["analyses[0]"]


@settings(max_examples=60, deadline=None)
@given(
    place=st.integers(0, len(TEXT)),
    gone=st.integers(0, 30),
    put=st.sampled_from(
        ["", "{", "]", ": ", "\n", "no", "~", "1e400", '"', "kind", "&a", "*a", "\t", "|", "?", "\x85", "é"]
    ),
)
def test_check_never_breaks_on_a_broken_text(place, gone, put):
    broken = TEXT[:place] + put + TEXT[place + gone :]

    faults = check(broken)

    assert all(fault.line >= 1 and fault.message and fault.remedy for fault in faults)
