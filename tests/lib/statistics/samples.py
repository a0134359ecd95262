"""Real data that packages ship, as tables with their protocols' variables, and R's models of them."""

import json
from itertools import pairwise
from pathlib import Path

import lifelines.datasets
import numpy as np
import pandas as pd
import sklearn.datasets
import statsmodels.datasets

from hansa.lib.statistics.table import Table, stack
from hansa.lib.statistics.variables import Variable
from tests.rscript import rscript

UNEVEN = (500, 120)

NUMBER, BOOLEAN = Variable(type="number"), Variable(type="boolean")


def ranged(low, high, unit=""):
    return Variable(type="number", range=(low, high), unit=unit)


def category(*levels):
    return Variable(type="category", levels=levels)


def gbsg2():
    data = lifelines.datasets.load_gbsg2()
    frame = data[["age", "tsize", "pnodes", "progrec", "time"]].astype(float)
    frame["event"] = data["cens"].astype(float)
    frame["hormone"], frame["grade"], frame["menostat"] = data["horTh"], data["tgrade"], data["menostat"]
    variables = {
        "age": ranged(18, 100),
        "tsize": ranged(1, 200),
        "pnodes": ranged(0, 60),
        "progrec": NUMBER,
        "time": ranged(0, 3000),
        "event": BOOLEAN,
        "hormone": category("no", "yes"),
        "grade": category("I", "II", "III"),
        "menostat": category("Pre", "Post"),
    }
    return frame, variables


def rossi():
    frame = lifelines.datasets.load_rossi().astype(float)
    variables = {"arrest": BOOLEAN, "age": NUMBER, "fin": BOOLEAN, "race": BOOLEAN, "prio": ranged(0, 20)}
    return frame[list(variables)], variables


def breast_cancer():
    data = sklearn.datasets.load_breast_cancer(as_frame=True)
    frame = pd.DataFrame(
        {
            "benign": data.target.astype(float),
            "texture": data.data["mean texture"],
            "smoothness": data.data["mean smoothness"],
            "radius": data.data["mean radius"],
        }
    )
    return frame, {"benign": BOOLEAN, "texture": NUMBER, "smoothness": ranged(0, 1), "radius": ranged(1, 100)}


def diabetes():
    data = sklearn.datasets.load_diabetes(as_frame=True)
    frame = data.frame[["target", "bmi", "bp", "s1", "s2", "s5"]].astype(float)
    return frame, dict.fromkeys(frame, NUMBER) | {"target": ranged(0, 400)}


def doctor_visits():
    data = statsmodels.datasets.randhie.load_pandas().data
    frame = data[["mdvis", "lncoins", "idp", "physlm", "disea"]].astype(float).iloc[:4000]
    variables = {"mdvis": ranged(0, 100), "lncoins": NUMBER, "idp": BOOLEAN, "physlm": NUMBER, "disea": ranged(0, 60)}
    return frame, variables


def table_of(frame, variables):
    columns, levels = {}, {}
    for name, variable in variables.items():
        if variable.type == "category":
            levels[name] = variable.levels
            columns[name] = np.array([variable.levels.index(level) for level in frame[name]], dtype=np.int64)
        else:
            columns[name] = frame[name].to_numpy(dtype=np.float64)
    return Table(columns, levels, len(frame))


def split(table, sizes=UNEVEN):
    """Return the tables of consecutive rows of each size; the rest is the last site."""
    edges, place = [0, *np.cumsum(sizes).tolist(), table.rows], np.arange(table.rows)
    return [table.select((place >= low) & (place < high)) for low, high in pairwise(edges)]


def run(estimator, sites):
    """Return the last state of an estimator over sites, its state going through JSON each round."""
    state = estimator.start()
    while not estimator.is_done(state):
        vectors = [estimator.local(state, site) for site in sites]
        assert {vector.shape for vector in vectors} == {(len(estimator.labels(state)),)}
        total = np.sum(vectors, axis=0)
        assert all(count >= 0 for _, count in estimator.cells(state, total))
        state = json.loads(json.dumps(estimator.combine(state, total), allow_nan=False))
    return state


def estimate(estimator, sites):
    return json.loads(json.dumps(estimator.result(run(estimator, sites)), allow_nan=False))


def pooled(sites):
    return [stack(sites)]


def close(found, expected, tolerance=1e-8):
    """Tell whether numbers agree, relative where they are larger than one."""
    return np.max(np.abs(np.asarray(found) - expected) / np.maximum(1, np.abs(expected))) < tolerance


def numbers(result, key):
    return np.array([term[key] for term in result["terms"]])


def r_glm(formula, *, family, frame, variables, folder: Path):
    """Return R's converged model: coefficients, standard errors at the optimum, deviances, likelihood, p, limits."""
    path = folder / "sample.csv"
    frame.to_csv(path, index=False, float_format="%.17g")
    factors = "".join(
        f"d${name} <- factor(d${name}, levels=c({', '.join(map(repr, variable.levels))}));"
        for name, variable in variables.items()
        if variable.levels
    )
    printed = rscript(
        f"d <- read.csv('{path}', na.strings=''); {factors}"
        f"m <- glm({formula}, data=d, family={family}, control=glm.control(epsilon=1e-14, maxit=50));"
        "X <- model.matrix(m); eta <- m$linear.predictors; f <- m$family;"
        "w <- f$mu.eta(eta)^2 / f$variance(fitted(m));"
        "s <- if (f$family == 'gaussian') deviance(m) / df.residual(m) else 1;"
        "e <- sqrt(s * diag(chol2inv(qr.R(qr(sqrt(w) * X))))); b <- coef(m);"
        "p <- if (f$family == 'gaussian') 2 * pt(-abs(b / e), df.residual(m)) else 2 * pnorm(-abs(b / e));"
        "q <- if (f$family == 'gaussian') qt(0.975, df.residual(m)) else qnorm(0.975);"
        "show <- function(x) cat(sprintf('%.17g', as.numeric(x)), '\\n');"
        "show(b); show(e); show(p); show(b - q * e); show(b + q * e);"
        "show(c(deviance(m), m$null.deviance, logLik(m), df.residual(m), m$df.null, AIC(m)))"
    )
    lines = [np.array([float(each) for each in line.split()]) for line in printed.splitlines() if line.strip()]
    return dict(zip(("estimate", "standard_error", "p", "low", "high", "fit"), lines, strict=True))


def parted(frame, sizes):
    """Return the rows of a frame in parts of given sizes, and what is left as the last one."""
    edges = [0, *np.cumsum(sizes), len(frame)]
    return [frame[start:end] for start, end in pairwise(edges) if start < end]
