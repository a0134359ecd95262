"""How much the groups of a Table 1 differ, computed from the cells that it shows and nothing else.

The standardised mean difference of two groups: for a number the difference of the means over the root of
the mean variance (Austin 2009, Statistics in Medicine 28, 3083); for a category the distance of the
proportions of all levels but one over their mean covariance (Yang and Dalton 2012, SAS Global Forum 335).
Tests: Welch's t test (Welch 1947, Biometrika 34, 28) and, with equal variances, Student's; Pearson's
chi-square over all groups, with Yates' correction for two by two (Yates 1934, JRSS Supplement 1, 217).

A variable of which the table leaves out a count is not compared: a test over all of its counts would tell
something of the one that is left out. All persons without a value stay out of every comparison.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.special import chdtrc, stdtr

from hansa.lib.statistics.arithmetic import inner, inverse, shortened
from hansa.lib.statistics.estimator import Vector

Line = Mapping[str, Any]
TWO = 2
# Yates takes half a person from each distance, or all of it where it is smaller.
HALF = 0.5


def comparisons(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return for each variable of a table by groups its difference and tests; none where a cell is left out."""
    by_variable: dict[str, list[Line]] = {}
    for line in lines:
        if line["variable"] is not None and not line["missing"]:
            by_variable.setdefault(line["variable"], []).append(line)
    found = ((name, _compared(own)) for name, own in by_variable.items())
    return [{"variable": name, **compared} for name, compared in found if compared is not None]


def _compared(lines: Sequence[Line]) -> dict[str, Any] | None:
    groups = [line["cells"][1:] for line in lines]
    if lines[0]["statistic"] == "mean":
        return _of_numbers(groups[0])
    if any("count" not in cell for cells in groups for cell in cells):
        return None
    return _of_levels(np.array([[cell["count"] for cell in cells] for cells in groups], dtype=np.float64).T)


def _of_numbers(cells: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    if len(cells) != TWO or any(cell.get("n") is None or cell["sd"] is None for cell in cells):
        return None
    sizes, means, variances = (
        [cell["n"] for cell in cells],
        [cell["mean"] for cell in cells],
        [cell["sd"] * cell["sd"] for cell in cells],
    )
    return {
        "smd": mean_difference(means, variances),
        "tests": [
            test
            for test in (welch(sizes, means, variances=variances), student(sizes, means, variances=variances))
            if test is not None
        ],
    }


def _of_levels(counts: Vector) -> dict[str, Any]:
    """Compare groups by their counts of levels, shape (groups, levels)."""
    return {
        "smd": proportion_difference(counts) if len(counts) == TWO else None,
        "tests": list(chi_square(counts)),
    }


def mean_difference(means: Sequence[float], variances: Sequence[float]) -> float | None:
    """Return the standardised difference of two means, second less first; None where nothing varies."""
    spread = math.sqrt((variances[0] + variances[1]) / 2)
    return (means[1] - means[0]) / spread if spread > 0 else None


def proportion_difference(counts: Vector) -> float | None:
    """Return the standardised distance of the proportions of two groups, shape (2, levels); never negative."""
    held = counts[:, counts.sum(axis=0) > 0]
    if held.shape[1] < TWO or not held.sum(axis=1).all():
        return None
    first, second = (group / group.sum() for group in held)
    # All levels but the first, whose proportion follows from the others.
    apart = (second - first)[1:]
    spread = sum(np.diag(p) - np.multiply.outer(p, p) for p in (first[1:], second[1:])) / 2
    weights = inverse(np.asarray(spread, dtype=np.float64))
    if np.isnan(weights).any():
        return None
    return math.sqrt(max(inner(apart, np.array([inner(row, apart) for row in weights])), 0.0))


def welch(sizes: Sequence[int], means: Sequence[float], *, variances: Sequence[float]) -> dict[str, Any] | None:
    """Return Welch's t test of two means, with the degrees of freedom of Satterthwaite."""
    parts = [variance / size for size, variance in zip(sizes, variances, strict=True)]
    whole = math.fsum(parts)
    if whole <= 0:
        return None
    freedom = whole * whole / math.fsum(part * part / (size - 1) for part, size in zip(parts, sizes, strict=True))
    return _t("welch", (means[1] - means[0]) / math.sqrt(whole), freedom=freedom)


def student(sizes: Sequence[int], means: Sequence[float], *, variances: Sequence[float]) -> dict[str, Any] | None:
    """Return the t test of two means whose groups vary alike."""
    freedom = sum(sizes) - TWO
    pooled = math.fsum((size - 1) * variance for size, variance in zip(sizes, variances, strict=True)) / freedom
    if pooled <= 0:
        return None
    error = math.sqrt(pooled * (1 / sizes[0] + 1 / sizes[1]))
    return _t("student", (means[1] - means[0]) / error, freedom=float(freedom))


def _t(name: str, statistic: float, *, freedom: float) -> dict[str, Any]:
    tail = shortened(2 * float(stdtr(freedom, -abs(statistic))))
    return {"test": name, "statistic": statistic, "df": freedom, "p": tail}


def chi_square(counts: Vector) -> Iterator[dict[str, Any]]:
    """Yield Pearson's test of independence, shape (groups, levels), and with Yates' correction for two by two."""
    held = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    freedom = (held.shape[0] - 1) * (held.shape[1] - 1)
    if freedom <= 0:
        return
    expected = np.multiply.outer(held.sum(axis=1), held.sum(axis=0)) / held.sum()
    distance = np.abs(held - expected)
    yield _chi("chi_square", distance, expected=expected, freedom=freedom)
    if held.shape == (TWO, TWO):
        moved = distance - min(HALF, float(distance.min()))
        yield _chi("chi_square_yates", moved, expected=expected, freedom=freedom)


def _chi(name: str, distance: Vector, *, expected: Vector, freedom: int) -> dict[str, Any]:
    statistic = math.fsum((distance * distance / expected).ravel().tolist())
    return {"test": name, "statistic": statistic, "df": freedom, "p": shortened(float(chdtrc(freedom, statistic)))}
