"""What a protocol says about OMOP cohorts: whether it holds together, and how its rows are extracted."""

import json
from collections.abc import Iterator

from hansa.lib.cohorts.compiling import Target, compiled
from hansa.lib.cohorts.expression import CohortExpression
from hansa.lib.cohorts.reading import read
from hansa.lib.errors import InvalidError
from hansa.lib.omop.extraction import Extraction, extraction
from hansa.lib.omop.variables import odd as odd_derivation
from hansa.lib.statistics.document import Place
from hansa.lib.statistics.schema import Protocol

MOST_COHORTS = 20


def odd(protocol: Protocol) -> Iterator[tuple[Place, str, str]]:
    """Find what is wrong with cohorts, and with variables that are taken from them: place, message, remedy."""
    data = protocol.data
    taken = {name: variable for name, variable in data.variables.items() if variable.omop is not None}
    if data.cohorts is None:
        for name in taken:
            message = "There are no cohorts to take it from."
            yield ("data", "variables", name, "omop"), message, "Add 'cohorts:' and 'target:' under data."
        if data.target is not None:
            yield ("data", "target"), "There are no cohorts.", "Add 'cohorts:' under data, or remove the target."
        return
    yield from _odd_cohorts(protocol)
    for name, variable in data.variables.items():
        place: Place = ("data", "variables", name)
        if variable.omop is None:
            yield place, f"'{name}' does not say how it is taken from the cohorts.", "Add 'omop: {take: …}' to it."
            continue
        for message, remedy in odd_derivation(
            variable.omop, kind=variable.type, unit=variable.unit, cohorts=tuple(data.cohorts)
        ):
            yield (*place, "omop"), message, remedy


def _odd_cohorts(protocol: Protocol) -> Iterator[tuple[Place, str, str]]:
    cohorts, target = protocol.data.cohorts or {}, protocol.data.target
    if target is None:
        yield ("data",), "No cohort is named whose persons are studied.", "Add 'target:' with the name of a cohort."
    elif target not in cohorts:
        yield ("data", "target"), f"There is no cohort '{target}'.", f"Use one of {', '.join(cohorts)}."
    if len(cohorts) > MOST_COHORTS:
        yield ("data", "cohorts"), f"There are {len(cohorts)} cohorts.", f"Keep it under {MOST_COHORTS}."
    for name, expression in cohorts.items():
        try:
            # Some constructs are only refused when they are written as SQL.
            compiled(read(json.dumps(expression)), Target())
        except InvalidError as wrong:
            yield ("data", "cohorts", name), wrong.message, wrong.remedy


def expressions(protocol: Protocol) -> dict[str, CohortExpression]:
    """Return the cohorts of a protocol as typed values, by name."""
    return {name: read(json.dumps(expression)) for name, expression in (protocol.data.cohorts or {}).items()}


def extraction_of(protocol: Protocol, *, cdm: str = "main") -> Extraction:
    """Return the SQL that gives the rows of a protocol, one a person of its target cohort."""
    variables = {name: variable.omop for name, variable in protocol.variables.items() if variable.omop is not None}
    return extraction(expressions(protocol), target=str(protocol.data.target), variables=variables, cdm=cdm)
