"""Made-up genotypes of three hospitals, written as the files that hospitals have."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hansa.lib.genomics.files import genotypes, keep, write_doses
from hansa.lib.genomics.genotypes import COPIES, MISSING
from hansa.lib.genomics.panel import Variant, complement
from hansa.lib.statistics.delimited import columns_of
from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read

LETTERS = (("A", "G"), ("C", "T"), ("A", "C"), ("G", "T"))


@dataclass(frozen=True)
class Pooled:
    """Hold the doses of all persons, shape (persons, variants), what the variants are, and who the persons are."""

    doses: np.ndarray
    panel: tuple[Variant, ...]
    frame: pd.DataFrame


def pooled(*, persons=900, variants=300, missing=0.02, seed=1):
    """Make persons with age, sex, a number and an outcome that some variants move, neighbours being alike."""
    random = np.random.default_rng(seed)
    share = random.uniform(0.02, 0.98, variants)
    doses = random.binomial(2, share, (persons, variants)).astype(np.int8)
    # Each third variant is its neighbour but for a few persons: none, some, or many.
    for place in range(2, variants, 3):
        doses[:, place] = doses[:, place - 1]
        others = random.choice(persons, min([0, 4, 60][place % 9 // 3], persons), replace=False)
        doses[others, place] = random.binomial(2, 0.5, len(others))
    age, sex = random.uniform(20, 80, persons).round(1), random.integers(0, 2, persons)
    push = doses[:, :5].astype(float) @ np.array([0.4, -0.3, 0.0, 0.2, 0.1])[:variants]
    number = 25 + 0.05 * age + sex + push + random.normal(0, 3, persons)
    case = random.random(persons) < 1 / (1 + np.exp(1.0 - 0.01 * age - push))
    lacking = random.random((persons, variants)) < missing * (np.arange(variants) % 4)
    doses[lacking] = MISSING
    # One variant that only three persons lack, where some are to be lacking.
    if missing and variants > 7:
        doses[:, 7] = np.where(doses[:, 7] == MISSING, 1, doses[:, 7])
        doses[:3, 7] = MISSING
    letters = [LETTERS[place % 4] for place in range(variants)]
    panel = tuple(
        Variant(str(1 + place * 22 // variants), 1_000 + 50 * place, *letters[place]) for place in range(variants)
    )
    frame = pd.DataFrame({"iid": [f"p{i}" for i in range(persons)], "age": age, "sex": sex, "bmi": number.round(4)})
    return Pooled(doses, panel, frame.assign(case=np.where(case, "yes", "no")))


def write(folder, made, *, rows, turned=(), other_strand=(), order=None, name="site"):
    """Write .bed, .bim, .fam and a table of some persons; of `turned` variants the other allele is counted."""
    order = np.arange(len(made.panel)) if order is None else order
    doses = made.doses[rows].copy()
    for place in turned:
        known = doses[:, place] != MISSING
        doses[known, place] = COPIES - doses[known, place]
    lines = []
    for place in order:
        each = made.panel[place]
        alleles = (each.alternate, each.reference)
        if place in other_strand:
            alleles = tuple(complement(allele) for allele in alleles)
        counted, other = alleles[::-1] if place in turned else alleles
        lines.append(f"chr{each.chromosome}\trs{place}\t0\t{each.position}\t{counted}\t{other}\n")
    path = folder / f"{name}.bed"
    write_doses(path, iter([doses[:, order]]), people=len(rows))
    path.with_suffix(".bim").write_text("".join(lines))
    chosen = made.frame.iloc[rows]
    path.with_suffix(".fam").write_text("".join(f"0 {iid} 0 0 0 -9\n" for iid in chosen["iid"]))
    chosen.to_csv(path.with_suffix(".csv"), index=False)
    return path


PROTOCOL = """\
hansa: study/1
title: Variants
question: Which variants move it?
purpose: DUO:0000042
clause: "4.1"
data:
  variables:
    age: {type: number, unit: a, range: [18, 100]}
    sex: {type: category, levels: ["0", "1"]}
    bmi: {type: number, range: [0, 100]}
    case: {type: boolean}
  panel:
    build: GRCh38
    variants: |
PANEL
analyses:
ANALYSES
disclosure: {minimum_cell: CELL, minimum_sites: 3}
"""
LINEAR = '{name: linear, kind: gwas, family: gaussian, formula: "bmi ~ age + sex"}'
LOGISTIC = '{name: logistic, kind: gwas, family: binomial, formula: "case ~ age + sex"}'
COUNTED = "{name: counted, kind: allele_frequencies}"


def protocol(panel, *analyses, cell=10):
    """Return the text of a protocol about some variants."""
    lines = "\n".join(f"      {variant.text.replace(':', ' ')}" for variant in panel)
    asked = "\n".join(f"  - {analysis}" for analysis in analyses)
    return PROTOCOL.replace("PANEL", lines).replace("ANALYSES", asked).replace("CELL", str(cell))


def split(made, folder):
    """Write the files of three uneven hospitals, of which two name variants in their own way."""
    count, every = len(made.panel), len(made.frame)
    order = np.random.default_rng(2).permutation(count)
    return [
        write(folder, made, rows=np.arange(every * 5 // 9), name="first"),
        write(
            folder,
            made,
            rows=np.arange(every * 5 // 9, every * 9 // 10),
            turned=range(0, count, 3),
            order=order,
            name="second",
        ),
        write(folder, made, rows=np.arange(every * 9 // 10, every), other_strand=range(0, count, 5), name="third"),
    ]


def table(path, wanted, folder):
    """Return the table that a hospital has of a protocol."""
    kept = folder / f"{path.stem}.kept.bed"
    found = keep(path, kept)
    panel, people = wanted.data.panel, len(found.people)
    carried = genotypes(
        kept,
        columns=found.columns,
        people=people,
        panel=panel.parsed,
        is_forward=panel.strand == "forward",
        places=range(people),
    )
    rows = columns_of(path.with_suffix(".csv").read_bytes())
    return replace(read(rows, protocol=wanted).sound_table(), genotypes=carried)


def rehearsed(text, paths, folder):
    """Return the result of a study over files, computed in this process."""
    wanted = parse(text)
    return rehearse(wanted, {path.stem: table(path, wanted, folder) for path in paths})
