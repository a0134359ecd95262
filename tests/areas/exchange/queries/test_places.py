"""Places: what clauses give in which direction, how many are taken, and the sentence that says so."""

from datetime import date

import pytest

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.models.places import clause_of, place_of, successor, versions
from hansa.areas.exchange.queries import places
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement
from hansa.lib.errors import RefusedError
from tests.areas.exchange.scene import CLAUSES, STARTS, YEAR, Scene, clause
from tests.conftest import given
from tests.paper import in_force


def test_given_names_both_directions_of_every_clause(scene: Scene) -> None:
    found = places.given()

    assert len(found) == 2 * len(CLAUSES)
    assert {place.clause for place in places.given(sending=own().id)} == {"5.1", "5.2", "5.3"}
    assert {place.receiving for place in places.given(receiving=own().id)} == {own().id}
    assert {(place.kind, place.places) for place in found if place.clause == "5.3"} == {("staff_training", 10)}


def test_given_leaves_out_clauses_that_permit_no_nominations(db: None) -> None:
    silent = {**clause("5.2", "doctoral", places=1), "permits": ["exchange.offer"]}
    general = {**clause("5.3", "doctoral", places=1), "limits": {}}
    scene = Scene(clauses=[CLAUSES[0], silent, general])

    assert {place.clause for place in places.given()} == {"5.1"}
    assert {place.clause for place in places.given(to_all=True)} == {"5.1", "5.2"}
    assert place_of(scene.agreement.hash, "5.3", sending=own().id, receiving=scene.side.id) is None


def test_given_keeps_to_the_parties_of_a_clause(db: None) -> None:
    scene = Scene()
    two = {**CLAUSES[0], "parties": [scene.side.id, own().id]}
    one_way = clause("5.2", "doctoral", places=1, sending=own().id)
    with given():
        document = {**scene.agreement.document, "clauses": [two, one_way]}
        scene.agreement.document = document
        scene.agreement.save()

    assert [(p.clause, p.sending) for p in places.given(sending=own().id)] == [("5.1", own().id), ("5.2", own().id)]
    assert [p.clause for p in places.given(receiving=own().id)] == ["5.1"]


@pytest.mark.parametrize("key", ["", "nonsense", "a b c"])
def test_place_named_refuses_what_nobody_gives(scene: Scene, key: str) -> None:
    with pytest.raises(RefusedError, match="No clause in force gives this place") as refused:
        places.place_named(key, sending=own().id)

    assert refused.value.remedy


def test_demand_place_lets_pass_what_belongs_to_no_clause(scene: Scene) -> None:
    places.demand_place(scene.incoming("9.9"))


def test_demand_dates_lets_pass_what_belongs_to_no_memorandum(scene: Scene) -> None:
    places.demand_dates(scene.incoming(agreement="", starts=date(1999, 1, 1)))


@pytest.mark.parametrize("ends", [date(2036, 1, 1), date(2099, 1, 1)])
def test_demand_dates_refuses_a_stay_after_the_last_day(scene: Scene, ends: date) -> None:
    with given():
        document = scene.agreement.document
        document["valid"] = {**document["valid"], "until": "2030-12-31"}
        scene.agreement.save()

    with pytest.raises(RefusedError, match=r"holds from .* to 2030-12-31"):
        places.demand_dates(scene.incoming(ends=ends))


def test_demand_dates_says_that_the_end_is_open(scene: Scene) -> None:
    with given():
        document = scene.agreement.document
        document["valid"] = {**document["valid"], "until": None}
        scene.agreement.save()

    places.demand_dates(scene.incoming(ends=date(2099, 1, 1)))
    with pytest.raises(RefusedError, match="to an open end"):
        places.demand_dates(scene.incoming(starts=date(1999, 1, 1)))


def test_counted_counts_by_direction_in_one_query(scene: Scene, django_assert_num_queries) -> None:
    stays = [scene.nominate(), scene.nominate()]
    scene.nominated()
    with given():
        stays[0].state = "cancelled"
        stays[0].save()

    with django_assert_num_queries(1):
        found = places.counted(YEAR)

    hash_ = scene.agreement.hash
    assert found == {
        (hash_, "5.1", own().id, scene.side.id): 1,
        (hash_, "5.1", scene.side.id, own().id): 1,
    }
    assert places.counted("2001/2002") == {}


def test_taken_under_counts_one_clause_and_direction(scene: Scene) -> None:
    scene.nominate()
    scene.nominate("5.3")
    scene.nominated()

    assert places.taken_under(scene.agreement.hash, "5.1", receiving=scene.side.id, year=YEAR) == 1
    assert places.taken_under(scene.agreement.hash, "5.1", receiving=scene.side.id, year="2001/2002") == 0


def amended(scene: Scene, clauses: list[dict]) -> Agreement:
    """Put a second version of the memorandum in the place of the first."""
    with given():
        document = {**scene.agreement.document, "clauses": clauses, "version": 2, "previous": scene.agreement.hash}
        scene.agreement.state = Agreement.State.AMENDED
        scene.agreement.save()
        return in_force(document, scene.side)


def test_places_of_an_amended_memorandum_go_on_under_its_successor(scene: Scene) -> None:
    for _number in range(3):
        scene.nominate()
    stay = scene.nominate()

    newer = amended(scene, [clause("5.1", "student_studies", places=5, cycle="any", field=0), *CLAUSES[1:]])

    assert successor(scene.agreement.hash, clause="5.1") == newer.hash
    assert set(versions(scene.agreement.hash)) == {scene.agreement.hash, newer.hash}
    assert stay.place().places == 5
    assert stay.others() == 3
    assert stay.request("exchange.accept").agreement == newer.hash


def test_clause_that_was_struck_out_has_no_successor(scene: Scene) -> None:
    amended(scene, CLAUSES[1:])

    assert successor(scene.agreement.hash, clause="5.1") == scene.agreement.hash


def test_memorandum_that_is_not_here_gives_nothing(scene: Scene) -> None:
    assert successor("sha256:0", clause="5.1") == "sha256:0"
    assert versions("sha256:0") == ["sha256:0"]
    assert clause_of("sha256:0", "5.1") is None
    assert place_of("sha256:0", "5.1", sending="a", receiving="b") is None
    assert Mobility(agreement="", clause="", starts=STARTS, ends=STARTS).limits() == {}
