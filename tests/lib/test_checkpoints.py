import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from hansa.lib.checkpoints import (
    Checkpoint,
    _cosigned,
    _key_id,
    _line,
    _read_line,
    cosign,
    judge,
    ledger_name,
    parse,
    verify,
    verify_cosignature,
    write,
)
from hansa.lib.errors import InvalidError, ProofError, SignatureError
from hansa.lib.keys import SigningKey, VerifyingKey
from hansa.lib.merkle import EMPTY_ROOT, prove_consistency
from tests.lib.test_merkle import TREE

NAME = "https://ror.org/1"
OTHER_NAME = "https://ror.org/2"
KEY = SigningKey.generate()
WITNESS = SigningKey.generate()
NOW = datetime(2026, 11, 23, 15, 0, 7, tzinfo=UTC)


def _checkpoint(size: int) -> Checkpoint:
    return Checkpoint("ror.org/1", size, TREE.roots[size])


def _note(size: int) -> str:
    return write(size, TREE.roots[size], key=KEY, name=NAME)


def _proof(old: int, new: int) -> dict[str, Any]:
    return {"from": old, "proof": [value.hex() for value in prove_consistency(old, new=new, node=TREE.node)]}


def _cosignature(size: int) -> str:
    return cosign(_checkpoint(size), key=WITNESS, name=OTHER_NAME, at=NOW)


def test_write_gives_the_form_of_the_standard() -> None:
    note = write(0, EMPTY_ROOT, key=KEY, name=NAME)

    lines = note.split("\n")
    assert lines[:4] == ["ror.org/1", "0", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", ""]
    assert lines[4].startswith("— ror.org/1 ")
    assert lines[5:] == [""]


def test_signature_lines_agree_with_the_signed_note_package() -> None:
    # The example in the documentation of golang.org/x/mod/sumdb/note.
    key = VerifyingKey(base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:])
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = _read_line(
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )

    assert line.key_id == _key_id("PeterNeumann", kind=b"\x01", key=key) == bytes.fromhex("c74f20a3")
    key.verify(text.encode(), line.signature)


def test_verify_returns_what_was_written() -> None:
    assert verify(_note(7), key=KEY.public, name=NAME) == _checkpoint(7)


def test_verify_reads_past_signatures_of_others() -> None:
    body, gap, signature = _note(7).partition("\n\n")

    note = body + gap + _cosignature(7) + signature

    assert verify(note, key=KEY.public, name=NAME) == parse(note).checkpoint == _checkpoint(7)


def test_verify_refuses_a_changed_size() -> None:
    with pytest.raises(SignatureError, match="does not belong to this text"):
        verify(_note(7).replace("\n7\n", "\n8\n"), key=KEY.public, name=NAME)


def test_verify_refuses_another_key_or_ledger() -> None:
    with pytest.raises(SignatureError, match="no signature by the known key"):
        verify(_note(7), key=WITNESS.public, name=NAME)
    with pytest.raises(SignatureError, match="another ledger"):
        verify(_note(7), key=KEY.public, name=OTHER_NAME)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("\n\n", "\n", "the empty line"),
        ("\n7\n", "\n07\n", "not a plain number"),
        ("\n7\n", "\n-7\n", "not a plain number"),
        ("\n7\n", "\n9223372036854775808\n", "not a plain number"),
        ("\n7\n", "\n7\nmore\n", "exactly the lines"),
        ("\n7\n", "\n7\n=", "not base64"),
        ("\n7\n", "\n7\nAAAA", "not 32 bytes"),
        ("=\n\n", "A=\n\n", "base64"),
        ("ror.org/1\n7", "ror org\n7", "exactly the lines"),
        ("— ror.org/1 ", "- ror.org/1 ", "dash"),
        ("— ror.org/1 ", "—  ", "dash"),
    ],
)
def test_parse_refuses_another_form(old: str, new: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        parse(_note(7).replace(old, new, 1))


def test_parse_refuses_another_spelling_of_the_same_bytes() -> None:
    note = write(7, bytes(32), key=KEY, name=NAME)

    with pytest.raises(InvalidError, match="one base64 spelling"):
        parse(note.replace("AAA=\n\n", "AAB=\n\n", 1))


def test_write_refuses_a_name_with_spaces() -> None:
    with pytest.raises(InvalidError, match="space or a plus"):
        write(7, bytes(32), key=KEY, name="our ledger")


def test_ledger_name_has_no_scheme() -> None:
    assert ledger_name("https://ror.org/1") == "ror.org/1"


def test_cosignature_tells_when_the_witness_saw_it() -> None:
    assert verify_cosignature(_cosignature(7), checkpoint=_checkpoint(7), key=WITNESS.public, name=OTHER_NAME) == NOW


def test_verify_cosignature_refuses_another_checkpoint_or_key() -> None:
    with pytest.raises(SignatureError, match="does not belong"):
        verify_cosignature(_cosignature(7), checkpoint=_checkpoint(8), key=WITNESS.public, name=OTHER_NAME)
    with pytest.raises(SignatureError, match="not by the known key"):
        verify_cosignature(_cosignature(7), checkpoint=_checkpoint(7), key=KEY.public, name=OTHER_NAME)
    with pytest.raises(SignatureError, match="not by the known key"):
        verify_cosignature(_cosignature(7), checkpoint=_checkpoint(7), key=WITNESS.public, name=NAME)


def test_verify_cosignature_refuses_a_plain_signature() -> None:
    line = _note(7).split("\n\n")[1]

    with pytest.raises(SignatureError, match="not by the known key"):
        verify_cosignature(line, checkpoint=_checkpoint(7), key=KEY.public, name=NAME)


def test_verify_cosignature_refuses_an_impossible_time() -> None:
    seconds = 2**62
    signature = WITNESS.sign(_cosigned(_checkpoint(7), seconds=seconds))
    stamped = seconds.to_bytes(8, "big") + signature

    line = _line(OTHER_NAME, kind=b"\x04", key=WITNESS.public, signature=stamped)

    with pytest.raises(SignatureError, match="no possible time"):
        verify_cosignature(line, checkpoint=_checkpoint(7), key=WITNESS.public, name=OTHER_NAME)


@pytest.mark.parametrize(
    ("known", "size", "proof"),
    [
        (None, 7, None),
        (_checkpoint(0), 7, None),
        (_checkpoint(7), 7, None),
        (_checkpoint(7), 7, {"from": 7, "proof": []}),
        (_checkpoint(7), 19, _proof(7, 19)),
        (_checkpoint(8), 64, _proof(8, 64)),
    ],
)
def test_judge_accepts_a_ledger_that_only_grew(known: Checkpoint | None, size: int, proof: Any) -> None:
    assert judge(known, _note(size), proof=proof, key=KEY.public, name=NAME) == _checkpoint(size)


def test_judge_finds_a_ledger_that_was_rolled_back() -> None:
    with pytest.raises(ProofError, match="got smaller: 19 entries were known, now it shows 7") as caught:
        judge(_checkpoint(19), _note(7), proof=None, key=KEY.public, name=NAME)

    assert "restored a backup" in caught.value.remedy


@pytest.mark.parametrize(
    ("known", "proof", "reason"),
    [
        (Checkpoint("ror.org/1", 7, bytes(32)), _proof(7, 19), "does not begin with the 7 entries"),
        (Checkpoint("ror.org/1", 19, bytes(32)), None, "Two ledgers of 19 entries differ"),
        (_checkpoint(7), None, "proof that it only grew is missing"),
        (_checkpoint(7), {"from": 7}, "proof that it only grew is missing"),
        (_checkpoint(7), {"from": 7, "proof": "00"}, "proof that it only grew is missing"),
        (_checkpoint(7), _proof(8, 19), "begins at another number of entries than 7"),
        (_checkpoint(7), {"from": 7, "proof": ["00"]}, "not 32 bytes"),
        (_checkpoint(7), {"from": 7, "proof": ["zz"]}, "not hexadecimal"),
        (_checkpoint(7), {"from": 7, "proof": [5]}, "not hexadecimal"),
    ],
)
def test_judge_finds_a_ledger_that_was_rewritten(known: Checkpoint, proof: Any, reason: str) -> None:
    with pytest.raises(ProofError, match=reason) as caught:
        judge(known, _note(19), proof=proof, key=KEY.public, name=NAME)

    assert caught.value.message.startswith("The ledger of ror.org/1 was rewritten")


def test_judge_refuses_an_unsigned_note() -> None:
    with pytest.raises(SignatureError):
        judge(None, _note(7), proof=None, key=WITNESS.public, name=NAME)
