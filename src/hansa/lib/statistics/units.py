"""Units of measurement that may stand for each other, by UCUM code and a constant factor.

Concentrations are left out on purpose: their factor depends on the substance.
"""

import numpy as np
import numpy.typing as npt

# One unit in terms of the first of its kind.
KINDS: tuple[dict[str, float], ...] = (
    {"d": 1.0, "wk": 7.0, "mo": 30.4375, "a": 365.25, "h": 1 / 24, "min": 1 / 1440},
    {"mm": 1.0, "cm": 10.0, "m": 1000.0},
    {"g": 1.0, "kg": 1000.0, "mg": 0.001},
    {"%": 1.0, "1": 100.0},
)


def factor(unit: str, wanted: str) -> float | None:
    """Return what to multiply values in a unit with to have them in the wanted one, None if they do not compare."""
    if unit == wanted:
        return 1.0
    for kind in KINDS:
        if unit in kind and wanted in kind:
            return kind[unit] / kind[wanted]
    return None


def likely_unit(values: npt.NDArray[np.float64], *, unit: str, bounds: tuple[float, float]) -> str | None:
    """Return the unit in which most values outside the bounds would be inside, None if there is none."""
    outside = values[(values < bounds[0]) | (values > bounds[1])]
    best, share = None, 0.5
    for kind in KINDS:
        for other in kind if unit in kind else ():
            turned = outside * (kind[other] / kind[unit])
            inside = float(np.mean((turned >= bounds[0]) & (turned <= bounds[1])))
            if inside > share:
                best, share = other, inside
    return best
