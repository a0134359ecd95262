"""Protocols of the studies that real nodes run in tests, and the same studies in one process."""

from pathlib import Path
from typing import Any

from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.delimited import columns_of
from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.reading import read

VARIABLES = """\
    time: {type: number, unit: d, range: [0, 3000]}
    cens: {type: boolean}
    horTh: {type: category, levels: ["no", "yes"]}
    age: {type: number, unit: a, range: [18, 100]}
    tgrade: {type: category, levels: ["I", "II", "III"]}
    pnodes: {type: number, unit: "1", range: [0, 60]}
"""
TABLE = "{name: baseline, kind: table_one, by: horTh, variables: [age, pnodes]}"
CURVE = "{name: curve, kind: kaplan_meier, time: time, event: cens, by: horTh}"
GLM = '{name: model, kind: glm, formula: "cens ~ horTh + age", family: binomial}'
COX = '{name: adjusted, kind: cox, formula: "Surv(time, cens) ~ horTh + age + tgrade + pnodes"}'
SITE_COX = '{name: adjusted, kind: cox, formula: "Surv(time, cens) ~ horTh + age", baseline: site}'
OTHERS = (
    "{name: quarters, kind: quantiles, steps: {age: 2}, by: horTh}",
    "{name: causes, kind: cumulative_incidence, time: time, event: tgrade}",
    "{name: rates, kind: incidence, time: time, event: cens, by: horTh}",
    "{name: counts, kind: glm, formula: pnodes ~ age + horTh, family: negative_binomial}",
    "{name: kept, kind: penalised, formula: pnodes ~ age + horTh, family: gaussian, penalty: 0.1}",
    "{name: hospitals, kind: mixed_model, formula: pnodes ~ age + horTh}",
    '{name: robust, kind: cox, formula: "Surv(time, cens) ~ horTh + age", robust: true}',
    '{name: cause, kind: cox, formula: "Surv(time, tgrade) ~ age", cause: II}',
    "{name: effect, kind: treatment_effect, treatment: horTh, outcome: cens, adjust: age, family: binomial}",
    "{name: crude, kind: glm, formula: cens ~ horTh, family: binomial}",
    "{name: other, kind: glm, formula: pnodes ~ horTh, family: poisson, sensitivity_of: crude}",
    "{name: alike, kind: meta_analysis, of: crude}",
    '{name: left, kind: calibration, of: crude, term: "horTh[yes]", controls: [robust, other, counts]}',
)


def protocol(*analyses: str, clause: str = "4.1", **changes: Any) -> str:
    """Return the text of a protocol."""
    limits = {"minimum_cell": 10, "minimum_sites": 3, "time_grid": 30, **changes.pop("limits", {})}
    said = {"title": "Hormone therapy", "purpose": "DUO:0000042", "variables": VARIABLES, **changes}
    lines = "\n".join(f"  - {analysis}" for analysis in analyses or (TABLE, CURVE, GLM, COX))
    stated = ", ".join(f"{name}: {value}" for name, value in limits.items())
    return (
        f"hansa: study/1\ntitle: {said['title']}\nquestion: Does hormone therapy help?\npurpose: {said['purpose']}\n"
        f'clause: "{clause}"\ndata:\n  variables:\n{said["variables"]}analyses:\n{lines}\ndisclosure: {{{stated}}}\n'
    )


def rehearsed(text: str, files: list[Path]) -> dict[str, Any]:
    """Return the result of a study over files, computed in this process."""
    wanted = protocols.parse(text)
    tables = {path.name: read(columns_of(path.read_bytes()), protocol=wanted).sound_table() for path in files}
    return rehearse(wanted, tables)
