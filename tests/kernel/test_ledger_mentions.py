"""Which records an entry tells of stands beside it, written with it and held against it."""

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from hansa.kernel import ledger, triggers
from hansa.kernel.models.ledger import LedgerEntry, Mention

pytestmark = pytest.mark.django_db

STUDY, STAY, PLAN = (f"urn:hansa:{noun}:0" for noun in ("studies", "stays", "plans"))


@pytest.fixture
def entries() -> None:
    """Put entries about three records into the ledger."""
    ledger.append({"action": "studies.propose", "record": STUDY, "moves": {STUDY: ["", "proposed"]}, "letters": []})
    ledger.append({"restored": 1})
    ledger.append({"action": "plans.sign", "record": PLAN, "about": STAY, "moves": {PLAN: ["draft", "signed"]}})
    ledger.append({"job": "studies.combine", "record": "", "moves": {STUDY: ["running", "review"], STAY: ["a", "b"]}})


def pairs() -> list[tuple[int, str]]:
    """Return every mention, in order."""
    return list(Mention.objects.order_by("position", "record").values_list("position", "record"))


def tamper(change: Callable[[], object]) -> None:
    """Change the mentions as somebody would who owns the database file."""
    editor = connection.schema_editor()
    triggers.allow_changes_of_mentions(None, editor)
    change()
    triggers.forbid_changes_of_mentions(None, editor)


def test_append_notes_the_records_an_entry_tells_of(entries: None) -> None:
    assert pairs() == [(0, STUDY), (2, PLAN), (2, STAY), (3, STAY), (3, STUDY)]


def test_mentioned_takes_what_it_was_done_to_what_that_is_part_of_and_what_moved() -> None:
    body = {"record": "b", "about": "c", "moves": {"a": ["", "x"], "b": ["", "x"]}, "letters": ["d"], "by": "e"}

    assert ledger.mentioned(body) == ["a", "b", "c"]
    assert ledger.mentioned({"record": 7, "about": "", "moves": None}) == []


def test_entries_about_a_record_are_found_without_reading_all(entries: None) -> None:
    assert [entry.position for entry in ledger.entries_about(STUDY).order_by("position")] == [0, 3]
    assert [entry.position for entry in ledger.entries_about(STAY).order_by("position")] == [2, 3]
    assert list(ledger.entries_about("urn:hansa:studies:")) == []


def test_verify_holds_every_mention_against_its_entry(entries: None) -> None:
    assert ledger.verify() == []


def test_verify_names_the_entry_of_which_a_mention_is_missing(entries: None) -> None:
    tamper(lambda: Mention.objects.filter(record=PLAN).delete())

    assert ledger.verify() == ["The list of records that entry 2 tells of was changed."]


def test_verify_names_the_entry_to_which_a_mention_was_added(entries: None) -> None:
    tamper(lambda: Mention(record=STUDY, position=1).save(force_insert=True))

    assert ledger.verify() == ["The list of records that entry 1 tells of was changed."]


def test_verify_names_mentions_of_an_entry_that_is_not_there(entries: None) -> None:
    tamper(lambda: Mention(record=STUDY, position=9).save(force_insert=True))

    assert ledger.verify() == ["Records are listed for entry 9, which is not there."]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE kernel_mention SET record = 'x' WHERE position = 0",
        "DELETE FROM kernel_mention WHERE position = 3",
    ],
)
def test_database_refuses_to_change_or_remove_a_mention(entries: None, statement: str) -> None:
    with pytest.raises(IntegrityError, match="mentions are never changed"), transaction.atomic():
        connection.cursor().execute(statement)

    assert ledger.verify() == []


@pytest.mark.parametrize("position", [1, 9])
def test_database_refuses_a_mention_of_another_entry_than_the_last(entries: None, position: int) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL keeps no watch over what is added; verify() finds it")

    with pytest.raises(IntegrityError, match="mentions are never changed"), transaction.atomic():
        Mention(record=STUDY, position=position).save(force_insert=True)


def test_database_refuses_to_empty_the_mentions() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL knows TRUNCATE")

    with pytest.raises(IntegrityError, match="The ledger only grows"), transaction.atomic():
        connection.cursor().execute("TRUNCATE kernel_mention")


@pytest.mark.parametrize("chunk", [2, 5000])
def test_migration_notes_the_records_of_entries_that_are_there(
    entries: None, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    migration = import_module("hansa.kernel.migrations.0005_mentions")
    monkeypatch.setattr(migration, "CHUNK", chunk)
    before = pairs()

    def anew() -> None:
        Mention.objects.all().delete()
        migration.fill(apps, None)

    tamper(anew)

    assert pairs() == before
    assert LedgerEntry.objects.count() == 4


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_migration_makes_and_drops_the_table_in_the_words_of_each_database(vendor: str) -> None:
    migration = import_module("hansa.kernel.migrations.0005_mentions")
    done: list[object] = []
    editor = SimpleNamespace(
        connection=SimpleNamespace(vendor=vendor),
        execute=lambda statement: done.append(statement.split()[0]),
        create_model=done.append,
    )

    migration.create(apps, editor)
    migration.drop(apps, editor)

    assert done == (["CREATE", "DROP"] if vendor == "sqlite" else [Mention, "DROP"])


def test_table_has_the_columns_of_the_model() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kernel_mention")
        found = [column[0] for column in cursor.description]

    assert found == [field.column for field in Mention._meta.concrete_fields]
