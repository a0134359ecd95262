"""Which rules apply at a site before it contributes, and on totals before anything is built on them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from hansa.lib.disclosure.catalogue import Finding
from hansa.lib.disclosure.limits import LIMITS, Limits
from hansa.lib.disclosure.numbers import (
    Cells,
    Numbers,
    concentration,
    dominance,
    influence,
    leverage,
    small_cells,
    thin_columns,
    too_few_sites,
    too_many_parameters,
)
from hansa.lib.disclosure.releases import differencing
from hansa.lib.row_sets import Release, RowSet


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
    limits: Limits = LIMITS,
) -> list[Finding]:
    """Return what a site finds on its own rows before it contributes.

    ``variables`` are values a mean or sum is asked of, ``design`` is (rows, columns).
    """
    findings = []
    for name, values in (variables or {}).items():
        findings += dominance(values, place=name, limits=limits)
    if design is not None:
        findings += thin_columns(design, columns=columns, minimum_cell=minimum_cell)
        findings += too_many_parameters(parameters, len(design), minimum_cell=minimum_cell, limits=limits)
        findings += leverage(design, limits=limits)
    if masked:
        # Nobody reads this site's numbers alone; the joint totals are judged by check_totals.
        findings = [replace(finding, blocks=False) for finding in findings]
        findings += _saturated(design, parameters, limits=limits)
    findings += _influential(variables or {}, design, columns=columns, limits=limits)
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
    limits: Limits = LIMITS,
) -> list[Finding]:
    """Return what the joint totals would give away.

    ``sums`` are the sum and the sum of squares of variables that cannot be negative.
    """
    findings = small_cells({"rows": rows}, minimum_cell=minimum_cell)
    findings += small_cells(cells, minimum_cell=minimum_cell)
    findings += too_many_parameters(parameters, rows, minimum_cell=minimum_cell, limits=limits)
    for name, (first, second) in (sums or {}).items():
        findings += concentration(first, second, place=name, minimum_cell=minimum_cell)
    if sites is not None:
        findings += too_few_sites(sites, minimum_sites)
    return findings


def _saturated(design: Numbers | None, parameters: int, *, limits: Limits) -> list[Finding]:
    """Return a finding where all others together, who know the design, could solve our sums for every outcome."""
    rows = 0 if design is None else len(design)
    if not 0 < rows < parameters + limits.own_cell:
        return []
    return [
        Finding(
            rule="parameters",
            place="model",
            message=f"{parameters} parameters are too many for the rows here: the sums would repeat single rows.",
            remedy="Use fewer variables, levels or strata, or take part with more rows.",
        )
    ]


def _influential(
    variables: Mapping[str, Numbers], design: Numbers | None, *, columns: Sequence[str], limits: Limits
) -> list[Finding]:
    """Return each variable of which one row has nearly all the variation, masked or not."""
    places = dict(variables)
    if design is not None:
        places |= dict(zip(columns, design.T, strict=True))
    return [finding for name, values in places.items() for finding in influence(values, place=name, limits=limits)]
