import os
import signal
import socket
import stat
import subprocess
import sys

import pytest

ROR = "https://ror.org/001w7jn25"


def run(*arguments: str, node: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, because one process works for one node."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HANSA", "DJANGO"))}
    return subprocess.run(
        [sys.executable, "-m", "hansa.cli", *(["--node", node] if node else []), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=os.environ.get("TMPDIR", "/tmp"),
    )


def test_init_makes_a_node_that_works(tmp_path):
    directory = tmp_path / "node"

    made = run("init", str(directory), "--institution", ROR, "--name", "Charité")
    (tmp_path / "password").write_text("a sentence that I know", encoding="utf-8")
    first = run(
        "people", "add", "--username", "ada", "--name", "Ada",
        "--password-file", str(tmp_path / "password"), node=str(directory),
    )  # fmt: skip
    verified = run("ledger", "verify", node=str(directory))

    assert made.returncode == 0, made.stderr
    assert "Its fingerprint: " in made.stdout
    assert stat.S_IMODE((directory / "node.toml").stat().st_mode) == 0o600
    assert (first.returncode, first.stderr) == (0, "")
    assert verified.stdout.startswith("1 entries")


def test_init_leaves_another_node_alone(tmp_path):
    (tmp_path / "something").write_text("x", encoding="utf-8")

    again = run("init", str(tmp_path), "--institution", ROR, "--name", "Charité")

    assert again.returncode == 2
    assert "is not empty" in again.stderr


@pytest.mark.parametrize("command", [("people", "list"), ("serve",)])
def test_command_says_when_there_is_no_node(tmp_path, command):
    said = run(*command, node=str(tmp_path / "nothing"))

    assert said.returncode == 2
    assert said.stderr.startswith("There is no node in")
    assert "hansa init" in said.stderr


def test_rotate_makes_the_next_keys_and_says_their_fingerprint(tmp_path):
    directory = tmp_path / "node"
    run("init", str(directory), "--institution", ROR, "--name", "Charité")

    said = run("rotate", node=str(directory))
    again = run("rotate", node=str(directory))

    assert said.stdout.startswith("The fingerprint of the next keys: ")
    assert sorted(path.name for path in (directory / "keys").glob("next-*")) == ["next-sealing.pem", "next-signing.pem"]
    assert (said.returncode, said.stderr) == (0, "")
    assert "are being changed already" in again.stderr


def test_manage_hands_on_to_django():
    said = run("manage", "check", "--help")

    assert said.returncode == 0
    assert "Checks the entire Django project" in said.stdout


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX systems")
@pytest.mark.parametrize(("command", "words"), [("serve", "The node answers at http://"), ("worker", "does jobs")])
def test_command_runs_until_it_is_told_to_end(tmp_path, command, words):
    directory = tmp_path / "node"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    run("init", str(directory), "--institution", ROR, "--name", "Charité", "--listen", listen)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HANSA", "DJANGO"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "hansa.cli", "--node", str(directory), command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip

    first = process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _rest, errors = process.communicate(timeout=30)

    assert words in first
    assert (process.returncode, errors) == (0, "")
