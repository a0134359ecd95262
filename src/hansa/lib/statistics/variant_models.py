"""What one variant adds to a model that adjusts for the rest: the sums of a site, and what follows from their total.

Linear: the columns Z of the null model and its residuals r are the same for all variants, so with the doses g of one
variant only Z'g and r'g are new; the variant's coefficient follows by the theorem of Frisch, Waugh and Lovell. Where a
variant is not known of everybody, what those persons add to Z'Z, Z'r and r'r is taken off again, so that the model is
the one of the persons of whom it is known.

Logistic: each look of Newton's method at the trial coefficients of a variant is a round, begun at the null model.

A variant not known of few persons only has its mean in their place: sums over these few would be about them.

Frisch and Waugh, Econometrica 1 (1933) 387-401; Lovell, JASA 58 (1963) 993-1010; Chang et al., GigaScience 4 (2015) 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from hansa.lib.genomics.genotypes import MISSING, Doses
from hansa.lib.statistics.estimator import Vector

Matrix = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]
#: Below this share of a dose's own squares the columns of the null model explain it.
NO_PIVOT = 1e-9
#: The square of the last step in standard errors.
SHORT = 1e-14
#: A logarithm of odds beyond this only grows on.
RUNAWAY = 30.0


@dataclass(frozen=True)
class Rows:
    """Hold the columns of the null model, shape (rows, p), and what stands against them, (rows,).

    Of a linear model that is the residual, of a logistic one the outcome.
    """

    Z: Matrix
    against: Vector

    @cached_property
    def products(self) -> Matrix:
        """Return the products of each two columns, shape (rows, p (p + 1) / 2), as an upper triangle."""
        first, second = np.triu_indices(self.Z.shape[1])
        return np.asarray(self.Z[:, first] * self.Z[:, second])


@dataclass(frozen=True)
class Known:
    """Hold the doses of some variants, shape (rows, variants), and of whom they are known or have the mean instead."""

    doses: Matrix
    known: Marks

    @classmethod
    def of(cls, doses: Doses, *, means: Vector, imputed: Marks) -> "Known":
        """Return the doses with the `means`, shape (variants,), in the place of what `imputed` variants lack."""
        filled = doses.astype(np.float64)
        known = doses != MISSING
        if not known.all():
            lacking = ~known
            filled[lacking] = np.broadcast_to(np.where(imputed, means, 0.0), doses.shape)[lacking]
            known |= imputed
        return cls(filled, known)


def linear_sums(rows: Rows, known: Known, *, partial: Marks) -> list[Vector]:
    """Return Z'g and r'g of each variant; of the `partial` ones also Z'Z, Z'r and r'r of those not known."""
    crossed = rows.Z.T @ known.doses
    found = [*crossed, rows.against @ known.doses]
    lacking = (~known.known[:, partial]).astype(np.float64)
    products = np.column_stack([rows.products, rows.Z * rows.against[:, None], rows.against**2])
    return [*found, *(products.T @ lacking)]


def linear_numbers(p: int) -> tuple[int, int]:
    """Return how many numbers each variant has, and how many more each of those not known of everybody."""
    return p + 1, p * (p + 1) // 2 + p + 1


def linear_labels(columns: Sequence[str], response: str) -> tuple[list[str], list[str]]:
    """Return the name of each number of `linear_sums`: those of all variants, and those of the partial ones."""
    rest = [f"{one} × rest of {response}" for one in columns]
    lacking = [*_pairs(columns), *rest, f"squared rest of {response}"]
    return [f"{one} × copies" for one in (*columns, f"rest of {response}")], [f"{one} if unknown" for one in lacking]


def logistic_labels(columns: Sequence[str], response: str) -> list[str]:
    """Return the name of each number of `logistic_sums`."""
    score = [f"{one} × (observed - expected {response})" for one in (*columns, "copies")]
    weighed = [*_pairs(columns), *(f"{one} × copies" for one in columns), "squared copies"]
    return [*score, *(f"{one} × weight" for one in weighed)]


def labelled(variants: Sequence[str], sums: Sequence[str]) -> tuple[str, ...]:
    """Return the name of each sum for each variant, a sum after the other."""
    return tuple(f"{variant}: sum of {one}" for one in sums for variant in variants)


def _pairs(columns: Sequence[str]) -> list[str]:
    return [f"{one} × {two}" for place, one in enumerate(columns) for two in columns[place:]]


def linear_estimates(
    sums: Matrix, taken: Matrix, *, information: Matrix, squares: Vector, deviance: Vector
) -> tuple[Vector, Vector]:
    """Return the coefficient of each variant and its squared error times the degrees of freedom; NaN if explained.

    `sums` are Z'g and r'g, shape (p + 1, variants); `taken` what those not known add, shape (·, variants);
    `squares` are g'g and `deviance` r'r, each of shape (variants,).
    """
    p = len(information)
    pairs = p * (p + 1) // 2
    A = information[None] - unfolded(taken[:pairs], size=p)
    b, rest = -taken[pairs : pairs + p].T, deviance - taken[-1]
    c, e = sums[:p].T, sums[p]
    solved = np.linalg.solve(A, np.stack([c, b], axis=2))
    of_c, of_b = solved[:, :, 0], solved[:, :, 1]
    left = squares - (c * of_c).sum(axis=1)
    explained = left <= NO_PIVOT * squares
    left = np.where(explained, np.nan, left)
    effect = (e - (c * of_b).sum(axis=1)) / left
    residual = rest - (b * of_b).sum(axis=1) - effect**2 * left
    return effect, residual / left


def logistic_sums(rows: Rows, known: Known, *, trial: Matrix) -> list[Vector]:
    """Return score and information of each variant at its trial coefficients, shape (p + 1, variants)."""
    Z, G = rows.Z, known.doses
    mean = expit(Z @ trial[:-1] + G * trial[-1])
    weight = mean * (1 - mean) * known.known
    residual = (rows.against[:, None] - mean) * known.known
    crossed = weight * G
    return [
        *(Z.T @ residual),
        (G * residual).sum(axis=0),
        *(rows.products.T @ weight),
        *(Z.T @ crossed),
        (crossed * G).sum(axis=0),
    ]


def logistic_numbers(p: int) -> int:
    """Return how many numbers each variant has in a round."""
    return (p + 1) + (p + 1) * (p + 2) // 2


def logistic_step(sums: Matrix, trial: Matrix) -> tuple[Matrix, Vector, Vector, Marks]:
    """Return the next coefficients, the squared step in standard errors, the last one's error, and who fails."""
    p = len(trial) - 1
    score, rest = sums[: p + 1].T, sums[p + 1 :]
    pairs = p * (p + 1) // 2
    information = np.empty((sums.shape[1], p + 1, p + 1))
    information[:, :p, :p] = unfolded(rest[:pairs], size=p)
    information[:, :p, p] = information[:, p, :p] = rest[pairs : pairs + p].T
    information[:, p, p] = rest[-1]
    size = np.sqrt(np.maximum(np.diagonal(information, axis1=1, axis2=2), np.finfo(np.float64).tiny))
    scaled = information / (size[:, :, None] * size[:, None, :])
    fails = np.linalg.eigvalsh(scaled)[:, 0] <= NO_PIVOT
    scaled[fails] = np.eye(p + 1)
    inverse = np.linalg.inv(scaled) / (size[:, :, None] * size[:, None, :])
    move = (inverse @ score[:, :, None])[:, :, 0]
    moved = trial + move.T
    fails |= np.abs(moved[-1]) > RUNAWAY
    return moved, (move * score).sum(axis=1), np.sqrt(inverse[:, -1, -1]), fails


def unfolded(upper: Matrix, *, size: int) -> Matrix:
    """Return symmetric matrices, shape (variants, size, size), from their upper triangles, (pairs, variants)."""
    found = np.empty((upper.shape[1], size, size))
    first, second = np.triu_indices(size)
    found[:, first, second] = found[:, second, first] = upper.T
    return found
