"""What must hold on this machine before a node speaks for an institution."""

import os
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.db import connections

from hansa.kernel.areas import all_areas
from hansa.lib.errors import InvalidError

PRIVATE = (
    "node.toml",
    "keys/signing.pem",
    "keys/sealing.pem",
    "keys/secret",
    "keys/network.pem",
    "keys/network-certificate.pem",
    "hansa.sqlite3",
    "research.duckdb",
)
# What SQLite must answer: write-ahead log, a flush to disk at every commit, patience, and foreign keys.
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "busy_timeout": 20000, "foreign_keys": 1}
CLOCK_SLACK = 300
HANSA = "hansa"


@register(HANSA)
def check_files(app_configs: object = None, **_options: Any) -> list[CheckMessage]:
    """Find the files of the node that others on this machine could read."""
    directory: Path = settings.HANSA_NODE
    open_to_others = [path for path in private_files(directory) if stat.S_IMODE(path.stat().st_mode) & 0o077]
    return [
        Error(f"Others on this machine can read {path}.", hint=f"Close it: chmod go= {path}", id="hansa.E001")
        for path in open_to_others
        if os.name == "posix"
    ]


def private_files(directory: Path) -> Iterator[Path]:
    """Yield the directory and what lies in it that is for its owner alone."""
    for path in (directory, directory / "keys", *(directory / name for name in PRIVATE)):
        if path.exists():
            yield path


@register(HANSA)
def check_clock(app_configs: object = None, **_options: Any) -> list[CheckMessage]:
    """Find a clock that runs before the node was made: letters and agreements are dated by it."""
    made = settings.HANSA_NODE / "node.toml"
    if not made.is_file() or time.time() > made.stat().st_mtime - CLOCK_SLACK:
        return []
    return [Error("The clock of this machine is behind.", hint="Set it, best by NTP, and try again.", id="hansa.E002")]


@register(HANSA)
def check_pragmas(
    app_configs: object = None, databases: Sequence[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """Read back what SQLite was told, since it ignores what it does not understand."""
    faults: list[CheckMessage] = []
    for alias in databases or ():
        if connections[alias].vendor == "sqlite":
            faults.extend(
                Error(f"SQLite answers {name} = {found}, not {PRAGMAS[name]}.", hint="Report this.", id="hansa.E003")
                for name, found in pragmas(alias).items()
                if found != PRAGMAS[name]
            )
    return faults


@register(HANSA)
def check_areas(app_configs: object = None, **_options: Any) -> list[CheckMessage]:
    """Find a line that an area does not understand in its table of node.toml."""
    faults: list[CheckMessage] = []
    for area in all_areas():
        try:
            area.check_lines(settings.NODE.areas.get(area.name, {}))
        except InvalidError as wrong:
            faults.append(Error(wrong.message, hint=wrong.remedy, id="hansa.E004"))
    return faults


def pragmas(alias: str = "default") -> dict[str, str | int]:
    """Return how the open database really behaves."""
    with connections[alias].cursor() as cursor:
        return {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in PRAGMAS}


def demand_soundness() -> None:
    """Raise InvalidError naming the first fault of this node, if there is one."""
    faults = [fault for fault in run_checks(tags=[HANSA], databases=["default"]) if fault.is_serious()]
    if faults:
        raise InvalidError(str(faults[0].msg), str(faults[0].hint or ""))
