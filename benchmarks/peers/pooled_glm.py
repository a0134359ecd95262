"""Fit the logistic regression of gbsg2 on the pooled rows with statsmodels; print the seconds."""

import importlib.metadata
import json
import statistics
import time

import numpy as np
import statsmodels.api as sm
from lifelines.datasets import load_gbsg2

data = load_gbsg2()
columns = [np.ones(len(data)), data["age"], data["horTh"] == "yes", data["tsize"], data["pnodes"]]
design, outcome = np.column_stack(columns).astype(float), data["cens"].to_numpy(dtype=float)
taken = []
for _ in range(21):
    before = time.perf_counter()
    found = sm.GLM(outcome, design, family=sm.families.Binomial()).fit()
    assert len(found.bse) == len(columns)
    taken.append(time.perf_counter() - before)
version = importlib.metadata.version("statsmodels")
print(json.dumps({"version": version, "seconds": statistics.median(taken[1:])}))
