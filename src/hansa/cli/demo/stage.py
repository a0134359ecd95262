"""What the terminal shows while the demo plays: the step under way, and how long each took."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Stage:
    """Tells each step as it is done; quiet where a program reads the output."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet = quiet
        self._status: Any = None
        self._console: Any = None

    def __enter__(self) -> Self:
        if not self.quiet:
            from hansa.cli.output import console

            self._console = console()
            self._status = self._console.status("Starting")
            self._status.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _fault: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.end()

    def step(self, words: str, do: Callable[[], T]) -> T:
        """Do one step while the terminal says which."""
        began = time.monotonic()
        self.say(words)
        done = do()
        if not self.quiet:
            self._console.print(f"  {time.monotonic() - began:5.1f} s  {words}")
        return done

    def say(self, words: str) -> None:
        """Say what is under way."""
        if self._status is not None:
            self._status.update(words)

    def end(self) -> None:
        """Stop saying what is under way."""
        if self._status is not None:
            self._status.stop()
