"""Records are found by their id alone, and a text that is none finds nothing."""

from uuid import uuid4

import pytest

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.queries.named import row_named
from tests.areas.exchange.scene import Scene


def test_row_named_finds_by_id(scene: Scene) -> None:
    stay = scene.nominate()

    assert row_named(Mobility.objects.all(), str(stay.pk)) == stay


@pytest.mark.parametrize("key", ["", "nonsense", "1", str(uuid4())])
def test_row_named_finds_nothing_else(scene: Scene, key: str) -> None:
    scene.nominate()

    assert row_named(Mobility.objects.all(), key) is None
