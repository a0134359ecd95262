"""Nominations between two nodes: quota, dates, parties, and what becomes of them."""

import pytest

from hansa.areas.exchange import actions
from hansa.areas.exchange.models import Check, Mobility, PartnerCount
from hansa.kernel.identity import own
from hansa.kernel.models import LedgerEntry
from hansa.lib.errors import RefusedError
from tests.areas.exchange.scene import ANNA, CLAUSES, Scene, clause


def test_nominate_tells_the_host_who_comes(scene: Scene) -> None:
    mobility = scene.nominate()

    body = scene.letters("mobilities.nominated")[0]
    assert mobility.state == "nominated"
    assert body["person"] == ANNA
    assert (body["kind"], body["taken"]) == ("student_studies", 1)
    assert "Muster" not in LedgerEntry.objects.order_by("-position")[0].body
    assert "Muster" not in mobility.title


def test_nominated_is_kept_for_the_host_to_decide(scene: Scene) -> None:
    receipt = scene.nominated()

    assert receipt.outcome == "applied", receipt.reason
    assert (scene.mobility.state, scene.mobility.receiving) == ("nominated", own().id)
    assert scene.mobility.stay.family_name == "Muster"
    assert PartnerCount.objects.get().taken == 1


def test_nominated_over_quota_is_refused_with_the_sentence(scene: Scene) -> None:
    for _number in range(4):
        assert scene.nominated().outcome == "applied"

    honest = scene.nominated()
    lying = scene.nominated(limits={"places_per_year": 1})

    assert "asks for places_per_year to be at most 4, and the request has 5" in honest.reason
    receipt = lying
    assert (honest.outcome, receipt.outcome) == ("refused", "refused")
    assert receipt.reason.startswith("Clause 5.1 gives 4 places a year from Karolinska Institutet to Charité")
    assert "4 are taken in 2026/2027" in receipt.reason
    assert Mobility.objects.count() == 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"starts": "2025-10-01", "ends": "2025-12-31"}, "outside the memorandum"),
        ({"ends": "2026-09-01"}, "ends before it begins"),
        ({"kind": "safari"}, "a word that is not known here"),
        ({"field": 10_000}, "a word that is not known here"),
        ({"starts": "tomorrow"}, "does not name a day"),
        ({"offer": "12345"}, "no such open offer"),
        ({"person": {**ANNA, "email": "nobody"}}, "malformed at: email"),
        ({"person": {**ANNA, "nickname": "Annie"}}, "another form at: person.nickname"),
        ({"extra": 1}, "another form at: extra"),
    ],
)
def test_nominated_with_a_fault_is_refused_without_saying_who(scene: Scene, changes, said) -> None:
    receipt = scene.nominated(body=changes)

    assert receipt.outcome == "refused"
    assert said in receipt.reason
    assert "Muster" not in f"{receipt.reason} {receipt.remedy}"
    assert not Mobility.objects.exists()


def test_nominated_under_a_clause_that_asks_for_more_is_refused(scene: Scene) -> None:
    receipt = scene.nominated("5.2", language_level="A2")

    assert receipt.outcome == "refused"
    assert "language_level" in receipt.reason


def test_accept_tells_the_sender_and_asks_for_the_checks(scene: Scene) -> None:
    scene.nominated("5.2")

    actions.mobilities.accept(scene.mobility, by=scene["officer"])

    assert scene.letters("mobilities.accepted")[0]["note"] == ""
    assert Check.objects.count() == 5


def test_accepted_is_noted_by_the_sender(scene: Scene) -> None:
    mobility = scene.nominate("5.2")

    receipt = scene.say("mobilities.accepted", mobility, {"note": "Welcome."})

    assert receipt.outcome == "applied", receipt.reason
    assert scene.now(mobility).state == "accepted"
    assert Check.objects.filter(state="required").count() == 5


def test_nominate_over_quota_is_refused_here(scene: Scene) -> None:
    for _number in range(4):
        scene.nominate()

    with pytest.raises(RefusedError, match=r"Clause 5\.1 gives 4 places a year from Charité"):
        scene.nominate()

    assert Mobility.objects.count() == 4


def test_clause_for_another_institution_is_refused(db: None) -> None:
    other = [clause("5.1", "student_studies", places=4, sending=own().id)]
    scene = Scene(clauses=[*other, *CLAUSES[1:]])

    receipt = scene.nominated()

    assert receipt.outcome == "refused"
    assert receipt.remedy
