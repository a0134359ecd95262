"""The rules about one number or one model: small cells, dominance, parameters, thin columns, leverage."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from hansa.lib.disclosure.catalogue import Finding
from hansa.lib.disclosure.limits import LIMITS, Limits

Numbers = NDArray[np.float64]
Cells = Mapping[str, float] | Iterable[tuple[str, float]]

LARGEST_SHARE = 0.5
LEAST_ROWS = 10  # at a site of fewer rows every value is one of a few
_ROUNDING = 1e-9  # what rounding leaves of a zero, or takes from a whole number


def small_cells(cells: Cells, *, minimum_cell: int) -> list[Finding]:
    """Find counts of a few people, whom others could recognise (Brandt et al. 2010, section 3.1)."""
    return [
        Finding(
            rule="minimum cell",
            place=place,
            message=f"'{place}' stands for fewer than {minimum_cell} people.",
            remedy="Join levels or intervals, or leave the variable out.",
        )
        for place, count in (cells.items() if isinstance(cells, Mapping) else cells)
        if 0 < count < minimum_cell
    ]


def too_few_sites(sites: int, minimum_sites: int) -> list[Finding]:
    """Find totals of so few sites that one could subtract itself and read another."""
    if sites >= minimum_sites:
        return []
    return [
        Finding(
            rule="minimum sites",
            place="sites",
            message=f"{sites} contribute and the clause asks for at least {minimum_sites}.",
            remedy="Wait for a further institution to approve, or ask another one to join.",
        )
    ]


def too_many_parameters(parameters: int, rows: float, *, minimum_cell: int, limits: Limits = LIMITS) -> list[Finding]:
    """Find models that follow single rows instead of describing many.

    At most a third of the rows (DataSHIELD ``nfilter.glm``), and as many degrees of freedom
    left as the minimum cell and the clause ask for (Brandt et al. 2010, section 3.2: ten for both).
    """
    freedom = max(minimum_cell, limits.degrees_of_freedom)
    if 100 * parameters <= limits.parameter_share * rows and (not parameters or rows - parameters >= freedom):
        return []
    return [
        Finding(
            rule="parameters",
            place="model",
            message=f"{parameters} parameters are too many for the rows: the fit would repeat single rows.",
            remedy="Use fewer variables, levels or strata, or more rows.",
        )
    ]


def dominance(values: Numbers, *, place: str, limits: Limits = LIMITS) -> list[Finding]:
    """Find sums in which one value, or two, stand out so far that the sum says them.

    The (1, 50 %) rule, the (2, k %) rule, and the p % rule: whoever holds the second largest value
    must not come that close to the largest (Hundepool et al. 2012, section 4.2.2).
    """
    sizes = np.abs(values[~np.isnan(values)])
    whole = float(sizes.sum())
    if whole == 0:
        return []
    first, second = np.sort(np.append(sizes, 0.0))[:-3:-1].tolist()
    is_shared = first <= LARGEST_SHARE * whole and 100 * (first + second) <= limits.largest_two * whole
    if is_shared and 100 * (whole - first - second) >= limits.closeness * first:
        return []
    return [_dominated(place)]


def concentration(first: float, second: float, *, place: str, minimum_cell: int) -> list[Finding]:
    """Find joint sums behind which the equivalent of a few equal values stands.

    (sum x)^2 / sum x^2 is the number of equal contributors (the inverse of Herfindahl's
    index, Hirschman 1964); for an indicator it is the count itself.
    """
    # The last digits of rounded sums must not refuse exactly minimum_cell contributors.
    if second == 0 or first * first >= minimum_cell * second * (1 - _ROUNDING):
        return []
    return [_dominated(place)]


def thin_columns(design: Numbers, *, columns: Sequence[str], minimum_cell: int) -> list[Finding]:
    """Find columns in which all but a few rows hold one value.

    Multiplied with a variable such a column reads single values (Huth et al. 2022; dsBase
    issue 250). The few are counted against the most common value, so shifting or scaling
    the column hides nothing.
    """
    return [
        Finding(
            rule="thin column",
            place=name,
            message=f"'{name}' sets fewer than {minimum_cell} rows apart from all others.",
            remedy="Join levels, or leave out the term or the condition that singles them out.",
        )
        for name, column in zip(columns, design.T, strict=True)
        if 0 < rows_apart(column) < minimum_cell
    ]


def influence(values: Numbers, *, place: str, limits: Limits = LIMITS) -> list[Finding]:
    """Find a variable of which one row has nearly all the variation, so that a slope is that row's outcome.

    The share is the leverage of the row in a line through this variable alone, less its 1/n (Hoaglin and
    Welsch 1978). Rows elsewhere that vary as little do not thin it, so this is looked at under masks too.
    """
    known = values[~np.isnan(values)]
    squares = (known - known.mean()) ** 2 if len(known) >= LEAST_ROWS else np.zeros(1)
    # Of two values the rarer is counted as a level or found as a thin column.
    if len(np.unique(known)) <= 2 or 100 * squares.max() <= limits.leverage * squares.sum():  # noqa: PLR2004 -- the two values of an indicator
        return []
    return [
        Finding(
            rule="influence",
            place=place,
            message=f"One row has nearly all the variation of '{place}': a slope would say that row's outcome.",
            remedy="Limit the range of the variable in the protocol, or ask for levels instead of its value.",
        )
    ]


def leverage(design: Numbers, *, information: Numbers | None = None, limits: Limits = LIMITS) -> list[Finding]:
    """Find rows which a linear fit goes through, so that the fit says their outcome.

    The leverage of row x is x' (X'X)^-1 x (Hoaglin and Welsch 1978); ``information`` is the
    joint X'X, (columns, columns), if known. The message does not say which row it is.
    """
    product = design.T @ design if information is None else information
    sizes = np.einsum("ij,jk,ik->i", design, np.linalg.pinv(product, hermitian=True), design)
    if not np.any(100 * sizes > limits.leverage):
        return []
    return [
        Finding(
            rule="leverage",
            place="model",
            message="The fit would go through a single row and so repeat its outcome.",
            remedy="Limit the range of the variable, or join the level that only this row has.",
        )
    ]


def rows_apart(column: Numbers) -> int:
    """Count the rows that do not hold the column's most common value."""
    _, counts = np.unique(column, return_counts=True)
    return len(column) - int(counts.max(initial=0))


def _dominated(place: str) -> Finding:
    return Finding(
        rule="dominance",
        place=place,
        message=f"One value makes up so much of '{place}' that its sum would say it.",
        remedy="Limit the range of the variable, use levels instead of its value, or add rows.",
    )
