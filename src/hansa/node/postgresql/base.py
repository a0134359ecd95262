"""PostgreSQL, made to keep what SQLite keeps and to write in the order in which SQLite writes.

Two things would differ otherwise. Django keeps JSON as ``jsonb``, which reads every
number as a decimal and gives 1e20 back as a whole number, so that a sum or a
memorandum would not have the hash it had before; here it is kept as the text it is.
And two transactions would run at once, each blind to the other: a letter could take a
number that another took already, or two could wait for each other's rows. Here a
transaction waits for the one before it, as SQLite's IMMEDIATE transactions do, so the
order of the ledger is the order of what happened. Who only reads waits for nobody.
"""

import json
from typing import Any

from django.db.backends.postgresql import base as django
from django.db.backends.postgresql import operations

# "hansa" in ASCII: the number of the lock, which PostgreSQL keeps apart for each database.
SERIAL = 0x68616E7361


class DatabaseOperations(operations.DatabaseOperations):
    """Write JSON as text."""

    def adapt_json_value(self, value: Any, encoder: type[json.JSONEncoder] | None) -> Any:
        """Return the text of a JSON value, in which every number is spelled as Python spells it."""
        return json.dumps(value, cls=encoder, allow_nan=False)


class DatabaseWrapper(django.DatabaseWrapper):
    """A connection whose transactions come one after the other."""

    ops_class = DatabaseOperations
    data_types = {**django.DatabaseWrapper.data_types, "JSONField": "text"}

    def _set_autocommit(self, autocommit: bool) -> None:  # noqa: FBT001 -- Django's own signature
        super()._set_autocommit(autocommit)  # type: ignore[misc]  # reason: the stubs leave Django's own methods out
        if autocommit:
            return
        try:
            with self.wrap_database_errors, self.connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SERIAL])
        except BaseException:
            # Django takes the transaction for not begun, so it must not be.
            self.close()
            raise
