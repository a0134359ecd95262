"""What is missing before an application can be handed in, and who is next."""

from hansa.areas.exchange.models import Application
from hansa.areas.exchange.queries import applications
from tests.areas.exchange.applying import applied, assessed, now, opened, ranked
from tests.areas.exchange.scene import CLAUSES, Scene, clause


def test_missing_is_nothing_once_it_was_handed_in(scene: Scene) -> None:
    assert applications.missing(applied(scene, opened(scene))) == []


def test_next_is_the_best_ranked_who_wished_for_it(db: None) -> None:
    scene = Scene(clauses=[clause("5.1", "student_studies", places=1, cycle="any", field=0), *CLAUSES[1:]])
    call = opened(scene)
    for name, marks in (("c", "10"), ("a", "90"), ("b", "50")):
        assessed(scene, applied(scene, call, name), marks)
    ranked(scene, call)
    first = Application.objects.get(person__username="a")

    follower = applications.next_waiting(call, scene.side.id, without=first)

    assert follower == Application.objects.get(person__username="b")
    assert applications.next_waiting(call, "hei:uu.se", without=first) is None
    assert applications.free(now(call), scene.side.id) == 0
    assert applications.free(now(call), scene.side.id, without=first) == 1
    assert applications.free(now(call), "hei:uu.se") == 0
