"""Secondary suppression: what else to leave out of a table so that a small cell cannot be computed."""

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-9  # what rounding leaves of a zero


def suppress(table: NDArray[np.int64], *, minimum_cell: int) -> NDArray[np.bool_]:
    """Mark the cells to leave out so that none can be computed from those that stay.

    ``table`` is a line whose last number is its total, or a table whose last row and column
    are. Beside each small cell others are left out, smallest first, until in every line at
    least two are hidden that together reach the minimum, and no hidden cell is determined by
    the totals (Gusfield 1988, "A Graph Theoretic Approach to Data Security").
    """
    counts = table.ravel()
    hidden = (counts > 0) & (counts < minimum_cell)
    lines = _lines(table.shape)
    while not hidden.all():
        candidates = _exposed(counts, lines, hidden=hidden, minimum_cell=minimum_cell)
        if candidates is None:
            break
        # A zero protects least, for it is often known from elsewhere: take it last.
        cost = np.where(counts == 0, np.inf, counts.astype(np.float64))
        hidden[candidates[np.argmin(cost[candidates])]] = True
    return hidden.reshape(table.shape)


def _lines(shape: tuple[int, ...]) -> list[NDArray[np.intp]]:
    """Return the places of every line; the last of each is the total of the others."""
    places = np.arange(int(np.prod(shape))).reshape(shape)
    lines = [places] if len(shape) == 1 else [*places, *places.T]
    return [line for line in lines if len(line) > 1]


def _exposed(
    counts: NDArray[np.int64], lines: list[NDArray[np.intp]], *, hidden: NDArray[np.bool_], minimum_cell: int
) -> NDArray[np.intp] | None:
    """Return the shown places of which one must be hidden next, or None if all is well."""
    for line in lines:
        covered = line[hidden[line]]
        # With the total shown, the sum of what is hidden is known and is itself a cell.
        known = 0 if hidden[line[-1]] else int(counts[covered].sum())
        if len(covered) == 1 or 0 < known < minimum_cell:
            return line[~hidden[line]]
    return np.flatnonzero(~hidden) if _is_any_determined(lines, hidden) else None


def _is_any_determined(lines: list[NDArray[np.intp]], hidden: NDArray[np.bool_]) -> bool:
    """Tell whether the totals leave some hidden cell no freedom at all."""
    equations = np.zeros((len(lines) + 1, len(hidden)))
    for equation, line in zip(equations, lines, strict=False):
        equation[line] = 1.0
        equation[line[-1]] = -1.0
    _, sizes, directions = np.linalg.svd(equations[:, hidden])
    free = directions[int(np.sum(sizes > _ROUNDING)) :]
    return bool(np.any(np.all(np.abs(free) < _ROUNDING, axis=0)))
