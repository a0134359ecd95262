"""One line of the table, and how the two sides of it are measured."""

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BESIDE = HERE.parents[1] / "venv-bench" / "bin" / "python"


@dataclass(frozen=True)
class Row:
    """Say what was measured, what was asked, and what a peer did in the same run."""

    figure: str
    hansa: str
    target: str
    holds: bool | None
    peer: str = "–"
    theirs: str = "–"
    ratio: str = "–"

    def cells(self) -> tuple[str, ...]:
        met = {True: "yes", False: "**no**", None: "–"}[self.holds]
        return (self.figure, self.hansa, self.target, met, self.peer, self.theirs, self.ratio)


def seconds(run: Callable[[], object], *, times: int = 9) -> float:
    """Return the median of several runs after one that does not count."""
    run()
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        run()
        taken.append(time.perf_counter() - before)
    return statistics.median(taken)


class Bare:
    """Write the same kind of row with sqlite3 alone: the floor that the disk sets at that moment."""

    def __init__(self, file: Path) -> None:
        self.plain = sqlite3.connect(file, isolation_level=None)
        self.plain.execute("PRAGMA journal_mode=WAL")
        self.plain.execute("PRAGMA synchronous=FULL")
        self.plain.execute("CREATE TABLE entry (body TEXT, hashes BLOB)")

    def seconds(self) -> float:
        """Return how long one synced transaction of one row takes now."""
        before = time.perf_counter()
        self.plain.execute("BEGIN IMMEDIATE")
        self.plain.execute("INSERT INTO entry VALUES (?, ?)", ("x" * 200, bytes(64)))
        self.plain.execute("COMMIT")
        return time.perf_counter() - before


def peers_python() -> str:
    """Return the interpreter of the environment in which the peers are installed."""
    beside = str(BESIDE) if BESIDE.exists() else sys.executable
    return os.environ.get("HANSA_PEERS", beside)


def peer(script: str, *arguments: object, timeout: int = 600) -> dict[str, Any]:
    """Run a peer's script, which prints one JSON object, or say why it could not run."""
    # The peers' environment is clean: no telemetry, and nothing of Hansa on the path.
    environment = {**os.environ, "FLWR_TELEMETRY_ENABLED": "0", "PYTHONPATH": ""}
    command = [peers_python(), str(HERE / "peers" / f"{script}.py"), *map(str, arguments)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False, env=environment)
    except subprocess.TimeoutExpired:
        return {"missing": f"not finished after {timeout} s"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        # A whole package that is not there, rather than one part of another version.
        if "ModuleNotFoundError" in last and "." not in last:
            last = "not installed: pip install -r benchmarks/requirements.txt"
        return {"missing": last[:120]}
    return _last_line(done.stdout)


def own(script: str, *arguments: object, timeout: int = 600) -> dict[str, Any]:
    """Run one of our scripts in a process of its own, because Django reads one node a process."""
    command = [sys.executable, "-m", f"benchmarks.{script}", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=timeout, check=True)
    return _last_line(done.stdout)


def _last_line(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
    return found
