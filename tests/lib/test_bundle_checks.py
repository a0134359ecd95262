"""Break every part of a bundle and see that the right check names it first."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from hansa.lib.bundle import verify
from hansa.lib.bundle_form import Bundle
from hansa.lib.canonical import canonical, decode64, encode64, parse
from hansa.lib.keys import SigningKey
from hansa.lib.letters import Letter
from hansa.lib.signatures import sign
from tests.lib.example_agreement import (
    CHARITE,
    HOSPITAL,
    INSTITUTET,
    INSTITUTIONS,
    KEYS,
    STRANGER,
    clause,
    document,
    signed,
)
from tests.lib.example_bundle import (
    DOCUMENT,
    KINDS,
    LETTERS,
    TERMS,
    VOCABULARIES,
    Ledger,
    answer,
    bundle,
    exchange,
    identity,
    result,
    tell,
)

OTHER = SigningKey.generate()
EXCHANGES = [exchange(letter) for letter in LETTERS]


def _fault(content: Bundle, **given: Any) -> tuple[str, str]:
    found = verify(content, kinds=KINDS, vocabularies=VOCABULARIES, **given).first_fault
    assert found is not None
    return found.name, found.detail


def _changed(place: int, **changes: Any) -> list[Letter]:
    return [replace(letter, **changes) if n == place else letter for n, letter in enumerate(LETTERS)]


def _put(values: Sequence[Any], place: int, value: Any) -> list[Any]:
    return [value if n == place else one for n, one in enumerate(values)]


def _flip(text: str, place: int = 40) -> str:
    return text[:place] + ("1" if text[place] != "1" else "2") + text[place + 1 :]


def test_verify_names_an_agreement_that_a_party_did_not_sign() -> None:
    fault = _fault(bundle(agreements=[signed(DOCUMENT, by=INSTITUTIONS[:2])]))

    assert fault == ("agreements", f"agreements[0]: The signature of {HOSPITAL} is missing.")


def test_verify_names_an_agreement_that_was_changed() -> None:
    whole = signed(DOCUMENT)
    text = parse(decode64(whole["payload"]))
    text["clauses"][0]["limits"]["minimum_cell"] = 1

    name, detail = _fault(bundle(agreements=[{**whole, "payload": encode64(canonical(text))}]))

    assert name == "agreements"
    assert "does not belong to this text" in detail


def test_verify_names_an_agreement_with_words_that_nobody_knows() -> None:
    unknown = document(clauses=[clause("4.1", permits=["studies.conquer"], purposes=["DUO:0000006"])])

    name, detail = _fault(bundle(agreements=[signed(unknown)]))

    assert name == "agreements"
    assert detail.startswith("agreements[0]: clauses[0]")


@pytest.mark.parametrize(
    ("identities", "detail"),
    [
        (
            [replace(identity(CHARITE), signing=OTHER.public), identity(INSTITUTET), identity(HOSPITAL)],
            "identities[0]: No agreement names this institution with these keys.",
        ),
        ([identity(CHARITE), identity(CHARITE)], "identities[1]: This institution is there twice."),
        ([identity(CHARITE)], "identities: a party of an agreement, or the exporter, is missing."),
    ],
)
def test_verify_names_keys_that_are_not_those_of_the_agreement(identities: list[Any], detail: str) -> None:
    assert _fault(bundle(identities=identities)) == ("identities", detail)


def test_verify_names_an_exporter_that_is_no_party() -> None:
    assert _fault(bundle(institution=STRANGER))[0] == "identities"


def test_verify_names_a_fingerprint_that_is_not_trusted() -> None:
    trusted = [identity(CHARITE).fingerprint, identity(INSTITUTET).fingerprint]

    name, detail = _fault(bundle(), trusted=trusted)

    assert name == "identities"
    assert identity(HOSPITAL).fingerprint in detail


@pytest.mark.parametrize(
    ("letters", "detail"),
    [
        (_put(EXCHANGES, 3, exchange(LETTERS[3], key=OTHER)), "letters[3].letter: "),
        (_put(EXCHANGES, 3, EXCHANGES[2]), "letters[3].letter: The letter is there twice."),
        (
            _put(EXCHANGES, 3, replace(EXCHANGES[3], letter=sign([], key=OTHER, kind="letter"))),
            "letters[3].letter: This is not a letter.",
        ),
        (_put(EXCHANGES, 3, replace(EXCHANGES[3], letter=_flip(EXCHANGES[3].letter))), "letters[3].letter: "),
    ],
)
def test_verify_names_a_letter_that_is_not_whole(letters: list[Any], detail: str) -> None:
    name, found = _fault(bundle(letters=letters))

    assert name == "letters"
    assert found.startswith(detail)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"record": "urn:hansa:studies:0"}, "The letter is about another record."),
        ({"recipient": HOSPITAL}, "The letter is neither by nor for the institution that exported it."),
        ({"agreement": "sha256:0"}, "The agreement that the letter cites is not in the bundle."),
    ],
)
def test_verify_names_a_letter_that_does_not_belong(changes: dict[str, Any], detail: str) -> None:
    assert _fault(bundle(_changed(2, **changes))) == ("letters", f"letters[2].letter: {detail}")


def test_verify_names_a_letter_by_a_stranger() -> None:
    letters = _put(EXCHANGES, 2, exchange(replace(LETTERS[2], sender=STRANGER), key=OTHER))

    assert _fault(bundle(letters=letters)) == (
        "letters",
        "letters[2].letter: It is by somebody who is no party of the agreement.",
    )


@pytest.mark.parametrize(
    ("receipt", "detail"),
    [
        (answer(LETTERS[2], key=OTHER), "The signed text is refused"),
        (answer(LETTERS[2], key=KEYS[INSTITUTET]), "The signed text is refused"),
        (answer(LETTERS[2], digest_of_letter=LETTERS[3].digest), "The receipt is for another letter."),
        (answer(LETTERS[2], letter=LETTERS[3].id), "The receipt is for another letter."),
        (answer(LETTERS[2], outcome="read"), "The receipt says neither applied nor refused."),
        ("", "The signed text is refused"),
    ],
)
def test_verify_names_a_receipt_that_does_not_hold(receipt: str, detail: str) -> None:
    letters = _put(EXCHANGES, 2, replace(EXCHANGES[2], receipt=receipt))

    name, found = _fault(bundle(letters=letters))

    assert name == "receipts"
    assert found.startswith(f"letters[2].receipt: {detail}")


def test_verify_names_letters_that_are_out_of_order() -> None:
    letters = [*LETTERS[:6], LETTERS[7], LETTERS[6], LETTERS[9], LETTERS[8]]

    assert _fault(bundle(letters)) == ("sequence", "letters[9].letter: the letter is out of order.")


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"terms": {**TERMS, "limits": {"minimum_cell": 5}}}, "Clause 4.1 of the agreement"),
        ({"terms": {**TERMS, "purposes": ["DUO:0000042"]}}, "Clause 4.1 of the agreement"),
        ({"terms": {}}, "The letter does not state its parties"),
        ({"terms": {**TERMS, "parties": [CHARITE, INSTITUTET]}}, "The letter names other parties"),
        ({"clause": "4.2"}, "The agreement"),
        ({"created": "2025-12-31T12:00:00.000Z"}, "The agreement"),
        ({"kind": "studies.conquered"}, "No area here knows letters of the kind 'studies.conquered'."),
        ({"agreement": ""}, "No agreement is held here"),
    ],
)
def test_verify_names_a_letter_that_no_clause_permits(changes: dict[str, Any], detail: str) -> None:
    name, found = _fault(bundle(_changed(2, **changes)))

    assert name == "clauses"
    assert found.startswith(f"letters[2].letter: {detail}")


def test_verify_asks_no_clause_about_a_letter_that_was_refused() -> None:
    letters = _changed(8, terms={**TERMS, "limits": {"minimum_cell": 1}})

    assert verify(bundle(letters), kinds=KINDS, vocabularies=VOCABULARIES).holds


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n12\n", "\n13\n"),
        lambda note: note.replace("ror.org/001w7jn25\n", "ror.org/056d84691\n"),
        lambda _note: Ledger(map(tell, LETTERS)).note(3, key=OTHER),
        lambda _note: "",
    ],
)
def test_verify_names_a_checkpoint_that_does_not_hold(spoil: Callable[[str], str]) -> None:
    whole = bundle()

    name, detail = _fault(replace(whole, checkpoint=spoil(whole.checkpoint)))

    assert name == "checkpoint"
    assert detail.startswith("checkpoint: ")


@pytest.mark.parametrize(
    "changes",
    [
        {"body": canonical(tell(LETTERS[3])).decode()},
        {"body": '{"letter":"", "digest":""}'},
        {"position": 4},
        {"position": 99},
        {"proof": []},
        {"proof": ["zz"]},
        {"proof": ["00"]},
    ],
)
def test_verify_names_an_entry_that_is_not_in_the_ledger(changes: dict[str, Any]) -> None:
    whole = bundle()
    entries = _put(whole.entries, 2, replace(whole.entries[2], **changes))

    name, detail = _fault(replace(whole, entries=entries))

    assert name == "entries"
    assert detail.startswith("entries[2]: ")


def test_verify_names_an_entry_that_is_no_object() -> None:
    assert _fault(bundle(told=[[], *map(tell, LETTERS)])) == ("entries", "entries[0]: The entry is not an object.")


def test_verify_names_a_letter_that_the_ledger_does_not_tell_of() -> None:
    told = [tell(letter) for letter in LETTERS if letter.sequence != 6]

    assert _fault(bundle(told=told)) == (
        "entries",
        "letters[5].letter: no entry of the ledger tells of this letter.",
    )


def test_verify_names_a_received_letter_whose_digest_differs() -> None:
    told = [tell(letter) | ({"digest": "sha256:0"} if letter.sequence == 3 else {}) for letter in LETTERS]

    assert _fault(bundle(told=told))[1] == "letters[2].letter: no entry of the ledger tells of this letter."


def test_verify_names_a_letter_told_of_before_an_earlier_one() -> None:
    told = [tell(LETTERS[n]) for n in (0, 1, 2, 3, 4, 5, 6, 8, 7, 9)]

    assert _fault(bundle(told=told)) == (
        "entries",
        "letters[8].letter: the ledger tells of it before an earlier letter.",
    )


def test_verify_names_a_party_that_approved_too_late() -> None:
    told = [tell(LETTERS[n]) for n in (0, 1, 2, 4, 5, 6, 3, 7, 8, 9)]

    assert _fault(bundle(told=told)) == (
        "approvals",
        f"{HOSPITAL} had not approved before the first contribution.",
    )


def test_verify_names_a_party_that_never_approved() -> None:
    letters = [letter for letter in LETTERS if letter.sequence not in (5, 6)]

    assert _fault(bundle(letters))[1] == f"{CHARITE} had not approved before the first contribution."


def test_verify_needs_no_approval_before_anything_was_contributed() -> None:
    report = verify(bundle(LETTERS[:2], result=None), kinds=KINDS, vocabularies=VOCABULARIES)

    assert report.holds
    assert [check.detail for check in report.checks[-3:]] == [
        "nothing was contributed",
        "2 cosignatures",
        "no result yet",
    ]


@pytest.mark.parametrize(
    ("letters", "detail"),
    [
        (LETTERS[:4], f"{CHARITE} had not approved before the first contribution."),
        ([], "No letter names the parties of the record."),
    ],
)
def test_verify_names_a_result_that_nobody_approved(letters: list[Letter], detail: str) -> None:
    assert _fault(bundle(letters, cosignatures=[])) == ("approvals", detail)


def test_verify_names_cosignatures_that_do_not_hold() -> None:
    ledger = Ledger([{"action": "other"}, *map(tell, LETTERS), {"action": "later"}])
    forked = Ledger([{"action": "forked"}])
    spoiled = {
        "by the exporter": ledger.witnessed(5, by=CHARITE),
        "by a stranger": ledger.witnessed(5, by=STRANGER, key=OTHER),
        "with another key": ledger.witnessed(5, by=HOSPITAL, key=OTHER),
        "another ledger": replace(forked.witnessed(1, by=HOSPITAL), proof=ledger.witnessed(1, by=HOSPITAL).proof),
        "no proof": replace(ledger.witnessed(5, by=HOSPITAL), proof=[]),
        "another size": replace(ledger.witnessed(5, by=HOSPITAL), checkpoint=ledger.note(6)),
    }

    faults = {what: _fault(bundle(cosignatures=[one])) for what, one in spoiled.items()}

    assert {name for name, _detail in faults.values()} == {"cosignatures"}
    assert all(detail.startswith("cosignatures[0]: ") for _name, detail in faults.values())


def test_verify_names_a_ledger_that_nobody_cosigned() -> None:
    assert _fault(bundle(cosignatures=[])) == ("cosignatures", "No partner cosigned the ledger.")


@pytest.mark.parametrize(
    ("signed_result", "detail"),
    [
        (result(by=INSTITUTIONS[:2]), f"result: The signature of {HOSPITAL} is missing."),
        (
            result(as_={CHARITE: HOSPITAL}),
            "result: A signature names another party than the owner of its key.",
        ),
        (result(study="urn:hansa:studies:0"), "result: The result is that of another record."),
        ({**result(), "payload": encode64(b"[]")}, "result: The signed text is refused"),
        ({"broken": True}, "result: The signed text is refused"),
    ],
)
def test_verify_names_a_result_that_does_not_hold(signed_result: Any, detail: str) -> None:
    name, found = _fault(bundle(result=signed_result))

    assert name == "result"
    assert found.startswith(detail)


def test_verify_reads_an_amended_agreement_beside_the_one_before_it() -> None:
    amended = document(
        version=2,
        previous="sha256:" + "0" * 64,
        clauses=DOCUMENT["clauses"],
        valid={**DOCUMENT["valid"], "notice_days": 1},
    )

    report = verify(bundle(agreements=[signed(DOCUMENT), signed(amended)]), kinds=KINDS, vocabularies=VOCABULARIES)

    assert report.holds
