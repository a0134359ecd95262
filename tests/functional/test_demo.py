import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def free_ports() -> int:
    """Return the first of three ports in a row that nobody uses."""
    for first in range(18700, 19700, 3):
        try:
            for port in range(first, first + 3):
                with socket.socket() as tried:
                    tried.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no three free ports")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "hansa.cli", "demo", *arguments]


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("HANSA", "DJANGO"))}


def running(directory: Path) -> list[str]:
    """Return the processes that work in a directory."""
    found = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in found.splitlines() if "hansa.cli.demo.hospital" in line and str(directory) in line]


def test_demo_gives_the_joint_result_as_one_json_object(tmp_path):
    directory = tmp_path / "demo"

    played = ("--exit", "--json", "--cohorts", "--exchange")

    done = subprocess.run(
        command(*played, "--port", str(free_ports()), "--directory", str(directory)),
        capture_output=True, text=True, check=False, env=environment(),
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["rows"], told["sites"]) == (686, 3)
    assert set(told["estimates"]) == {"survival", "adjusted", "recurrence"}
    for terms in told["difference"].values():
        assert all(abs(value) < 1e-8 for value in terms.values())
    for name, terms in told["pooled_standard_errors"].items():
        assert all(abs(value - told["standard_errors"][name][term]) < 1e-8 for term, value in terms.items())
    assert set(told["letters"]) == set(told["bytes"]) == set(told["addresses"])
    assert all(count > 0 for count in (*told["letters"].values(), *told["bytes"].values()))
    assert told["rounds"] >= 5
    # The made-up hazard of celecoxib is 0.6 times that of diclofenac.
    assert told["cohorts"]["rows"] == 1950
    assert 0.4 < told["cohorts"]["ratios"]["celecoxib"] < 0.8
    verify_what_is_left(directory)


def verify_what_is_left(directory: Path) -> None:
    """Check each hospital's ledger, and the bundle of the study, with the commands that anyone has."""
    hansa = [sys.executable, "-m", "hansa.cli"]
    for key in ("charite", "institutet", "sjukhuset"):
        ledger = subprocess.run(
            [*hansa, "--node", str(directory / key), "ledger", "verify"],
            capture_output=True, text=True, check=False, env=environment(),
        )  # fmt: skip
        assert (ledger.returncode, ledger.stderr) == (0, "")
    node = [*hansa, "--node", str(directory / "charite")]
    listed = subprocess.run(
        [*node, "studies", "list", "--json"], capture_output=True, text=True, check=True, env=environment()
    )
    file = directory / "study.bundle"
    key = json.loads(listed.stdout)[0]["id"]
    subprocess.run([*node, "studies", "export", key, str(file)], check=True, env=environment(), capture_output=True)
    verified = subprocess.run(
        [*hansa, "verify", str(file)], capture_output=True, text=True, check=False, env=environment(), cwd=directory
    )
    assert (verified.returncode, verified.stderr) == (0, "")


def test_demo_that_is_told_to_end_in_the_middle_leaves_nothing_behind(tmp_path):
    port = free_ports()
    demo = subprocess.Popen(
        command("--exit", "--port", str(port), "--directory", str(tmp_path / "demo")),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(),
    )  # fmt: skip
    begun = next(line for line in demo.stdout if "Three nodes" in line)

    demo.send_signal(signal.SIGTERM)
    demo.communicate(timeout=60)

    assert "each with its own keys" in begun
    await_closed(port)


def test_demo_stays_until_it_is_told_to_end_and_leaves_nothing_behind(tmp_path):
    port = free_ports()
    demo = subprocess.Popen(
        command("--no-cohorts", "--no-exchange", "--port", str(port), "--directory", str(tmp_path / "demo")),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    lines = []
    for line in demo.stdout:
        lines.append(line)
        if "until Ctrl-C" in line:
            break
    with socket.create_connection(("127.0.0.1", port)):
        pass

    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=60)

    assert any("Professor Ingrid Lund" in line for line in lines)
    await_closed(port)


def test_demo_that_is_killed_leaves_nothing_running(tmp_path):
    port = free_ports()
    demo = subprocess.Popen(
        command("--exit", "--port", str(port), "--directory", str(tmp_path / "demo")),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment(),
    )  # fmt: skip
    await_open(port)

    demo.kill()
    demo.wait()

    await_closed(port)


def is_open(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def await_open(port: int) -> None:
    until(lambda: is_open(port), what="the node to answer")


def await_closed(first: int) -> None:
    until(lambda: not any(is_open(port) for port in range(first, first + 3)), what="the nodes to end")
