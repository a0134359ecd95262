"""Run the federated logistic regression on Flower's real processes: one SuperLink, three SuperNodes.

Everything is on this machine and without TLS (`--insecure`), as in Flower's own how-to. The
time runs from the first process started to the result.
"""

import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import flwr

PROGRAMS = Path(sys.executable).parent
APP = Path(__file__).parent / "flower_glm"
SITES = 3
LONGEST = 150


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def start(name: str, *arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("ab") as log:
        return subprocess.Popen([PROGRAMS / name, *arguments], stdout=log, stderr=log)


def wait_for(port: int) -> None:
    end = time.monotonic() + LONGEST
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def run(folder: Path) -> dict[str, object]:
    # One port carries all interfaces of a SuperLink.
    superlink, *nodes = [free_port() for _ in range(1 + SITES)]
    answer = folder / "answer.json"
    os.environ.update(FLWR_HOME=str(folder), FLWR_TELEMETRY_ENABLED="0", PATH=f"{PROGRAMS}:{os.environ['PATH']}")
    # A SuperNode unpacks the app elsewhere, so the app must be found where it is run.
    (folder / "config.toml").write_text(
        f'[superlink]\ndefault = "here"\n[superlink.here]\naddress = "127.0.0.1:{superlink}"\ninsecure = true\n'
    )
    before = time.perf_counter()
    running = [
        start(
            "flower-superlink",
            "--insecure",
            "--disable-runtime-dependency-installation",
            f"--port={superlink}",
            folder=folder,
        )
    ]
    try:
        wait_for(superlink)
        running += [
            start(
                "flower-supernode",
                "--insecure",
                f"--superlink=127.0.0.1:{superlink}",
                f"--port={port}",
                f"--node-config=partition-id={site}",
                folder=folder,
            )
            for site, port in enumerate(nodes)
        ]
        given = ("run", str(APP), "here", "--run-config", f'answer="{answer}"')
        running.append(start("flwr", *given, folder=folder))
        while not answer.exists():
            if time.perf_counter() - before > LONGEST or running[-1].poll():
                sys.exit("not finished: " + (folder / "log").read_text()[-300:].replace("\n", " "))
            time.sleep(0.05)
        taken = time.perf_counter() - before
        time.sleep(0.5)
        return {**json.loads(answer.read_text()), "seconds": taken}
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=30)


with TemporaryDirectory(ignore_cleanup_errors=True) as name:
    found = run(Path(name))
ends = found["rounds"]
found["round"] = statistics.median(end - start for start, end in itertools.pairwise(ends))
print(json.dumps({"version": flwr.__version__, **found}))
