"""The rows of one site as a survival analysis reads them.

A design (survival_design.py) turns a table into times, events, covariates and the code of the
group or stratum of each person. The levels behind the codes are public.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hansa.lib.statistics.table import Table

Floats: TypeAlias = npt.NDArray[np.float64]
Codes: TypeAlias = npt.NDArray[np.int64]
Levels: TypeAlias = tuple[str, ...]


def _no_covariates() -> Floats:
    return np.empty((0, 0))


@dataclass(frozen=True, eq=False)
class Survival:
    """Hold time, event 0 or 1 and group or stratum, shape (n,) each, and covariates, shape (n, p)."""

    time: Floats
    event: Floats
    group: Codes
    covariates: Floats = field(default_factory=_no_covariates)

    @property
    def rows(self) -> int:
        """Return the number of persons."""
        return len(self.time)


Read: TypeAlias = Callable[[Table], Survival]


def one_group(rows: int) -> Codes:
    """Return the code of persons who are all in one group, shape (rows,)."""
    return np.zeros(rows, dtype=np.int64)
