from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from hansa.areas.studies.models import Study
from hansa.kernel import bundles, jobs, keyring, ledger, rotation, witness
from hansa.kernel.change import change
from hansa.kernel.frame import current
from hansa.kernel.identity import own
from hansa.kernel.models import Agreement, Partner
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import bundle_form, checkpoints
from hansa.lib.agreement import sign
from hansa.lib.bundle import Report
from hansa.lib.canonical import digest
from hansa.lib.keys import SigningKey
from hansa.lib.letters import Letter, Receipt
from hansa.lib.signatures import assemble, sign_general
from tests.conftest import given
from tests.lib.example_agreement import HOSPITAL, INSTITUTET, INSTITUTIONS, KEYS, SEALING_KEYS, clause, document
from tests.lib.example_bundle import write_letter
from tests.paper import SOLNA, PaperPartner

pytestmark = pytest.mark.django_db

PERMITS = ["studies.propose", "studies.approve", "studies.contribute", "studies.release"]
LIMITS = {"minimum_cell": 10, "minimum_sites": 2, "time_grid_days": 30, "release": "steward"}
IDENTIFIER = "01234567-89ab-cdef-0123-456789abcdef"


def _key(institution: str) -> SigningKey:
    return own().signing if institution == own().id else KEYS[institution]


def _agreement(institutions: Sequence[str]) -> Agreement:
    terms = clause("4.1", permits=PERMITS, purposes=["DUO:0000006"], limits=LIMITS)
    text = document(clauses=[terms])
    text["parties"] = [party for party in text["parties"] if party["id"] in institutions]
    for party in text["parties"]:
        party["signing_key"] = _key(party["id"]).public.text
        if party["id"] == own().id:
            party["sealing_key"] = own().sealing.public.text
    signatures = {
        party["id"]: sign(
            text,
            key=_key(party["id"]),
            party=party["id"],
            name=party["signatories"][0]["name"],
            office="Head",
            at=timezone.now(),
        )
        for party in text["parties"]
    }
    held = Agreement(document=text, hash=digest(text), state="in_force", signatures=signatures)
    with given():
        held.save()
    return held


def _exchange(number: int, kind: str, *, sender: str, recipient: str, study: Study) -> None:
    """Keep a letter with its receipt and the ledger entry that tells of it, as inbox and outbox do."""
    said = write_letter(
        number,
        sender=sender,
        recipient=recipient,
        kind=kind,
        record=study.urn,
        agreement=study.agreement,
        terms={
            "parties": study.parties,
            "purposes": ["DUO:0000006"],
            "limits": {"minimum_cell": 10, "minimum_sites": 2},
        },
    )
    is_own = sender == own().id
    cause = {"action": kind} if is_own else {"letter": said.id, "digest": said.digest}
    with change({**cause, "record": study.urn}):
        if is_own:
            current().letters.append(said.id)
        _keep(said, receipt=_receipt(said), is_own=is_own)


def _receipt(said: Letter) -> str:
    return Receipt(
        letter=said.id,
        digest_of_letter=said.digest,
        sender=said.recipient,
        recipient=said.sender,
        outcome="applied",
        reason="",
        remedy="",
        at=said.created,
    ).sign(_key(said.recipient))


def _keep(said: Letter, *, receipt: str, is_own: bool) -> None:
    LetterRow.objects.create(
        id=said.id,
        direction="out" if is_own else "in",
        partner=said.recipient if is_own else said.sender,
        sequence=said.sequence,
        kind=said.kind,
        record=said.record,
        token=said.sign(_key(said.sender)),
        digest=said.digest,
        state="applied",
        receipt=receipt,
        created=datetime.fromisoformat(said.created),
    )


def _cosign(institution: str) -> None:
    note = ledger.checkpoint()
    seen = checkpoints.parse(note).checkpoint
    line = checkpoints.cosign(seen, key=KEYS[institution], name=checkpoints.ledger_name(institution), at=timezone.now())
    keys = {
        "id": institution,
        "signing_key": KEYS[institution].public.text,
        "sealing_key": SEALING_KEYS[institution].public.text,
    }
    partner = Partner(institution=institution, name="Partner", state="known", identity=keys)
    with given():
        partner.save()
        witness.keep(partner, note=note, line=line)


def _result(study: Study) -> dict[str, Any]:
    payload = {"hansa": "result/1", "study": study.urn, "rows": 686}
    signatures = [
        sign_general(payload, key=_key(party), kind="result", header={"party": party}) for party in study.parties
    ]
    return {"result": payload, "signed": assemble(payload, signatures)}


def _study(institutions: Sequence[str] = INSTITUTIONS) -> Study:
    """Run a study's correspondence as its lead keeps it."""
    me, others = own().id, [one for one in institutions if one != own().id]
    held = _agreement(institutions)
    study = Study(id=IDENTIFIER, lead=me, parties=list(institutions), agreement=held.hash, clause="4.1")
    letters = [
        *(("studies.proposed", me, other) for other in others),
        *(("studies.approved", other, me) for other in others),
        *(("studies.approved", me, other) for other in others),
        *(("studies.contributed", other, me) for other in others),
    ]
    for number, (kind, sender, recipient) in enumerate(letters, start=1):
        _exchange(number, kind, sender=sender, recipient=recipient, study=study)
    for other in others:
        _cosign(other)
    with change({"job": "studies.combine", "record": study.urn}):
        study.result = _result(study)
    return study


def _details(report: Report) -> dict[str, str]:
    return {check.name: check.detail for check in report.checks}


@pytest.mark.parametrize("compressed", [False, True])
def test_export_gives_a_file_that_holds_in_every_check(*, compressed: bool) -> None:
    report = bundles.verify(bundles.export(_study(), compressed=compressed))

    assert report.first_fault is None
    details = _details(report)
    assert details["letters"] == "8 letters"
    assert details["entries"] == "9 entries"
    assert details["approvals"] == "3 parties approved"
    assert details["cosignatures"] == "2 cosignatures"
    assert details["result"] == "3 signatures"


def test_verify_takes_the_fingerprints_one_trusts() -> None:
    data = bundles.export(_study())

    trusted = {identity.fingerprint for identity in bundle_form.read(data).identities}

    assert bundles.verify(data, trusted=trusted).holds
    assert not bundles.verify(data, trusted=[]).holds


def test_export_keeps_unmasked_contributions_at_home() -> None:
    data = bundles.export(_study((own().id, INSTITUTET)))

    report = bundles.verify(data)
    assert report.first_fault is None
    assert _details(report)["letters"] == "3 letters"


def test_export_leaves_out_letters_without_an_answer() -> None:
    study = _study()
    LetterRow.objects.filter(kind="studies.contributed", partner=HOSPITAL).update(receipt="")

    assert len(bundle_form.read(bundles.export(study)).letters) == 7


def test_export_tells_of_a_record_that_has_no_result_yet() -> None:
    study = _study()
    study.result = None

    report = bundles.verify(bundles.export(study))

    assert report.holds
    assert _details(report)["result"] == "no result yet"


def test_kinds_are_those_of_the_installed_areas() -> None:
    found = bundles.kinds()

    assert found.permits["studies.approved"] == "studies.approve"
    assert "studies.approved" in found.approves
    assert "studies.contributed" in found.contributes
    assert {"studies.round", "studies.concluded"} <= found.withheld
    assert found.finished["studies"] == {"released"}
    assert not found.approves & found.contributes & found.withheld


@pytest.mark.usefixtures("house")
def test_export_proves_the_keys_that_took_the_place_of_those_in_the_memorandum() -> None:
    study = _study()
    with given():
        Partner.objects.update(sent_sequence=100)
    rotation.rotate()
    LetterRow.objects.filter(kind=keyring.ROTATED).update(state="applied")
    assert jobs.run_due() == 1

    data = bundles.export(study)

    held = bundle_form.read(data)
    assert held.rotations == keyring.rotations(own().id)
    assert len(held.rotations) == 1
    assert checkpoints.verify(held.checkpoint, key=own().signing.public, name=own().id)
    assert bundles.verify(data).first_fault is None


@pytest.mark.usefixtures("house")
def test_export_leaves_out_rotations_from_before_the_memorandum() -> None:
    with given():
        PaperPartner(id=SOLNA).row()
    rotation.rotate()
    LetterRow.objects.update(state="applied")
    assert jobs.run_due() == 1
    with given():
        Partner.objects.all().delete()

    assert bundle_form.read(bundles.export(_study())).rotations == []
