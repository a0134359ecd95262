"""What tests of studies share: the node under test with one partner on paper, or with two."""

from pathlib import Path

import pytest

from tests.areas.studies.scene import Scene
from tests.paper import SOLNA, STOCKHOLM


@pytest.fixture
def two(db: None, tmp_path: Path) -> Scene:
    """Return a node with one partner: two parties, no masks."""
    return Scene(tmp_path)


@pytest.fixture
def three(db: None, tmp_path: Path) -> Scene:
    """Return a node with two partners: three parties, masked sums."""
    return Scene(tmp_path, STOCKHOLM, SOLNA)


@pytest.fixture
def stewarded(db: None, tmp_path: Path) -> Scene:
    """Return a node with one partner under a clause that lets a steward release."""
    return Scene(tmp_path, limits={"release": "steward"})
