"""The frame of the change under way: who may save a record, and what has moved so far."""

from contextvars import ContextVar
from dataclasses import dataclass, field

from hansa.lib.canonical import JSON
from hansa.lib.errors import RefusedError


@dataclass
class Change:
    """One cause, the moves it made and the letters it sent."""

    cause: dict[str, JSON]
    moves: dict[str, list[str]] = field(default_factory=dict)
    letters: list[str] = field(default_factory=list)
    rings: set[str] = field(default_factory=set)

    def moved(self, urn: str, *, before: str, after: str) -> None:
        """Note that a record went from one state to another."""
        first = self.moves.get(urn, [before])[0]
        self.moves[urn] = [first, after]

    def entry(self) -> dict[str, JSON]:
        """Return what the ledger keeps of this change."""
        moves: JSON = {urn: list(pair) for urn, pair in self.moves.items()}
        return {**self.cause, "moves": moves, "letters": list(self.letters)}


under_way: ContextVar[Change | None] = ContextVar("change", default=None)


def current() -> Change:
    """Return the change under way, or refuse."""
    made = under_way.get()
    if made is None:
        raise RefusedError(
            "A record can only be changed through an action, a letter or a job.",
            "Call the action that does what you want; ACTIONS lists them.",
        )
    return made
