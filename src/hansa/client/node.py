"""A node, in the name of somebody who works there."""

import os
from functools import cached_property
from types import TracebackType
from typing import Self

from hansa.client.line import Answer, Line
from hansa.client.records import Record, Records
from hansa.client.studies import Studies
from hansa.lib.errors import InvalidError


class Node:
    """A node, in the name of the person whose token is shown."""

    def __init__(self, url: str, token: str, *, timeout: float = 60.0) -> None:
        self.line = Line(url, token, timeout=timeout)

    @cached_property
    def me(self) -> Record:
        """Return who you are here and what you may do."""
        return Record(self.line.get("/me"))

    @cached_property
    def actions(self) -> dict[str, Answer]:
        """Return the node's own description of every action, by name."""
        return {str(about["name"]): about for about in self.line.get("/actions")["actions"]}

    @cached_property
    def studies(self) -> Studies:
        """Return the joint studies."""
        return Studies("studies", line=self.line, actions=lambda: self.actions)

    def letters(self, *, record: str = "", direction: str = "", limit: int = 1000) -> list[Record]:
        """Return the node's letters, newest first: who to whom about what, how large, what became of it."""
        told = self.line.get("/letters", record=record, direction=direction, limit=limit)
        return [Record(row) for row in told["letters"]]

    def close(self) -> None:
        """Hang up."""
        self.line.close()

    def __getattr__(self, noun: str) -> Records:
        if noun.startswith("_") or noun not in self._nouns():
            raise AttributeError(f"This node has no {noun}; it has: {', '.join(sorted(self._nouns()))}.")
        return Records(noun, line=self.line, actions=lambda: self.actions)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._nouns()]

    def __repr__(self) -> str:
        return f"<node at {self.line.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def _nouns(self) -> set[str]:
        return {str(about["noun"]) for about in self.actions.values()}


def connect(url: str, token: str = "", *, timeout: float = 60.0) -> Node:
    """Return a node, in the name of the person whose token is shown; else of HANSA_TOKEN."""
    shown = token or os.environ.get("HANSA_TOKEN", "")
    if not shown:
        raise InvalidError("No token was given.", "Make one on the page of your account, or set HANSA_TOKEN.")
    return Node(url, shown, timeout=timeout)
