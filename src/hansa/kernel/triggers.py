"""Let the database itself refuse to change the ledger.

Triggers stop mistakes and careless repairs on the spot: an entry can be added at the
end, and nothing else. They do not stop somebody who owns the database file; that is what
the partners' cosignatures are for. A migration that rebuilds the ledger's table drops
its triggers, so it ends with these functions.
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
SQLITE_UNDO = tuple(f"DROP TRIGGER IF EXISTS ledger_{event}" for event in ("update", "delete", "insert"))
POSTGRESQL_UNDO = ("DROP FUNCTION IF EXISTS ledger_only_grows() CASCADE",)


def forbid_changes(apps: Any, schema_editor: Any) -> None:
    """Forbid to change or remove entries; called by a migration."""
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def allow_changes(apps: Any, schema_editor: Any) -> None:
    """Take the triggers away; called when the migration is undone, and by tests which empty tables."""
    for statement in SQLITE_UNDO if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_UNDO:
        schema_editor.execute(statement)
