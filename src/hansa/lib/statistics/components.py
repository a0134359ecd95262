"""Principal components of genotypes over several sites: where in the spread of ancestries a person stands.

Let X be the standardised doses of common variants, a row a person. A site adds up X'(XV) for trial directions V, which
are public; the sum over sites is that of all persons together. Made orthogonal, it is the next V. After a few rounds V
spans the directions in which people differ most, and their shares of the variance follow from the last sums. A
person's own place on them, a row of XV, is computed at home and never leaves it.

The sums are products of the persons' covariances with few directions. Where persons are few, these would be nearly all
there is to know of them; so there is a least number of persons for each direction that is looked along.

Price et al., Nature Genetics 38 (2006) 904-909; Halko, Martinsson and Tropp, SIAM Rev 53 (2011) 217-288, section 4.5.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from hansa.lib.genomics.genotypes import MISSING
from hansa.lib.statistics.estimator import State, Vector
from hansa.lib.statistics.genotype_counts import blocks, packed, unpacked
from hansa.lib.statistics.table import Table

Matrix = npt.NDArray[np.float64]
#: Variants that are rarer say more about families than about ancestries.
RAREST = 0.05
MOST_VARIANTS = 4_000
#: Directions beside those asked for, and how often they are turned.
SPARE, TURNS = 6, 8
#: Persons for each direction and turn.
FEWEST = 2
SEED = 20_110_501


@dataclass(frozen=True)
class Components:
    """Find the first `count` principal components, none if 0, from counts of genotypes that are known already."""

    count: int

    @property
    def directions(self) -> int:
        """Return how many directions are looked along."""
        return self.count + SPARE

    def start(self) -> State:
        """Return the state before genotypes are counted."""
        return {"which": "", "looks": 0, "along": None, "values": None, "variance": None, "problem": None}

    def begin(self, kept: npt.NDArray[np.int64], *, shares: Vector, rows: int) -> State:
        """Return the state of the first look, along directions of chance that are the same at every site."""
        frequent = kept[np.minimum(shares[kept], 1 - shares[kept]) >= RAREST]
        which = frequent[
            np.unique(np.linspace(0, len(frequent) - 1, min(len(frequent), MOST_VARIANTS)).astype(np.int64))
        ]
        begun = {**self.start(), "which": packed(which)}
        if len(which) < 2 * self.directions:
            message = f"There are {len(which)} common variants for {self.count} principal components."
            return {**begun, "problem": f"{message} Ask for fewer components, or name more variants."}
        if rows < FEWEST * self.directions * TURNS:
            message = f"There are {rows} persons for {self.count} principal components."
            return {**begun, "problem": f"{message} Ask for fewer components."}
        chance = np.random.default_rng(SEED).normal(size=(len(which), self.directions))
        return {**begun, "along": _orthogonal(chance).tolist()}

    def is_done(self, state: State) -> bool:
        """Tell whether the components are found, or cannot be."""
        return not self.count or state["values"] is not None or state["problem"] is not None

    def size(self, state: State) -> int:
        """Return how many numbers `local` gives."""
        return len(unpacked(state["which"])) * self.directions + 1

    def labels(self, state: State, names: list[str]) -> tuple[str, ...]:
        """Return the name of each sum; `names` are those of all variants."""
        chosen = [names[index] for index in unpacked(state["which"])]
        told = [f"{name}: sum along direction {place + 1}" for name in chosen for place in range(self.directions)]
        return ("sum of squared standardised copies", *told)

    def local(self, state: State, table: Table, *, shares: Vector) -> Vector:
        """Return the sum of squares, and X'(XV) of the rows of one site."""
        V = np.array(state["along"], dtype=np.float64)
        parts = list(_standardised(table, unpacked(state["which"]), shares=shares))
        places = np.cumsum([0, *(part.shape[1] for part in parts)])
        XV = sum(part @ V[start:stop] for part, start, stop in zip(parts, places, places[1:], strict=False))
        sums = [(part.T @ XV).ravel() for part in parts]
        return np.concatenate([[sum(float((part**2).sum()) for part in parts)], *sums])

    def combine(self, state: State, total: Vector) -> State:
        """Return the state after a look."""
        V, Y = np.array(state["along"], dtype=np.float64), total[1:].reshape(-1, self.directions)
        looked = {**state, "looks": state["looks"] + 1, "variance": float(total[0])}
        if looked["looks"] < TURNS:
            return {**looked, "along": _orthogonal(Y).tolist()}
        inside = V.T @ Y
        values, turned = np.linalg.eigh((inside + inside.T) / 2)
        first = np.argsort(values)[::-1][: self.count]
        along = V @ turned[:, first]
        return {**looked, "along": _signed(along).tolist(), "values": values[first].tolist()}

    def scores(self, state: State, table: Table, *, shares: Vector, rows: int) -> Matrix:
        """Return where each person of a site stands, shape (rows, count), with a variance of about one."""
        V, place = np.array(state["along"], dtype=np.float64), 0
        found = np.zeros((table.rows, self.count))
        for part in _standardised(table, unpacked(state["which"]), shares=shares):
            found += part @ V[place : place + part.shape[1]]
            place += part.shape[1]
        return np.asarray(found / np.sqrt(np.array(state["values"]) / rows))

    def result(self, state: State) -> dict[str, Any]:
        """Return how many variants they are of, and which share of the variance each explains."""
        shares = [value / state["variance"] for value in state["values"] or ()]
        return {"count": self.count, "variants": len(unpacked(state["which"])), "explained": shares}


def _standardised(table: Table, which: npt.NDArray[np.int64], *, shares: Vector) -> Any:
    """Yield the doses of some variants less their mean, over their deviation; 0 where one is not known."""
    place = 0
    for doses in blocks(table, which):
        share = shares[which[place : place + doses.shape[1]]]
        place += doses.shape[1]
        yield np.where(doses == MISSING, 0.0, (doses - 2 * share) / np.sqrt(2 * share * (1 - share)))


def _orthogonal(matrix: Matrix) -> Matrix:
    return _signed(np.linalg.qr(matrix)[0])


def _signed(matrix: Matrix) -> Matrix:
    """Return the columns with their largest entry positive, since a library chooses the sign."""
    largest = np.abs(matrix).argmax(axis=0)
    return np.asarray(matrix * np.sign(matrix[largest, np.arange(matrix.shape[1])]))
