"""Print one table: `python -m benchmarks [NAME ...] [--peers PYTHON] [--write FILE]`."""

import argparse
import importlib
import importlib.metadata
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.rows import HERE, Row, peers_python

NAMES = (
    "secure_sum",
    "decisions",
    "memorandum",
    "ledger_appends",
    "letters",
    "glm",
    "cold_start",
    "exchange_scale",
    "exchange_pages",
    "cohorts",
    "quality",
    "large",
    "gwas",
)
HEAD = ("figure", "Hansa", "target", "met", "peer", "peer in the same run", "ratio")
MARKS = ("<!-- measured -->", "<!-- until here -->")
SHOWN = ("cryptography", "numpy", "scipy", "Django")


def main() -> int:
    """Measure what is asked for and print it as markdown."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or several of {', '.join(NAMES)}")
    parser.add_argument("--peers", help="the Python of the environment in which the peers are installed")
    parser.add_argument("--write", type=Path, help="also put the table into this page, between its two marks")
    given = parser.parse_args()
    if given.peers:
        os.environ["HANSA_PEERS"] = given.peers
    begun = where()
    rows = [row for name in given.names or NAMES for row in measured(name)]
    found = f"{begun}\n\n{table(rows)}"
    print(found)
    if given.write:
        before, _, rest = given.write.read_text().partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        given.write.write_text(f"{before}{MARKS[0]}\n{found}\n{MARKS[1]}{after}")
    return int(any(row.holds is False for row in rows))


def measured(name: str) -> list[Row]:
    """Run one figure's script and say so while it runs."""
    print(f"measuring {name} …", file=sys.stderr)
    try:
        found: list[Row] = importlib.import_module(f"benchmarks.{name}").measure()
    except subprocess.SubprocessError as fault:
        return [Row(figure=name, hansa=f"failed: {str(fault)[-80:]}", target="–", holds=False)]
    return found


def table(rows: list[Row]) -> str:
    """Return the rows as a markdown table."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def where() -> str:
    """Name the machine, the versions and the date."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in SHOWN)
    now = datetime.fromtimestamp(time.time(), UTC)
    return (
        f"Measured on {now:%Y-%m-%d %H:%M} UTC: {processor()}, {os.cpu_count()} cores, "
        f"{memory()} GB, {system()}; Python {platform.python_version()}, {versions}; commit {commit()}; "
        f"peers: {peers_version()}; load average {os.getloadavg()[0]:.1f} when it began."
    )


def processor() -> str:
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def memory() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30)


def system() -> str:
    named = [line.partition("=")[2].strip('"') for line in _lines("/etc/os-release") if line.startswith("PRETTY_NAME")]
    return f"{named[0] if named else platform.system()} ({platform.release().split('-')[0]})"


def commit() -> str:
    done = subprocess.run(
        ["git", "-C", str(HERE), "describe", "--always", "--dirty"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def peers_version() -> str:
    done = subprocess.run([peers_python(), "--version"], capture_output=True, text=True, check=False)
    return f"{done.stdout.strip()} in an environment of their own"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


if __name__ == "__main__":
    sys.exit(main())
