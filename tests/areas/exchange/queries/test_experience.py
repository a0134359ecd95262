"""What people tell after their stays, found by words, and how long they were there."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.queries import experience
from tests.areas.exchange.scene import YEAR, Scene
from tests.conftest import given


def reported(scene: Scene, text: str, clause: str = "5.1", **changes: Any) -> Mobility:
    """Let the participant report on a stay that has ended."""
    made = scene.nominate(clause, participant="participant")
    with given():
        made.state, made.arrived, made.departed = "departed", date(2026, 10, 1), date(2026, 10, 11)
        made.save()
    about = {"rating": 5, "report": text, "is_shared": True, **changes}
    return actions.mobilities.report(made, by=scene["participant"], **about)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", {"Good surgery, warm people.", "Cold winter."}),
        ("surgery", {"Good surgery, warm people."}),
        ("WARM surgery", {"Good surgery, warm people."}),
        ("warm winter", set()),
        ("coat", {"Cold winter."}),
        ("Karolinska", {"Good surgery, warm people.", "Cold winter."}),
    ],
)
def test_shared_holds_all_of_the_words(scene: Scene, words, found) -> None:
    reported(scene, "Good surgery, warm people.")
    reported(scene, "Cold winter.", advice="Take a coat.")
    reported(scene, "A secret.", is_shared=False)

    assert {row.report for row in experience.shared(words)} == found


def test_shared_narrows_by_kind_partner_and_year(scene: Scene) -> None:
    reported(scene, "Studies.")
    reported(scene, "Training.", "5.3")

    assert [row.report for row in experience.shared("", kind="staff_training")] == ["Training."]
    assert experience.shared("", partner=scene.side.id).count() == 2
    assert not experience.shared("", partner="https://ror.org/00m8d6786").exists()
    assert experience.shared("", year=YEAR).count() == 2
    assert not experience.shared("", year="2027/2028").exists()


def test_shared_is_what_our_own_people_wrote(scene: Scene) -> None:
    made = reported(scene, "Good.")
    with given():
        Mobility.objects.filter(pk=made.pk).update(is_outgoing=False)

    assert not experience.shared("").exists()


def test_shared_is_read_in_one_query(scene: Scene) -> None:
    for number in range(3):
        reported(scene, f"Report {number}.")

    with CaptureQueriesContext(connection) as asked:
        titles = [row.mobility.title for row in experience.shared("report")]

    assert (len(titles), len(asked)) == (3, 1)


def test_nights_lie_between_arrival_and_departure(scene: Scene) -> None:
    ended = reported(scene, "Good.")
    coming = scene.nominate()
    back = Mobility(arrived=date(2026, 10, 1))

    rows = list(experience.ended(YEAR))

    assert (experience.nights(ended), experience.nights(coming), experience.nights(back)) == (10, 0, 0)
    assert rows == [ended]
    assert experience.totals(experience.ended(YEAR)) == {"people": 1, "nights": 10}
    assert list(experience.ended(YEAR, outgoing=False)) == []
    assert list(experience.ended("2027/2028")) == []
