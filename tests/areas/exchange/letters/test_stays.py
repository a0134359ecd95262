"""First day, arrival and departure as the host tells them."""

from datetime import date

import pytest

from tests.areas.exchange.scene import ENDS, STARTS, Outgoing, Scene


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    made = Outgoing(scene)
    made.agreed()
    return made


def test_days_are_noted_in_their_order(stay: Outgoing) -> None:
    stay.hear("confirmed", starts="2026-10-05", ends="2027-01-29")
    stay.hear("arrived", day="2026-10-04")
    stay.hear("departed", day="2027-01-30")

    found = stay.mobility
    assert (found.starts, found.ends) == (date(2026, 10, 5), date(2027, 1, 29))
    assert (found.arrived, found.departed, found.state) == (date(2026, 10, 4), date(2027, 1, 30), "departed")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"starts": "soon", "ends": str(ENDS)}, "does not name a day"),
        ({"starts": str(ENDS), "ends": str(STARTS)}, "ends before it begins"),
        ({"starts": "2020-01-01", "ends": str(ENDS)}, "outside the memorandum"),
    ],
)
def test_confirmed_days_that_cannot_be_are_refused(stay: Outgoing, scene: Scene, body, said) -> None:
    receipt = scene.say("mobilities.confirmed", stay.mobility, body)

    assert said in receipt.reason
    assert stay.mobility.state == "accepted"


def test_departed_before_the_arrival_is_refused(stay: Outgoing, scene: Scene) -> None:
    stay.hear("confirmed", starts=str(STARTS), ends=str(ENDS))
    stay.hear("arrived", day="2026-10-02")

    receipt = scene.say("mobilities.departed", stay.mobility, {"day": "2026-10-01"})

    assert "before the arrival" in receipt.reason
    assert stay.mobility.state == "arrived"


def test_arrived_before_the_first_day_is_confirmed_is_refused(stay: Outgoing, scene: Scene) -> None:
    receipt = scene.say("mobilities.arrived", stay.mobility, {"day": "2026-10-02"})

    assert "The stay is accepted by the host here" in receipt.reason
