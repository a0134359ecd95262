"""Let the database itself refuse to change the ledger.

Triggers stop mistakes and careless repairs on the spot: an entry can be added at the
end, and nothing else. They do not stop somebody who owns the database file; that is what
the partners' cosignatures are for. A migration that rebuilds the ledger's table drops
its triggers, so it ends with these functions.
"""

from typing import Any

TABLE = "kernel_ledgerentry"
REFUSAL = "The ledger only grows: entries are never changed or removed."

# REPLACE removes rows without firing delete triggers, so inserts are looked at as well.
SQLITE = (
    f"CREATE TRIGGER ledger_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER ledger_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER ledger_insert BEFORE INSERT ON {TABLE} "
    f"WHEN NEW.position <> (SELECT coalesce(max(position) + 1, 0) FROM {TABLE}) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
POSTGRESQL = (
    "CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER ledger_change BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()",
    f"CREATE TRIGGER ledger_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()",
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
