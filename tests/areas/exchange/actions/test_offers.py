"""The catalogue as its host writes it: under which clause, for whom, and what partners are told."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Offer
from hansa.kernel.actions import GivenError
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.policy import ClauseError
from hansa.lib.errors import RefusedError
from hansa.lib.letters import Letter
from tests.areas.exchange.scene import CLAUSES, Scene, clause
from tests.conftest import given
from tests.paper import SOLNA, PaperPartner, in_force, memorandum

COURSE = {
    "form": "course",
    "title": "Surgery",
    "department": "Surgery",
    "language": "en",
    "code": "S-1",
    "credits": "7.5",
}
WARD = {
    "form": "place",
    "title": "Ward 4",
    "department": "Surgery",
    "language": "en",
    "supervisor": "Head of ward",
    "capacity": 2,
    "first_day": date(2026, 9, 1),
    "last_day": date(2027, 6, 30),
    "checks": ["immunisation", "licence"],
}


def offered(scene: Scene, clause: str = "5.1", **changes: Any) -> Offer:
    """Offer something from here."""
    place = f"{own().id} {scene.agreement.hash} {clause}"
    about = {**(WARD if clause == "5.2" else COURSE), "place": place, **changes}
    return actions.offers.offer(Offer(), by=scene["department"], **about)


def test_offer_tells_everybody_who_may_send_people(scene: Scene) -> None:
    offer = offered(scene)

    said = LetterRow.objects.get(kind="offers.offered")
    letter = Letter.read(said.token, key=own().signing.public)
    assert (offer.state, offer.kind, offer.lead) == ("open", "student_studies", own().id)
    assert offer.parties == [own().id, scene.side.id]
    assert letter.body == {
        "form": "course",
        "kind": "student_studies",
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
    assert letter.terms["limits"] == {"kind": "student_studies", "places_per_year": 0, "cycle": "any", "field": 0}


def test_offer_names_its_clause_by_number_too(scene: Scene) -> None:
    offer = offered(scene, "5.2", place="5.2")

    assert (offer.clause, offer.kind, offer.capacity) == ("5.2", "clinical_elective", 2)


def test_offer_takes_the_level_of_its_clause_where_none_is_given(scene: Scene) -> None:
    assert offered(scene, "5.2").language_level == "B1"
    assert offered(scene).language_level == "none"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"language_level": "A1"}, "language_level to be at least B1"),
        ({"language": "de"}, "language to be exactly en"),
    ],
)
def test_offer_that_asks_for_less_than_its_clause_is_refused(scene: Scene, changes, said) -> None:
    with pytest.raises(ClauseError, match=said):
        offered(scene, "5.2", **changes)

    assert not LetterRow.objects.exists()


@pytest.mark.parametrize("place", ["9.9", "nothing"])
def test_offer_under_no_clause_is_refused(scene: Scene, place) -> None:
    with pytest.raises(RefusedError, match="No clause in force lets this institution host"):
        offered(scene, place=place)


def test_offer_by_a_number_that_two_memoranda_have_asks_for_the_key(scene: Scene) -> None:
    other = PaperPartner(id=SOLNA)
    with given():
        other.row()
        about = {"id": "urn:hansa:agreement:11234567-89ab-4def-8123-456789abcdef", "clauses": CLAUSES}
        in_force(memorandum(other, **about), other)

    with pytest.raises(RefusedError, match="Several memoranda"):
        offered(scene, place="5.1")

    assert offered(scene).parties == [own().id, scene.side.id]


def test_offer_is_for_whom_the_clause_lets_send(db: None) -> None:
    there = clause("5.1", "student_studies", places=4, receiving="https://ror.org/056d84691")
    scene = Scene(clauses=[there, *CLAUSES[1:]])

    with pytest.raises(RefusedError, match="No clause in force lets this institution host"):
        offered(scene)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"code": ""}, "code"),
        ({"credits": ""}, "credits"),
        ({"credits": "many"}, "credits"),
        ({"credits": "-1"}, "credits"),
        ({"language": "e"}, "language"),
        ({"term": "spring"}, "term"),
        ({"title": " "}, "title"),
        ({"form": "place"}, "capacity"),
        ({"form": "place", "capacity": 0}, "capacity"),
        ({"form": "place", "capacity": 1, "checks": ["horoscope"]}, "checks"),
        (
            {"form": "place", "capacity": 1, "first_day": date(2026, 9, 2), "last_day": date(2026, 9, 1)},
            "last_day",
        ),
    ],
)
def test_offer_names_what_is_wrong(scene: Scene, changes, place) -> None:
    with pytest.raises(GivenError) as refused:
        offered(scene, **changes)

    assert list(refused.value.faults) == [place]
    assert not Offer.objects.exists()


def test_revise_changes_what_is_given_and_tells_partners(scene: Scene) -> None:
    offer = offered(scene)

    actions.offers.revise(offer, by=scene["department"], credits="10", term="2026/2027-1/2")

    assert (offer.credits, offer.term, offer.code) == (Decimal(10), "2026/2027-1/2", "S-1")
    assert scene.letters("offers.revised")[0]["credits"] == "10"


def test_revise_goes_on_under_the_newer_version_of_the_memorandum(scene: Scene) -> None:
    offer, old = offered(scene), scene.agreement
    with given():
        document = {**old.document, "version": 2, "previous": old.hash}
        Agreement.objects.filter(pk=old.pk).update(state="amended")
        newer = in_force(document, scene.side)

    actions.offers.revise(offer, by=scene["department"], title="Surgery II")

    assert offer.agreement == newer.hash


def test_close_takes_the_offer_back_though_the_memorandum_ended(scene: Scene) -> None:
    offer = offered(scene)
    with given():
        Agreement.objects.update(state="ended")

    actions.offers.close(offer, by=scene["department"])

    assert offer.state == "closed"
    assert scene.letters("offers.closed") == [{}]


@pytest.mark.parametrize("verb", ["revise", "close"])
def test_offer_of_a_partner_is_not_ours_to_change(scene: Scene, verb) -> None:
    offer = offered(scene)
    with given():
        offer.lead = scene.side.id
        offer.save()
    action = getattr(actions.offers, verb)

    with pytest.raises(RefusedError, match="offered by a partner"):
        action(offer, by=scene["department"])

    assert not action.possible(offer, scene["department"])
