"""Where one can go and how many places are left there."""

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Application
from hansa.areas.exchange.queries import calls
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement
from tests.areas.exchange.applying import agreed, applied, key_of, now, opened
from tests.areas.exchange.scene import CLAUSES, Scene
from tests.conftest import given
from tests.paper import in_force


def test_left_counts_stays_of_every_version_of_the_memorandum(scene: Scene) -> None:
    call = opened(scene)
    scene.nominate()
    with given():
        fewer = [{**CLAUSES[0], "limits": {**CLAUSES[0]["limits"], "places_per_year": 3}}, *CLAUSES[1:]]
        document = {**scene.agreement.document, "version": 2, "previous": scene.agreement.hash, "clauses": fewer}
        Agreement.objects.filter(pk=scene.agreement.pk).update(state="amended")
        in_force(document, scene.side)

    assert calls.left(call) == {scene.side.id: 2}
    assert call.judge("exchange.nominate").permitted


def test_left_is_nothing_where_a_newer_version_gives_nothing(scene: Scene) -> None:
    call = opened(scene)
    with given():
        call.destinations = [{**call.destinations[0], "clause": "9.9"}]
        call.save()

    assert calls.left(call) == {scene.side.id: 0}
    assert not call.judge("exchange.nominate").permitted


def test_left_of_an_agreement_of_the_network(scene: Scene) -> None:
    iia = agreed(places=2)
    call, later = opened(scene, places=[key_of(iia)]), opened(scene, places=[key_of(iia)])
    with given():
        later.year = "2030/2031"
        later.save()
    row = applied(scene, call, wishes=["hei:uu.se"], esi="urn:schac:personalUniqueCode:int:esi:charite.example:1")
    actions.calls.close(call, by=scene["officer"], reason="All are in.")
    row = now(row)
    actions.applications.decide(row, by=scene["officer"], decision="selected", reason="So.", destination="hei:uu.se")

    assert calls.left(now(call)) == {"hei:uu.se": 1}
    assert calls.left(now(call), without=row) == {"hei:uu.se": 2}
    assert calls.left(later) == {"hei:uu.se": 0}


def test_promise_for_a_destination_that_a_call_has_not_counts_nowhere(scene: Scene) -> None:
    row = applied(scene, opened(scene))
    with given():
        row.state, row.outcome = "selected", "https://ror.org/00m8d6786"
        row.save()

    assert calls.promises("2026/2027") == []
    assert Application.objects.filter(state="selected").count() == 1


def test_call_without_destinations_stands_under_nothing(scene: Scene) -> None:
    call = opened(scene)
    call.destinations = []

    assert call.judge("exchange.nominate") is None
    assert call.destination(scene.side.id) is None


def test_names_are_those_that_people_know(scene: Scene) -> None:
    assert calls.names_of([scene.side.id, "hei:uu.se", own().id]) == ["Karolinska Institutet", "uu.se", own().name]


def test_call_reads_by_its_title(scene: Scene) -> None:
    assert str(opened(scene)) == "A term abroad"
