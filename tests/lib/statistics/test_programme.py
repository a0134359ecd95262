import json
import time
from pathlib import Path

import numpy as np
import pytest

from hansa.lib.canonical import canonical
from hansa.lib.errors import InvalidError
from hansa.lib.statistics import table as tables_of
from hansa.lib.statistics.programme import Programme, rehearse
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.table import Partitions, Table
from tests.lib.genomics import people
from tests.lib.statistics import samples
from tests.lib.statistics.samples import close, numbers, r_glm, split, table_of

TEXT = (Path(__file__).parent / "example_protocol.yaml").read_text(encoding="utf-8")
EXACT = TEXT.replace("minimum_cell: 10, time_grid: 30", "minimum_cell: 1, time_grid: 1")


def gbsg2(protocol):
    frame, _ = samples.gbsg2()
    return frame, table_of(frame, protocol.variables)


def sites(table, sizes=(500, 120)):
    return {f"site {number}": part for number, part in enumerate(split(table, sizes))}


def analysis(result, name):
    return next(each for each in result["analyses"] if each["name"] == name)


def test_rehearse_gives_the_result_of_every_analysis():
    protocol = parse(TEXT)
    _, table = gbsg2(protocol)

    result = rehearse(protocol, sites(table))

    head = {key: result[key] for key in ("hansa", "study", "protocol", "sites", "rows", "complete", "rounds")}
    assert head == {
        "hansa": "result/1",
        "study": None,
        "protocol": protocol.digest,
        "sites": 3,
        "rows": 686,
        "complete": 686,
        "rounds": 8,
    }
    assert [each["kind"] for each in result["analyses"]] == ["table_one", "glm", "kaplan_meier", "cox"]
    assert analysis(result, "response")["converged"]
    assert canonical(result)


@pytest.mark.parametrize("sizes", [(500, 120), (1,), (60,) * 9])
def test_rehearse_gives_the_pooled_result(sizes):
    protocol = parse(EXACT)
    _, table = gbsg2(protocol)

    result, whole = rehearse(protocol, sites(table, sizes)), rehearse(protocol, {"all": table})

    for name in ("response", "adjusted"):
        for key in ("estimate", "standard_error"):
            assert close(numbers(analysis(result, name), key), numbers(analysis(whole, name), key), 1e-10)
    assert analysis(result, "rfs") == analysis(whole, "rfs")


def test_rehearse_leaves_incomplete_rows_out_of_every_model(tmp_path):
    protocol = parse(EXACT)
    frame, _ = samples.gbsg2()
    frame.loc[3:20, "age"] = np.nan
    frame.loc[15:40, "pnodes"] = np.nan
    complete = frame.dropna()
    expected = r_glm(
        "event ~ age + hormone + tsize + pnodes",
        family="binomial",
        frame=complete,
        variables={"hormone": protocol.variables["hormone"]},
        folder=tmp_path,
    )

    result = rehearse(protocol, sites(table_of(frame, protocol.variables)))

    assert (result["rows"], result["complete"]) == (686, 648)
    assert {analysis(result, name)["rows"] for name in ("response", "rfs", "adjusted")} == {648}
    assert analysis(result, "baseline")["rows"] == 686
    assert close(numbers(analysis(result, "response"), "estimate"), expected["estimate"])


def test_rehearse_keeps_other_analyses_when_one_has_a_problem():
    protocol = parse(
        EXACT.replace("age + hormone + tsize", "age + grade + grade:hormone:event2").replace(
            "    grade:", "    event2: {type: boolean}\n    grade:"
        )
    )
    frame, _ = samples.gbsg2()
    frame["event2"] = 0.0

    result = rehearse(protocol, sites(table_of(frame, protocol.variables)))

    assert analysis(result, "response")["problem"].startswith("The data cannot tell")
    assert analysis(result, "adjusted")["converged"]


def test_rehearse_needs_a_site():
    with pytest.raises(InvalidError) as refused:
        rehearse(parse(TEXT), {})

    assert refused.value.message == "There is no site to rehearse with."


def test_rehearse_survives_a_site_without_a_complete_row():
    protocol = parse(EXACT)
    frame, _ = samples.gbsg2()
    frame.loc[:9, "age"] = np.nan

    result = rehearse(protocol, sites(table_of(frame, protocol.variables), (10, 300)))

    assert (result["sites"], result["complete"]) == (3, 676)
    assert analysis(result, "adjusted")["converged"]


def test_programme_labels_every_sum_with_its_analysis():
    programme = Programme(parse(TEXT))
    _, table = gbsg2(programme.protocol)
    start = programme.start()
    vector = programme.local(start, table)

    labels = programme.labels(start)

    assert len(labels) == len(vector)
    assert labels[:4] == ("sites", "persons", "persons without missing values", "response: persons")
    assert {label.partition(":")[0] for label in labels[3:]} == {"response", "rfs", "adjusted"}
    later = programme.combine(start, vector)
    assert programme.labels(later)[0] == "baseline: persons without hormone"
    assert len(programme.labels(later)) == len(programme.local(later, table))
    assert "rfs" not in {label.partition(":")[0] for label in programme.labels(later)}


def test_programme_gives_the_cells_of_every_analysis():
    programme = Programme(parse(TEXT))
    _, table = gbsg2(programme.protocol)
    start = programme.start()
    vector = programme.local(start, table)

    cells = dict(programme.cells(start, vector))

    assert cells["persons"] == 686
    assert cells["persons without missing values"] == 686
    assert cells["response: persons with hormone[yes] and event[yes]"] == 94
    later = programme.combine(start, vector)
    total = programme.local(later, table)
    assert dict(programme.cells(later, total))["baseline: grade[I], all"] == 81
    last = programme.combine(later, total)
    assert programme.cells(last, programme.local(last, table)) == ()


def test_programme_asks_for_a_secure_sum_where_an_analysis_does():
    assert Programme(parse(TEXT)).needs_secure_sum
    rest = "\n".join(line for line in TEXT.splitlines() if "kaplan" not in line and "cox" not in line)
    assert not Programme(parse(rest)).needs_secure_sum


def test_programme_has_the_parameters_of_its_largest_model():
    assert Programme(parse(TEXT)).parameters == 5
    assert (Programme(parse(TEXT)).name, Programme(parse(TEXT)).kind) == ("programme", "programme")


@pytest.mark.parametrize("broken", [np.zeros(3), None])
def test_combine_refuses_a_total_of_another_round(broken):
    programme = Programme(parse(TEXT))
    start = programme.start()
    if broken is None:
        broken = np.full(len(programme.labels(start)), np.nan)

    with pytest.raises(InvalidError) as refused:
        programme.combine(start, broken)

    assert refused.value.message.startswith("The total of round 1 is not ")


def test_state_goes_through_canonical_json_unchanged():
    programme = Programme(parse(TEXT))
    _, table = gbsg2(programme.protocol)
    state = programme.start()
    while not programme.is_done(state):
        state = programme.combine(state, programme.local(state, table))

        assert json.loads(canonical(state)) == state


def test_study_of_the_trial_takes_less_than_a_fifth_of_a_second():
    protocol = parse(TEXT)
    _, table = gbsg2(protocol)
    rehearse(protocol, sites(table))

    start = time.process_time()
    rehearse(protocol, sites(table))

    assert time.process_time() - start < 0.2


def test_study_of_one_row_at_a_site_names_no_value():
    protocol = parse(EXACT)
    _, table = gbsg2(protocol)
    one: Table = table.select(np.arange(table.rows) == 0)

    result = rehearse(protocol, {"only": one})

    assert "There are 1 complete rows for 5 coefficients." in analysis(result, "response")["problem"]


def test_first_round_adds_nothing_but_counts():
    programme = Programme(parse(TEXT))
    _, table = gbsg2(programme.protocol)
    start = programme.start()
    vector = programme.local(start, table)

    assert vector.tolist() == np.rint(vector).tolist()
    assert vector.min() >= 0
    assert [label for label in programme.labels(start) if "sum" in label] == []


def test_own_cells_are_all_counts_of_a_site():
    programme = Programme(parse(TEXT))
    frame, _ = samples.gbsg2()
    frame.loc[:2, "age"] = np.nan
    table = table_of(frame, programme.protocol.variables)

    cells = dict(programme.own_cells(table))

    own = ("persons", "persons without missing values", "persons with missing values")
    assert [cells[f"{label}, at this site"] for label in own] == [686, 683, 3]
    assert cells["baseline: persons without age among hormone[no], at this site"] == 1
    assert cells["response: persons with event[yes], at this site"] == 296
    assert {label.partition(":")[0] for label in list(cells)[3:]} == {"baseline", "response", "rfs", "adjusted"}


def test_own_checks_hold_what_each_analysis_adds():
    text = TEXT.replace("by: hormone, variables", "variables").replace(
        'event ~ age + hormone + tsize + pnodes", family: binomial', 'pnodes ~ age", family: gaussian'
    )
    table = gbsg2(parse(TEXT))[1]

    by_level, plain = (list(Programme(parse(each)).own_checks(table)) for each in (TEXT, text))

    assert list(by_level[0].variables) == [
        *("age among hormone[no]", "tsize among hormone[no]"),
        *("age among hormone[yes]", "tsize among hormone[yes]"),
    ]
    assert [len(values) for values in by_level[0].variables.values()] == [440, 440, 246, 246]
    assert [(own.columns, own.parameters) for own in by_level[1:]] == [
        (("Intercept", "age", "hormone[yes]", "tsize", "pnodes"), 5),
        (("hormone[yes]", "age"), 2),
    ]
    assert [own.design.shape for own in by_level[1:]] == [(686, 5), (686, 2)]
    assert [list(own.variables) for own in by_level[1:]] == [[], []]
    assert [list(own.variables) for own in plain] == [["age", "tsize"], ["pnodes"], []]


def test_sums_name_the_analysis_in_which_one_value_stands_out():
    programme = Programme(parse(TEXT))
    frame, _ = samples.gbsg2()
    frame["pnodes"] = np.where(frame.index == 3, 50.0, 0.0)
    table, state = table_of(frame, programme.protocol.variables), programme.start()
    state = programme.combine(state, programme.local(state, table))

    sums = programme.sums(state, programme.local(state, table))

    assert sums == {"response: sum of pnodes": (pytest.approx(50), pytest.approx(2500))}


@pytest.mark.parametrize(("missing", "rows"), [(3, 683), (12, 686)])
def test_table_one_leaves_out_incomplete_rows_when_they_are_few(missing, rows):
    protocol = parse(TEXT)
    frame, _ = samples.gbsg2()
    frame.loc[: missing - 1, "pnodes"] = np.nan

    result = rehearse(protocol, sites(table_of(frame, protocol.variables)))

    assert (result["rows"], result["complete"]) == (rows, 686 - missing)
    assert analysis(result, "baseline")["rows"] == rows


def test_table_one_alone_begins_at_once():
    text = "\n".join(line for line in TEXT.splitlines() if not any(kind in line for kind in ("kaplan", "cox", "glm")))

    programme = Programme(parse(text))

    assert programme.labels(programme.start())[3] == "baseline: persons without hormone"
    assert rehearse(programme.protocol, sites(gbsg2(programme.protocol)[1]))["rounds"] == 3


RATES = "  - {name: rates, kind: incidence, time: time, event: event, by: hormone}\n"


def test_rates_run_in_a_programme_and_their_time_is_looked_at_in_each_group():
    text = TEXT.replace("disclosure:", f"{RATES}disclosure:")
    protocol = parse(text)
    frame, table = gbsg2(protocol)

    result = rehearse(protocol, sites(table))
    own = list(Programme(protocol).own_checks(table))[-1]

    found = {group["level"]: group["time"] for group in analysis(result, "rates")["groups"]}
    assert found == pytest.approx(frame.groupby("hormone")["time"].sum().to_dict(), rel=1e-10)
    assert list(own.variables) == ["time among hormone[no]", "time among hormone[yes]"]
    assert "time" in protocol.model_variables()
    assert protocol.times() == ("time",)


def test_exposure_is_looked_at_beside_the_outcome_it_belongs_to():
    text = TEXT.replace("range: [0, 3000]", "range: [1, 3000]").replace(
        'formula: "event ~ age + hormone + tsize + pnodes", family: binomial',
        "formula: pnodes ~ age, family: poisson, exposure: time",
    )
    protocol = parse(text)
    table = gbsg2(protocol)[1]

    own = list(Programme(protocol).own_checks(table))[1]

    assert list(own.variables) == ["pnodes", "time"]
    assert "exposure" not in parse(TEXT).to_json()["analyses"][1]


EVERY = EXACT.replace(
    "disclosure:",
    """  - {name: own, kind: cox, formula: "Surv(time, event) ~ hormone + age", baseline: site}
  - {name: alike, kind: meta_analysis, of: adjusted}
  - {name: mixed, kind: mixed_model, formula: pnodes ~ age + hormone}
  - {name: effect, kind: treatment_effect, treatment: hormone, outcome: event, adjust: age + grade, family: binomial}
  - {name: rates, kind: incidence, time: time, event: event, by: hormone}
  - {name: causes, kind: cumulative_incidence, time: time, event: grade}
  - {name: quarters, kind: quantiles, steps: {age: 1}}
  - {name: counts, kind: glm, formula: pnodes ~ age, family: negative_binomial}
  - {name: kept, kind: penalised, formula: pnodes ~ age + tsize, family: gaussian, penalty: 0.2}
disclosure:""",
)


def in_parts(table, size):
    """Return the rows of a site as partitions that are read anew at each look."""
    return Partitions.of(lambda: table.blocks(size))


def alike(one, other):
    """Tell whether two results say the same but for the last digits."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == pytest.approx(other, rel=1e-8, abs=1e-10) if isinstance(one, float) else one == other


def test_rows_read_part_by_part_give_the_same_result():
    protocol = parse(EVERY)
    frame, _ = samples.gbsg2()
    frame.loc[3:20, "age"] = np.nan
    whole = sites(table_of(frame, protocol.variables))
    parts = {name: in_parts(table, 37) for name, table in whole.items()}

    result, again = rehearse(protocol, whole), rehearse(protocol, parts)

    assert all(each.get("problem") is None for each in result["analyses"])
    assert alike(result, again)


def test_rows_of_a_table_are_looked_at_a_block_at_a_time(monkeypatch):
    protocol = parse(EVERY)
    _, table = gbsg2(protocol)
    result = rehearse(protocol, sites(table))
    small = Table.blocks
    monkeypatch.setattr(tables_of.Table, "blocks", lambda self: small(self, 50))

    again = rehearse(protocol, sites(table))

    assert alike(result, again)


def test_every_analysis_is_judged_in_every_round():
    protocol = parse(EVERY)
    _, table = gbsg2(protocol)
    programme = Programme(protocol)
    state, counts = programme.start(), []

    while not programme.is_done(state):
        total = np.sum([programme.local(state, part) for part in sites(table).values()], axis=0)
        counts.append(len(programme.cells(state, total)))
        programme.sums(state, total)
        state = programme.combine(state, total)

    assert counts[0] > 100
    assert len(programme.own_cells(table)) >= counts[0] / 10


def test_numbers_of_many_variants_are_written_shortly_and_all_others_in_full(tmp_path):
    made = people.pooled(persons=120, variants=20)
    wanted = parse(people.protocol(made.panel, people.LINEAR, people.LOGISTIC, cell=5))
    alone = parse(people.protocol(made.panel, people.LINEAR, cell=5))
    tables = [people.table(path, wanted, tmp_path) for path in people.split(made, tmp_path)]
    widths = {}
    counted = parse(people.protocol(made.panel, people.COUNTED, cell=5))
    for name, protocol in (("counted", counted), ("both", wanted), ("linear", alone)):
        programme, state = Programme(protocol), Programme(protocol).start()
        widths[name] = []
        while not programme.is_done(state):
            last = state
            widths[name].append(programme.encoding(state, parties=3).bits)
            state = programme.combine(state, np.sum([programme.local(state, each) for each in tables], axis=0))
    assert widths["counted"] == [64, 32]
    assert widths["linear"][0] == 64
    assert widths["linear"][-1] == 32
    # Newton's method needs all digits, and with it whatever is added in the same round.
    assert widths["both"][-1] == 64
    assert Programme(alone).encoding({**last, "rows": 2**30}, parties=3).bits == 64
