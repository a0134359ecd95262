from hansa.kernel.models.ledger import LedgerEntry


def test_entry_is_shown_by_its_position() -> None:
    assert str(LedgerEntry(position=7, body="{}", hashes=b"")) == "7"
