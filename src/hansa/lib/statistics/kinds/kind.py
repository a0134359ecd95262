"""What a study has to know of a kind of analysis beside its keys: its faults, its size, its estimator, its rows.

A kind answers for one class of `analyses.py`. Whoever reads a protocol, computes it, or judges what it could
tell about few people asks the kind, so that a new one is added in one place.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from hansa.lib.statistics.analyses import Asked
from hansa.lib.statistics.estimator import Estimator, Vector
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Table

A = TypeVar("A", bound=Asked)
#: The key in the analysis, what is wrong, and what to do about it.
Found: TypeAlias = Iterator[tuple[str, str, str]]
#: A variable, among which rows it is added up, and its values there.
Summed: TypeAlias = Iterator[tuple[tuple[str, str], npt.NDArray[np.float64]]]


@dataclass(frozen=True)
class OwnRows:
    """Hold what a site looks at before it contributes to one analysis; the fields are those of `check_site`.

    `variables` are the values behind each sum, `design` is (rows, columns), `parameters` their number.
    """

    variables: Mapping[str, Vector]
    design: Vector | None = None
    columns: tuple[str, ...] = ()
    parameters: int = 0


class Kind(ABC, Generic[A]):
    """Answer for one kind of analysis; a kind overrides what differs from asking for no sums over rows."""

    analysis: type[A]

    @abstractmethod
    def faults(self, analysis: A, *, protocol: Protocol) -> Found:
        """Yield what is wrong with an analysis and what to do about it."""

    @abstractmethod
    def estimator(self, analysis: A, *, protocol: Protocol) -> Estimator:
        """Return what computes it from sums."""

    def numbers(self, analysis: A, *, protocol: Protocol) -> float:
        """Return about how many numbers its first round asks for, where levels or times decide that."""
        return 0

    def adds_over_rows(self, analysis: A) -> bool:
        """Tell whether the sums of a site are those of its parts added up, so that rows can be read part by part."""
        return True

    def tells_sites(self, analysis: A) -> bool:
        """Tell whether numbers of one site can be worked out from the totals, which each site judges beforehand."""
        return False

    def own_rows(self, analysis: A, rows: Table, *, protocol: Protocol) -> OwnRows | None:
        """Return what a site looks at before it gives sums that are not masked, None where it adds up no values."""
        return None

    def summed(self, analysis: A, rows: Table, *, protocol: Protocol) -> Summed:
        """Yield the numbers of every sum over rows, so that one that describes few of them is found."""
        yield from ()

    def concluded(
        self,
        analysis: A,
        found: dict[str, Any],
        *,
        results: Mapping[str, dict[str, Any]],
    ) -> dict[str, Any]:
        """Return the result of an analysis with what follows from the results of others, by their names."""
        return found

    def crossings(self, analysis: A, protocol: Protocol) -> Iterable[tuple[str, ...]]:
        """Return the categories that it multiplies, whose combinations are groups of people."""
        return ()


def width(name: str | None, protocol: Protocol) -> int:
    """Return how many levels a variable has, 1 for a number or for none."""
    variable = protocol.variables.get(name or "")
    return max(len(variable.categories), 1) if variable else 1


def steps(name: str, protocol: Protocol) -> float:
    """Return how many steps of the time grid a variable of time has, 0 where that is not known."""
    variable, step = protocol.variables.get(name), protocol.disclosure.time_grid
    return variable.range[1] / step if variable and variable.range and step else 0
