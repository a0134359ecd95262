import pytest
from django.db import IntegrityError, connection, transaction

from hansa.kernel import ledger, triggers
from hansa.kernel.models.ledger import LedgerEntry, Mention

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def entries() -> None:
    """Put three entries into a ledger that only grows."""
    triggers.allow_changes(None, connection.schema_editor())
    triggers.forbid_changes(None, connection.schema_editor())
    for number in range(3):
        ledger.append({"number": number})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_ledgerentry SET body = '{}' WHERE position = 1",
        "DELETE FROM kernel_ledgerentry WHERE position = 2",
    ],
)
def test_database_refuses_to_change_or_remove_an_entry(statement: str) -> None:
    with pytest.raises(IntegrityError, match="The ledger only grows"), transaction.atomic():
        connection.cursor().execute(statement)

    assert ledger.verify() == []


@pytest.mark.parametrize("position", [1, 5])
def test_database_refuses_another_place_than_the_end(position: int) -> None:
    if connection.vendor == "postgresql" and position > 3:
        pytest.skip("PostgreSQL keeps no watch over gaps; verify() finds them")

    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry(position=position, body="{}", hashes=b"").save(force_insert=True)


def test_database_refuses_to_replace_an_entry() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite knows REPLACE")

    with pytest.raises(IntegrityError, match="The ledger only grows"), transaction.atomic():
        connection.cursor().execute("REPLACE INTO kernel_ledgerentry VALUES (1, '{}', x'')")


def test_database_refuses_to_empty_the_table() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows TRUNCATE")

    with pytest.raises(IntegrityError, match="The ledger only grows"), transaction.atomic():
        connection.cursor().execute("TRUNCATE kernel_ledgerentry")


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_triggers_are_set_and_taken_away_in_the_words_of_each_database(vendor: str) -> None:
    class Editor:
        """Collect what would be executed."""

        def __init__(self) -> None:
            self.connection = self
            self.vendor = vendor
            self.executed: list[str] = []

        def execute(self, statement: str) -> None:
            self.executed.append(statement.split()[1])

    editor = Editor()

    triggers.forbid_changes(None, editor)
    triggers.allow_changes(None, editor)
    triggers.forbid_changes_of_mentions(None, editor)
    triggers.allow_changes_of_mentions(None, editor)

    expected = {"sqlite": ["TRIGGER"] * 6, "postgresql": ["FUNCTION", "TRIGGER", "TRIGGER", "FUNCTION"]}
    assert editor.executed == expected[vendor] * 2


def test_triggers_stand_on_the_table_of_the_ledger() -> None:
    assert LedgerEntry._meta.db_table == "kernel_ledgerentry"
    assert all("kernel_ledgerentry" in statement for statement in triggers.SQLITE + triggers.POSTGRESQL[1:])
    on_mentions = triggers.SQLITE_MENTIONS + triggers.POSTGRESQL_MENTIONS[1:]
    assert all(f"ON {Mention._meta.db_table}" in statement for statement in on_mentions)
