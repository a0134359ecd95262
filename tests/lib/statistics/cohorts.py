"""Cohorts that tests of survival analyses share, and the way to run an estimator over sites."""

import json
from itertools import pairwise
from pathlib import Path

import lifelines.datasets
import numpy as np
import pandas as pd

from hansa.lib.statistics.cox import PooledCox, SiteCox
from hansa.lib.statistics.grid import Counts, TimeGrid
from hansa.lib.statistics.survival import Survival, one_group
from hansa.lib.statistics.table import Table
from tests.rscript import rscript


def table_of(frame):
    return Table({name: frame[name].to_numpy() for name in frame}, {}, len(frame))


def gbsg2():
    data = lifelines.datasets.load_gbsg2()
    grade = data["tgrade"].map({"I": 0, "II": 1, "III": 2})
    return pd.DataFrame(
        {
            "time": data["time"].astype(float),
            "event": data["cens"].astype(float),
            "stratum": grade.astype("int64"),
            "age": data["age"].astype(float),
            "hormone": (data["horTh"] == "yes").astype(float),
            "size": data["tsize"].astype(float),
            "nodes": data["pnodes"].astype(float),
        }
    )


def rossi():
    data = lifelines.datasets.load_rossi()
    return pd.DataFrame(
        {
            "time": data["week"].astype(float),
            "event": data["arrest"].astype(float),
            "stratum": data["race"].astype("int64"),
            **{name: data[name].astype(float) for name in ("fin", "age", "mar", "prio")},
        }
    )


def heavy_ties():
    """Return 240 persons on eight distinct times, with strata of very different size."""
    random = np.random.default_rng(7)
    rows = 240
    dose, age = random.normal(size=rows), random.normal(60, 9, size=rows)
    time = np.ceil(random.exponential(4 * np.exp(-0.6 * dose + 0.02 * (age - 60)))).clip(0, 8)
    event = (random.random(rows) < 0.8).astype(float)
    stratum = np.searchsorted([200, 235], np.arange(rows), side="right").astype(np.int64)
    return pd.DataFrame({"time": time, "event": event, "stratum": stratum, "dose": dose, "age": age})


def larynx():
    data = lifelines.datasets.load_larynx()
    return pd.DataFrame(
        {
            "time": data["time"].astype(float),
            "event": data["death"].astype(float),
            "stratum": (data["age"] > 65).astype("int64"),
            **{name: data[name].astype(float) for name in ("age", "Stage_II", "Stage_III", "Stage_IV")},
        }
    )


COHORTS = {"gbsg2": gbsg2, "rossi": rossi, "heavy_ties": heavy_ties, "larynx": larynx}


def covariates(frame):
    return tuple(name for name in frame if name not in {"time", "event", "stratum", "site"})


def reader(names=(), *, code=None):
    """Return the design of a table whose codes are in the column `code`, or all zero."""

    def read(table):
        group = one_group(table.rows) if code is None else table[code]
        X = np.column_stack([table[name] for name in names]) if names else np.empty((table.rows, 0))
        return Survival(table["time"], table["event"], group, X)

    return read


def counts(*, width=1.0, until=3000.0, minimum=1, levels=("",)):
    return Counts(TimeGrid(width, until, minimum), tuple(levels))


def split(frame, sizes):
    """Return the tables of consecutive rows of each size; the rest is the last site."""
    edges = [0, *np.cumsum(sizes), len(frame)]
    return [table_of(frame.iloc[a:b]) for a, b in pairwise(edges)]


def thirds(frame):
    return [table_of(frame.iloc[site::3]) for site in range(3)]


def run(estimator, sites):
    """Return the last state of an estimator over sites, its state going through JSON each round."""
    state = estimator.start()
    while not estimator.is_done(state):
        vectors = [estimator.local(state, site) for site in sites]
        assert {vector.shape for vector in vectors} == {(len(estimator.labels(state)),)}
        state = json.loads(json.dumps(estimator.combine(state, np.sum(vectors, axis=0)), allow_nan=False))
    return state


def estimate(estimator, sites):
    return json.loads(json.dumps(estimator.result(run(estimator, sites)), allow_nan=False))


def pooled(frame, *, strata=False, ties="efron", **grid):
    levels = [str(level) for level in range(int(frame["stratum"].max()) + 1)] if strata else [""]
    names = covariates(frame)
    read = reader(names, code="stratum" if strata else None)
    return PooledCox(name="model", read=read, names=names, ties=ties, counts=counts(levels=levels, **grid))


def by_site(frame, *, strata=False, ties="efron"):
    names = covariates(frame)
    read = reader(names, code="stratum" if strata else None)
    return SiteCox(name="model", read=read, names=names, ties=ties)


def column(result, key):
    return np.array([term[key] for term in result["terms"]])


def r_numbers(code, *, frame, folder: Path):
    """Return the numbers that a vector-valued piece of R gives for the frame `d`, NA as NaN."""
    path = folder / "cohort.csv"
    frame.to_csv(path, index=False, float_format="%.17g")
    printed = rscript(
        f"suppressMessages(library(survival)); d <- read.csv('{path}'); x <- {{ {code} }};"
        "cat(sprintf('%.17g', as.numeric(x)), sep='\\n')"
    )
    return np.array([float("nan") if each == "NA" else float(each) for each in printed.split()])
