"""What the attacks find: the node, the partner on paper and the memorandum of the kernel's tests; and an attacker."""

from pathlib import Path

import pytest

from tests.areas.studies.scene import Scene
from tests.kernel.conftest import bound, kinds, scene
from tests.paper import SOLNA, STOCKHOLM
from tests.security.attacker import OFF, Attacker

__all__ = ["bound", "kinds", "scene"]


@pytest.fixture
def attacker(db: None, tmp_path: Path) -> Attacker:
    """Return two parties who join against this node, under a clause that leaves every figure open."""
    return Attacker(Scene(tmp_path, STOCKHOLM, SOLNA))


@pytest.fixture
def unhindered(db: None, tmp_path: Path) -> Attacker:
    """Return the same two under a clause that switches the rules off, as far as a clause can."""
    return Attacker(Scene(tmp_path, STOCKHOLM, SOLNA, limits=OFF))


@pytest.fixture
def alone(db: None, tmp_path: Path) -> Attacker:
    """Return one partner alone, who reads our sums without masks."""
    return Attacker(Scene(tmp_path, STOCKHOLM))
