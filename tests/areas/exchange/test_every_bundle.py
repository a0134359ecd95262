"""The bundle of a recognised stay verifies offline at either side; no grade, letter or signature can be changed."""

import base64
import json
from typing import Any

import pytest

from hansa.kernel import bundles, door, outbox
from hansa.kernel.models import Letter, Partner
from tests.areas.exchange.hosting import Incoming
from tests.areas.exchange.scene import Outgoing, Scene


def receipts(scene: Scene) -> None:
    """Let the partner answer everything that we wrote."""
    partner = Partner.objects.get(institution=scene.side.id)
    for row in outbox.due(partner, most=99):
        door.hand_in(scene.side.answer(outbox.envelope(row, Partner.objects.get(pk=partner.pk))))


@pytest.fixture(params=[Outgoing, Incoming], ids=["sending", "receiving"])
def exported(request: pytest.FixtureRequest, scene: Scene) -> dict[str, Any]:
    """Return the bundle of a whole stay, as the sending or as the receiving institution exports it."""
    mobility = request.param(scene).whole()
    receipts(scene)
    return json.loads(bundles.export(mobility))


def fault(bundle: dict[str, Any]) -> str:
    """Return what is wrong with a bundle first; nothing where it holds."""
    report = bundles.verify(json.dumps(bundle).encode())
    return "" if report.holds else str(report.first_fault)


def without(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return a bundle from which the letter of one kind was left out."""
    token = Letter.objects.get(kind=kind).token
    return {**bundle, "letters": [one for one in bundle["letters"] if one["letter"] != token]}


def changed(token: str, old: str, new: str) -> str:
    """Return a signed token in which a word of its content is another."""
    header, payload, signature = token.split(".")
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()
    assert old in text
    written = base64.urlsafe_b64encode(text.replace(old, new).encode()).rstrip(b"=").decode()
    return f"{header}.{written}.{signature}"


def test_whole_stay_holds(exported: dict[str, Any]) -> None:
    assert fault(exported) == ""


APPROVALS = ("mobilities.nominated", "mobilities.accepted")


def test_partners_letter_left_out_is_noticed(exported: dict[str, Any]) -> None:
    heard = Letter.objects.filter(direction="in").values_list("kind", flat=True)

    faults = {kind: fault(without(exported, kind)) for kind in heard}

    assert len(faults) >= 3
    assert all(faults.values()), faults


def test_own_letter_left_out_with_all_that_tells_of_its_sending_is_noticed(exported: dict[str, Any]) -> None:
    sent = list(Letter.objects.filter(direction="out", record=exported["record"]))

    faults = {}
    for row in sent:
        entries = [one for one in exported["entries"] if row.id not in json.loads(one["body"])["letters"]]
        faults[row.kind] = fault({**without(exported, row.kind), "entries": entries})

    assert len(faults) >= 3
    assert all(faults.values()), faults


@pytest.mark.parametrize("kind", APPROVALS)
def test_approval_left_out_is_noticed_whoever_gave_it(exported: dict[str, Any], kind: str) -> None:
    assert fault(without(exported, kind))


def test_grade_changed_in_the_transcript_is_noticed(exported: dict[str, Any]) -> None:
    token = Letter.objects.get(kind="mobilities.transcribed").token
    letters = [
        {**one, "letter": changed(token, '"grade":"B"', '"grade":"A"')} if one["letter"] == token else one
        for one in exported["letters"]
    ]

    assert fault({**exported, "letters": letters})


def test_grade_changed_in_the_recognition_is_noticed(exported: dict[str, Any]) -> None:
    result = exported["result"]
    text = base64.urlsafe_b64decode(result["payload"] + "=" * (-len(result["payload"]) % 4)).decode()
    payload = base64.urlsafe_b64encode(text.replace('"grade":"2,0"', '"grade":"1,0"').encode()).rstrip(b"=").decode()
    assert payload != result["payload"]

    assert fault({**exported, "result": {**result, "payload": payload}})


def test_signature_left_out_of_the_recognition_is_noticed(exported: dict[str, Any]) -> None:
    result = exported["result"]

    assert fault({**exported, "result": {**result, "signatures": result["signatures"][:1]}})
    assert "left out" in fault({**exported, "result": None})


def test_clause_changed_in_the_memorandum_is_noticed(exported: dict[str, Any]) -> None:
    held = exported["agreements"][0]
    text = base64.urlsafe_b64decode(held["payload"] + "=" * (-len(held["payload"]) % 4)).decode()
    payload = text.replace('"places_per_year":4', '"places_per_year":400')
    assert payload != text
    more = {**held, "payload": base64.urlsafe_b64encode(payload.encode()).rstrip(b"=").decode()}

    assert fault({**exported, "agreements": [more]})


def test_stay_without_an_acceptance_is_no_proof(scene: Scene) -> None:
    stay = Outgoing(scene)
    receipts(scene)

    bundle = json.loads(bundles.export(stay.mobility))

    assert fault(bundle) == ""
    assert bundle["result"] is None


def test_bundle_names_the_person_nowhere_but_in_the_letters(exported: dict[str, Any]) -> None:
    rest = {name: value for name, value in exported.items() if name != "letters"}

    assert "Muster" not in json.dumps(rest)
