"""Find what a number would say about one person, before it is said.

A release gives somebody away when few stand behind it (a small cell), when one stands in
front of the rest (dominance), when the model has nearly as many parameters as people (a
saturated fit repeats the data), when a column singles out a few rows (the product of an
indicator and a variable is that person's value), or when it differs from an earlier
release by a few rows. A cell that is left out can also be computed from the margins, so
others must be left out beside it.

Two pairs of eyes look. A site looks at its own rows, which nobody else can see, before it
contributes; where its numbers are masked, what is thin only here is a notice, since only
the joint total is ever read. The joint totals are looked at again before anything built
on them leaves. Therefore counts must be added first and sums only after they have passed.

Sources: Hundepool et al. 2012, "Statistical Disclosure Control", chapters 4 and 5; Brandt
et al. 2010, "Guidelines for the checking of output based on microdata research" (ESSnet).
These rules stop known ways of asking; they are not differential privacy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hansa.lib.row_sets import Release, RowSet, distance, isolates

Numbers = NDArray[np.float64]
Cells = Mapping[str, float] | Iterable[tuple[str, float]]

LARGEST_SHARE = 0.5
CLOSENESS = 0.1
PARAMETER_SHARE = 0.33
LARGEST_LEVERAGE = 0.9
_ROUNDING = 1e-9  # what rounding leaves of a zero, or takes from a whole number


@dataclass(frozen=True)
class Finding:
    """Say which rule a number touches, why, and what to do."""

    rule: str
    place: str
    message: str
    remedy: str
    blocks: bool = True


def effective(clause: int, *, protocol: int | None = None, site: int | None = None) -> int:
    """Return the strictest minimum cell of the three; nothing goes below the clause."""
    return max(limit for limit in (clause, protocol, site, 1) if limit is not None)


def check_site(
    *,
    minimum_cell: int,
    masked: bool,
    rows: RowSet | None = None,
    earlier: Sequence[Release] = (),
    variables: Mapping[str, Numbers] | None = None,
    design: Numbers | None = None,
    columns: Sequence[str] = (),
    parameters: int = 0,
) -> list[Finding]:
    """Return what a site finds on its own rows before it contributes.

    ``variables`` are values a mean or sum is asked of, ``design`` is (rows, columns).
    """
    findings = []
    for name, values in (variables or {}).items():
        findings += dominance(values, place=name)
    if design is not None:
        findings += thin_columns(design, columns=columns, minimum_cell=minimum_cell)
        findings += too_many_parameters(parameters, len(design), minimum_cell=minimum_cell)
        findings += leverage(design)
    if masked:
        # Nobody reads this site's numbers alone; the joint totals are judged by check_totals.
        findings = [replace(finding, blocks=False) for finding in findings]
    if rows is not None:
        findings += differencing(rows, earlier, minimum_cell=minimum_cell)
    return findings


def check_totals(
    cells: Cells,
    *,
    minimum_cell: int,
    rows: float,
    parameters: int = 0,
    sums: Mapping[str, tuple[float, float]] | None = None,
    sites: int | None = None,
    minimum_sites: int = 1,
) -> list[Finding]:
    """Return what the joint totals would give away.

    ``sums`` are the sum and the sum of squares of variables that cannot be negative.
    """
    findings = small_cells({"rows": rows}, minimum_cell=minimum_cell)
    findings += small_cells(cells, minimum_cell=minimum_cell)
    findings += too_many_parameters(parameters, rows, minimum_cell=minimum_cell)
    for name, (first, second) in (sums or {}).items():
        findings += concentration(first, second, place=name, minimum_cell=minimum_cell)
    if sites is not None:
        findings += too_few_sites(sites, minimum_sites)
    return findings


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


def too_many_parameters(parameters: int, rows: float, *, minimum_cell: int) -> list[Finding]:
    """Find models that follow single rows instead of describing many.

    At most a third of the rows (DataSHIELD ``nfilter.glm``), and as many degrees of freedom
    left as the minimum cell (Brandt et al. 2010, section 3.2: ten for both).
    """
    if parameters <= PARAMETER_SHARE * rows and (not parameters or rows - parameters >= minimum_cell):
        return []
    return [
        Finding(
            rule="parameters",
            place="model",
            message=f"{parameters} parameters are too many for the rows: the fit would repeat single rows.",
            remedy="Use fewer variables, levels or strata, or more rows.",
        )
    ]


def dominance(values: Numbers, *, place: str) -> list[Finding]:
    """Find sums in which one value stands out so far that the sum says it.

    The (1, 50 %) rule, and the p % rule with p = 10: whoever holds the second largest value
    must not come that close to the largest (Hundepool et al. 2012, section 4.2.2).
    """
    sizes = np.abs(values[~np.isnan(values)])
    whole = float(sizes.sum())
    if whole == 0:
        return []
    first, second = np.sort(np.append(sizes, 0.0))[:-3:-1].tolist()
    if first <= LARGEST_SHARE * whole and whole - first - second >= CLOSENESS * first:
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


def leverage(design: Numbers, *, information: Numbers | None = None) -> list[Finding]:
    """Find rows which a linear fit goes through, so that the fit says their outcome.

    The leverage of row x is x' (X'X)^-1 x (Hoaglin and Welsch 1978); ``information`` is the
    joint X'X, (columns, columns), if known. The message does not say which row it is.
    """
    product = design.T @ design if information is None else information
    sizes = np.einsum("ij,jk,ik->i", design, np.linalg.pinv(product, hermitian=True), design)
    if not np.any(sizes > LARGEST_LEVERAGE):
        return []
    return [
        Finding(
            rule="leverage",
            place="model",
            message="The fit would go through a single row and so repeat its outcome.",
            remedy="Limit the range of the variable, or join the level that only this row has.",
        )
    ]


def differencing(rows: RowSet, earlier: Sequence[Release], *, minimum_cell: int) -> list[Finding]:
    """Find earlier releases which, subtracted from this one, leave a few rows.

    Identical rows leave nothing and are allowed (Denning, Denning and Schwartz 1979, "The
    Tracker"). Combinations of many releases are judged by what they can isolate, beyond what
    the earlier ones do among themselves.
    """
    if not earlier or any(distance(rows, release.rows) == 0 for release in earlier):
        return []
    close = [release for release in earlier if 0 < distance(rows, release.rows) < minimum_cell]
    if close:
        return [_differing(release.name, minimum_cell) for release in close]
    known = [release.rows for release in earlier]
    if isolates([rows, *known], below=minimum_cell, known=known):
        return [_differing("several earlier releases taken together", minimum_cell)]
    return []


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


def _differing(name: str, minimum_cell: int) -> Finding:
    return Finding(
        rule="differencing",
        place=name,
        message=(
            f"The rows differ from {name} by fewer than {minimum_cell}: "
            "subtracting the two results would say what these few have."
        ),
        remedy=f"Use exactly the same rows as before, or change the selection by at least {minimum_cell} rows.",
    )
