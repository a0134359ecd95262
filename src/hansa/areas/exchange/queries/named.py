"""Records by the text with which a form, a command or a program names them."""

from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from hansa.kernel.models import Record

R = TypeVar("R", bound=Record)


def row_named(rows: QuerySet[R], key: str) -> R | None:
    """Return the row with this id, or None where there is none or the text is no id at all."""
    try:
        return rows.filter(pk=UUID(key)).first()
    except ValueError:
        return None
