"""What tests of exchange share."""

import pytest

from tests.areas.exchange.scene import Scene


@pytest.fixture
def scene(db: None) -> Scene:
    """Return a node with one partner, under a memorandum about exchange."""
    return Scene()
