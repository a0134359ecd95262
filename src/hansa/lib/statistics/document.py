"""A YAML or JSON text as plain values, with the line of every one of them.

YAML 1.1 reads `no` as false and `1:30` as ninety, which turns the level "no" of a variable
into something nobody wrote. Here only `true`, `false`, `null`, whole and decimal numbers are
more than text, as in YAML 1.2 and in JSON, which is a part of it. Keys are unique text, and
anchors, aliases and tags are not allowed: a protocol says what it says where it stands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from hansa.lib.shapes import is_clean

Place: TypeAlias = tuple[str | int, ...]

LONGEST_TEXT = 500_000
DEEPEST_NESTING = 32
LARGEST_INTEGER = 2**53 - 1
# What a steward reads must be what is signed: no mark that hides or reorders letters.
HIDING = "There are hidden, control or decomposed characters."


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong in a text: the line (from 1), the place, what is wrong and what to do."""

    line: int
    place: str
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"Line {self.line}{', ' if self.place else ''}{self.place}: {self.message} {self.remedy}"


class _Loader(yaml.SafeLoader):
    """Read only what YAML 1.2 and JSON have in common."""

    yaml_implicit_resolvers: dict[str, Any] = {}


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|Null|NULL|~|)$"), ["n", "N", "~", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^[-+]?[0-9]+$"), list("-+0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$"),
    list("-+.0123456789"),
)

_SCALARS = {"null", "bool", "int", "float", "str"}


@dataclass(frozen=True)
class Document:
    """The values of a text, the line of each place, and the faults of the text itself."""

    value: Any
    lines: dict[Place, int]
    faults: tuple[Fault, ...]

    def line(self, place: Sequence[str | int]) -> int:
        """Return the line of a place, or of what it would stand in when it is absent."""
        known = tuple(place)
        while known not in self.lines and known:
            known = known[:-1]
        return self.lines.get(known, 1)


def describe(place: Sequence[str | int]) -> str:
    """Return a place as a reader writes it, as in `analyses[1].formula`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return text.removeprefix(".")


def read(text: str) -> Document:
    """Return the values of a YAML or JSON text; what is wrong with it stands in the faults."""
    if len(text) > LONGEST_TEXT:
        return _broken(1, f"The text has {len(text)} characters.", remedy=f"Keep it under {LONGEST_TEXT}.")
    try:
        faults = tuple(_refused(text))
        if faults:
            return Document(None, {}, faults)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _broken(
            mark.line + 1 if mark else 1, f"This is not YAML: {error.problem}.", remedy="Check the indentation."
        )
    except yaml.YAMLError:
        return _broken(1, "The text has characters that YAML does not allow.", remedy="Save it as plain UTF-8 text.")
    if node is None:
        return _broken(1, "The text is empty.", remedy="Write the keys of the protocol.")
    lines: dict[Place, int] = {}
    found: list[Fault] = []
    value = _value(node, place=(), lines=lines, faults=found)
    return Document(value, lines, tuple(found))


def _broken(line: int, message: str, *, remedy: str) -> Document:
    return Document(None, {}, (Fault(line, "", message, remedy),))


def _refused(text: str) -> Iterator[Fault]:
    """Yield what the text may not have, before anything is built from it."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = _line(event)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            yield Fault(line, "", "Anchors, aliases and tags are not allowed.", "Write the value where it is needed.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_NESTING:
            yield Fault(line, "", f"The text is nested deeper than {DEEPEST_NESTING}.", "Write it flatter.")
            return


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _value(node: yaml.Node, *, place: Place, lines: dict[Place, int], faults: list[Fault]) -> Any:
    lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place=place, lines=lines, faults=faults)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(each, place=(*place, index), lines=lines, faults=faults) for index, each in enumerate(node.value)
        ]
    value = _scalar(node)
    if isinstance(value, str) and not is_clean(value):
        faults.append(Fault(lines[place], describe(place), HIDING, "Write it with visible characters only."))
    if (isinstance(value, int) and abs(value) > LARGEST_INTEGER) or value in (float("inf"), float("-inf")):
        message = "The number is too large to be exact."
        faults.append(Fault(lines[place], describe(place), message, "Use a smaller number, or put it in quotes."))
    return value


def _mapping(node: yaml.MappingNode, *, place: Place, lines: dict[Place, int], faults: list[Fault]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            faults.append(Fault(line, describe(place), "A key is not text.", "Write each key as one word."))
            continue
        key = str(key_node.value)
        if not is_clean(key):
            faults.append(Fault(line, describe(place), HIDING, "Write it with visible characters only."))
        if key in values:
            message = f"The key '{key}' stands here twice."
            faults.append(Fault(line, describe((*place, key)), message, "Keep one of the two."))
        lines.setdefault((*place, key), line)
        values[key] = _value(value_node, place=(*place, key), lines=lines, faults=faults)
    return values


def _scalar(node: yaml.Node) -> Any:
    text, kind = str(node.value), node.tag.rpartition(":")[2]
    if kind == "int":
        return int(text) if len(text) <= 30 else LARGEST_INTEGER + 1  # noqa: PLR2004 -- past any exact number
    if kind == "float":
        return float(text)
    return {"null": None, "bool": text == "true"}.get(kind, text)
