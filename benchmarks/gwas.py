"""Test 100,000 variants of 2,000 people at three sites, masked, beside PLINK 2 on the pooled file.

Each site reads its genotypes from a PLINK file of its own, adds up its sums and masks them; all three take turns in one
process, so the time is what all sites and the lead spend together. A protocol holds some 25,000 variants, so these are
several studies one after the other. No letter is sealed. PLINK reads the pooled file.
"""

import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.rows import Row
from hansa.lib import secure_sum
from hansa.lib.canonical import canonical
from hansa.lib.canonical import parse as parse_json
from hansa.lib.genomics.files import reader, write_doses
from hansa.lib.genomics.genotypes import Genotypes
from hansa.lib.keys import SealingKey
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.table import Table

VARIANTS = int(os.environ.get("HANSA_BENCH_VARIANTS", "100000"))
PEOPLE, SITES, COVARIATES = 2_000, 3, 5
PART = 20_000
TIMES, MOST_BYTES = 2.0, 5_000_000
NAMES = tuple(f"c{place}" for place in range(COVARIATES))
PROTOCOL = """
hansa: study/1
title: Variants
question: Which variants move it?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
{variables}
  panel:
    build: GRCh38
    variants: |
{panel}
analyses:
  - {{name: tested, kind: gwas, family: gaussian, formula: y ~ {formula}}}
disclosure: {{minimum_cell: 10}}
"""


def measure() -> list[Row]:
    """Return wall time beside PLINK, how far effects are apart, and the bytes that leave a site."""
    with TemporaryDirectory() as folder:
        return _rows(Path(folder))


def _rows(folder: Path) -> list[Row]:
    chance = np.random.default_rng(1)
    doses = chance.binomial(2, chance.uniform(0.05, 0.95, VARIANTS), (PEOPLE, VARIANTS)).astype(np.int8)
    columns = {name: chance.normal(size=PEOPLE).round(6) for name in NAMES}
    columns["y"] = (columns["c0"] + 0.2 * doses[:, 0] + chance.normal(size=PEOPLE)).round(6)
    parts = [Programme(parse(_text(start))) for start in range(0, VARIANTS, PART)]
    tables = [_site(folder, doses, columns=columns, place=place) for place in range(SITES)]
    begun = time.perf_counter()
    studies = [_study(programme, _of_part(tables, index)) for index, programme in enumerate(parts)]
    took = time.perf_counter() - begun
    found = [tested for results, _given in studies for tested in results]
    given = sum(given for _results, given in studies)
    figure = f"linear association of {VARIANTS:,} variants, {PEOPLE:,} people at {SITES} sites, {COVARIATES} covariates"
    sent = Row(
        figure="the same, masked words that leave a site in all rounds",
        hansa=f"{given / 1e6:.1f} MB, {given / 0.75e6:.1f} MB in the letters of text",
        target=f"≤ {MOST_BYTES / 1e6:.0f} MB",
        holds=given <= MOST_BYTES,
    )
    if shutil.which("plink2") is None:
        return [Row(figure=figure, hansa=f"{took:.1f} s", target="–", holds=None, peer="PLINK 2"), sent]
    theirs, apart = _with_plink(folder, doses, columns=columns, found=found)
    return [
        Row(
            figure=figure,
            hansa=f"{took:.1f} s; at most {apart:.1e} standard errors from PLINK, which prints six digits",
            target=f"≤ {TIMES:.0f} × PLINK 2",
            holds=took <= TIMES * theirs,
            peer="PLINK 2 on the pooled file",
            theirs=f"{theirs:.1f} s",
            ratio=f"{took / theirs:.2f} × the time of PLINK",
        ),
        sent,
    ]


def _of_part(tables: list[Table], index: int) -> list[Table]:
    """Return the tables with the genotypes of one part of the panel."""
    part = slice(index * PART, (index + 1) * PART)
    found = []
    for table in tables:
        whole: Any = table.genotypes
        found.append(replace(table, genotypes=replace(whole, columns=whole.columns[part], turned=whole.turned[part])))
    return found


def _text(start: int) -> str:
    variables = "\n".join(f"    {name}: {{type: number, range: [-9, 9]}}" for name in (*NAMES, "y"))
    panel = "\n".join(f"      1 {place + 1} A G" for place in range(start, min(start + PART, VARIANTS)))
    return PROTOCOL.format(variables=variables, panel=panel, formula=" + ".join(NAMES))


def _rows_of(place: int) -> Any:
    cuts = (0, PEOPLE // 2, PEOPLE * 4 // 5, PEOPLE)
    return slice(cuts[place], cuts[place + 1])


def _site(folder: Path, doses: Any, *, columns: dict[str, Any], place: int) -> Table:
    rows = _rows_of(place)
    path, own = folder / f"{place}.bed", doses[rows]
    write_doses(path, iter([own]), people=len(own))
    every = np.arange(VARIANTS)
    genotypes = Genotypes(
        reader(path, people=len(own), variants=VARIANTS), np.arange(len(own)), every, np.zeros(VARIANTS, dtype=np.bool_)
    )
    return Table({name: column[rows] for name, column in columns.items()}, {}, len(own), genotypes=genotypes)


def _study(programme: Programme, tables: list[Table]) -> tuple[list[tuple[str, float, float]], int]:
    """Run the study with masks; return variants, effects and errors, and the bytes of words that one site gives."""
    keys = {str(place): SealingKey.generate() for place in range(len(tables))}
    state, given = programme.start(), 0
    while not programme.is_done(state):
        encoding = programme.encoding(state, parties=len(tables))
        words = {}
        for place, table in enumerate(tables):
            others = {other: key.public for other, key in keys.items() if other != str(place)}
            context = secure_sum.context("study", attempt=1, round_number=state["round"])
            shared = secure_sum.pair_keys(keys[str(place)], others, own_id=str(place), context=context)
            values = programme.local(state, table)
            words[str(place)] = secure_sum.mask(values, own=str(place), keys=shared, encoding=encoding)
        given += words["0"].nbytes
        total = secure_sum.total(words, parties=list(words), encoding=encoding)
        state = parse_json(canonical(programme.combine(state, total)))
    found = programme.result(state)["analyses"][0]
    return list(zip(found["variants"], found["estimate"], found["standard_error"], strict=True)), given


def _with_plink(
    folder: Path, doses: Any, *, columns: dict[str, Any], found: list[tuple[str, float, float]]
) -> tuple[float, float]:
    """Return how long PLINK takes, and how far its effects are from ours at most, in standard errors."""
    pooled = folder / "all"
    write_doses(pooled.with_suffix(".bed"), iter([doses]), people=PEOPLE)
    pooled.with_suffix(".bim").write_text("".join(f"1 rs{v} 0 {v + 1} G A\n" for v in range(VARIANTS)))
    pooled.with_suffix(".fam").write_text("".join(f"0 p{p} 0 0 0 -9\n" for p in range(PEOPLE)))
    for name, kept in (("y", ("y",)), ("c", NAMES)):
        lines = ["\t".join(("FID", "IID", *kept))]
        lines += ["\t".join(("0", f"p{p}", *(str(columns[key][p]) for key in kept))) for p in range(PEOPLE)]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    asked = ["--pheno", folder / "y.txt", "--covar", folder / "c.txt", "--glm", "hide-covar", "--out", pooled]
    begun = time.perf_counter()
    subprocess.run(["plink2", "--bfile", str(pooled), *map(str, asked)], check=True, capture_output=True)
    took = time.perf_counter() - begun
    rows = [line.split("\t") for line in (folder / "all.y.glm.linear").read_text().splitlines()]
    place = {name: column for column, name in enumerate(rows[0])}
    theirs = {
        int(row[place["POS"]]): float(row[place["BETA"]]) * (1 if row[place["A1"]] == "G" else -1) for row in rows[1:]
    }
    return took, max(abs(effect - theirs[int(name.split(":")[1])]) / error for name, effect, error in found)
