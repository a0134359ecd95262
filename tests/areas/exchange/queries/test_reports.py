"""The funding report: who stayed how long, and how the places were used."""

from datetime import date
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from hansa.areas.exchange import actions, stays
from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.queries import reports
from tests.areas.exchange.applying import agreed
from tests.areas.exchange.scene import CLAUSES, YEAR, Scene
from tests.conftest import given


def stayed(scene: Scene, arrived: date | None, departed: date | None, **changes: Any) -> Mobility:
    """Return a stay from here with its days."""
    made = scene.nominate(**changes)
    with given():
        made.arrived, made.departed = arrived, departed
        made.state = "departed" if departed else "arrived" if arrived else "nominated"
        made.save()
    return made


def line(found: list[reports.Line], **wanted: Any) -> reports.Line:
    """Return the one line that is wanted."""
    (one,) = [row for row in found if all(getattr(row, name) == value for name, value in wanted.items())]
    return one


def test_funding_counts_people_nights_and_places(scene: Scene) -> None:
    stayed(scene, date(2026, 10, 1), date(2026, 10, 11))
    stayed(scene, date(2026, 10, 1), date(2027, 1, 31))
    stayed(scene, date(2026, 10, 1), None)
    stayed(scene, None, None)
    scene.nominated()

    found = reports.funding(YEAR)

    studies = line(found, kind="student_studies", is_outgoing=True)
    # Ten nights, and 31 + 30 + 31 + 30 of the longer stay: from the first of October to the last of January.
    assert (studies.participants, studies.nights) == (2, 10 + 122)
    assert (studies.used, studies.given, studies.name) == (4, 4, "Karolinska Institutet")
    back = line(found, kind="student_studies", is_outgoing=False)
    assert (back.participants, back.nights, back.used, back.given) == (0, 0, 1, 4)
    unused = line(found, kind="staff_training", is_outgoing=True)
    assert (unused.used, unused.given) == (0, 10)
    assert len(found) == 6


def test_funding_leaves_out_what_was_cancelled(scene: Scene) -> None:
    actions.mobilities.cancel(scene.nominate(), by=scene["officer"], reason="She fell ill.")

    assert line(reports.funding(YEAR), kind="student_studies", is_outgoing=True).used == 0


def test_funding_counts_agreements_of_the_network_in_their_years(scene: Scene) -> None:
    agreed(places=2)

    now = line(reports.funding(YEAR), partner="hei:uu.se")
    assert (now.given, now.is_outgoing, now.name) == (2, True, "uu.se")
    assert not [row for row in reports.funding("2030/2031") if row.partner == "hei:uu.se"]


def test_funding_counts_clauses_in_the_years_of_their_memorandum(db: None) -> None:
    scene = Scene(clauses=CLAUSES, valid={"from": "2026-01-01", "until": "2027-06-30", "notice_days": 90})

    assert reports.funding("2024/2025") == []
    assert len(reports.funding("2026/2027", partner=scene.side.id)) == 6
    assert reports.funding("2027/2028") == []


def test_funding_of_one_partner(scene: Scene) -> None:
    agreed()

    assert {row.partner for row in reports.funding(YEAR, partner="hei:uu.se")} == {"hei:uu.se"}


def test_funding_asks_the_same_number_of_questions_whatever_there_is(scene: Scene) -> None:
    scene.nominate()
    with CaptureQueriesContext(
        connection,
    ) as few:
        reports.funding(YEAR)
    for _number in range(3):
        scene.nominate()
    with CaptureQueriesContext(connection) as many:
        reports.funding(YEAR)

    assert len(many) == len(few)


def test_cells_stand_under_their_headings(scene: Scene) -> None:
    stayed(scene, date(2026, 10, 1), date(2026, 10, 3))

    cells = line(reports.funding(YEAR), kind="student_studies", is_outgoing=True).cells()

    assert len(cells) == len(reports.headings())
    assert cells == (YEAR, "Karolinska Institutet", scene.side.id, "outgoing", "studies", 1, 2, 1, 4)
    assert reports.funding(YEAR)[0].cells()[3] in {"outgoing", "incoming"}
    assert "incoming" in {row.cells()[3] for row in reports.funding(YEAR)}


def test_years_are_those_in_which_somebody_was_nominated(scene: Scene) -> None:
    scene.nominate()
    later = scene.nominate()
    with given():
        later.starts, later.ends = date(2027, 10, 1), date(2027, 12, 1)
        stays.shape(later, sending=later.sending, receiving=later.receiving)
        later.save()

    assert reports.years() == ["2027/2028", "2026/2027"]
