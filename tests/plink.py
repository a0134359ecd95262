"""PLINK 2 as an independent program, where it is installed."""

import os
import shutil
import subprocess

import pytest


def run(*arguments):
    """Run PLINK 2, or skip saying how to get it."""
    if shutil.which("plink2") is None:
        if os.environ.get("HANSA_TEST_ALL"):
            pytest.fail("plink2 is not installed: apt-get install plink2")
        pytest.skip("plink2 is not installed: apt-get install plink2")
    subprocess.run(["plink2", *map(str, arguments)], check=True, capture_output=True)
