"""R-style formulas, parsed once and turned into the same columns at every site.

`expansion.py` turns the text into terms, each a product of factors, and a factor is a
declared variable, `C(variable)` or `log(variable)` and nothing else. Here the protocol's
variables turn terms into columns.

A category enters by treatment contrasts against the first level of the protocol. It gets
one column for each level where R would give it one, by R's own rule: contrasts if the term
without this factor is in the model, all levels if it is not.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from hansa.lib.errors import InvalidError
from hansa.lib.statistics.expansion import REMEDY, Term, expand, tokens_of
from hansa.lib.statistics.table import Table
from hansa.lib.statistics.variables import Variable

MOST_COLUMNS = 200
_CALL = re.compile(r"(C|log)\(([A-Za-z][A-Za-z0-9_]*)\)")
_SURVIVAL = re.compile(r"\s*Surv\(\s*([A-Za-z]\w*)\s*,\s*([A-Za-z]\w*)\s*\)\s*")


@dataclass(frozen=True)
class Part:
    """One factor of a column: a number, its logarithm, or the indicator of a level."""

    variable: str
    code: int | None = None
    level: str = ""
    logarithm: bool = False

    @property
    def name(self) -> str:
        """Return the name a reader sees, as in `age`, `log(age)` or `hormone[yes]`."""
        if self.code is not None:
            return f"{self.variable}[{self.level}]"
        return f"log({self.variable})" if self.logarithm else self.variable

    def values(self, table: Table) -> npt.NDArray[np.float64]:
        """Return the factor for each row, shape (rows,)."""
        column = table[self.variable]
        values: npt.NDArray[np.float64]
        if self.code is not None:
            values = (column == self.code).astype(np.float64)
        elif self.logarithm:
            values = np.log(column)
        else:
            values = column.astype(np.float64)
        return values

    def bounds(self, variables: Mapping[str, Variable]) -> tuple[float, float] | None:
        """Return the smallest and the largest value the protocol allows, if it says so."""
        if self.code is not None:
            return (0.0, 1.0)
        bounds = variables[self.variable].bounds
        if bounds is None or not self.logarithm:
            return bounds
        return (float(np.log(bounds[0])), float(np.log(bounds[1])))


@dataclass(frozen=True)
class Column:
    """One column of the design: the product of its parts, 1 where there are none."""

    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """Return the name of the coefficient."""
        return ":".join(part.name for part in self.parts) or "Intercept"

    def values(self, table: Table) -> npt.NDArray[np.float64]:
        """Return the column for each row, shape (rows,)."""
        values = np.ones(table.rows)
        for part in self.parts:
            values = values * part.values(table)
        return values

    def bounds(self, variables: Mapping[str, Variable]) -> tuple[float, float] | None:
        """Return the smallest and the largest value the protocol allows, if it says so."""
        low, high = 1.0, 1.0
        for part in self.parts:
            bounds = part.bounds(variables)
            if bounds is None:
                return None
            corners = [a * b for a in (low, high) for b in bounds]
            low, high = min(corners), max(corners)
        return (low, high)


@dataclass(frozen=True)
class Formula:
    """A parsed formula: what is explained, and the columns that explain it."""

    text: str
    response: str
    event: str | None
    columns: tuple[Column, ...]
    variables: Mapping[str, Variable]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return the names of the coefficients, one for each column."""
        return tuple(column.name for column in self.columns)

    @property
    def has_intercept(self) -> bool:
        """Tell whether the first column is the intercept."""
        return bool(self.columns) and not self.columns[0].parts

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Return all variables of the formula, the left side first, each once."""
        right = [part.variable for column in self.columns for part in column.parts]
        left = [self.response] if self.event is None else [self.response, self.event]
        return tuple(dict.fromkeys(left + right))

    @cached_property
    def crossings(self) -> tuple[tuple[str, ...], ...]:
        """Return the sets of categories and booleans whose joint counts the model depends on."""
        found = (
            tuple(p.variable for p in column.parts if self.variables[p.variable].categories) for column in self.columns
        )
        return tuple(dict.fromkeys(names for names in found if names))

    @cached_property
    def indicators(self) -> frozenset[str]:
        """Return the names of the columns that hold an indicator, alone or times something else."""
        found = (c.name for c in self.columns if any(self.variables[p.variable].categories for p in c.parts))
        return frozenset(found)

    def matrix(self, table: Table) -> npt.NDArray[np.float64]:
        """Return the design matrix of a table without missing values, shape (rows, columns)."""
        matrix = np.empty((table.rows, len(self.columns)), order="F")
        for index, column in enumerate(self.columns):
            matrix[:, index] = column.values(table)
        return matrix


def parse(text: str, *, variables: Mapping[str, Variable], survival: bool = False, competing: bool = False) -> Formula:
    """Return the formula; InvalidError says what is not allowed and what is.

    With `survival` the left side is `Surv(time, event)` and there is no intercept; where risks are `competing`, the
    event is a category of causes.
    """
    if tokens_of(text).count("~") != 1:
        raise InvalidError(f"The formula '{text}' does not have one ~ between its two sides.", REMEDY)
    left, right = text.split("~")
    if survival:
        response, event = _survival(left, variables, competing=competing)
    else:
        response, event = _response(left, variables), None
    terms, intercept = expand(tokens_of(right))
    columns = tuple(_columns(terms, intercept=intercept or survival, variables=variables))
    kept = columns[1:] if survival else columns
    formula = Formula(text, response, event, kept, variables)
    _check_columns(formula)
    return formula


def _check_columns(formula: Formula) -> None:
    if not formula.columns:
        raise InvalidError(f"The formula '{formula.text}' explains nothing.", "Name a variable on its right side.")
    twice = {formula.response, formula.event} & {p.variable for c in formula.columns for p in c.parts}
    if twice:
        name = min(str(each) for each in twice)
        raise InvalidError(f"The formula has '{name}' on both sides.", "Remove it from the right side.")


def _survival(left: str, variables: Mapping[str, Variable], *, competing: bool) -> tuple[str, str | None]:
    match = _SURVIVAL.fullmatch(left)
    if match is None:
        raise InvalidError("The left side of a Cox formula is not Surv(time, event).", "Write Surv(time, event) ~ ...")
    time, event = match.groups()
    if _declared(time, variables).type != "number":
        raise InvalidError(f"The time '{time}' is not a number.", "Declare it with type: number and a unit.")
    wanted = "category" if competing else "boolean"
    if _declared(event, variables).type != wanted:
        remedy = "Declare it as a category, no event first." if competing else "Declare it as boolean, or name a cause."
        raise InvalidError(f"The event '{event}' is not a {wanted}.", remedy)
    return time, event


def _response(left: str, variables: Mapping[str, Variable]) -> str:
    name = left.strip()
    if not name.isidentifier():
        raise InvalidError(f"The left side '{name}' is not one variable.", "Write one declared variable before the ~.")
    _declared(name, variables)
    return name


def _declared(name: str, variables: Mapping[str, Variable]) -> Variable:
    if name not in variables:
        raise InvalidError(f"The formula names '{name}', which the protocol does not declare.", REMEDY)
    return variables[name]


def _columns(terms: list[Term], *, intercept: bool, variables: Mapping[str, Variable]) -> Iterator[Column]:
    present = {frozenset(term) for term in terms} | {frozenset[str]()}
    if intercept:
        yield Column(())
    # Without an intercept the first category alone carries the level of the response, as in R.
    full = None if intercept else next((t for t in terms if len(t) == 1 and _is_category(t[0], variables)), None)
    count = 0
    for term in terms:
        choices = []
        for factor in term:
            margin = frozenset(term) - {factor}
            choices.append(_parts(factor, contrast=margin in present and term != full, variables=variables))
        # R lets the first factor of a term vary fastest.
        for parts in product(*reversed(choices)):
            count += 1
            if count > MOST_COLUMNS:
                raise InvalidError(f"The formula has over {MOST_COLUMNS} columns.", "Leave out terms or join levels.")
            yield Column(tuple(reversed(parts)))


def _is_category(factor: str, variables: Mapping[str, Variable]) -> bool:
    name, call = _factor(factor)
    return call != "log" and (variables[name].type == "category" or call == "C") if name in variables else False


def _factor(factor: str) -> tuple[str, str]:
    match = _CALL.fullmatch(factor)
    return (match.group(2), match.group(1)) if match else (factor, "")


def _parts(factor: str, *, contrast: bool, variables: Mapping[str, Variable]) -> list[Part]:
    name, call = _factor(factor)
    variable = _declared(name, variables)
    if call == "log":
        if variable.type != "number" or variable.range is None or variable.range[0] <= 0:
            raise InvalidError(
                f"The formula has log({name}), but the protocol allows values of '{name}' without a logarithm.",
                f"Give '{name}' a range that begins above 0.",
            )
        return [Part(name, logarithm=True)]
    if call == "C" and variable.type == "number":
        raise InvalidError(f"The formula has C({name}), but '{name}' is a number.", "Declare it as a category.")
    if not call and variable.type != "category":
        return [Part(name)]
    levels = list(enumerate(variable.categories))
    return [Part(name, code, level) for code, level in (levels[1:] if contrast else levels)]
