"""A hospital as the demo sees it from outside: a process, an address, and its people's tokens."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hansa.cli.demo.cast import HouseRole
from hansa.cli.demo.stage import Stage
from hansa.client import Node
from hansa.lib.errors import UnreachableError

SECONDS_TO_STOP = 0.5


class House:
    """One hospital of the demo."""

    def __init__(self, role: HouseRole, directory: Path, *, listen: str, password: str) -> None:
        self.role, self.directory, self.listen, self.password = role, directory, listen, password
        self.people: dict[str, dict[str, str]] = {}
        self._process: subprocess.Popen[str] | None = None
        self._nodes: dict[str, Node] = {}

    @property
    def url(self) -> str:
        """Return where people open the pages."""
        return f"http://{self.listen}"

    def start(self) -> None:
        """Start the process that makes the node and serves it."""
        log = (self.directory.parent / f"{self.role.key}.log").open("w", encoding="utf-8")
        with log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hansa.cli.demo.hospital"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                # A group of its own, so that Ctrl-C reaches the demo first and it can end the nodes in order.
                start_new_session=True,
                env={**os.environ, "HANSA_NODE": str(self.directory), "PYTHONUTF8": "1"},
            )
        asked = {
            "directory": str(self.directory),
            "institution": self.role.institution,
            "name": self.role.name,
            "address": self.url if self.role.reachable else "",
            "listen": self.listen,
            "language": self.role.language,
            "people": self.role.players,
            "password": self.password,
        }
        self._tell(asked)

    def await_pages(self) -> None:
        """Wait until the node and its people are made and its pages answer."""
        self.people = self._hear()["people"]
        self._hear()

    def complete(self) -> None:
        """Let the administrator add the people who had no part in the story, so that one can sign in as them."""
        missing = {role: name for role, name in self.role.people.items() if role not in self.people}
        if missing:
            self._tell({"people": missing, "password": self.password})
            self.people |= self._hear()["people"]

    def leave(self) -> None:
        """Tell the process to end, without waiting for it."""
        for node in self._nodes.values():
            node.close()
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGTERM)

    def stop(self) -> None:
        """See that the process is gone, whatever it was doing."""
        if self._process is None:
            return
        process, self._process = self._process, None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_STOP)
        # Letters that a partner still waits for hold a node up for long; it loses nothing when it is killed.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def as_(self, role: str) -> Node:
        """Return the node, in the name of the person with a role."""
        if role not in self._nodes:
            self._nodes[role] = Node(self.url, self.people[role]["token"])
        return self._nodes[role]

    def _tell(self, what: dict[str, Any]) -> None:
        process = self._running()
        if process.stdin is not None:
            process.stdin.write(json.dumps(what) + "\n")
            process.stdin.flush()

    def _hear(self) -> dict[str, Any]:
        process = self._running()
        line = process.stdout.readline() if process.stdout is not None else ""
        told: dict[str, Any] = json.loads(line) if line else {}
        if not told or "message" in told:
            log = self.directory.parent / f"{self.role.key}.log"
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise UnreachableError(
                f"The node of {self.role.name} did not start. {told.get('message', ' '.join(last))}",
                str(told.get("remedy", "")),
            )
        return told

    def _running(self) -> "subprocess.Popen[str]":
        if self._process is None:
            raise UnreachableError(f"The node of {self.role.name} does not run.", "Start it first.")
        return self._process


def await_all(houses: list[House]) -> None:
    """Wait until every house answers."""
    for house in houses:
        house.await_pages()


@contextlib.contextmanager
def opened(houses: list[House], *, stage: Stage) -> Iterator[None]:
    """Run all houses, and end them all whatever happens in between."""
    try:
        for house in houses:
            house.start()
        stage.step("Three nodes, each with its own keys, database and people", lambda: await_all(houses))
        yield
    finally:
        for house in houses:
            house.leave()
        for house in houses:
            house.stop()
