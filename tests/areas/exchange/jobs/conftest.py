"""What tests of the network's jobs share."""

from collections.abc import Iterator

import pytest

from hansa.areas.exchange.network import client
from tests.areas.exchange.league import League
from tests.areas.exchange.university import University, opened, publish


@pytest.fixture
def university(league: League) -> Iterator[University]:
    """Return a member of the network that answers on this machine, and that the catalogue names."""
    with opened(University()) as made:
        publish(league, made)
        yield made
        client.hang_up()
