"""Find the public test material that lies beside the project, or skip."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "conformance"


def conformance(name: str) -> Path:
    """Return the folder of one set of vectors, or skip the test saying what is missing."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the public vectors '{name}' are not beside the project (../shared/conformance/{name})")
    return folder
