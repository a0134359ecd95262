"""The funding report and the reports of others, as their pages show them."""

from datetime import date

from django.http import QueryDict

from hansa.areas.exchange import actions
from hansa.areas.exchange.views import overviews
from tests.areas.exchange.scene import YEAR, Scene
from tests.conftest import given


def ended(scene: Scene) -> None:
    """Let a participant have been away for ten nights, and report."""
    made = scene.nominate(participant="participant")
    with given():
        made.state, made.arrived, made.departed = "departed", date(2026, 10, 1), date(2026, 10, 11)
        made.save()
    actions.mobilities.report(made, by=scene["participant"], rating=5, report="Good surgery.", is_shared=True)


def test_funding_shows_partners_and_people(scene: Scene) -> None:
    ended(scene)

    page = overviews.funding(scene["officer"], QueryDict(f"year={YEAR}&way=out"))
    by_partner, people = page["tables"]

    lines = list(by_partner.lines(by_partner.found))
    assert page["lead"] == "1 people stayed 10 nights."
    assert ("outgoing", "studies", 1, 10, 1, 4) in [tuple(line)[3:] for line in lines]
    assert {line[3] for line in lines} == {"outgoing"}
    assert next(iter(people.lines(people.found)))[0] == "Anna Muster"


def test_stories_name_nobody(scene: Scene) -> None:
    ended(scene)

    page = overviews.stories(scene["participant"], QueryDict(f"q=surgery&year={YEAR}"))
    (table,) = page["tables"]

    lines = list(table.lines(table.found))
    assert [line[2:4] for line in lines] == [("5/5", "Good surgery.")]
    assert "Muster" not in str(lines)
