"""What every analysis of a study is: a local step that is a sum, and a combine step.

One round of an estimator is a function of public state and of the rows at a site that
returns a vector of sums. Because sums over rows add up over sites, adding the vectors of
all sites gives exactly the vector of the pooled rows, and the next public state follows
from that total alone. The site never sends anything else, and the same code runs over
the rows of one file, over files in one process and over a network of institutions.

State is plain JSON and moves between sites as canonical JSON, so it must survive that
trip bit by bit: only str, int, float, bool, None, lists and dicts with string keys, no
NaN and no infinity. `combine` must be deterministic: the same total gives the same state
at every site.

Counts go first. The first round of every estimator counts persons and adds nothing else, so that
the counts can be judged, by `cells` and by the estimator itself, before any site gives a sum; the
estimator asks for no sum over a group of fewer than the minimum cell, nor over its complement.

A class of estimators is built by its factory `from_protocol(analysis, protocol=protocol)`,
which `programme.py` calls for the kind of the analysis. Models receive tables with complete
cases only, Table 1 receives all rows; the programme sees to that.
"""

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from hansa.lib.statistics.table import Table

Vector: TypeAlias = npt.NDArray[np.float64]
State: TypeAlias = dict[str, Any]
Cell: TypeAlias = tuple[str, float]
Pair: TypeAlias = tuple[float, float]
Sums: TypeAlias = Mapping[str, Pair]


class Estimator(Protocol):
    """Estimate one analysis from sums over rows."""

    @property
    def name(self) -> str:
        """Return the name of the analysis in the protocol."""

    @property
    def kind(self) -> str:
        """Return the kind of the analysis: table_one, kaplan_meier, glm or cox."""

    @property
    def needs_secure_sum(self) -> bool:
        """Tell whether the sums of one site may only leave it where they are added unseen."""

    @property
    def parameters(self) -> int:
        """Return how many model parameters are estimated (0 for a description)."""

    def start(self) -> State:
        """Return the public state before the first round."""

    def local(self, state: State, table: Table) -> Vector:
        """Return the sums over the rows of one site, as float64 of shape (len(labels),)."""

    def labels(self, state: State) -> tuple[str, ...]:
        """Return the plain-words name of each number that `local` gives in this state."""

    def cells(self, state: State, total: Vector) -> tuple[Cell, ...]:
        """Return the counts of persons that later sums are about or the result shows, each with its label.

        Disclosure rules run over these before the next round opens. What the estimator itself leaves out
        because too few stand behind it is not among them.
        """

    def persons(self, state: State, vector: Vector) -> tuple[Cell, ...]:
        """Return every count of persons in a vector, each with its label; a site judges its own by them."""

    def sums(self, state: State, total: Vector) -> Sums:
        """Return sum and sum of squares of values, none negative, of which few persons may have nearly all."""

    def combine(self, state: State, total: Vector) -> State:
        """Return the next public state from the sums added over all sites."""

    def is_done(self, state: State) -> bool:
        """Tell whether no further round is needed."""

    def result(self, state: State) -> dict[str, Any]:
        """Return what the finished analysis releases, as JSON."""


@runtime_checkable
class Sized(Protocol):
    """Tell the number of sums without naming them; for estimators of many."""

    def size(self, state: State) -> int:
        """Return how many numbers `local` gives in this state."""


@runtime_checkable
class Bounded(Protocol):
    """Tell how large sums can be, so that many of them are written in few bits; for estimators of many."""

    def bound(self, state: State) -> float | None:
        """Return how large the sum of a site is at most for each row of all sites, None where it needs all digits."""
