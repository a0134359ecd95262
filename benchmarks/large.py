"""Fit Cox and logistic models on a million patients a site at three sites, beside R on the pooled rows.

Each site is a process of its own that holds its rows and gives sums, as a node does; nothing is masked and no letter is
sealed, for that cost is measured elsewhere. R fits the same rows in one table, times rounded to the same grid.
"""

import json
import math
import multiprocessing
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.rows import Row
from hansa.lib.canonical import canonical
from hansa.lib.canonical import parse as parse_json
from hansa.lib.statistics.programme import Programme
from hansa.lib.statistics.protocol import parse
from hansa.lib.statistics.table import Table

ROWS = int(os.environ.get("HANSA_BENCH_ROWS", "1000000"))
SITES, COLUMNS, STEP, LAST = 3, 20, 30, 1500
NAMES = tuple(f"x{place}" for place in range(COLUMNS))
TIMES, MOST_MEMORY = 1.5, 3.0
FEW, MANY = 10, 100
LOGISTIC = f"{{name: fit, kind: glm, formula: event ~ {' + '.join(NAMES)}, family: binomial}}"
COX = f'{{name: fit, kind: cox, formula: "Surv(time, event) ~ {" + ".join(NAMES)}"}}'
PROTOCOL = """
hansa: study/1
title: Large
question: How long does it take?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {{type: number, unit: d, range: [0, {last}]}}
    event: {{type: boolean}}
{columns}
analyses:
  - {analysis}
disclosure: {{minimum_cell: 10, time_grid: {step}}}
"""
MODELS = {
    "Cox": (COX, f"coxph(Surv(time, event) ~ {' + '.join(NAMES)}, d)"),
    "logistic": (LOGISTIC, f"glm(event ~ {' + '.join(NAMES)}, binomial, d)"),
}


def measure() -> list[Row]:
    """Return wall times beside R, memory of a site, bytes of a site by its rows, and rounds and time by sites."""
    found = []
    with TemporaryDirectory() as folder:
        for site in range(SITES):
            made(ROWS, seed=site).tofile(Path(folder) / f"{site}.bin")
        for name, (analysis, in_r) in MODELS.items():
            found += _beside_r(name, analysis, in_r=in_r, folder=Path(folder))
    return [*found, _bytes_by_rows(), *_by_sites()]


def made(rows: int, *, seed: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return made-up patients, shape (2 + columns, rows): time, event, covariates."""
    chance = np.random.default_rng(seed)
    X = chance.normal(size=(COLUMNS, rows))
    risk = np.linspace(-0.4, 0.4, COLUMNS) @ X
    happens = chance.exponential(2000 * np.exp(-risk))
    ends = chance.uniform(100, LAST, rows)
    time_ = np.ceil(np.minimum(happens, ends) / STEP) * STEP
    return np.vstack([time_, happens <= ends, X])


def protocol(analysis: str) -> Any:
    """Return the protocol that asks for one analysis."""
    columns = "\n".join(f"    {name}: {{type: number, range: [-8, 8]}}" for name in NAMES)
    return parse(PROTOCOL.format(last=LAST, step=STEP, columns=columns, analysis=analysis))


def table_of(rows: np.ndarray[Any, np.dtype[np.float64]]) -> Table:
    """Return the table of a site."""
    return Table(dict(zip(("time", "event", *NAMES), rows, strict=True)), {}, rows.shape[1])


def site(line: Connection, file: str, analysis: str) -> None:
    """Hold the rows of one site and answer each state with sums; at the end say how much memory that took."""
    programme = Programme(protocol(analysis))
    before = most_memory()
    rows = np.fromfile(file).reshape(2 + COLUMNS, -1)
    table = table_of(rows)
    line.send(rows.nbytes)
    while (state := line.recv()) is not None:
        line.send(programme.local(parse_json(state), table))
    line.send(most_memory() - before)


def most_memory() -> int:
    """Return the most bytes that this process has held; what the system counts for a child includes its parent."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


@contextmanager
def sites(folder: Path, analysis: str) -> Iterator[list[Connection]]:
    """Start a process for each site, with one thread for arithmetic each."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    start = multiprocessing.get_context("spawn")
    lines, processes = [], []
    for place in range(SITES):
        ours, theirs = start.Pipe()
        process = start.Process(target=site, args=(theirs, str(folder / f"{place}.bin"), analysis))
        process.start()
        lines.append(ours)
        processes.append(process)
    yield lines
    for process in processes:
        process.join()


def _beside_r(name: str, analysis: str, *, in_r: str, folder: Path) -> list[Row]:
    programme = Programme(protocol(analysis))
    with sites(folder, analysis) as lines:
        sizes = [line.recv() for line in lines]
        begun = time.perf_counter()
        state = programme.start()
        while not programme.is_done(state):
            for line in lines:
                line.send(canonical(state))
            state = parse_json(canonical(programme.combine(state, np.sum([line.recv() for line in lines], axis=0))))
        took = time.perf_counter() - begun
        for line in lines:
            line.send(None)
        memory = max(line.recv() / size for line, size in zip(lines, sizes, strict=True))
    terms = programme.result(state)["analyses"][0]["terms"]
    theirs = _in_r(in_r, folder) if shutil.which("Rscript") else None
    figure = f"{name} model, {COLUMNS} covariates, {ROWS:,} patients a site at {SITES} sites, {state['round']} rounds"
    if theirs is None:
        return [Row(figure=figure, hansa=f"{took:.1f} s", target="–", holds=None, peer="R", theirs="not installed")]
    apart = max(abs(term["estimate"] - other) for term, other in zip(terms, theirs["terms"], strict=True))
    return [
        Row(
            figure=figure,
            hansa=f"{took:.1f} s, from pooled {apart:.1e}",
            target=f"≤ {TIMES} × R",
            holds=took <= TIMES * theirs["seconds"],
            peer=f"R {in_r.partition('(')[0]} on the pooled rows",
            theirs=f"{theirs['seconds']:.1f} s",
            ratio=f"{took / theirs['seconds']:.2f} × the time of R",
        ),
        Row(
            figure=f"the same, most memory of a site beyond an empty process, its rows being {sizes[0] / 2**20:.0f} MB",
            hansa=f"{memory:.2f} × its rows",
            target=f"≤ {MOST_MEMORY:.0f} ×",
            holds=memory <= MOST_MEMORY,
        ),
    ]


def _in_r(model: str, folder: Path) -> dict[str, Any]:
    """Return how long R takes for a model of the pooled rows in memory, and its coefficients."""
    code = f"""
    suppressMessages(library(survival))
    parts <- lapply(0:{SITES - 1}, function(s) {{
      f <- file(sprintf("{folder}/%d.bin", s), "rb")
      m <- readBin(f, "double", n={(2 + COLUMNS) * ROWS}); close(f); matrix(m, nrow={ROWS}) }})
    d <- as.data.frame(do.call(rbind, parts)); names(d) <- c("time", "event", paste0("x", 0:{COLUMNS - 1}))
    took <- system.time(m <- {model})[["elapsed"]]
    cat(took, sprintf("%.15g", coef(m)))
    """
    done = subprocess.run(["Rscript", "--vanilla", "-e", code], capture_output=True, text=True, check=True)
    seconds, *terms = map(float, done.stdout.split())
    return {"seconds": seconds, "terms": terms}


def _bytes_by_rows() -> Row:
    """Return how many bytes of sums one site gives in the whole study, by how many rows it has."""
    programme = Programme(protocol(LOGISTIC))
    sizes = []
    for rows in (10_000, 100_000, 1_000_000):
        tables = [table_of(made(rows if place == 0 else 10_000, seed=place)) for place in range(SITES)]
        state, given = programme.start(), 0
        while not programme.is_done(state):
            vectors = [programme.local(state, table) for table in tables]
            given += 16 * len(vectors[0])
            state = parse_json(canonical(programme.combine(state, np.sum(vectors, axis=0))))
        sizes.append(given / state["round"])
    words = ", ".join(f"{size:,.0f}" for size in sizes)
    return Row(
        figure="masked bytes a round of one site with 10⁴, 10⁵ and 10⁶ rows, logistic",
        hansa=words,
        target="the same",
        holds=math.isclose(min(sizes), max(sizes), rel_tol=0.2),
    )


def _by_sites() -> list[Row]:
    """Return rounds and the time of whoever adds, at a few and at many sites."""
    programme = Programme(protocol(LOGISTIC))
    rounds, adding = [], []
    for count in (FEW, MANY):
        tables = [table_of(made(1_000, seed=place)) for place in range(count)]
        state, spent = programme.start(), 0.0
        while not programme.is_done(state):
            vectors = [programme.local(state, table) for table in tables]
            begun = time.perf_counter()
            total = np.sum(vectors, axis=0)
            state = parse_json(canonical(programme.combine(state, total)))
            spent += time.perf_counter() - begun
        rounds.append(state["round"])
        adding.append(spent / state["round"])
    return [
        Row(
            figure=f"rounds of a logistic regression at {FEW} and {MANY} simulated sites",
            hansa=f"{rounds[0]} and {rounds[1]}",
            target="the same",
            holds=abs(rounds[0] - rounds[1]) <= 1,
        ),
        Row(
            figure=f"time of a round where sums are added, at {FEW} and {MANY} sites",
            hansa=f"{1000 * adding[0]:.2f} and {1000 * adding[1]:.2f} ms",
            target=f"≤ {MANY // FEW} ×",
            holds=adding[1] <= MANY / FEW * adding[0],
            ratio=f"{adding[1] / adding[0]:.1f} × for {MANY // FEW} × the sites",
        ),
    ]


if __name__ == "__main__":
    print(json.dumps([row.cells() for row in measure()], indent=1, ensure_ascii=False))
