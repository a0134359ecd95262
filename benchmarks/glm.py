"""Fit a logistic regression on gbsg2 over three sites in one process, with checks, masks and ledger.

One run is the whole study from the rows in memory to the result document: each site looks at
its own rows and masks its sums, the sums are added and judged, and every round is sealed in
the ledger of a real node, in a transaction synced to the disk.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from lifelines.datasets import load_gbsg2

from benchmarks.rows import Row, own, peer
from hansa.lib.canonical import canonical, digest
from hansa.lib.canonical import parse as parse_json
from hansa.lib.disclosure import check_site, check_totals
from hansa.lib.keys import SealingKey
from hansa.lib.row_sets import RowSet
from hansa.lib.secure_sum import context, mask, pair_keys, total
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.reading import read
from hansa.lib.statistics.table import Table

TARGET = 0.05
CLOSENESS = 1e-8
RUNS = 15
SITES = 3
MINIMUM_CELL = 10
# R's glm at the converged optimum, as reference/federated-analysis.md gives it.
POOLED = (-1.024837796797023, 0.003273768403107, -0.402411009228354, 0.008092096432229, 0.101474025664932)
PROTOCOL = """
hansa: study/1
title: Recurrence
question: Who has a recurrence?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    event: {type: boolean}
    age: {type: number, unit: a, range: [18, 100]}
    hormone: {type: category, levels: ["no", "yes"]}
    size: {type: number, unit: mm, range: [0, 200]}
    nodes: {type: number, range: [0, 100]}
missing: listwise
analyses:
  - {name: recurrence, kind: glm, formula: event ~ age + hormone + size + nodes, family: binomial}
disclosure: {minimum_cell: 10, time_grid: 30}
"""
MAPPING = {"event": "cens", "hormone": "horTh", "size": "tsize", "nodes": "pnodes"}


class Site:
    """Hold the rows and the key of one site."""

    def __init__(self, place: int, *, programme: Programme) -> None:
        self.name = f"https://ror.org/{place}"
        self.key = SealingKey.generate()
        self.programme = programme
        rows = load_gbsg2().iloc[place::SITES]
        self.table: Table = read(rows, protocol=programme.protocol, mapping=MAPPING).sound_table()

    def give(self, state: dict[str, Any], *, sites: list["Site"], within: str) -> np.ndarray:
        """Look at the own rows, then return the masked sums of this round."""
        chosen = RowSet.of(np.ones(self.table.rows, dtype=bool))
        found = check_site(minimum_cell=MINIMUM_CELL, masked=True, rows=chosen)
        assert not any(finding.blocks for finding in found)
        others = {site.name: site.key.public for site in sites if site is not self}
        keys = pair_keys(self.key, others, own_id=self.name, context=within)
        return mask(
            self.programme.local(state, self.table), own=self.name, keys=keys, labels=self.programme.labels(state)
        )


def study(programme: Programme, sites: list[Site], *, attempt: int, seal: Callable[..., None]) -> dict[str, Any]:
    """Run one study to its result."""
    state = programme.start()
    names = [site.name for site in sites]
    while not programme.is_done(state):
        within = context("urn:hansa:study:benchmark", attempt=attempt, round_number=state["round"])
        sums = total({site.name: site.give(state, sites=sites, within=within) for site in sites}, parties=names)
        following = parse_json(canonical(programme.combine(state, sums)))
        found = check_totals(
            programme.cells(state, sums),
            minimum_cell=MINIMUM_CELL,
            rows=following["complete"],
            parameters=programme.parameters,
            sites=len(sites),
            minimum_sites=SITES,
        )
        assert not found, found
        seal({"job": "studies.combine", "round": within, "state": digest(following)})
        state = following
    return programme.result(state)


def measure() -> list[Row]:
    with TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".benchmark-") as folder:
        ours = own("glm", Path(folder) / "node")
    theirs = peer("pooled_glm")
    is_measured = "missing" not in theirs
    holds = ours["seconds"] < TARGET and ours["difference"] < CLOSENESS
    return [
        Row(
            figure=f"logistic regression on gbsg2 over three sites in one process, {ours['rounds']} rounds, with "
            "masks, disclosure checks and a synced ledger entry a round",
            hansa=f"{ours['seconds']:.4f} s, from pooled {ours['difference']:.1e}",
            target=f"< {TARGET} s, < {CLOSENESS:.0e}",
            holds=holds,
            peer=f"statsmodels {theirs['version']} GLM on the pooled rows" if is_measured else "statsmodels",
            theirs=f"{theirs['seconds']:.4f} s" if is_measured else theirs["missing"],
            ratio=f"{ours['seconds'] / theirs['seconds']:.1f} × the time of pooling" if is_measured else "–",
        )
    ]


def run(directory: Path) -> None:
    """Make a node in this process, run the study and print the median of the seconds."""
    from hansa.node.initialise import initialise  # noqa: PLC0415 - Django reads the node when it is imported

    initialise(directory, institution="https://ror.org/001w7jn25", name="Benchmark")
    from django.db import transaction  # noqa: PLC0415 - as above

    from hansa.kernel import ledger  # noqa: PLC0415 - as above

    def seal(body: dict[str, Any]) -> None:
        with transaction.atomic():
            ledger.append(body)

    programme = Programme(parse(PROTOCOL, name="benchmark"))
    sites = [Site(place, programme=programme) for place in range(SITES)]
    taken = []
    for attempt in range(RUNS + 1):
        before = time.perf_counter()
        result = study(programme, sites, attempt=attempt, seal=seal)
        taken.append(time.perf_counter() - before)
    found = np.array([term["estimate"] for term in result["analyses"][0]["terms"]])
    difference = float(np.abs(found - POOLED).max())
    print(json.dumps({"seconds": statistics.median(taken[1:]), "difference": difference, "rounds": result["rounds"]}))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
