"""The records of a node, with a method for each action on them."""

import base64
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hansa.client.line import Answer, Line
from hansa.lib.errors import InvalidError

PAGE = 200


class Record(dict[str, Any]):
    """One record as the node tells it; its facts are attributes too."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"This record has no '{name}'; it has: {', '.join(sorted(self))}.") from None

    def __repr__(self) -> str:
        return f"<{self.get('called', 'record')}: {self.get('state')}, {self.get('id')}>"


# Inside a class that has a method of this name, "list" is no type any more.
Rows = list[Record]


class Verb:
    """An action of the node: call it with its inputs."""

    def __init__(self, about: Answer, line: Line) -> None:
        self._about, self._line = about, line
        self.__name__ = str(about["verb"])
        self.__doc__ = f"{about['title']}\n\n{about['explanation']}"
        self.__signature__ = signature(about)

    def __call__(self, record: "Record | str | None" = None, /, **given: Any) -> Record:
        """Do it and return the record as it is afterwards."""
        noun, verb = self._about["noun"], self._about["verb"]
        wanted = self._about["inputs"].get("properties", {})
        values = {name: sent(value, wanted.get(name, {})) for name, value in given.items()}
        if self._about["makes"]:
            if record is not None:
                raise InvalidError(f"{noun}.{verb} makes a new record.", "Give its inputs by name.")
            return Record(self._line.post(f"/{noun}/{verb}", values))
        if record is None:
            raise InvalidError(f"{noun}.{verb} needs a record.", "Give the record or its id first.")
        return Record(self._line.post(f"/{noun}/{key_of(record)}/{verb}", values))


class Records:
    """The records of one kind, and what can be done with them."""

    def __init__(self, noun: str, *, line: Line, actions: Callable[[], Mapping[str, Answer]]) -> None:
        self.noun, self._line, self._actions = noun, line, actions

    def list(self, *, state: str = "") -> Rows:
        """Return all records, or those in one state, newest first."""
        return list(self._pages(state))

    def get(self, record: "Record | str") -> Record:
        """Return one record with all its facts, as it is now."""
        return Record(self._line.get(f"/{self.noun}/{key_of(record)}"))

    def _pages(self, state: str) -> Iterator[Record]:
        offset = 0
        while True:
            told = self._line.get(f"/{self.noun}/", state=state, offset=offset, limit=PAGE)
            yield from (Record(row) for row in told["records"])
            offset += PAGE
            if offset >= told["count"]:
                return

    def __getattr__(self, verb: str) -> Verb:
        about = self._actions().get(f"{self.noun}.{verb}")
        if about is None:
            known = ", ".join(self._verbs())
            raise AttributeError(f"There is no action {self.noun}.{verb}; there are: {known}.")
        return Verb(about, self._line)

    def __dir__(self) -> Iterable[str]:
        return [*super().__dir__(), *self._verbs()]

    def __repr__(self) -> str:
        return f"<{self.noun} of {self._line.url}>"

    def _verbs(self) -> Sequence[str]:
        return [about["verb"] for about in self._actions().values() if about["noun"] == self.noun]


def key_of(record: "Record | str") -> str:
    """Return the id of a record that is given whole, by id or by URN."""
    text = str(record["id"]) if isinstance(record, dict) else str(record)
    return text.rpartition(":")[2]


def sent(value: Any, wanted: Mapping[str, Any]) -> Any:
    """Return an input as JSON; a path means the file, or what is written in it where no file is wanted."""
    if isinstance(value, list | tuple):
        return [sent(one, wanted) for one in value]
    if not isinstance(value, Path):
        return value
    if is_file(wanted):
        return {"name": value.name, "content": base64.b64encode(value.read_bytes()).decode()}
    return value.read_text(encoding="utf-8")


def is_file(wanted: Mapping[str, Any]) -> bool:
    """Tell whether the schema of an input wants a file, or several, or one that may be left out."""
    inner = [*wanted.get("anyOf", ()), *([wanted["items"]] if "items" in wanted else [])]
    return wanted.get("format") == "file" or any(map(is_file, inner))


def signature(about: Answer) -> inspect.Signature:
    """Return the inputs of an action as Python shows them."""
    schema = about["inputs"]
    required = schema.get("required", [])
    made = [] if about["makes"] else [inspect.Parameter("record", inspect.Parameter.POSITIONAL_ONLY)]
    for name, given in schema.get("properties", {}).items():
        default = inspect.Parameter.empty if name in required else given.get("default")
        made.append(inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default))
    return inspect.Signature(made)
