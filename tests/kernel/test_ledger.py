from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from hansa.kernel import ledger, triggers
from hansa.kernel.frame import Change, under_way
from hansa.kernel.identity import own
from hansa.kernel.models.ledger import LedgerEntry
from hansa.kernel.models.partners import Cosignature, Partner
from hansa.lib import checkpoints, merkle
from hansa.lib.canonical import canonical
from hansa.lib.errors import InvalidError, RefusedError
from hansa.lib.keys import Identity, SealingKey, SigningKey

PARTNER = "https://ror.org/012p63287"
KEY = SigningKey.generate()


def _append(count: int) -> list[LedgerEntry]:
    start = ledger.size()
    return [ledger.append({"what": "tested", "number": start + number}) for number in range(count)]


def _append_three_of_which_the_last_has_no_canonical_form() -> None:
    _append(2)
    ledger.append({"number": float("nan")})


def _execute(statement: str, *given: Any) -> None:
    triggers.allow_changes(None, connection.schema_editor())
    connection.cursor().execute(statement, given)


def _cosign(size: int, *, root: bytes | None = None) -> Cosignature:
    """Let a partner cosign the ledger as it stood at this size."""
    note = checkpoints.write(size, ledger.root(size) if root is None else root, key=own().signing, name=own().id)
    line = checkpoints.cosign(checkpoints.parse(note).checkpoint, key=KEY, name=PARTNER, at=timezone.now())
    kept = Cosignature(partner=PARTNER, size=size, checkpoint=note, line=line, at=timezone.now())
    token = under_way.set(Change({}))
    identity = Identity(PARTNER, KEY.public, SealingKey.generate().public)
    Partner(institution=PARTNER, name="Lund", state="known", identity=identity.to_json()).save()
    kept.save()
    under_way.reset(token)
    return kept


@pytest.mark.django_db
def test_append_writes_the_canonical_body_at_the_end() -> None:
    entries = _append(3)

    assert [entry.position for entry in entries] == [0, 1, 2]
    assert LedgerEntry.objects.get(position=2).body == '{"number":2,"what":"tested"}'
    assert ledger.size() == 3


@pytest.mark.django_db
def test_root_is_that_of_the_leaves() -> None:
    assert ledger.root() == merkle.EMPTY_ROOT

    frontier = merkle.Frontier()
    roots = [frontier.root()]
    for entry in _append(20):
        frontier.add(merkle.leaf_hash(entry.body.encode()))
        roots.append(frontier.root())

    assert [ledger.root(size) for size in range(21)] == roots
    assert ledger.root() == roots[20]


@pytest.mark.django_db
def test_append_takes_three_queries(django_assert_num_queries: Any) -> None:
    _append(7)

    with django_assert_num_queries(3):
        ledger.append({"what": "tested"})


@pytest.mark.django_db(transaction=True)
def test_append_refuses_to_stand_alone() -> None:
    with pytest.raises(RefusedError, match="together with the change"):
        ledger.append({"what": "tested"})

    assert ledger.size() == 0


@pytest.mark.django_db(transaction=True)
def test_append_keeps_the_order_among_many_writers() -> None:
    def write(number: int) -> None:
        for _ in range(10):
            with transaction.atomic():
                ledger.append({"writer": number})
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    assert ledger.size() == 40
    assert ledger.verify() == []


@pytest.mark.django_db
def test_append_goes_back_with_its_change() -> None:
    _append(2)

    with pytest.raises(InvalidError), transaction.atomic():
        _append_three_of_which_the_last_has_no_canonical_form()

    assert ledger.size() == 2
    assert ledger.verify() == []


@pytest.mark.django_db
def test_checkpoint_is_signed_by_this_node() -> None:
    _append(5)

    seen = checkpoints.verify(ledger.checkpoint(), key=own().signing.public, name=own().id)

    assert seen == checkpoints.Checkpoint(checkpoints.ledger_name(own().id), 5, ledger.root())
    assert checkpoints.parse(ledger.checkpoint(3)).checkpoint.root == ledger.root(3)


@pytest.mark.django_db
def test_inclusion_and_consistency_are_proven(django_assert_num_queries: Any) -> None:
    entries = _append(13)

    for entry in entries:
        merkle.verify_inclusion(
            merkle.leaf_hash(entry.body.encode()),
            index=entry.position,
            size=13,
            proof=ledger.inclusion(entry.position),
            root=ledger.root(),
        )
    for old in range(1, 14):
        merkle.verify_consistency(
            ledger.root(old), ledger.root(), old_size=old, new_size=13, proof=ledger.consistency(old)
        )
    with django_assert_num_queries(1):
        assert ledger.consistency(5, 13)
    with django_assert_num_queries(1):
        assert ledger.inclusion(5, 12)


@pytest.mark.django_db
def test_inclusion_refuses_an_entry_that_is_not_there() -> None:
    with pytest.raises(InvalidError, match="no entry 0"):
        ledger.inclusion(0)


@pytest.mark.django_db
def test_verify_finds_nothing_wrong_with_a_sound_ledger() -> None:
    assert ledger.verify() == []

    _append(11)
    _cosign(7)

    assert ledger.verify() == []


@pytest.mark.django_db
@pytest.mark.parametrize("position", [0, 5, 7, 10])
def test_verify_names_the_entry_that_was_changed(position: int) -> None:
    _append(11)

    _execute("UPDATE kernel_ledgerentry SET body = '{}' WHERE position = %s", position)

    assert ledger.verify() == [f"Entry {position} was changed after it was written."]


@pytest.mark.django_db
def test_verify_names_the_entry_whose_hashes_were_changed() -> None:
    _append(11)
    right = bytes(LedgerEntry.objects.get(position=7).hashes)

    _execute("UPDATE kernel_ledgerentry SET hashes = %s WHERE position = 7", right[:-1] + bytes([right[-1] ^ 1]))

    assert ledger.verify() == ["The hashes beside entry 7 were changed."]


@pytest.mark.django_db
def test_verify_names_an_entry_whose_hashes_were_cut_off() -> None:
    _append(11)
    right = bytes(LedgerEntry.objects.get(position=7).hashes)

    _execute("UPDATE kernel_ledgerentry SET hashes = %s WHERE position = 7", right[:-32])

    assert ledger.verify() == ["The hashes beside entry 7 were changed."]


@pytest.mark.django_db
def test_verify_names_an_entry_that_is_missing() -> None:
    _append(11)

    _execute("DELETE FROM kernel_ledgerentry WHERE position = 4")

    assert ledger.verify() == ["Entry 4 is missing."]


@pytest.mark.django_db
def test_verify_finds_a_ledger_that_was_cut_off_behind_a_cosignature() -> None:
    _append(11)
    _cosign(9)

    _execute("DELETE FROM kernel_ledgerentry WHERE position >= 8")

    assert ledger.verify() == ["Lund cosigned another ledger of 9 entries than this one."]


@pytest.mark.django_db
def test_verify_finds_a_ledger_that_was_written_anew() -> None:
    _append(11)
    _cosign(9)

    _execute("DELETE FROM kernel_ledgerentry")
    for number in range(11):
        ledger.append({"what": "made up", "number": number})

    assert ledger.verify() == ["Lund cosigned another ledger of 9 entries than this one."]


@pytest.mark.django_db
def test_verify_finds_a_cosignature_that_does_not_hold() -> None:
    _append(11)
    kept = _cosign(9)

    _execute("UPDATE kernel_cosignature SET checkpoint = %s WHERE id = %s", ledger.checkpoint(8), kept.pk)

    (fault,) = ledger.verify()
    assert fault.startswith("What Lund cosigned at 9 entries does not hold: The signature does not belong")


@pytest.mark.django_db
def test_verify_leaves_out_cosignatures_of_institutions_it_no_longer_knows() -> None:
    _append(3)
    _cosign(2)

    _execute("DELETE FROM kernel_partner")

    assert ledger.verify() == []


@pytest.mark.django_db
def test_entry_holds_what_was_appended() -> None:
    entry = ledger.append({"text": "ÄÖ", "number": 1.5})

    assert bytes(entry.hashes) == merkle.leaf_hash(canonical({"text": "ÄÖ", "number": 1.5}))
