"""A bundle holds across changed keys when every change is proven from the keys that the agreement names."""

from dataclasses import replace
from typing import Any

import pytest

from hansa.lib import rotation
from hansa.lib.bundle import Report, verify
from hansa.lib.bundle_form import Bundle, Exchange, read, write
from hansa.lib.keys import Identity, SealingKey, SigningKey
from hansa.lib.signatures import assemble, sign, sign_general
from tests.lib.example_agreement import CHARITE, HOSPITAL, INSTITUTIONS, KEYS
from tests.lib.example_bundle import KINDS, LETTERS, NOW, RECORD, VOCABULARIES, Ledger, answer, bundle, identity, tell

NEW = {CHARITE: SigningKey.generate(), HOSPITAL: SigningKey.generate()}
FOLLOWING = {one: Identity(one, key.public, SealingKey.generate().public) for one, key in NEW.items()}
CHANGED_AT = 6


def rotated(institution: str) -> str:
    return rotation.write(
        identity(institution), FOLLOWING[institution], old=KEYS[institution], new=NEW[institution], at=NOW
    )


def key(institution: str, *, after: bool) -> SigningKey:
    return NEW.get(institution, KEYS[institution]) if after else KEYS[institution]


def whole(**changes: Any) -> Bundle:
    """Return a bundle in which two parties changed their keys after the sixth letter."""
    ledger = Ledger([{"action": "other"}, *map(tell, LETTERS), {"action": "later"}])
    payload = {"hansa": "result/1", "study": RECORD, "rows": 686}
    signatures = [
        sign_general(payload, key=key(one, after=True), kind="result", header={"party": one}) for one in INSTITUTIONS
    ]
    letters = [
        Exchange(
            said.sign(key(said.sender, after=said.sequence > CHANGED_AT)),
            answer(said, key=key(said.recipient, after=said.sequence > CHANGED_AT)),
        )
        for said in LETTERS
    ]
    made = bundle(
        letters=letters,
        checkpoint=ledger.note(ledger.size, key=NEW[CHARITE]),
        cosignatures=[ledger.witnessed(ledger.size, by=HOSPITAL, key=NEW[HOSPITAL])],
        result=assemble(payload, signatures),
        rotations=[rotated(CHARITE), rotated(HOSPITAL)],
    )
    return replace(made, **changes)


def check(content: Bundle) -> Report:
    return verify(content, kinds=KINDS, vocabularies=VOCABULARIES)


def fault(content: Bundle) -> tuple[str, str]:
    found = check(content).first_fault
    assert found is not None
    return found.name, found.detail


def test_bundle_holds_across_changed_keys() -> None:
    content = whole()

    assert check(content).first_fault is None
    assert read(write(content)) == content


def test_bundle_without_rotations_is_written_as_before() -> None:
    assert "rotations" not in bundle().to_json()


def test_bundle_holds_across_two_changes_of_one_party() -> None:
    second = SigningKey.generate()
    later = Identity(CHARITE, second.public, SealingKey.generate().public)
    link = rotation.write(FOLLOWING[CHARITE], later, old=NEW[CHARITE], new=second, at=NOW)
    ledger = Ledger([{"action": "other"}, *map(tell, LETTERS), {"action": "later"}])

    content = whole(
        rotations=[rotated(CHARITE), rotated(HOSPITAL), link], checkpoint=ledger.note(ledger.size, key=second)
    )

    assert check(content).first_fault is None


def test_key_that_comes_back_leads_round_no_circle() -> None:
    back = rotation.write(FOLLOWING[CHARITE], identity(CHARITE), old=NEW[CHARITE], new=KEYS[CHARITE], at=NOW)

    assert check(whole(rotations=[rotated(CHARITE), rotated(HOSPITAL), back])).first_fault is None


@pytest.mark.parametrize("missing", [CHARITE, HOSPITAL])
def test_new_key_without_its_rotation_is_refused(missing: str) -> None:
    name, detail = fault(whole(rotations=[rotated(one) for one in NEW if one != missing]))

    assert (name, "another key made the signature" in detail) == (
        "letters" if missing == HOSPITAL else "receipts",
        True,
    )


def test_rotation_of_keys_that_no_agreement_names_is_refused() -> None:
    stranger = SigningKey.generate()
    before = Identity(CHARITE, stranger.public, SealingKey.generate().public)
    link = rotation.write(before, FOLLOWING[CHARITE], old=stranger, new=NEW[CHARITE], at=NOW)

    assert fault(whole(rotations=[link])) == (
        "identities",
        "rotations[0]: The rotation is of keys that no agreement names.",
    )


def test_forged_rotation_is_refused() -> None:
    forged = rotation.write(identity(CHARITE), FOLLOWING[CHARITE], old=NEW[CHARITE], new=NEW[CHARITE], at=NOW)

    name, detail = fault(whole(rotations=[forged]))

    assert (name, detail.startswith("rotations[0]: ")) == ("identities", True)


def test_what_is_no_rotation_cannot_be_read() -> None:
    name, detail = fault(whole(rotations=[sign([], key=KEYS[CHARITE], kind="rotation")]))

    assert (name, detail) == ("identities", "This part cannot be read (AttributeError).")
