"""Offers that partners make: kept in the catalogue here, and changed by their host alone."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Mobility, Offer
from hansa.areas.exchange.rules import OFFER
from hansa.kernel import door
from hansa.kernel.identity import own
from hansa.lib.decision import Request
from hansa.lib.letters import Receipt
from tests.areas.exchange.scene import Scene, clause
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner

COURSE = {
    "kind": "student_studies",
    "form": "course",
    "title": "Surgery",
    "department": "Surgery",
    "code": "S-1",
    "supervisor": "",
    "credits": "7.5",
    "term": "",
    "language": "en",
    "language_level": "none",
    "capacity": 0,
    "first_day": "",
    "last_day": "",
    "checks": [],
    "description": "",
}
LIMITS = {"kind": "student_studies", "places_per_year": 0, "cycle": "any", "field": 0}


def say(scene: Scene, verb: str, key: Any, body: dict[str, Any] | None = None, **terms: Any) -> Receipt:
    """Let the partner write about an offer; return our receipt."""
    asked = Request(
        party=scene.side.id,
        parties=(scene.side.id, own().id),
        area="exchange",
        action=OFFER,
        clause="5.1",
        agreement=scene.agreement.hash,
        limits=LIMITS,
    )
    written = COURSE if body is None else body
    under = None if verb == "closed" else replace(asked, **terms)
    letter = scene.side.write(f"offers.{verb}", record=f"urn:hansa:offers:{key}", body=written, under=under)
    answer = scene.side.open(door.hand_in(scene.side.seal_letter(letter)))
    return Receipt.read(answer["receipt"], key=own().signing.public)


def kept(scene: Scene) -> Offer:
    """Let the partner offer a course."""
    key = uuid4()
    assert say(scene, "offered", key).outcome == "applied"
    return Offer.objects.get(pk=key)


def test_offered_stands_in_the_catalogue(scene: Scene) -> None:
    offer = kept(scene)

    assert (offer.state, offer.lead, offer.code, str(offer.credits)) == ("open", scene.side.id, "S-1", "7.50")
    assert offer.parties == [scene.side.id, own().id]
    assert (offer.capacity, offer.first_day) == (None, None)


def test_offered_place_says_its_days(scene: Scene) -> None:
    ward = {**COURSE, "form": "place", "capacity": 2, "first_day": "2026-09-01", "last_day": "2027-06-30"}

    receipt = say(scene, "offered", uuid4(), {**ward, "checks": ["language"], "credits": ""})

    offer = Offer.objects.get()
    assert receipt.outcome == "applied", receipt.reason
    assert (offer.capacity, str(offer.last_day), offer.credits) == (2, "2027-06-30", None)


def test_offered_can_be_chosen_when_someone_is_nominated(scene: Scene) -> None:
    offer = kept(scene)

    mobility = scene.nominate(offer=str(offer.pk))

    assert Mobility.objects.get(pk=mobility.pk).offer == offer


def test_offered_twice_is_refused(scene: Scene) -> None:
    offer = kept(scene)

    receipt = say(scene, "offered", offer.pk)

    assert (receipt.outcome, receipt.reason) == ("refused", "This offer is in the catalogue already.")


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"code": ""}, "malformed at: code"),
        ({"kind": "safari"}, "malformed at: kind"),
        ({"language_level": "D7"}, "malformed at: language_level"),
        ({"credits": "many"}, "no number of credits"),
        ({"first_day": "soon"}, "does not name a day"),
        ({"capacity": "2"}, "another form at: capacity"),
        ({"extra": 1}, "another form at: extra"),
    ],
)
def test_offered_with_a_fault_is_refused(scene: Scene, changes, where) -> None:
    receipt = say(scene, "offered", uuid4(), {**COURSE, **changes})

    assert receipt.outcome == "refused"
    assert where in receipt.reason
    assert not Offer.objects.exists()


@pytest.mark.parametrize(
    "terms",
    [
        {"limits": {**LIMITS, "places_per_year": 1}},
        {"parties": ("https://ror.org/056d84691",)},
    ],
)
def test_offered_under_other_terms_is_refused(scene: Scene, terms) -> None:
    receipt = say(scene, "offered", uuid4(), **terms)

    assert receipt.outcome == "refused"
    assert "other terms than the offer" in receipt.reason


def test_offered_for_another_kind_than_the_clause_is_refused(scene: Scene) -> None:
    receipt = say(scene, "offered", uuid4(), {**COURSE, "kind": "staff_training"})

    assert "other terms than the offer" in receipt.reason


def test_offered_by_whom_the_clause_does_not_let_host_is_refused(db: None) -> None:
    ours = clause("5.1", "student_studies", places=4, cycle="any", field=0, receiving=own().id)
    scene = Scene(clauses=[ours])

    receipt = say(scene, "offered", uuid4(), limits={**LIMITS, "receiving": own().id})

    assert receipt.outcome == "refused"
    assert "other terms than the offer" in receipt.reason


def test_revised_replaces_what_stood_there(scene: Scene) -> None:
    offer = kept(scene)

    receipt = say(scene, "revised", offer.pk, {**COURSE, "title": "Surgery II"})

    assert receipt.outcome == "applied", receipt.reason
    assert Offer.objects.get().title == "Surgery II"


def test_closed_takes_it_out_of_the_catalogue(scene: Scene) -> None:
    offer = kept(scene)

    first, again = say(scene, "closed", offer.pk, {}), say(scene, "closed", offer.pk, {})

    assert first.outcome == "applied", first.reason
    assert Offer.objects.get().state == "closed"
    assert again.reason == "This offer was closed."


@pytest.mark.parametrize("verb", ["revised", "closed"])
def test_letter_about_an_unknown_offer_is_refused(scene: Scene, verb) -> None:
    receipt = say(scene, verb, uuid4(), {} if verb == "closed" else COURSE)

    assert receipt.reason == "This offer is not known here."


def test_letter_about_our_own_offer_is_refused(scene: Scene) -> None:
    about = {"form": "course", "title": "T", "department": "D", "language": "en", "code": "C", "credits": "1"}
    offer = actions.offers.offer(Offer(), by=scene["department"], place="5.1", **about)

    receipt = say(scene, "closed", offer.pk, {})

    assert receipt.reason == "The sender may not say this about this offer."
    assert Offer.objects.get().state == "open"


def test_letter_of_a_third_about_an_offer_is_refused(scene: Scene) -> None:
    offer, third = kept(scene), PaperPartner(id=SOLNA)
    with given():
        third.row()
    letter = third.write("offers.closed", record=offer.urn, body={})

    answer = third.open(door.hand_in(third.seal_letter(letter)))

    receipt = Receipt.read(answer["receipt"], key=own().signing.public)
    assert receipt.reason == "The sender may not say this about this offer."
