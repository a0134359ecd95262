"""Letters, receipts and hops as signed data."""

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from hansa.lib.canonical import digest
from hansa.lib.decision import Request
from hansa.lib.errors import InvalidError, SignatureError
from hansa.lib.keys import SigningKey
from hansa.lib.letters import Hop, Letter, Receipt, check_clock, instant, moment, new_id
from hansa.lib.signatures import sign

KEY = SigningKey.generate()
NOW = datetime(2026, 11, 23, 14, 0, 0, 123000, tzinfo=UTC)
LETTER = Letter(
    id="0" * 32,
    sender="https://ror.org/056d84691",
    recipient="https://ror.org/001w7jn25",
    kind="studies.approved",
    record="urn:hansa:studies:1",
    agreement="sha256:00",
    clause="4.1",
    terms={"parties": ["a", "b"], "purposes": ["DUO:0000042"], "limits": {"minimum_cell": 5}},
    sequence=1,
    created="2026-11-23T14:00:00.123Z",
    body={"reason": ""},
)


def test_letter_survives_signing_and_reading() -> None:
    token = LETTER.sign(KEY)

    assert Letter.read(token, key=KEY.public) == LETTER


def test_letter_is_named_by_the_hash_of_what_is_signed() -> None:
    assert LETTER.digest == digest({"hansa": "letter/1", **asdict(LETTER)})
    assert replace(LETTER, sequence=2).digest != LETTER.digest


def test_letter_altered_after_signing_is_refused() -> None:
    head, payload, signature = LETTER.sign(KEY).split(".")
    other = replace(LETTER, clause="4.2").sign(KEY).split(".")[1]

    with pytest.raises(SignatureError):
        Letter.read(f"{head}.{other}.{signature}", key=KEY.public)
    assert payload != other


def test_letter_of_another_key_is_refused() -> None:
    with pytest.raises(SignatureError):
        Letter.read(LETTER.sign(SigningKey.generate()), key=KEY.public)


def test_receipt_is_no_letter() -> None:
    receipt = Receipt(
        letter="0" * 32,
        digest_of_letter=LETTER.digest,
        sender="a",
        recipient="b",
        outcome="applied",
        reason="",
        remedy="",
        at=moment(NOW),
    )

    with pytest.raises(SignatureError):
        Letter.read(receipt.sign(KEY), key=KEY.public)
    assert Receipt.read(receipt.sign(KEY), key=KEY.public) == receipt


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {"hansa": "letter/1"},
        {"hansa": "letter/2", **asdict(LETTER)},
        {"hansa": "letter/1", **asdict(LETTER), "note": "unknown"},
    ],
)
def test_letter_with_other_fields_is_refused(payload: Any) -> None:
    with pytest.raises(InvalidError, match="letter of version 1"):
        Letter.read(sign(payload, key=KEY, kind="letter"), key=KEY.public)


@pytest.mark.parametrize(("field", "value"), [("sequence", "1"), ("body", []), ("terms", None), ("id", 1)])
def test_letter_with_a_field_of_the_wrong_type_is_refused(field: str, value: Any) -> None:
    payload = {"hansa": "letter/1", **asdict(LETTER), field: value}

    with pytest.raises(InvalidError, match=f"'{field}'"):
        Letter.read(sign(payload, key=KEY, kind="letter"), key=KEY.public)


def test_letter_states_what_its_recipient_asks() -> None:
    assert LETTER.request("studies.approve") == Request(
        party=LETTER.sender,
        parties=("a", "b"),
        area="studies",
        action="studies.approve",
        clause="4.1",
        agreement="sha256:00",
        purposes=("DUO:0000042",),
        limits={"minimum_cell": 5},
        by_person=True,
    )


def test_letter_without_a_memorandum_names_none() -> None:
    asked = replace(LETTER, agreement="", clause="").request("studies.approve")

    assert (asked.agreement, asked.clause) == (None, None)


def test_letter_without_terms_cannot_be_asked_about() -> None:
    with pytest.raises(InvalidError, match="parties, purposes and limits"):
        replace(LETTER, terms={}).request("studies.approve")


def test_hop_survives_signing_and_reading() -> None:
    hop = Hop(sender="a", recipient="b", sealed="sha256:00", at=moment(NOW))

    assert Hop.read(hop.sign(KEY), key=KEY.public) == hop


def test_moment_is_utc_with_milliseconds() -> None:
    stockholm = timezone(timedelta(hours=1))

    assert moment(NOW.astimezone(stockholm)) == "2026-11-23T14:00:00.123Z"
    assert instant(moment(NOW)) == NOW


@pytest.mark.parametrize(("text", "fault"), [("yesterday", "not a date"), ("2026-11-23T14:00:00", "no time zone")])
def test_instant_refuses_what_is_no_moment(text: str, fault: str) -> None:
    with pytest.raises(InvalidError, match=fault):
        instant(text)


@pytest.mark.parametrize(("minutes", "words"), [(61, "61 minutes ahead of ours"), (-61, "61 minutes behind ours")])
def test_clock_that_is_off_is_told_by_how_much(minutes: int, words: str) -> None:
    with pytest.raises(InvalidError, match=words) as refused:
        check_clock(NOW + timedelta(minutes=minutes), now=NOW, who="Charité")

    assert "NTP" in refused.value.remedy


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_clock_within_five_minutes_is_fine(minutes: int) -> None:
    check_clock(NOW + timedelta(minutes=minutes), now=NOW, who="Charité")


def test_new_letter_has_a_name_of_its_own() -> None:
    assert new_id() != new_id()
