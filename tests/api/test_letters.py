import errno

import pytest
from django.db import IntegrityError, OperationalError
from django.test import Client
from django.utils import timezone

from hansa.kernel import door, ledger
from hansa.kernel.agreements import name_of
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.kernel.models import Held, Partner
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import checkpoints, merkle
from hansa.lib.canonical import canonical, digest, parse
from hansa.lib.keys import SealingKey, SigningKey
from hansa.lib.letters import Hop, Letter, moment, new_id
from hansa.lib.sealing import seal, unseal
from tests.conftest import given
from tests.web.house import BERLIN, HOSPITAL, INSTITUTET, keys, memorandum, partners

pytestmark = pytest.mark.django_db(transaction=True)

JSON_TYPE = "application/json"


@pytest.fixture
def known():
    with change({"test": "the ledger begins"}):
        pass
    return partners()


def ledger_of(institution: str, *, key: SigningKey, entries: list[bytes]) -> dict:
    frontier = merkle.Frontier()
    for entry in entries:
        frontier.add(merkle.leaf_hash(entry))
    note = checkpoints.write(frontier.size, frontier.root(), key=key, name=checkpoints.ledger_name(institution))
    return {"checkpoint": note, "from": 0, "proof": []}


def letter(*, number: int = 1, kind: str = "agreements.offered", body: dict | None = None, by: str = INSTITUTET) -> str:
    said = Letter(
        id=new_id(),
        sender=by,
        recipient=BERLIN,
        kind=kind,
        record=f"urn:hansa:agreements:{name_of(digest(memorandum()))}",
        agreement="",
        clause="",
        terms={},
        sequence=number,
        created=moment(timezone.now()),
        body={"document": memorandum()} if body is None else body,
    )
    return said.sign(keys()[by][0])


def envelope(content: dict, *, by: str = INSTITUTET, to: str = BERLIN, key: SigningKey | None = None) -> dict:
    sealed = seal(canonical(content), to=keys()[to][1].public)
    hop = Hop(sender=by, recipient=to, sealed=digest(sealed), at=moment(timezone.now()))
    return {"hansa": "envelope/1", "to": to, "from": by, "sealed": sealed, "hop": hop.sign(key or keys()[by][0])}


def written(token: str, *, by: str = INSTITUTET, entries: tuple[bytes, ...] = (b"1",)) -> dict:
    shown = ledger_of(by, key=keys()[by][0], entries=list(entries))
    return envelope({"letter": token, "witness": shown, "seen": 0}, by=by)


def post(path: str, body: object, *, content_type: str = JSON_TYPE):
    return Client(enforce_csrf_checks=True).post(path, body, content_type=content_type)


def test_letter_is_applied_and_answered_with_a_sealed_receipt(known):
    answer = post("/letters/", written(letter()))

    assert answer.status_code == 200
    opened = parse(unseal(answer.json()["envelope"]["sealed"], key=keys()[INSTITUTET][1]))
    assert set(opened) == {"receipt", "witness", "note", "cosignature", "seen"}
    assert LetterRow.objects.get().state == "applied"


def test_letter_that_comes_twice_is_applied_once(known):
    token = letter()

    first, second = post("/letters/", written(token)), post("/letters/", written(token))

    assert (first.status_code, second.status_code) == (200, 200)
    assert LetterRow.objects.count() == 1


def test_letter_is_refused_for_good_with_a_signed_receipt(known):
    answer = post("/letters/", written(letter(kind="nobody.knows")))

    assert answer.status_code == 200
    assert LetterRow.objects.get().state == "refused"


def test_gap_in_the_numbers_is_told_with_the_number_that_is_expected(known):
    answer = post("/letters/", written(letter(number=3)))

    assert (answer.status_code, answer.json()["error"], answer.json()["expected"]) == (409, "gap", 1)
    assert not LetterRow.objects.exists()


def test_letter_of_a_stranger_is_turned_away(known):
    stranger = "https://ror.org/05a28rw58"
    body = written(letter()) | {"from": stranger}

    answer = post("/letters/", body)

    assert (answer.status_code, answer.json()["error"]) == (403, "refused")
    assert "invitation" in answer.json()["remedy"]


def test_envelope_signed_with_another_key_is_turned_away(known):
    body = envelope({"letter": letter()}, key=SigningKey.generate())

    answer = post("/letters/", body)

    assert (answer.status_code, answer.json()["error"]) == (403, "signature")


def test_ledger_that_was_rewritten_raises_the_alarm(known):
    post("/letters/", written(letter(), entries=(b"1", b"2")))

    answer = post("/letters/", written(letter(number=2), entries=(b"1", b"other")))

    assert (answer.status_code, answer.json()["error"]) == (409, "alarm")
    assert Partner.objects.get(institution=INSTITUTET).alarm
    assert LetterRow.objects.count() == 1


@pytest.mark.parametrize("body", [" ", "[]", "{", '"letter"', "{}", '{"a":1,"a":2}'])
def test_what_is_no_envelope_is_refused_in_a_sentence(known, body):
    answer = post("/letters/", body)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid")
    assert answer.json()["message"]
    assert answer.json()["remedy"]


def test_letter_has_to_come_as_json(known):
    answer = post("/letters/", "x", content_type="text/plain")

    assert (answer.status_code, answer.json()["error"]) == (415, "type")


def test_letter_may_not_be_fetched(known):
    assert Client().get("/letters/").status_code == 405
    assert Client().get("/letters/collect").status_code == 405


def test_letter_that_is_too_large_is_refused_before_it_is_read(known):
    answer = Client().post("/letters/", "x" * (16 * 1024 * 1024 + 1), content_type=JSON_TYPE)

    assert answer.status_code == 413
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("fault", "status", "word"),
    [
        (OperationalError("database is locked"), 503, "busy"),
        (OperationalError("database or disk is full"), 507, "full"),
        (OSError(errno.ENOSPC, "No space left on device"), 507, "full"),
        (IntegrityError("UNIQUE constraint failed: Erika Mustermann"), 503, "busy"),
        (ZeroDivisionError("Erika Mustermann"), 500, "fault"),
    ],
)
@pytest.mark.usefixtures("known")
def test_fault_of_this_node_is_told_without_its_text(monkeypatch, caplog, fault, status, word):
    def breaks(*_given, **_named):
        raise fault

    monkeypatch.setattr(door, "hand_in", breaks)

    answer = post("/letters/", written(letter()))

    assert (answer.status_code, answer.json()["error"]) == (status, word)
    assert "Mustermann" not in answer.content.decode() + caplog.text
    assert type(fault).__name__ in caplog.text


def test_envelope_for_a_partner_that_dials_out_is_kept_and_collected(known):
    with given():
        Partner.objects.filter(institution=HOSPITAL).update(address="")
    sent = envelope({"letter": "for somebody else"}, to=HOSPITAL)

    handed = post("/letters/", sent)
    found = post("/letters/collect", {"from": HOSPITAL, "call": call()})

    assert (handed.status_code, handed.json()) == (202, {})
    assert found.json() == {"envelopes": [sent]}


def call(*, done: list[str] | None = None, key: SigningKey | None = None) -> str:
    asked = door.Call(sender=HOSPITAL, recipient=own().id, at=moment(timezone.now()), seconds=0, done=done or [])
    return asked.sign(key or keys()[HOSPITAL][0])


def test_collected_envelope_is_kept_until_it_is_acknowledged(known):
    with given():
        Partner.objects.filter(institution=HOSPITAL).update(address="")
    sent = envelope({"letter": "for somebody else"}, to=HOSPITAL)
    post("/letters/", sent)

    before = post("/letters/collect", {"from": HOSPITAL, "call": call()}).json()["envelopes"]
    after = post("/letters/collect", {"from": HOSPITAL, "call": call(done=[digest(sent["sealed"])])}).json()

    assert (before, after) == ([sent], {"envelopes": []})
    assert not Held.objects.exists()


def test_call_signed_with_another_key_collects_nothing(known):
    answer = post("/letters/collect", {"from": HOSPITAL, "call": call(key=SigningKey.generate())})

    assert (answer.status_code, answer.json()["error"]) == (403, "signature")


def test_call_without_a_sender_is_refused(known):
    answer = post("/letters/collect", {})

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid")


def test_seal_for_somebody_else_cannot_be_opened(known):
    body = written(letter())
    sealed = seal(canonical({"letter": letter()}), to=SealingKey.generate().public)
    hop = Hop(sender=INSTITUTET, recipient=BERLIN, sealed=digest(sealed), at=moment(timezone.now()))

    answer = post("/letters/", body | {"sealed": sealed, "hop": hop.sign(keys()[INSTITUTET][0])})

    assert answer.status_code in {400, 403}
    assert not LetterRow.objects.exists()
    assert ledger.size() == 1
