"""Results as the statistics write them, small enough to check by hand."""

SURVIVAL = {
    "name": "rfs",
    "kind": "kaplan_meier",
    "time_unit": "d",
    "rows": 100,
    "groups": [
        {
            "level": "no",
            "time": [30.0, 60.0, 90.0],
            "survival": [0.9, 0.6, 0.4],
            "low": [0.8, 0.45, 0.25],
            "high": [1.0, 0.75, 0.55],
            "at_risk": [50, 40, 20],
            "events": [5, 12, 6],
            "censored": [5, 8, 4],
        },
        {
            "level": "yes",
            "time": [30.0, 90.0],
            "survival": [0.96, 0.8],
            "low": [0.9, 0.7],
            "high": [1.0, None],
            "at_risk": [50, 45],
            "events": [2, 7],
            "censored": [3, 0],
        },
    ],
    "log_rank": {"chi_square": 8.56, "df": 1, "p": 0.0034},
}

COX = {
    "name": "adjusted",
    "kind": "cox",
    "rows": 100,
    "ties": "efron",
    "terms": [
        {
            "name": "hormone[yes]",
            "estimate": -0.35667494393873245,
            "standard_error": 0.13,
            "z": -2.74,
            "p": 0.006,
            "low": -0.6161861394238170,
            "high": -0.0943106794712413,
        },
        {
            "name": "age",
            "estimate": 4.0,
            "standard_error": 1.0,
            "z": 4.0,
            "p": 0.00006,
            "low": -6.0,
            "high": 6.0,
        },
    ],
}

GAUSSIAN = {
    "name": "size",
    "kind": "glm",
    "family": "gaussian",
    "rows": 100,
    "terms": [
        {"name": "Intercept", "estimate": 2.0, "standard_error": 1.0, "z": 2.0, "p": 0.046, "low": 0.04, "high": 3.96},
        {"name": "age", "estimate": 1.5, "standard_error": 0.5, "z": 3.0, "p": 0.0027, "low": 0.52, "high": 2.48},
    ],
}

TABLE_ONE = {
    "name": "baseline",
    "kind": "table_one",
    "by": "hormone",
    "columns": ["all", "no", "yes"],
    "lines": [
        {
            "variable": None,
            "statistic": "persons",
            "label": "Persons",
            "unit": "",
            "level": None,
            "cells": [{"count": 1334, "share": 1.0}, {"count": 1000, "share": 1.0}, {"count": 334, "share": 1.0}],
        },
        {
            "variable": "age",
            "statistic": "mean",
            "unit": "a",
            "label": "age at operation",
            "level": None,
            "cells": [
                {"n": 100, "mean": 53.05, "sd": 10.12},
                {"n": 60, "mean": 51.07, "sd": 10.3},
                {"n": 40, "mean": 56.6, "sd": None},
            ],
        },
        {
            "variable": "grade",
            "statistic": "level",
            "label": "grade",
            "unit": "",
            "level": "I",
            "cells": [{"count": 1234, "share": 0.118}, {"count": 48, "share": 0.109}, {"suppressed": True}],
        },
        {
            "variable": "grade",
            "statistic": "missing",
            "label": "grade",
            "unit": "",
            "level": None,
            "cells": [{"count": 0, "share": 0.0}, {"count": 0, "share": None}, {"count": 0, "share": 0.0}],
        },
    ],
}

NO_RATIO = {"estimate": None, "low": None, "high": None, "p": None}
RATES = {
    "name": "rates",
    "unit": "a",
    "groups": [
        {
            "level": "no",
            "persons": 50,
            "events": 12,
            "time": 1000.0,
            "rate": 0.012,
            "low": 0.0062,
            "high": 0.021,
            "ratio": None,
        },
        {
            "level": "yes",
            "persons": 40,
            "events": 30,
            "time": 1500.0,
            "rate": 0.02,
            "low": 0.0135,
            "high": 0.0286,
            "ratio": {"estimate": 1.667, "low": 0.831, "high": 3.58, "p": 0.164},
        },
        {
            "level": "nobody at risk",
            "persons": 9,
            "events": 0,
            "time": 0.0,
            "rate": None,
            "low": None,
            "high": None,
            "ratio": NO_RATIO,
        },
        {
            "level": "first without",
            "persons": 9,
            "events": 4,
            "time": 10.0,
            "rate": 0.4,
            "low": 0.109,
            "high": 1.02,
            "ratio": {**NO_RATIO, "low": 0.66, "p": 0.125},
        },
    ],
}

AGREEMENT = {
    "name": "agreement",
    "of": "adjusted",
    "model": "cox",
    "family": None,
    "terms": [
        {"name": "Intercept", "sites": 3, "random": None, "prediction": None, "i2": None, "tau2": None, "p": None},
        {
            "name": "hormone[yes]",
            "sites": 3,
            "i2": 0.25,
            "tau2": 0.0123,
            "p": 0.0402,
            "random": {"estimate": -0.3567, "low": -0.7, "high": 0.0},
            "prediction": {"low": -1.2, "high": 0.5},
        },
        {
            "name": "age",
            "sites": 2,
            "i2": 0.0,
            "tau2": 0.0,
            "p": 0.8,
            "prediction": None,
            "random": {"estimate": 0.0, "low": -0.1, "high": 0.1},
        },
        {"name": "size", "sites": 1, "random": None, "prediction": None, "i2": None, "tau2": None, "p": None},
    ],
}

EFFECT = {
    "name": "effect",
    "kind": "treatment_effect",
    "treatment": "hormone",
    "outcome": "event",
    "problem": None,
    "formula": "hormone ~ age",
    "truncate": 0.05,
    "groups": [
        {"level": "no", "persons": 440, "effective": 431.2, "mean": 0.48, "standard_error": 0.02},
        {"level": "yes", "persons": 246, "effective": 230.0, "mean": 0.38, "standard_error": 0.03},
    ],
    "effects": [
        {"name": "difference", "estimate": -0.1, "low": -0.18, "high": -0.02, "p": 0.012},
        {"name": "ratio", "estimate": -0.2336, "low": -0.45, "high": 0.0, "p": None},
    ],
    "balance": [{"name": "age", "before": 0.42, "after": 0.01}, {"name": "grade[II]", "before": None, "after": None}],
}

CAUSES = {
    "name": "causes",
    "kind": "cumulative_incidence",
    "rows": 100,
    "time_unit": "d",
    "grid": {"step": 30.0, "minimum_cell": 5},
    "groups": [
        {
            "level": "no",
            "persons": 100,
            "time": [30.0, 90.0],
            "at_risk": [100, 80],
            "censored": [5, 0],
            "causes": [
                {
                    "cause": "relapse",
                    "events": [10, 8],
                    "incidence": [0.1, 0.19],
                    "low": [0.05, 0.12],
                    "high": [0.2, 0.3],
                },
                {
                    "cause": "death",
                    "events": [5, 0],
                    "incidence": [0.05, 0.05],
                    "low": [None, 0.02],
                    "high": [None, 0.1],
                },
            ],
        }
    ],
}

PENALISED = {
    "name": "kept",
    "kind": "penalised",
    "family": "binomial",
    "formula": "y ~ age + grade",
    "penalty": 0.03,
    "mixing": 1.0,
    "problem": None,
    "terms": [
        {"name": "Intercept", "estimate": -1.0, "is_kept": True},
        {"name": "age", "estimate": 0.6931471805599453, "is_kept": True},
        {"name": "grade[II]", "estimate": 0.0, "is_kept": False},
    ],
}

MIXED = {
    **GAUSSIAN,
    "kind": "mixed_model",
    "formula": "size ~ age",
    "between": 2.0,
    "within": 6.0,
    "share_between": 0.25,
    "sites": 3,
    "few_sites": True,
}

_QUARTER = {"estimate": 52.5, "low": 52.0, "high": 53.0}
QUARTERS = {
    "name": "quarters",
    "kind": "quantiles",
    "by": "hormone",
    "variables": [
        {
            "variable": "age",
            "label": "Age",
            "unit": "a",
            "step": 1,
            "groups": [
                {"level": "no", "persons": 440, "lower": _QUARTER, "median": _QUARTER, "upper": _QUARTER},
                {"level": "yes", "persons": 0, "lower": None, "median": None, "upper": None},
            ],
        },
        {
            "variable": "nodes",
            "label": "nodes",
            "unit": "",
            "step": 1,
            "groups": [{"level": level, "persons": 0, "lower": None, "median": None, "upper": None} for level in "ab"],
        },
    ],
}

_TERM = {"estimate": 0.0, "standard_error": 0.1, "low": -0.2, "high": 0.2, "p": 1.0}
CALIBRATED = {
    "name": "left",
    "kind": "calibration",
    "of": "outcome",
    "model": "cox",
    "family": None,
    "problem": None,
    "controls": [{**_TERM, "name": name} for name in ("first", "second", "third")],
    "systematic": {"mean": 0.1, "variance": 0.04},
    "terms": [{**_TERM, "name": "drug[yes]"}, {**_TERM, "name": "drug[yes], calibrated"}],
}

ASSOCIATED = {
    "name": "tested",
    "kind": "gwas",
    "family": "gaussian",
    "formula": "bmi ~ age",
    "rows": 900,
    "build": "GRCh38",
    "statistic": "t",
    "problem": None,
    "inflation": 1.0312,
    "left_out": {"few": 2, "twin": 1},
    "variants": ["2:500:A:G", "1:100:C:T", "1:200:A:C", "10:5:G:T"],
    "persons": [900, 890, 900, 900],
    "frequency": [0.25, 0.5, 0.1, 0.031],
    "estimate": [0.5, -0.01, 0.2, 0.0],
    "standard_error": [0.05, 0.05, 0.1, 0.1],
    "p": [1e-22, 0.84, 0.046, 0.0],
}
COUNTED = {
    "name": "counted",
    "kind": "allele_frequencies",
    "build": "GRCh37",
    "left_out": {},
    "variants": ["1:100:C:T"],
    "persons": [890],
    "frequency": [0.5],
    "equilibrium": [0.3],
}
