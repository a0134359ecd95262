"""Known attacks on federated statistics: with the rules on, nothing is recovered.

Each attack first runs with the rules off and succeeds, so that it is known to be one. The
first is the one that reads five of five ages from DataSHIELD at its default settings.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from lifelines.datasets import load_gbsg2
from numpy.typing import NDArray

from hansa.lib.disclosure import check_site, check_totals, small_cells, suppress
from hansa.lib.keys import SealingKey
from hansa.lib.row_sets import Release, RowSet
from hansa.lib.secure_sum import STATISTICS, _blend, context, mask, pair_keys, total
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read
from hansa.lib.statistics.table import Table

DATA = load_gbsg2()
AGES = DATA["age"].to_numpy(dtype=float)
TIMES = DATA["time"].to_numpy(dtype=float)
EVENTS = DATA["cens"].to_numpy(dtype=float)
SITE = np.arange(len(AGES)) % 3
EVERYONE = np.ones(len(AGES), dtype=bool)
TARGETS = [int(row) for row in np.flatnonzero(np.isin(TIMES, [t for t in TIMES if np.sum(t == TIMES) == 1]))[:5]]
OFF, ON = 1, 10


def release_sum(values: NDArray[np.float64], *, minimum_cell: int) -> float | None:
    """Release the sum of a variable over one site, unmasked, if that site finds nothing."""
    design = np.column_stack([np.ones(len(values)), values])
    findings = check_site(minimum_cell=minimum_cell, masked=False, design=design, columns=("intercept", "product"))
    # With the rules off only the leverage of a single row would still be noticed.
    blocked = [finding for finding in findings if finding.rule != "leverage" or minimum_cell > OFF]
    return None if blocked else float(values.sum())


@pytest.mark.parametrize(("minimum_cell", "recovered"), [(OFF, 5), (ON, 0)])
def test_product_with_an_indicator_reads_no_age(minimum_cell: int, recovered: int) -> None:
    mine = SITE == 0
    targets = np.flatnonzero(mine & np.isin(np.arange(len(AGES)), _own_times(mine)))[:5]

    answers = [release_sum((TIMES[mine] == TIMES[row]) * AGES[mine], minimum_cell=minimum_cell) for row in targets]

    hits = [answer for answer, row in zip(answers, targets, strict=True) if answer == AGES[row]]
    assert len(hits) == recovered


def _own_times(mine: NDArray[np.bool_]) -> NDArray[np.intp]:
    times, counts = np.unique(TIMES[mine], return_counts=True)
    return np.flatnonzero(np.isin(TIMES, times[counts == 1]))


@pytest.mark.parametrize(("minimum_cell", "recovered"), [(OFF, 5), (ON, 0)])
def test_product_reads_no_age_from_joint_totals(minimum_cell: int, recovered: int) -> None:
    answers = []

    for row in TARGETS:
        product = (TIMES[row] == TIMES) * AGES
        sums = {"product": (float(product.sum()), float((product**2).sum()))}
        cells = {"product is not zero": float(np.count_nonzero(product))}
        findings = check_totals(cells, minimum_cell=minimum_cell, rows=len(AGES), sums=sums)
        answers.append(None if findings else product.sum())

    hits = [answer for answer, row in zip(answers, TARGETS, strict=True) if answer == AGES[row]]
    assert len(hits) == recovered


@pytest.mark.parametrize("disguise", [lambda x: 7 + x, lambda x: -x, lambda x: 1000 * x, lambda x: x / 1e9 + 1e3])
def test_shifting_or_scaling_the_product_hides_nothing(disguise: object) -> None:
    assert callable(disguise)

    answers = [release_sum(disguise((TIMES[row] == TIMES) * AGES), minimum_cell=ON) for row in TARGETS]

    assert answers == [None] * 5


def release_fit(design: NDArray[np.float64], outcome: NDArray[np.float64], *, minimum_cell: int) -> Sequence[float]:
    """Release the coefficients of a linear model if neither site nor totals forbid it."""
    parameters = design.shape[1]
    names = [str(column) for column in range(parameters)]
    findings = check_site(
        minimum_cell=minimum_cell, masked=False, design=design, columns=names, parameters=parameters
    ) + check_totals({}, minimum_cell=minimum_cell, rows=len(design), parameters=parameters)
    if findings and minimum_cell > OFF:
        return []
    coefficients: list[float] = np.linalg.lstsq(design, outcome, rcond=None)[0].tolist()
    return coefficients


@pytest.mark.parametrize(("minimum_cell", "recovered"), [(OFF, 20), (ON, 0)])
def test_saturated_model_repeats_no_outcome(minimum_cell: int, recovered: int) -> None:
    rows = slice(0, 20)
    powers = np.vander((TIMES[rows] - 1000) / 1000, 20)
    basis = np.linalg.qr(powers)[0]

    coefficients = release_fit(basis, AGES[rows], minimum_cell=minimum_cell)

    fitted = basis @ np.array(coefficients) if len(coefficients) else np.empty(0)
    assert int(np.sum(np.abs(fitted - AGES[rows][: len(fitted)]) < 1e-6)) == recovered


@pytest.mark.parametrize(("minimum_cell", "recovered"), [(OFF, 5), (ON, 0)])
def test_dummy_of_one_row_repeats_no_outcome(minimum_cell: int, recovered: int) -> None:
    hits = 0

    for row in TARGETS:
        dummy = np.column_stack([np.ones(len(AGES)), TIMES[row] == TIMES])
        coefficients = release_fit(dummy, AGES, minimum_cell=minimum_cell)
        hits += len(coefficients) > 0 and abs(sum(coefficients) - AGES[row]) < 1e-6

    assert hits == recovered


@pytest.mark.parametrize(("minimum_cell", "recovered"), [(OFF, 5), (ON, 0)])
def test_leaving_one_row_out_reads_no_age(minimum_cell: int, recovered: int) -> None:
    earlier = [Release("the first study", RowSet.of(EVERYONE))]
    hits = 0

    for row in TARGETS:
        kept = np.arange(len(AGES)) != row
        findings = check_site(minimum_cell=minimum_cell, masked=True, rows=RowSet.of(kept), earlier=earlier)
        hits += not findings and AGES.sum() - AGES[kept].sum() == AGES[row]

    assert hits == recovered


@pytest.mark.parametrize(("minimum_cell", "recovered"), [(OFF, 5), (ON, 0)])
def test_tracker_over_three_studies_reads_no_age(minimum_cell: int, recovered: int) -> None:
    # No two of the three studies are close; only all of them together isolate the target.
    hits = 0

    for row in TARGETS:
        others = np.arange(len(AGES)) != row
        parts = [(AGES < 50) & others, (AGES >= 50) & others, EVERYONE]
        released: list[Release] = []
        for part in parts:
            rows = RowSet.of(part)
            if not check_site(minimum_cell=minimum_cell, masked=True, rows=rows, earlier=released):
                released.append(Release(f"study {len(released)}", rows))
        sums = [AGES[release.rows.chosen(len(AGES))].sum() for release in released]
        hits += len(sums) == 3 and sums[2] - sums[0] - sums[1] == AGES[row]

    assert hits == recovered


@pytest.mark.parametrize("size", [1e4, 1e6, 1e9])
def test_sum_of_one_large_value_is_not_released(size: float) -> None:
    costs = np.append(np.full(60, 100.0), size)

    alone = check_site(minimum_cell=ON, masked=False, variables={"cost": costs})
    joint = check_totals({}, minimum_cell=ON, rows=61, sums={"cost": (costs.sum(), (costs**2).sum())})

    assert [(finding.rule, finding.blocks) for finding in alone + joint] == [("dominance", True)] * 2


def test_margins_give_back_no_left_out_cell() -> None:
    grades = DATA["tgrade"].to_numpy()
    young = AGES < 31
    counts = np.array([[np.sum((grades == g) & (young == y)) for y in (False, True)] for g in ("I", "II", "III")])
    wide = np.column_stack([counts, counts.sum(axis=1)])
    table = np.vstack([wide, wide.sum(axis=0)])

    shown = np.where(suppress(table, minimum_cell=ON), -1, table)

    small = (table > 0) & (table < ON)
    assert np.any(small)
    solved = [row[2] - row[0] == table[place, 1] and row[0] >= 0 for place, row in enumerate(shown) if small[place, 1]]
    assert solved == [False] * int(small[:, 1].sum())


def test_lead_reads_no_site_from_what_it_receives() -> None:
    parties = ("Berlin", "Solna", "Stockholm")
    keys = {party: SealingKey.generate() for party in parties}
    within = context("urn:hansa:study:1", attempt=1, round_number=0)
    sums = {party: np.array([AGES[site == SITE].sum()]) for site, party in enumerate(parties)}
    masked = {}
    for party in parties:
        others = {other: keys[other].public for other in parties if other != party}
        shared = pair_keys(keys[party], others, own_id=party, context=within)
        masked[party] = mask(sums[party], own=party, keys=shared)

    joint = total(masked, parties=parties)
    # The lead in Berlin undoes its own masks with Solna and Stockholm; theirs with each other stays.
    for party, key in pair_keys(
        keys["Berlin"], {p: keys[p].public for p in parties[1:]}, own_id="Berlin", context=within
    ).items():
        _blend(masked[party], key=key, adds=True)
    left = {party: STATISTICS.decode(masked[party][:-1]) for party in parties[1:]}

    assert joint.tolist() == [AGES.sum()]
    assert (sums["Solna"] + sums["Stockholm"]).tolist() == STATISTICS.decode(
        (masked["Solna"] + masked["Stockholm"])[:-1]
    ).tolist()
    assert all(abs(left[party][0] - sums[party][0]) > 1e6 for party in left)


SINGLING = """
hansa: study/1
title: One woman
question: How old is she?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    target: {{type: category, levels: [others, her], coding: {coding}}}
    trio: {{type: category, levels: [her, young, old], coding: {trio}}}
    half: {{type: category, levels: [a, b], coding: {half}}}
    time: {{type: number, unit: d, range: [0, 3000]}}
    event: {{type: boolean}}
    age: {{type: number, unit: a, range: [18, 100]}}
missing: listwise
analyses:
  - {analysis}
disclosure: {{minimum_cell: 10, time_grid: {grid}}}
"""


def singling(analysis: str, *, grid: int = 30) -> tuple[Programme, list[Table]]:
    """Return a study that tells one woman from all others by her time, and the three sites' rows."""
    times = np.unique(TIMES)
    her = times == TIMES[TARGETS[0]]
    codings = {
        "coding": np.where(her, "her", "others"),
        "trio": np.where(her, "her", np.where(times < 900, "young", "old")),
        "half": np.where(times < 900, "a", "b"),
    }
    texts = {
        name: json.dumps({str(int(time)): str(level) for time, level in zip(times, levels, strict=True)})
        for name, levels in codings.items()
    }
    protocol = parse(SINGLING.format(**texts, analysis=analysis, grid=grid), name="singling")
    mapping = {"target": "time", "trio": "time", "half": "time", "event": "cens"}
    tables = [read(DATA[site == SITE], protocol=protocol, mapping=mapping).sound_table() for site in range(3)]
    return Programme(protocol), tables


def joint(programme: Programme, tables: list[Table], *, state: dict[str, Any]) -> NDArray[np.float64]:
    return np.asarray(np.sum([programme.local(state, table) for table in tables], axis=0))


def added(programme: Programme, tables: list[Table]) -> tuple[list[dict[str, float]], dict[str, Any]]:
    """Run a study to its end; return what the lead's node adds up in each round, and the result."""
    state, seen = programme.start(), []
    while not programme.is_done(state):
        sums = joint(programme, tables, state=state)
        seen.append(dict(zip(programme.labels(state), sums.tolist(), strict=True)))
        findings = check_totals(programme.cells(state, sums), minimum_cell=ON, rows=len(DATA))
        assert findings == []
        state = programme.combine(state, sums)
    return seen, programme.result(state)


@pytest.mark.parametrize("formula", ["event ~ age + target", "event ~ target * age", "event ~ age:target"])
def test_model_that_singles_out_one_woman_is_stopped_after_its_counts(formula: str) -> None:
    programme, tables = singling(f"{{name: model, kind: glm, formula: '{formula}', family: binomial}}")

    seen, result = added(programme, tables)

    assert len(seen) == 1
    assert [label for label in seen[0] if "sum" in label] == []
    assert "'target[her] and event[" in result["analyses"][0]["problem"]


@pytest.mark.parametrize("baseline", ["pooled", "site"])
@pytest.mark.parametrize("rest", ["~ age + target'", "~ age:target'", "~ age', strata: [target]"])
def test_survival_model_that_singles_out_one_woman_is_stopped_after_its_counts(rest: str, baseline: str) -> None:
    programme, tables = singling(
        f"{{name: model, kind: cox, formula: 'Surv(time, event) {rest}, ties: efron, baseline: {baseline}}}"
    )

    seen, result = added(programme, tables)

    assert len(seen) == 1
    assert [label for label in seen[0] if "sum" in label] == []
    assert "target" in result["analyses"][0]["problem"]


def test_table_that_singles_out_one_woman_shows_neither_her_nor_all_others() -> None:
    programme, tables = singling("{name: ages, kind: table_one, by: target, variables: [age]}")

    lines = added(programme, tables)[1]["analyses"][0]["lines"]

    described = next(line for line in lines if line["variable"] == "age")
    assert [cell.get("suppressed", False) for cell in described["cells"]] == [False, True, True]


ALL_ANALYSES = [
    "{name: ages, kind: table_one, by: target, variables: [age]}",
    "{name: model, kind: glm, formula: 'event ~ target:age', family: binomial}",
    "{name: model, kind: glm, formula: 'age ~ target', family: gaussian}",
    "{name: model, kind: cox, formula: 'Surv(time, event) ~ target:age', ties: efron, baseline: site}",
    "{name: model, kind: cox, formula: 'Surv(time, event) ~ target:age', ties: efron, baseline: pooled}",
]


@pytest.mark.parametrize("analysis", ALL_ANALYSES)
def test_no_sum_over_her_alone_is_added_on_the_way(analysis: str) -> None:
    programme, tables = singling(analysis)

    seen, _ = added(programme, tables)

    everything = {label: value for round_ in seen for label, value in round_.items()}
    assert [label for label, value in everything.items() if "sum of" in label and "[her]" in label and value != 0] == []


def _differences(seen: list[dict[str, float]]) -> set[float]:
    """Return every sum of ages that the lead knows, and every difference of two, on the scale of years."""
    sums = [41 * value for round_ in seen for label, value in round_.items() if "sum of age" in label]
    return {
        round(59 * persons + sign * (one - other), 6)
        for one in sums
        for other in [*sums, 0.0]
        for sign in (1, -1)
        for persons in (1, 0)
    }


@pytest.mark.parametrize("by", ["target", "trio"])
def test_no_difference_of_sums_is_her_age(by: str) -> None:
    programme, tables = singling(f"{{name: ages, kind: table_one, by: {by}, variables: [age]}}")

    seen, result = added(programme, tables)

    assert AGES[TARGETS[0]] not in _differences(seen)
    assert [label for label in seen[1] if label.endswith("among trio[her]")] == []
    described = next(line for line in result["analyses"][0]["lines"] if line["variable"] == "age")
    assert [cell.get("suppressed", False) for cell in described["cells"]].count(True) == 2


def test_margin_gives_back_no_sum_of_a_small_group() -> None:
    # She is one of three groups: one large group has its own sum, hers is joined with the other.
    programme, tables = singling("{name: ages, kind: table_one, by: trio, variables: [age]}")

    seen, _ = added(programme, tables)

    assert list(seen[1]) == ["ages: sum of age among trio[old]", "ages: sum of age among trio[her] or trio[young]"]


def test_missing_values_of_few_tell_no_age() -> None:
    # All but three of a group lack a value: the three are the group's sum.
    programme, tables = singling("{name: ages, kind: table_one, by: half, variables: [age]}")
    for table in tables:
        table.columns["age"][table["half"] == 0] = np.nan
    tables[0].columns["age"][np.flatnonzero(tables[0]["half"] == 0)[:3]] = [50.0, 60.0, 70.0]

    seen, result = added(programme, tables)

    assert list(seen[1]) == ["ages: sum of age"]
    described = next(line for line in result["analyses"][0]["lines"] if line["variable"] == "age")
    assert [cell.get("suppressed", False) for cell in described["cells"]] == [False, True, True]


def test_incomplete_rows_of_few_are_not_the_difference_of_table_and_model() -> None:
    table_one = "{name: ages, kind: table_one, variables: [age, event]}"
    programme, tables = singling(
        f"{table_one}\n  - {{name: model, kind: glm, formula: 'event ~ age', family: binomial}}"
    )
    tables[0].columns["event"][0] = np.nan

    _, result = added(programme, tables)

    assert (result["rows"], result["complete"], result["analyses"][0]["rows"]) == (685, 685, 685)


@pytest.mark.parametrize("grid", [1, 30])
def test_tiny_steps_of_time_leave_no_person_alone(grid: int) -> None:
    analysis = "{name: model, kind: cox, formula: 'Surv(time, event) ~ age', ties: efron, baseline: pooled}"
    programme, tables = singling(analysis, grid=grid)

    seen, _ = added(programme, tables)

    alone = [value for round_ in seen[2:] for label, value in round_.items() if label.endswith("time 1")]
    assert alone == []
    state = programme.combine(programme.start(), joint(programme, tables, state=programme.start()))
    table = np.array(state["analyses"]["model"]["event_table"])
    assert np.all((table == 0) | (table >= ON))


def test_two_hospitals_decline_where_one_has_few_events() -> None:
    # Without masks the other hospital reads the sums of this one.
    analysis = "{name: model, kind: cox, formula: 'Surv(time, event) ~ age', ties: efron, baseline: site}"
    programme, tables = singling(analysis)
    own = tables[0].select(np.cumsum(tables[0]["event"]) <= 3)

    cells = dict(programme.own_cells(own))
    findings = small_cells(cells, minimum_cell=ON)

    assert [finding.place for finding in findings] == [
        *(label for label, count in cells.items() if 0 < count < ON),
    ]
    assert cells["model: persons with the event, at this site"] == 3
    assert findings
