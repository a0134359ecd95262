"""The same analyses on one table, by programs that have nothing of Hansa in them where there are such.

Only the demo can do this, because only here one program sees all patients. Survival times are
rounded up to the grid that the joint result names, since that is what the parties agreed to see.
"""

from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from hansa.cli.demo.cohort import MAPPING, Rows
from hansa.lib.statistics import programme, protocol
from hansa.lib.statistics.reading import read

if TYPE_CHECKING:
    import pandas as pd

Figures = dict[str, dict[str, float]]
HORMONE, GRADES = "hormone[yes]", ("II", "III")
NUMBERS = ("age", "size", "nodes", "progesterone", "oestrogen")
PRECISION = 1e-12


@dataclass(kw_only=True)
class Pooled:
    """Estimates and standard errors on one table, and which program gave them."""

    estimates: Figures = field(default_factory=dict)
    standard_errors: Figures = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, *, by: str, estimates: dict[str, float], errors: dict[str, float] | None = None) -> None:
        """Keep the figures of one analysis."""
        self.estimates[name], self.programs[name] = estimates, by
        if errors is not None:
            self.standard_errors[name] = errors


def compute(rows: Rows, *, result: dict[str, Any]) -> Pooled:
    """Return every analysis of a result on one table."""
    analyses = {str(one["name"]): one for one in result["analyses"]}
    made = Pooled()
    cox(made, rows, analysis=analyses["adjusted"])
    log_rank(made, rows, analysis=analyses["survival"])
    logistic(made, rows, analysis=analyses["recurrence"])
    return made


def design(rows: Rows) -> "pd.DataFrame":
    """Return the covariates as the models use them, one column a term."""
    import pandas as pd

    data = pd.DataFrame(rows)
    columns = {HORMONE: (data[MAPPING["hormone"]] == "yes").astype(float)}
    columns |= {f"grade[{level}]": (data[MAPPING["grade"]] == level).astype(float) for level in GRADES}
    columns |= {name: data[MAPPING[name]].astype(float) for name in NUMBERS}
    return pd.DataFrame(columns)


def times(rows: Rows, *, grid: list[float]) -> "pd.DataFrame":
    """Return time and event of every patient, the time rounded up to the grid of the result."""
    import numpy as np
    import pandas as pd

    data = pd.DataFrame(rows)
    ends = np.asarray(grid)
    time = ends[np.searchsorted(ends, data[MAPPING["time"]].astype(float))]
    return pd.DataFrame({"time": time, "event": data[MAPPING["event"]].astype(int)})


def cox(made: Pooled, rows: Rows, *, analysis: dict[str, Any]) -> None:
    """Fit the Cox model with lifelines, with Efron's ties."""
    from lifelines import CoxPHFitter

    data = design(rows).join(times(rows, grid=analysis["grid"]["times"]))
    fitted = CoxPHFitter().fit(
        data, "time", "event", fit_options={"step_size": 1.0, "precision": PRECISION, "max_steps": 100}
    )
    estimates, errors = fitted.params_.to_dict(), fitted.standard_errors_.to_dict()
    made.add(analysis["name"], by=named("lifelines"), estimates=estimates, errors=errors)


def log_rank(made: Pooled, rows: Rows, *, analysis: dict[str, Any]) -> None:
    """Test the two survival curves with lifelines."""
    from lifelines.statistics import logrank_test

    data = times(rows, grid=analysis["grid"]["times"])
    treated = design(rows)[HORMONE] == 1
    test = logrank_test(data["time"][treated], data["time"][~treated], data["event"][treated], data["event"][~treated])
    made.add(analysis["name"], by=named("lifelines"), estimates={"log-rank chi-square": float(test.test_statistic)})


def logistic(made: Pooled, rows: Rows, *, analysis: dict[str, Any]) -> None:
    """Fit the logistic model with statsmodels, or with Hansa's own estimator where that is not installed."""
    if find_spec("statsmodels") is None:
        own(made, rows, analysis=analysis)
        return
    import statsmodels.api as sm

    data = design(rows)
    data.insert(0, "Intercept", 1.0)
    event = times(rows, grid=[float("inf")])["event"]
    fitted = sm.GLM(event, data, family=sm.families.Binomial()).fit(tol=PRECISION, maxiter=100)
    made.add(analysis["name"], by=named("statsmodels"), estimates=fitted.params.to_dict(), errors=fitted.bse.to_dict())


def own(made: Pooled, rows: Rows, *, analysis: dict[str, Any]) -> None:
    """Run one analysis on one table with Hansa's own estimator in this process."""
    from hansa.cli.demo.story import HERE

    asked = protocol.parse((HERE / "protocol.yaml").read_text(encoding="utf-8"))
    columns = {name: [row[column] for row in rows] for name, column in MAPPING.items()}
    found = programme.rehearse(asked, {"all": read(columns, protocol=asked).sound_table()})
    terms = next(one for one in found["analyses"] if one["name"] == analysis["name"])["terms"]
    made.add(
        analysis["name"],
        by="hansa, on one table",
        estimates={term["name"]: term["estimate"] for term in terms},
        errors={term["name"]: term["standard_error"] for term in terms},
    )


def named(package: str) -> str:
    """Return a program with its version."""
    return f"{package} {version(package)}"
