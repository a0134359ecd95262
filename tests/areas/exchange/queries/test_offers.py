"""Under which clause something is offered, and what is wrong with an offer."""

import pytest

from hansa.areas.exchange.models import Offer
from hansa.areas.exchange.models.places import senders
from hansa.areas.exchange.queries import offers
from hansa.kernel.identity import own
from hansa.lib.errors import RefusedError
from tests.areas.exchange.scene import CLAUSES, Scene, clause
from tests.paper import SOLNA


def test_hosted_finds_a_clause_by_key_or_number(scene: Scene) -> None:
    by_number = offers.hosted("5.3")

    assert (by_number.kind, by_number.receiving) == ("staff_training", own().id)
    assert offers.hosted(by_number.key) == by_number


def test_hosted_refuses_what_no_clause_gives(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="No clause in force"):
        offers.hosted(scene.place())


def test_senders_are_those_whom_the_clause_lets_send(db: None) -> None:
    from_here = clause("5.1", "student_studies", places=4, sending=own().id)
    named = {**clause("5.4", "doctoral", places=1), "parties": [own().id, "https://ror.org/056d84691"]}
    scene = Scene(clauses=[from_here, *CLAUSES[1:], named])
    hash_ = scene.agreement.hash

    assert senders(hash_, "5.1", host=scene.side.id) == [own().id]
    assert senders(hash_, "5.1", host=own().id) == []
    assert senders(hash_, "5.4", host=own().id) == [scene.side.id]
    assert senders(hash_, "5.4", host=SOLNA) == []
    assert senders(hash_, "9.9", host=own().id) == []
    assert senders("sha256:0", "5.1", host=own().id) == []


def test_faults_name_the_fields(scene: Scene) -> None:
    offer = Offer(form="place", kind="observership", title="Ward", department="Surgery", language="en", state="open")
    offers.put_under(offer, host=own().id, agreement=scene.agreement.hash, clause="5.1")
    offer.checks = "language"

    assert sorted(offers.faults(offer)) == ["capacity", "checks"]


def test_limits_are_empty_where_there_is_no_clause(db: None) -> None:
    assert Offer(agreement="sha256:0", clause="5.1", lead=own().id).limits() == {}


def test_offer_reads_by_its_title() -> None:
    assert str(Offer(title="Surgery")) == "Surgery"
