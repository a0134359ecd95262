"""Statements written out, for the few rows that every letter reads and writes.

Django builds each of its statements anew, which costs a letter more than the disk
does. These are the same statements as constants, over the same fields and types.
"""

from functools import lru_cache
from typing import Any

from django.db import connection, models

from hansa.kernel.frame import current


def update(row: models.Model, *names: str) -> None:
    """Write some columns of a row that is there, inside a change only."""
    current()
    meta = row._meta
    values = [meta.get_field(name).get_db_prep_save(getattr(row, name), connection) for name in names]  # type: ignore[union-attr]  # reason: every name is a column's
    key = meta.pk.get_db_prep_save(row.pk, connection)
    with connection.cursor() as cursor:
        cursor.execute(_update(meta.db_table, names, key=meta.pk.column), [*values, key])


@lru_cache(maxsize=64)
def _update(table: str, names: tuple[str, ...], *, key: str) -> str:
    columns = ", ".join(f'"{name}" = %s' for name in names)
    return f'UPDATE "{table}" SET {columns} WHERE "{key}" = %s'  # noqa: S608 -- names of columns, never values


def first(kind: type[models.Model], **equal: Any) -> Any:
    """Return the row in which some columns have these values, or None."""
    rows: models.QuerySet[Any] = models.QuerySet(kind)
    found = rows.raw(_select(kind._meta.db_table, tuple(equal)), list(equal.values()))
    return next(iter(found), None)


@lru_cache(maxsize=64)
def _select(table: str, names: tuple[str, ...]) -> str:
    where = " AND ".join(f'"{name}" = %s' for name in names)
    return f'SELECT * FROM "{table}" WHERE {where}'  # noqa: S608 -- names of columns, never values
