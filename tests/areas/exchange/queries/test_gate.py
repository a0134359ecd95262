"""The gate before a start: what is missing, what expires, and how many a department can take in a week."""

from datetime import date, timedelta

import pytest

from hansa.areas.exchange.models import Check
from hansa.areas.exchange.queries import gate
from hansa.lib.errors import RefusedError
from tests.areas.exchange.hosting import Incoming, offer
from tests.areas.exchange.scene import ENDS, STARTS, Scene
from tests.conftest import given


@pytest.fixture
def guest(scene: Scene) -> Incoming:
    made = Incoming(scene, "5.2")
    made.agreed()
    return made


def test_missing_names_the_plan_and_every_check(scene: Scene) -> None:
    guest = Incoming(scene, "5.2")

    found = gate.missing(guest.mobility)

    assert found[0] == "a learning agreement or rotation plan signed by all three"
    assert len(found) == 6


def test_missing_asks_for_what_the_host_asked_for_alone(scene: Scene) -> None:
    guest = Incoming(scene)
    guest.agreed()
    with given():
        Check(mobility=guest.made, kind="language", state="submitted").save()

    assert gate.missing(guest.mobility) == ["language level"]


def test_missing_is_nothing_when_all_is_verified(guest: Incoming) -> None:
    guest.verified()

    assert gate.missing(guest.mobility) == []
    gate.demand(guest.mobility)


def test_expiries_are_checks_that_end_before_the_last_day(guest: Incoming) -> None:
    guest.verified()
    guest.hear("verified", kind="licence", authority="Office", valid_until="2026-12-01")
    guest.hear("verified", kind="language", authority="Office", valid_until="")

    found = gate.expiries(guest.mobility)

    assert [(one.check.kind, one.until) for one in found] == [("licence", date(2026, 12, 1))]
    assert gate.expiries(guest.mobility, []) == []


def test_expiring_lists_all_stays_in_one_query(scene: Scene, django_assert_num_queries) -> None:
    soon, later = date(2026, 12, 1), date(2027, 1, 15)
    for until in (later, soon):
        guest = Incoming(scene, "5.2")
        guest.do("accept")
        guest.verified()
        guest.hear("verified", kind="licence", authority="Office", valid_until=str(until))

    with django_assert_num_queries(1):
        found = gate.expiring(60, today=date(2026, 11, 25))
        told = [(one.until, one.check.mobility.partner) for one in found]

    assert told == [(soon, scene.side.id), (later, scene.side.id)]
    assert [one.until for one in gate.expiring(10, today=date(2026, 11, 25))] == [soon]


def test_expiring_leaves_out_stays_that_are_over(guest: Incoming) -> None:
    guest.hear("verified", kind="licence", authority="Office", valid_until="2026-12-01")
    with given():
        mobility = guest.mobility
        mobility.state = "departed"
        mobility.save()

    assert gate.expiring(60, today=date(2026, 11, 25)) == []


@pytest.mark.parametrize("capacity", [None, 1])
def test_demand_capacity_takes_who_fits(scene: Scene, capacity: int | None) -> None:
    ward = offer("https://ror.org/001w7jn25", form="place", capacity=capacity)
    guest = Incoming(scene, offer=None)
    mobility = guest.mobility
    mobility.offer = ward

    gate.demand_capacity(mobility)

    mobility.offer = None
    gate.demand_capacity(mobility)


def test_demand_capacity_names_the_week_that_is_full(scene: Scene) -> None:
    ward = offer("https://ror.org/001w7jn25", form="place", department="Ward 3", capacity=1)
    first, second = Incoming(scene), Incoming(scene)
    with given():
        there = first.mobility
        there.offer, there.state, there.ends = ward, "confirmed", STARTS + timedelta(days=20)
        there.save()
    mobility = second.mobility
    mobility.offer = ward

    with pytest.raises(RefusedError, match="Ward 3 has 1 places a week, and all are taken in the week of 2026-09-28"):
        gate.demand_capacity(mobility)
    mobility.starts = STARTS + timedelta(days=28)
    gate.demand_capacity(mobility)

    assert gate.weeks(date(2026, 10, 1), date(2026, 10, 12)) == [
        date(2026, 9, 28),
        date(2026, 10, 5),
        date(2026, 10, 12),
    ]
    assert mobility.ends == ENDS


def test_plan_in_force_is_the_newest_that_all_signed(guest: Incoming) -> None:
    assert gate.plan_in_force(guest.mobility) == guest.plan


def test_plan_in_force_is_none_before_anybody_signed(scene: Scene) -> None:
    assert gate.plan_in_force(Incoming(scene).mobility) is None
