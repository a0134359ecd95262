"""Every fault of a protocol, with its line and what to do, before anybody signs anything.

The text is read first (document.py), then its shape is compared with the closed schema
(schema.py), then the parts are compared with each other: variables that analyses name,
formulas, levels, the time grid. All faults of one step are reported together.
"""

import difflib
from collections.abc import Iterator
from itertools import chain
from typing import Any, TypeAlias

from pydantic import BaseModel, ValidationError

from hansa.lib.duo import look_up
from hansa.lib.errors import InvalidError
from hansa.lib.omop.variables import TAKES
from hansa.lib.statistics import cohort_data
from hansa.lib.statistics.document import Document, Fault, Place, describe, read
from hansa.lib.statistics.expansion import CALLS
from hansa.lib.statistics.kinds import faults
from hansa.lib.statistics.kinds.registry import KINDS
from hansa.lib.statistics.schema import Data, Disclosure, Protocol
from hansa.lib.statistics.variables import Variable

__all__ = ["Fault", "Protocol", "check", "parse"]

Finding: TypeAlias = tuple[Place, str, str]

# A protocol comes from another house, and every number it asks for is computed, labelled and shown at each party.
MOST_LEVELS = 1_000
MOST_ANALYSES = 100
MOST_SUMS = 100_000

PLAIN = (
    ("string_type", "This is not text.", "Write text, in quotes where it looks like a number."),
    (
        "string_pattern_mismatch",
        "This is not written as it should be.",
        "Use letters, digits and _ in a name; DUO: and seven digits in a purpose.",
    ),
    ("string_too_short", "This is empty.", "Write something here."),
    ("too_short", "This is empty.", "Name at least one."),
    ("int_", "This is not a whole number.", "Write a whole number without quotes."),
    ("float_type", "This is not a number.", "Write a number without quotes."),
    ("tuple_type", "This is not a list.", "Write a list: [first, second]."),
    ("dict_type", "This is not a set of keys with values.", "Write {key: value}."),
    ("model_", "This is not a set of keys with values.", "Write {key: value}."),
)


def parse(text: str, *, name: str = "protocol") -> Protocol:
    """Return the protocol in a YAML or JSON text; InvalidError names the first fault and its line."""
    protocol, faults = _examine(text)
    if protocol is None:
        more = f" There are {len(faults) - 1} more faults." if len(faults) > 1 else ""
        first = faults[0]
        where = f"{name}, line {first.line}{', ' if first.place else ''}{first.place}"
        raise InvalidError(f"{where}: {first.message}{more}", first.remedy)
    return protocol


def check(text: str) -> list[Fault]:
    """Return every fault of a protocol's text, in the order of its lines; an empty list is a sound protocol."""
    return _examine(text)[1]


def _examine(text: str) -> tuple[Protocol | None, list[Fault]]:
    document = read(text)
    if document.faults:
        return None, list(document.faults)
    _quote_levels(document.value)
    try:
        protocol = Protocol.model_validate(document.value)
    except ValidationError as error:
        errors = _told_once(error)
        explained = [_explained(document, each) for each in errors]
        return None, _sorted(document, explained + _besides(document.value, errors))
    found = _sorted(document, list(_inconsistencies(protocol)))
    return (None if found else protocol), found


def _told_once(error: ValidationError) -> list[dict[str, Any]]:
    """Return what pydantic found, without calling a list empty because each thing in it is malformed."""
    found: list[dict[str, Any]] = [dict(each) for each in error.errors()]
    inside = {each["loc"][:depth] for each in found for depth in range(len(each["loc"]))}
    return [each for each in found if each["type"] != "too_short" or each["loc"] not in inside]


def _besides(value: Any, errors: list[dict[str, Any]]) -> list[Finding]:
    """Find what else is wrong where only analyses are malformed, so that a writer sees all faults at once."""
    places = [each["loc"] for each in errors]
    if any(place[:1] != ("analyses",) or len(place) == 1 for place in places):
        return []
    malformed = {place[1] for place in places}
    sound = [analysis for position, analysis in enumerate(value["analyses"]) if position not in malformed]
    if not sound:
        return []
    protocol = Protocol.model_validate({**value, "analyses": sound})
    # Analyses have moved up, so only what is said elsewhere still stands on its line.
    return [finding for finding in _inconsistencies(protocol) if finding[0][0] != "analyses"]


def _quote_levels(value: Any) -> None:
    """Turn whole numbers among levels and codings into text, in place."""
    data = value.get("data") if isinstance(value, dict) else None
    variables = data.get("variables") if isinstance(data, dict) else None
    for variable in variables.values() if isinstance(variables, dict) else ():
        if not isinstance(variable, dict):
            continue
        if isinstance(variable.get("levels"), list):
            variable["levels"] = [_quoted(level) for level in variable["levels"]]
        if isinstance(variable.get("coding"), dict):
            variable["coding"] = {key: _quoted(level) for key, level in variable["coding"].items()}


def _quoted(level: Any) -> Any:
    return str(level) if isinstance(level, int) and not isinstance(level, bool) else level


def _sorted(document: Document, findings: list[Finding]) -> list[Fault]:
    faults = [Fault(document.line(place), describe(place), message, remedy) for place, message, remedy in findings]
    return sorted(faults, key=lambda fault: fault.line)


def _explained(document: Document, error: dict[str, Any]) -> Finding:
    """Return what pydantic found, in plain words and without the steps that are not in the text."""
    location = tuple(error["loc"])
    place = _in_text(document, location)
    kind, name = error["type"], str(location[-1]) if location else ""
    if kind == "missing":
        return place, f"The key '{name}' is missing.", f"Add '{name}:' here."
    if kind == "extra_forbidden":
        return place, f"The key '{name}' is not known here.", _suggestion(name, location)
    if kind.startswith("union_tag"):
        return place, *_untagged(kind, is_variable=location[0] == "data")
    for beginning, message, remedy in PLAIN:
        if kind.startswith(beginning):
            return place, message, remedy
    message = str(error["msg"]).removesuffix(".").replace("Input should", "This should")
    return place, f"{message}.", "Correct the value."


def _untagged(kind: str, *, is_variable: bool) -> tuple[str, str]:
    """Return what is wrong where nothing says, or something unknown, which of several shapes is meant."""
    if is_variable:
        known = ", ".join(TAKES)
        if kind == "union_tag_not_found":
            return "It does not say what is taken.", f"Add 'take:', one of {known}."
        return "What is to be taken is not known.", f"Use one of {known}."
    known = ", ".join(KINDS)
    if kind == "union_tag_not_found":
        return "The analysis does not say its kind.", f"Add 'kind:', one of {known}."
    return "The kind of the analysis is not known.", f"Use one of {known}."


def _in_text(document: Document, location: Place) -> Place:
    """Return the place without the kind that pydantic adds below each analysis and the mark of keys."""
    place: Place = ()
    for step in location:
        tag = step in KINDS and len(place) == 2 and place[0] == "analyses"  # noqa: PLR2004 -- analyses, index
        tag = tag or (place[-1:] == ("omop",) and step in TAKES)
        if not tag and step != "[key]":
            place = (*place, step)
    return place


def _suggestion(name: str, location: Place) -> str:
    known = sorted(_schema(location).model_fields)
    near = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean '{near[0]}'?" if near else f"Known keys here: {', '.join(known)}."


def _schema(location: Place) -> type[BaseModel]:
    if location[0] == "analyses":
        return KINDS[str(location[2])].analysis
    if location[0] == "disclosure":
        return Disclosure
    if location[0] == "data":
        if "omop" in location[:-1]:
            return TAKES[str(location[4])]
        return Data if len(location) == 2 else Variable  # noqa: PLR2004 -- data, key
    return Protocol


def _inconsistencies(protocol: Protocol) -> Iterator[Finding]:
    for name, variable in protocol.variables.items():
        place: Place = ("data", "variables", name)
        if name in CALLS:
            yield place, f"'{name}' has a meaning in formulas.", "Give the variable another name."
        for key, message, remedy in _odd_variable(variable):
            yield (*place, key), message, remedy
    names = [analysis.name for analysis in protocol.analyses]
    for index, analysis in enumerate(protocol.analyses):
        place = ("analyses", index)
        if analysis.name in names[:index]:
            yield (*place, "name"), f"Two analyses are called '{analysis.name}'.", "Give each its own name."
        own = KINDS[analysis.kind].faults(analysis, protocol=protocol)
        for key, message, remedy in chain(own, faults.of_sensitivity(analysis, protocol)):
            yield (*place, key), message, remedy
    yield from cohort_data.odd(protocol)
    yield from _odd_panel(protocol)
    yield from _odd_size(protocol)
    yield from _odd_purpose(protocol)


def _odd_panel(protocol: Protocol) -> Iterator[Finding]:
    """Find what is wrong with the variants, and those of which the strand could not be told."""
    panel = protocol.data.panel
    if panel is None:
        return
    if protocol.data.cohorts is not None:
        yield ("data", "panel"), "Cohorts and variants do not go together yet.", "Remove one of them."
    place: Place = ("data", "panel", "variants")
    try:
        variants = panel.parsed
    except InvalidError as error:
        yield place, error.message, error.remedy
        return
    unclear = [variant.text for variant in variants if variant.is_palindromic]
    if unclear and panel.strand != "forward":
        message = f"Of {unclear[0]} (and {len(unclear) - 1} more) no file shows on which strand it is."
        yield place, message, "Leave them out, or write 'strand: forward' where all files are on the forward strand."


def _odd_size(protocol: Protocol) -> Iterator[Finding]:
    """Find what would ask for more sums than anybody can look through."""
    if len(protocol.analyses) > MOST_ANALYSES:
        yield ("analyses",), f"There are {len(protocol.analyses)} analyses.", f"Ask for at most {MOST_ANALYSES}."
    asked = 0.0
    for index, analysis in enumerate(protocol.analyses):
        asked += KINDS[analysis.kind].numbers(analysis, protocol=protocol)
        if asked > MOST_SUMS:
            message = f"The analyses up to here ask for more than {MOST_SUMS} numbers of each institution."
            yield ("analyses", index), message, "Use a wider time grid, fewer levels, or fewer analyses."
            return


def _odd_purpose(protocol: Protocol) -> Iterator[Finding]:
    try:
        look_up(protocol.purpose, place="purpose")
    except InvalidError as error:
        yield ("purpose",), error.message.removeprefix("purpose: "), error.remedy


def _odd_variable(variable: Variable) -> Iterator[tuple[str, str, str]]:
    if variable.type == "number":
        if variable.levels or variable.coding:
            yield "type", "A number has no levels and no coding.", "Declare it as a category, or remove them."
        if variable.range is not None and not variable.range[0] < variable.range[1]:
            yield "range", "The range does not go from a smaller to a larger number.", "Write [smallest, largest]."
        return
    if variable.range is not None or variable.unit:
        yield "type", "Only a number has a range and a unit.", "Remove them, or declare it as a number."
    if variable.type == "boolean" and variable.levels:
        yield "levels", "A boolean has the levels no and yes.", "Remove the levels, or declare it as a category."
    yield from _odd_levels(variable)


def _odd_levels(variable: Variable) -> Iterator[tuple[str, str, str]]:
    levels = variable.categories
    if variable.type == "category" and len(levels) < 2:  # noqa: PLR2004 -- one level says nothing
        yield "levels", "A category needs at least two levels.", "List all levels, the reference first."
    if len(levels) > MOST_LEVELS:
        yield "levels", f"There are {len(levels)} levels.", f"Join them until there are at most {MOST_LEVELS}."
    if len(set(levels)) < len(levels) or "" in levels:
        yield "levels", "A level is empty or stands there twice.", "Give each level its own name."
    unknown = sorted(set(variable.coding.values()) - set(levels))
    if unknown:
        yield "coding", f"The coding leads to '{unknown[0]}', which is no level.", f"Use {', '.join(levels)}."
