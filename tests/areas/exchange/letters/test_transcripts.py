"""A stay from the nomination to the recognition, and its bundle, which proves it from the clause to the credit."""

import json

import pytest

from hansa.kernel import bundles, door, outbox
from hansa.kernel.models import LedgerEntry, Letter, Partner
from tests.areas.exchange.scene import Outgoing, Scene


@pytest.fixture
def stay(scene: Scene) -> Outgoing:
    return Outgoing(scene)


def receipts(scene: Scene) -> None:
    """Let the partner answer everything that we wrote."""
    partner = Partner.objects.get(institution=scene.side.id)
    for row in outbox.due(partner, most=99):
        door.hand_in(scene.side.answer(outbox.envelope(row, Partner.objects.get(pk=partner.pk))))


def test_stay_ends_recognised_and_signed_by_both(stay: Outgoing) -> None:
    mobility = stay.whole()

    assert mobility.state == "recognised"
    assert mobility.recognition["decisions"][0]["grade"] == "2,0"
    assert len(mobility.proof()["signatures"]) == 2


def test_bundle_proves_a_stay_from_clause_to_credit(stay: Outgoing, scene: Scene) -> None:
    mobility = stay.whole()
    receipts(scene)

    report = bundles.verify(bundles.export(mobility))

    assert report.holds, report.first_fault
    assert [one.detail for one in report.checks if one.name == "clauses"] == ["clauses 5.1"]


@pytest.mark.parametrize("kind", ["mobilities.accepted", "mobilities.transcribed", "mobilities.nominated"])
def test_bundle_with_a_letter_left_out_does_not_hold(stay: Outgoing, scene: Scene, kind: str) -> None:
    mobility = stay.whole()
    receipts(scene)
    whole = json.loads(bundles.export(mobility))
    token = Letter.objects.get(kind=kind).token
    whole["letters"] = [one for one in whole["letters"] if one["letter"] != token]

    report = bundles.verify(json.dumps(whole).encode())

    assert not report.holds


def test_ledger_names_nobody(stay: Outgoing) -> None:
    stay.whole()

    told = " ".join(LedgerEntry.objects.values_list("body", flat=True))
    assert not [word for word in ("Anna", "Muster", "charite.example") if word in told]
