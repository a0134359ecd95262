"""From the columns a site has to the table a protocol asks for, and what does not fit.

Types, coding and allowed ranges come from the protocol; the data are compared with them value
by value. A finding says in plain words which variable, in how many rows, and what to do; it never
repeats a value, because a value is somebody's. Missing values are counted, not repaired. Data
with a finding that `blocks` are not used before somebody has put it right.

A number that is the same in all but a few rows is an indicator in disguise: sums over it are sums
over these few. Counts of levels are added up over all sites and checked before anything else is
computed, but nobody counts the values of a number; so a site looks at its own rows here, masked
or not, and asks for a boolean or a category instead (Huth et al. 2022; dsBase issue 250).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from hansa.lib.disclosure import rows_apart
from hansa.lib.errors import InvalidError
from hansa.lib.statistics.kinds.kind import Summed
from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.schema import Protocol
from hansa.lib.statistics.table import Column, Table
from hansa.lib.statistics.units import factor, likely_unit
from hansa.lib.statistics.variables import Variable

Texts: TypeAlias = list[str | None]
Found: TypeAlias = tuple[Column, list["Finding"]]

MISSING = frozenset({"", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "."})
BOOLEANS = {"0": 0, "1": 1, "no": 0, "yes": 1, "false": 0, "true": 1, "f": 0, "t": 1, "n": 0, "y": 1}
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Finding:
    """Say what does not fit in one variable, in how many rows, and what to do about it."""

    variable: str
    kind: str
    rows: int
    message: str
    remedy: str
    blocks: bool = True


@dataclass(frozen=True)
class Reading:
    """Hold the table of a site and what was found on the way; misfitting values are missing in it."""

    table: Table
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        """Tell whether the table may be used."""
        return not any(finding.blocks for finding in self.findings)

    def sound_table(self) -> Table:
        """Return the table; InvalidError says the first thing that has to be put right."""
        for finding in self.findings:
            if finding.blocks:
                raise InvalidError(finding.message, finding.remedy)
        return self.table


def read(
    columns: Mapping[str, Any],
    *,
    protocol: Protocol,
    mapping: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
) -> Reading:
    """Return the table of a site from a data frame, or from arrays, lists or Series by column name.

    `mapping` gives the column of a variable and `units` the unit a column is in, where they differ
    from the protocol's.
    """
    columns = {str(name): columns[name] for name in columns}
    rows = _rows(columns)
    wanted: dict[str, Column] = {}
    findings: list[Finding] = []
    for name, variable in protocol.variables.items():
        column = (mapping or {}).get(name, name)
        if column in columns:
            unit = (units or {}).get(name, variable.unit)
            values, found = _read(name, columns[column], variable=variable, unit=unit)
        else:
            values, found = _absent(name, rows, variable=variable, column=column)
        wanted[name] = values
        findings += found
    levels = {name: v.levels for name, v in protocol.variables.items() if v.type == "category"}
    table = Table(wanted, levels, rows)
    if not any(finding.blocks for finding in findings):
        findings += _thin(table, protocol)
    return Reading(table, tuple(findings))


def _thin(table: Table, protocol: Protocol) -> list[Finding]:
    """Return a finding for each number that sets a few rows apart from all others, among the rows it is summed over."""
    found: dict[tuple[str, str], Finding] = {}
    for (name, where), values in _summed(table, protocol):
        apart = rows_apart(values)
        # At a site of a few rows every value is one of a few, and says nothing about how rare it is.
        if 0 < apart < min(protocol.disclosure.minimum_cell, len(values) / 4):
            message = (
                f"'{name}' is the same in all but {_plural(apart, 'row')}{where}; sums over it describe these few."
            )
            remedy = "Ask for a boolean or a category in the protocol, whose counts are checked first, or leave it out."
            found.setdefault((name, where), Finding(name, "thin", apart, message, remedy))
    return list(found.values())


def _summed(table: Table, protocol: Protocol) -> Summed:
    """Yield the numbers of every sum that analyses ask for, by variable and by which rows."""
    complete = table.complete(protocol.model_variables())
    for analysis in protocol.analyses:
        rows = table if analysis.sees_all_rows else complete
        yield from KINDS[analysis.kind].summed(analysis, rows, protocol=protocol)


def _rows(columns: Mapping[str, Any]) -> int:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise InvalidError("The columns of the data do not have the same number of rows.", "Export the data again.")
    rows = lengths.pop()
    if rows == 0:
        raise InvalidError("The data have no rows.", "Check the file or the query that they come from.")
    return rows


def _absent(name: str, rows: int, *, variable: Variable, column: str) -> Found:
    finding = Finding(
        name,
        "absent",
        rows,
        f"The data have no column '{column}' for the variable '{name}'.",
        f"Say which column holds '{name}'.",
    )
    nothing: Column = np.full(rows, -1) if variable.type == "category" else np.full(rows, np.nan)
    return nothing, [finding]


def _texts(column: Any) -> Texts:
    """Return each value as text, None where there is none."""
    if isinstance(column, np.ma.MaskedArray):
        column = [None if gone else value for value, gone in zip(column.data, np.ma.getmaskarray(column), strict=True)]
    return [_text(value) for value in column]


def _text(value: Any) -> str | None:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        if number != number:  # noqa: PLR0124 -- only a NaN differs from itself
            return None
        return str(int(number)) if number.is_integer() else repr(number)
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return str(value).strip()


def _read(name: str, column: Any, *, variable: Variable, unit: str) -> Found:
    """Return a column as the protocol declares it; one of numbers is not written out as text first."""
    dtype = getattr(column, "dtype", None)
    is_numeric = variable.type == "number" and isinstance(dtype, np.dtype) and dtype.kind in "iuf"
    if not is_numeric or isinstance(column, np.ma.MaskedArray):
        return _column(name, _texts(column), variable=variable, unit=unit)
    given = np.asarray(column, dtype=np.float64)
    empty = np.isnan(given)
    values = np.where(np.isfinite(given), given, np.nan)
    broken = ["inf"] * int((~empty & np.isnan(values)).sum())
    return _fitted(name, values, broken=broken, empty=int(empty.sum()), variable=variable, unit=unit)


def _column(name: str, texts: Texts, *, variable: Variable, unit: str) -> Found:
    if variable.type == "number":
        return _numbers(name, texts, variable=variable, unit=unit)
    known, fallback = _codes(variable)
    codes, wrong = _looked_up(texts, known=known, fallback=fallback)
    findings = list(_unknown_levels(name, wrong, texts=texts, variable=variable))
    if variable.type == "boolean":
        column: Column = np.where(codes < 0, np.nan, codes.astype(np.float64))
    else:
        column = codes
    return column, [*findings, *_missing(name, int((codes < 0).sum()) - int(wrong.sum()))]


def _codes(variable: Variable) -> tuple[dict[str, int], Callable[[str], int | None]]:
    """Return the code of each text that the protocol names, and a second look for booleans."""
    levels = {level: code for code, level in enumerate(variable.categories)}
    known = levels | {text: levels[level] for text, level in variable.coding.items()}
    if variable.type == "boolean" and not variable.coding:
        return known, lambda text: BOOLEANS.get(text.lower())
    return known, lambda text: None  # noqa: ARG005 -- a category has the levels of the protocol and no others


def _looked_up(
    texts: Texts, *, known: Mapping[str, int], fallback: Callable[[str], int | None]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the code of each text, -1 for none, and which of them are neither known nor missing."""
    seen: dict[str | None, tuple[int, bool]] = {None: (-1, False)}
    for text in set(texts) - {None}:
        code = known.get(str(text))
        code = fallback(str(text)) if code is None else code
        seen[text] = (-1, text not in MISSING) if code is None else (code, False)
    pairs = [seen[text] for text in texts]
    return np.array([code for code, _ in pairs], dtype=np.int64), np.array([wrong for _, wrong in pairs])


def _unknown_levels(name: str, wrong: npt.NDArray[np.bool_], *, texts: Texts, variable: Variable) -> Iterator[Finding]:
    rows = int(wrong.sum())
    if rows:
        kinds = len({text for text, bad in zip(texts, wrong, strict=True) if bad})
        codes = ", ".join([*variable.coding, *variable.categories])
        yield Finding(
            name,
            "unknown level",
            rows,
            f"The variable '{name}' has {_plural(kinds, 'value')} in {_plural(rows, 'row')} that the protocol does"
            " not name.",
            f"The protocol reads {codes}. Recode the data, or ask for a coding in the protocol.",
        )


def _numbers(name: str, texts: Texts, *, variable: Variable, unit: str) -> Found:
    seen = {text: _number(text) for text in set(texts)}
    values = np.array([seen[text] for text in texts], dtype=np.float64)
    empty = np.array([text is None or text in MISSING for text in texts])
    broken = [text for text, bad in zip(texts, np.isnan(values) & ~empty, strict=True) if bad and text]
    return _fitted(name, values, broken=broken, empty=int(empty.sum()), variable=variable, unit=unit)


def _fitted(
    name: str, values: npt.NDArray[np.float64], *, broken: list[str], empty: int, variable: Variable, unit: str
) -> Found:
    """Return numbers in the protocol's unit and within its range, with what does not fit."""
    findings = list(_broken_numbers(name, broken))
    scale = factor(unit, variable.unit)
    if scale is None:
        message = f"The variable '{name}' is in '{unit}', which cannot be turned into '{variable.unit}'."
        findings.append(Finding(name, "unit", len(values), message, "Recalculate the column, or name its right unit."))
    else:
        values = values * scale
    low, high = variable.range or (-np.inf, np.inf)
    outside = ~np.isnan(values) & ~((values >= low) & (values <= high))
    findings += _outside(name, values, outside=outside, variable=variable)
    values[outside] = np.nan
    return values, [*findings, *_missing(name, empty)]


def _number(text: str | None) -> float:
    if text is None or not _NUMBER.fullmatch(text):
        return float("nan")
    number = float(text)
    return number if np.isfinite(number) else float("nan")


def _broken_numbers(name: str, broken: list[str]) -> Iterator[Finding]:
    if broken:
        commas = all(_NUMBER.fullmatch(text.replace(",", ".", 1)) for text in broken)
        remedy = "Export the data with a decimal point, not a comma." if commas else "Correct these rows or empty them."
        rows = _plural(len(broken), "row")
        yield Finding(name, "broken number", len(broken), f"The variable '{name}' is not a number in {rows}.", remedy)


def _outside(
    name: str, values: npt.NDArray[np.float64], *, outside: npt.NDArray[np.bool_], variable: Variable
) -> Iterator[Finding]:
    rows = int(outside.sum())
    if rows and variable.range is not None:
        low, high = variable.range
        message = f"The variable '{name}' is outside {low:g} to {high:g} {variable.unit}".rstrip()
        known = values[~np.isnan(values)]
        unit = likely_unit(known, unit=variable.unit, bounds=variable.range)
        remedy = f"The column looks as if it were in {unit}: name its unit." if unit else "Correct these rows."
        yield Finding(name, "range", rows, f"{message} in {_plural(rows, 'row')}.", remedy)


def _missing(name: str, rows: int) -> list[Finding]:
    if rows == 0:
        return []
    message = f"The variable '{name}' is missing in {_plural(rows, 'row')}."
    return [Finding(name, "missing", rows, message, "Models leave these rows out.", blocks=False)]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
