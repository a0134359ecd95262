"""Append to a node's ledger, each entry in a transaction of its own that is synced to the disk."""

import json
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.rows import Bare, Row, own, peer

TARGET = 1_000
BEFORE = 20_000
COUNT = 3_000


def measure() -> list[Row]:
    # Beside the project rather than in the temporary directory, which some machines keep in memory.
    with TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".benchmark-") as folder:
        ours = own("ledger_appends", Path(folder) / "node")
        theirs = peer("pymerkle_appends", Path(folder) / "pymerkle.sqlite3", COUNT)
    is_measured = "missing" not in theirs
    rate, bare = COUNT / ours["seconds"], COUNT / ours["bare"]
    return [
        Row(
            figure=f"synced ledger appends a second on SQLite (WAL, synchronous=FULL), after {BEFORE:,} entries",
            hansa=f"{rate:,.0f}/s (p99 {ours['p99'] * 1000:.1f} ms)",
            target=f"≥ {TARGET:,}/s",
            holds=rate >= TARGET,
            peer=f"pymerkle {theirs['version']} SqliteTree, empty at first" if is_measured else "pymerkle",
            theirs=f"{COUNT / theirs['seconds']:,.0f}/s" if is_measured else theirs["missing"],
            ratio=f"{theirs['seconds'] / ours['seconds']:.1f} × as many" if is_measured else "–",
        ),
        Row(
            figure="between them one row written by sqlite3 alone, the floor that this disk sets",
            hansa="–",
            target="–",
            holds=None,
            peer="sqlite3, WAL, synchronous=FULL",
            theirs=f"{bare:,.0f}/s",
            ratio=f"{100 * rate / bare:.0f} % of it",
        ),
        Row(
            figure=f"the whole ledger of {BEFORE + COUNT:,} entries verified",
            hansa=f"{ours['verified']:.2f} s",
            target="–",
            holds=None,
        ),
    ]


def run(directory: Path) -> None:
    """Make a node in this process, append to its ledger and print the seconds."""
    from hansa.node.initialise import initialise  # noqa: PLC0415 - Django reads the node when it is imported

    initialise(directory, institution="https://ror.org/001w7jn25", name="Benchmark")
    from django.db import connection, transaction  # noqa: PLC0415 - as above

    from hansa.kernel import ledger  # noqa: PLC0415 - as above

    body = {"action": "studies.approve", "record": "urn:hansa:study:0", "clause": "4.1", "by": "x" * 64, "note": ""}
    with transaction.atomic():
        for number in range(BEFORE):
            ledger.append({**body, "number": number})
    with connection.cursor() as cursor:
        pragmas = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", 2], pragmas
    taken, bare, alone = [], 0.0, Bare(directory / "bare.sqlite3")
    for number in range(COUNT):
        before = time.perf_counter()
        with transaction.atomic():
            ledger.append({**body, "number": number})
        taken.append(time.perf_counter() - before)
        # In turn, because a disk that others use too is not the same from one second to the next.
        bare += alone.seconds()
    before = time.perf_counter()
    assert ledger.verify() == []
    verified = time.perf_counter() - before
    p99 = statistics.quantiles(taken, n=100)[98]
    print(json.dumps({"seconds": sum(taken), "p99": p99, "bare": bare, "verified": verified}))


if __name__ == "__main__":
    run(Path(sys.argv[1]))
