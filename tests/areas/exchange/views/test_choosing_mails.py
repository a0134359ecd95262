"""To whom a mail can be written, as the form offers it."""

from hansa.areas.exchange.views.choosing import choices
from tests.areas.exchange.applying import opened
from tests.areas.exchange.scene import Scene


def test_writing_offers_calls_kinds_and_partners(scene: Scene) -> None:
    call = opened(scene)

    found = choices("mailings.send")

    assert found["call"] == [("", "none"), (str(call.pk), "A term abroad")]
    assert ("staff_training", "staff training") in found["kind"]
    assert found["partner"] == [("", "any"), (scene.side.id, "Karolinska Institutet")]
