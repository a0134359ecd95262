"""The identifier of a proposal, which changes when its content does and never otherwise.

Partners approve or reject a proposal by this identifier, so that nobody approves what has
changed meanwhile (omobilities 3.0.0, attribute ``proposal-id``; omobility-las 1.2.0,
attribute ``id`` of ``changes-proposal``).
"""

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hansa.lib.canonical import JSON, digest
from hansa.lib.ewp.leaves import plain_decimal


def content_id(record: Any) -> str:
    """Return the hexadecimal SHA-256 over the canonical form (RFC 8785) of a record."""
    return digest(_plain(record)).removeprefix("sha256:")


def _plain(value: Any) -> JSON:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return _leaf(value)


def _leaf(value: Any) -> JSON:
    if isinstance(value, datetime):
        # A database gives the same moment back in another zone.
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return plain_decimal(value) if isinstance(value, Decimal) else value
