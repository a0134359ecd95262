"""The checks that programs make: lint, format, types, layers, migrations, and what a clone may not name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources import ROOT, committed, name

BESIDE_PYTHON = Path(sys.executable).parent


def run(*command: str) -> None:
    environment = {**os.environ, "NO_COLOR": "1", "PATH": f"{BESIDE_PYTHON}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=280)

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


def test_ruff_finds_nothing():
    run(sys.executable, "-m", "ruff", "check", ".")


def test_ruff_formats_nothing():
    run(sys.executable, "-m", "ruff", "format", "--check", ".")


def test_mypy_finds_nothing():
    run(sys.executable, "-m", "mypy")


def test_layers_are_kept():
    run("lint-imports")


def test_migrations_are_complete():
    run(sys.executable, "-m", "django", "makemigrations", "--check", "--dry-run")


# Written in pieces, so that this file does not name what it looks for.
INDEXES = ("pypi" + r"\.org", "pythonhosted" + r"\.org", "extra-index" + "-url")
FOLDERS = ("/opt/" + "pypi", "/opt/" + "wheels", "/ro" + "ot/", "/wo" + "rk/", "/ho" + r"me/\w+")
ELSEWHERE = re.compile("|".join(INDEXES + FOLDERS))


@pytest.mark.parametrize("text", ["https://pypi" + ".org/simple", "/ho" + "me/ada/.venv", "--extra-index" + "-url"])
def test_place_of_one_machine_is_recognised(text):
    assert ELSEWHERE.search(text)


def test_no_file_names_a_package_index_or_a_machine():
    found = []
    for path in committed():
        content = path.read_bytes()
        if b"\0" not in content and (hit := ELSEWHERE.search(content.decode("utf-8", errors="replace"))):
            found.append(f"{name(path)}: {hit[0]}")

    assert found == []
