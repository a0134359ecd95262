"""What came out of the demo: the joint result, the same on one table, and what left each hospital."""

import math
from dataclasses import dataclass, field
from typing import Any

from hansa.cli.demo.cohort import Rows
from hansa.cli.demo.house import House
from hansa.cli.demo.pooled import Pooled, compute
from hansa.client import Record
from hansa.lib.errors import InvalidError

Figures = dict[str, dict[str, float]]


@dataclass(kw_only=True)
class Outcome:
    """The figures of the demo."""

    result: dict[str, Any]
    seconds: float
    sent: dict[str, dict[str, int]]
    addresses: dict[str, str]
    pooled: Pooled = field(default_factory=Pooled)
    stays: dict[str, str] = field(default_factory=dict)
    cohorts: dict[str, Any] = field(default_factory=dict)

    def compare(self, rows: Rows) -> None:
        """Compute the same analyses on one table, which only the demo has."""
        self.pooled = compute(rows, result=self.result)

    def of(self, what: str) -> Figures:
        """Return one figure of each term of each analysis."""
        found = {one["name"]: one.get("terms", []) for one in self.result["analyses"]}
        figures = {name: {term["name"]: float(term[what]) for term in terms} for name, terms in found.items() if terms}
        tests = {one["name"]: one["log_rank"]["chi_square"] for one in self.result["analyses"] if "log_rank" in one}
        if what == "estimate":
            figures |= {name: {"log-rank chi-square": float(value)} for name, value in tests.items()}
        return figures

    @property
    def difference(self) -> Figures:
        """Return joint minus pooled, for every figure that both have."""
        joint = self.of("estimate")
        return {
            name: {term: joint[name][term] - value for term, value in terms.items()}
            for name, terms in self.pooled.estimates.items()
        }

    def to_json(self) -> dict[str, Any]:
        """Return everything as one JSON object."""
        return {
            "estimates": self.of("estimate"),
            "standard_errors": self.of("standard_error"),
            "pooled": self.pooled.estimates,
            "pooled_standard_errors": self.pooled.standard_errors,
            "pooled_by": self.pooled.programs,
            "difference": self.difference,
            "bytes": {name: sent["bytes"] for name, sent in self.sent.items()},
            "letters": {name: sent["letters"] for name, sent in self.sent.items()},
            "rounds": self.result["rounds"],
            "rows": self.result["rows"],
            "sites": self.result["sites"],
            "seconds": round(self.seconds, 3),
            "addresses": self.addresses,
            "stays": self.stays,
            "cohorts": {"rows": self.cohorts["rows"], "ratios": self.cohort_ratios()} if self.cohorts else {},
        }

    def cohort_ratios(self) -> dict[str, float]:
        """Return the hazard ratios of the cohort study by term."""
        models = (one for one in self.cohorts.get("analyses", ()) if one["kind"] == "cox")
        return {term["name"]: math.exp(term["estimate"]) for model in models for term in model["terms"]}


def gather(houses: list[House], *, study: Record, seconds: float) -> Outcome:
    """Return the result, after making sure that every party holds the very same one."""
    results = [house.as_("steward").studies.get(study.id)["result"]["result"] for house in houses]
    if any(result != results[0] for result in results):
        raise InvalidError("The parties do not hold the same result.", "Report this: it must never happen.")
    return Outcome(
        result=results[0],
        seconds=seconds,
        sent={house.role.name: sent(house, study) for house in houses},
        addresses={house.role.name: f"{house.url}/" for house in houses},
    )


def sent(house: House, study: Record) -> dict[str, int]:
    """Return how many letters about the study left a hospital, and their size sealed."""
    letters = house.as_("steward").letters(record=study.urn, direction="out")
    return {"letters": len(letters), "bytes": sum(letter.bytes for letter in letters)}
