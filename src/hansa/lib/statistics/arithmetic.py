"""Arithmetic that gives the same bits on every processor.

Every site computes the next public state from the same total, and their results must be byte
for byte the same to be signed by all. Linear algebra libraries choose their order of addition
by processor and number of threads, and mathematical libraries their last digit. So what happens
after the sums were added uses only operations that IEEE 754 rounds exactly (+ - * / sqrt, each on
its own), exactly rounded sums, and decimal logarithms.

The Cholesky factor is the outer-product form (Golub and Van Loan, Matrix Computations (2013)
section 4.2.5); a model has few enough columns for that.
"""

import math
from decimal import Context, Decimal

import numpy as np
import numpy.typing as npt

from hansa.lib.statistics.estimator import Vector

# Twice as many digits as a float holds, so that the rounded logarithm is the nearest float.
_DECIMAL = Context(prec=34)


def logarithm(value: float) -> float:
    """Return the natural logarithm of a positive number."""
    return float(_DECIMAL.ln(Decimal(value)))


def inner(first: Vector, second: Vector) -> float:
    """Return the exactly rounded sum of the rounded products of two vectors of one shape."""
    return math.fsum((first * second).tolist())


def shortened(value: float) -> float:
    """Return a number with ten digits, for those that the last digit of a library touches."""
    return float(f"{value:.10g}")


def dependent_columns(matrix: Vector, *, tolerance: float) -> list[int]:
    """Return the columns of a symmetric matrix, shape (p, p), that earlier columns or nothing explain.

    A column counts as explained when the pivot that is left is below the tolerance times its diagonal.
    """
    rest, found = matrix.copy(), []
    for column in range(len(rest)):
        pivot = rest[column, column]
        if pivot <= tolerance * matrix[column, column]:
            found.append(column)
            continue
        rest -= np.multiply.outer(rest[:, column] / pivot, rest[column])
    return found


def inverse(matrix: Vector) -> npt.NDArray[np.float64]:
    """Return the inverse of a positive definite matrix, shape (p, p), all NaN when it is not one."""
    size = np.sqrt(np.diag(matrix))
    with np.errstate(divide="ignore", invalid="ignore"):
        work = matrix / np.multiply.outer(size, size)
    found = np.eye(len(matrix))
    for column in range(len(matrix)):
        pivot = work[column, column]
        if not pivot > 0:
            return np.full_like(matrix, np.nan)
        row, solved = work[column] / pivot, found[column] / pivot
        factor = work[:, column].copy()
        factor[column] = 0.0
        work -= np.multiply.outer(factor, row)
        found -= np.multiply.outer(factor, solved)
        work[column], found[column] = row, solved
    symmetric: npt.NDArray[np.float64] = (found + found.T) / 2 / np.multiply.outer(size, size)
    return symmetric


def fold(matrix: Vector) -> Vector:
    """Return the upper triangle of a symmetric matrix, row after row."""
    rows, columns = np.triu_indices(len(matrix))
    return np.asarray(matrix[rows, columns], dtype=np.float64)


def unfold(triangle: Vector, *, size: int) -> Vector:
    """Return the symmetric matrix, shape (size, size), of an upper triangle."""
    matrix = np.zeros((size, size))
    rows, columns = np.triu_indices(size)
    matrix[rows, columns] = triangle
    matrix[columns, rows] = triangle
    return matrix
