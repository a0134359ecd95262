"""Run R as the independent statistician, or skip saying how to get it."""

import os
import shutil
import subprocess

import pytest


def missing(part: str, remedy: str) -> None:
    """Skip a test whose outside part is absent; fail it where everything must be present."""
    message = f"{part} is not installed; get it with: {remedy}"
    if os.environ.get("HANSA_TEST_ALL"):
        pytest.fail(message)
    pytest.skip(message)


def rscript(code: str) -> str:
    """Return what R prints for a piece of code."""
    program = shutil.which("Rscript")
    if program is None:
        missing("R", "apt-get install --no-install-recommends r-base-core r-recommended")
    done = subprocess.run(
        [program or "Rscript", "--vanilla", "-e", code], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
