"""What tests of exchange share."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.conf import settings

from hansa.areas.exchange.network import membership
from hansa.kernel.identity import own
from tests.areas.exchange.league import ADDRESS, KI, STATS, UU, League, member_keys
from tests.areas.exchange.scene import Scene


@pytest.fixture
def scene(db: None) -> Scene:
    """Return a node with one partner, under a memorandum about exchange."""
    return Scene()


@pytest.fixture
def league(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[League]:
    """Return the node under test as a member of a closed league of the network, with three others."""
    made = League()
    monkeypatch.setattr(settings, "NODE", made.node)
    monkeypatch.setattr(membership, "own", lambda: replace(own(), address=ADDRESS))
    paths = member_keys()
    made.publish(KI, UU, STATS)
    yield made
    for path in paths:
        path.unlink(missing_ok=True)
