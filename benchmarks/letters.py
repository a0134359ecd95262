"""Send letters from one node to another over HTTP, each until its receipt is kept.

Two processes with a node each. One letter is: signed and written to the outbox in a synced
transaction, sealed, carried over the loopback, opened, verified, applied and written to the
recipient's ledger in a synced transaction, answered with a sealed receipt and a cosignature,
and the receipt verified and written to the sender's ledger in a third synced transaction.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.rows import Bare, Row, own

TARGET = 0.010
COUNT = 500
BEFORE = 20
KIND = "benchmark.noted"
SENDER, RECIPIENT = "https://ror.org/001w7jn25", "https://ror.org/056d84691"
BODY = {"attempt": 1, "number": 3, "note": "The letter of a round is about as long as this one. " * 10}


def measure() -> list[Row]:
    with TemporaryDirectory(dir=Path(__file__).parents[1], prefix=".benchmark-") as name:
        folder = Path(name)
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
        told = {
            "sender": own("letters", "make", folder / "sender", SENDER, ""),
            "recipient": own("letters", "make", folder / "recipient", RECIPIENT, f"127.0.0.1:{port}"),
        }
        (folder / "told.json").write_text(json.dumps(told))
        command = [sys.executable, "-m", "benchmarks.letters", "serve", str(folder / "recipient")]
        serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert serving.stdout is not None
            serving.stdout.readline()
            ours = own("letters", "send", folder / "sender")
        finally:
            serving.terminate()
            serving.wait(timeout=30)
    return [
        Row(
            figure="a letter with its receipt between two nodes over HTTP, three synced transactions, median",
            hansa=f"{ours['p50'] * 1000:.1f} ms (p99 {ours['p99'] * 1000:.1f} ms)",
            target=f"≤ {TARGET * 1000:.0f} ms",
            holds=ours["p50"] <= TARGET,
            peer="sqlite3, three synced transactions, in turn with the letters",
            theirs=f"{ours['bare'] * 1000:.1f} ms",
            ratio=f"{100 * ours['bare'] / ours['p50']:.0f} % of the letter is the disk",
        )
    ]


def make(directory: Path, institution: str, listen: str) -> None:
    """Make a node and tell its keys."""
    from hansa.node.initialise import initialise  # noqa: PLC0415 - Django reads the node when it is imported

    given = {"address": f"http://{listen}", "listen": listen} if listen else {}
    initialise(directory, institution=institution, name=directory.name, **given)
    from hansa.kernel.identity import own as myself  # noqa: PLC0415 - as above

    me = myself()
    print(json.dumps({"name": me.name, "address": me.address, "identity": me.identity.to_json()}))


def open_node(directory: Path, *, partner: str) -> Any:
    """Start Django on a node and let it know the other one."""
    os.environ.update(HANSA_NODE=str(directory), DJANGO_SETTINGS_MODULE="hansa.node.settings")
    import django  # noqa: PLC0415 - Django reads the node when it is imported

    django.setup()
    from hansa.kernel.change import change  # noqa: PLC0415 - as above
    from hansa.kernel.letters import letter  # noqa: PLC0415 - as above
    from hansa.kernel.models import Partner  # noqa: PLC0415 - as above

    letter(KIND, because="It is only measured.")(lambda _said, _partner: None)
    told = json.loads((directory.parent / "told.json").read_text())[partner]
    with change({"benchmark": "partner"}):
        known = Partner(institution=told["identity"]["id"], state=Partner.State.KNOWN, **told)
        known.save()
    return known


def serve(directory: Path) -> None:
    """Serve the recipient until it is told to stop."""
    open_node(directory, partner="sender")
    from hansa.node.server import serve as run  # noqa: PLC0415 - as above

    run(lambda address: print(address, flush=True))


def send(directory: Path) -> None:
    """Send letters one after the other and print how long each took."""
    partner = open_node(directory, partner="recipient")
    from hansa.kernel.change import change  # noqa: PLC0415 - as above
    from hansa.kernel.courier import Line, deliver  # noqa: PLC0415 - as above
    from hansa.kernel.letters import send as write  # noqa: PLC0415 - as above
    from hansa.kernel.models import Partner  # noqa: PLC0415 - as above

    line = Line(partner.address, who=partner.name)
    taken, bare, alone = [], [], Bare(directory / "bare.sqlite3")
    for number in range(BEFORE + COUNT):
        before = time.perf_counter()
        with change({"benchmark": number}):
            row = write(partner.institution, KIND, record=f"urn:hansa:benchmark:{number}", body=BODY)
        partner = Partner.named(partner.institution)
        assert deliver(row, partner, line=line)
        taken.append(time.perf_counter() - before)
        bare.append(sum(alone.seconds() for _ in range(3)))
        row.refresh_from_db()
        assert row.state == row.State.APPLIED, row.reason
    del taken[:BEFORE]
    p99 = statistics.quantiles(taken, n=100)[98]
    print(json.dumps({"p50": statistics.median(taken), "p99": p99, "bare": statistics.median(bare)}))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(Path(sys.argv[2]), *sys.argv[3:])
    else:
        {"serve": serve, "send": send}[sys.argv[1]](Path(sys.argv[2]))
