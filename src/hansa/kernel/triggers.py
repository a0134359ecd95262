"""Let the database itself refuse to change the ledger.

Triggers stop mistakes and careless repairs on the spot: an entry can be added at the
end, and nothing else. They do not stop somebody who owns the database file; that is what
the partners' cosignatures are for. The mentions beside the entries are held alike: they are
added for the last entry, and stay. A migration that rebuilds one of the two tables drops its
triggers, so it ends with these functions.
"""

from typing import Any

SQLITE = (
    """
    CREATE TRIGGER ledger_update BEFORE UPDATE ON kernel_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'The ledger only grows: entries are never changed or removed.'); END
    """,
    """
    CREATE TRIGGER ledger_delete BEFORE DELETE ON kernel_ledgerentry
    BEGIN SELECT RAISE(ABORT, 'The ledger only grows: entries are never changed or removed.'); END
    """,
    # REPLACE removes rows without firing delete triggers, so inserts are looked at as well.
    """
    CREATE TRIGGER ledger_insert BEFORE INSERT ON kernel_ledgerentry
    WHEN NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM kernel_ledgerentry)
    BEGIN SELECT RAISE(ABORT, 'The ledger only grows: entries are never changed or removed.'); END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'The ledger only grows: entries are never changed or removed.'
        USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER ledger_change BEFORE UPDATE OR DELETE ON kernel_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()
    """,
    """
    CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON kernel_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()
    """,
)
SQLITE_MENTIONS = (
    """
    CREATE TRIGGER mention_update BEFORE UPDATE ON kernel_mention
    BEGIN SELECT RAISE(ABORT, 'The ledger only grows: mentions are never changed or removed.'); END
    """,
    """
    CREATE TRIGGER mention_delete BEFORE DELETE ON kernel_mention
    BEGIN SELECT RAISE(ABORT, 'The ledger only grows: mentions are never changed or removed.'); END
    """,
    """
    CREATE TRIGGER mention_insert BEFORE INSERT ON kernel_mention
    WHEN NEW.position <> (SELECT coalesce(max(position), -1) FROM kernel_ledgerentry)
    BEGIN SELECT RAISE(ABORT, 'The ledger only grows: mentions are never changed or removed.'); END
    """,
)
POSTGRESQL_MENTIONS = (
    """
    CREATE FUNCTION mentions_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'The ledger only grows: mentions are never changed or removed.'
        USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER mention_change BEFORE UPDATE OR DELETE ON kernel_mention
    FOR EACH ROW EXECUTE FUNCTION mentions_only_grow()
    """,
    """
    CREATE TRIGGER mention_truncate BEFORE TRUNCATE ON kernel_mention
    FOR EACH STATEMENT EXECUTE FUNCTION mentions_only_grow()
    """,
)
SQLITE_UNDO = tuple(f"DROP TRIGGER IF EXISTS ledger_{event}" for event in ("update", "delete", "insert"))
SQLITE_MENTIONS_UNDO = tuple(f"DROP TRIGGER IF EXISTS mention_{event}" for event in ("update", "delete", "insert"))
POSTGRESQL_UNDO = ("DROP FUNCTION IF EXISTS ledger_only_grows() CASCADE",)
POSTGRESQL_MENTIONS_UNDO = ("DROP FUNCTION IF EXISTS mentions_only_grow() CASCADE",)


def forbid_changes(apps: Any, schema_editor: Any) -> None:
    """Forbid to change or remove entries; called by a migration."""
    _execute(schema_editor, sqlite=SQLITE, postgresql=POSTGRESQL)


def allow_changes(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away; called when the migration is undone, and by tests which empty tables."""
    _execute(schema_editor, sqlite=SQLITE_UNDO, postgresql=POSTGRESQL_UNDO)


def forbid_changes_of_mentions(apps: Any, schema_editor: Any) -> None:
    """Forbid to change or remove mentions; called by a migration."""
    _execute(schema_editor, sqlite=SQLITE_MENTIONS, postgresql=POSTGRESQL_MENTIONS)


def allow_changes_of_mentions(apps: Any, schema_editor: Any) -> None:
    """Take the triggers of the mentions away; called as those of the entries."""
    _execute(schema_editor, sqlite=SQLITE_MENTIONS_UNDO, postgresql=POSTGRESQL_MENTIONS_UNDO)


def _execute(schema_editor: Any, *, sqlite: tuple[str, ...], postgresql: tuple[str, ...]) -> None:
    for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
        schema_editor.execute(statement)
