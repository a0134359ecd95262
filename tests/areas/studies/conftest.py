"""What tests of studies share: the node under test with one partner on paper, or with two."""

from pathlib import Path

import pytest

from tests.areas.studies.databases import connect, database
from tests.areas.studies.inquiring import ask_us
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


@pytest.fixture
def automatic(db, tmp_path):
    """Return a node with two partners and a database, under a clause that lets it answer by itself."""
    scene = Scene(tmp_path, STOCKHOLM, SOLNA, limits={"counting": "automatic", "count_step": 10})
    connect(scene, database(tmp_path / "omop.duckdb"))
    return scene


@pytest.fixture
def asked(two, tmp_path):
    """Return a node that a partner asks under a clause that wants a steward to answer."""
    connect(two, database(tmp_path / "omop.duckdb"))
    ask_us(two)
    return two
