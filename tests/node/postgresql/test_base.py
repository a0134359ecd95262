"""What PostgreSQL keeps and in which order it writes, on a second connection of its own beside the node's."""

import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, models
from django.db.utils import ConnectionHandler

from hansa.lib.canonical import canonical
from hansa.node.configuration import postgresql, sqlite
from hansa.node.postgresql.base import SERIAL
from tests.postgres import postgres

NUMBERS = {
    "tenth": 0.1,
    "whole": 1.0,
    "large": 1e20,
    "larger": 1.7976931348623157e308,
    "least": 5e-324,
    "odd": 9007199254740993.0,
    "most": 2**53 - 1,
    "sum": -123456789.98765433,
}
VALUE = {"z": 1, "a": [NUMBERS, None, True], "Å": "NUL \x00 and \\u0000", "text": "🙂 \ud83d", "aa": {}}


@pytest.fixture
def open_connection(django_db_blocker: Any) -> Iterator[Callable[..., Any]]:
    """Open connections to a database of this test's own, none of them inside a transaction of the test."""
    server = postgresql(postgres())
    made = f"hansa_{uuid.uuid4().hex}"
    opened: list[Any] = []

    def open_one(**changes: Any) -> Any:
        handler = ConnectionHandler({"default": {**server, "NAME": made, **changes}})
        opened.append(handler["default"])
        opened[-1].inc_thread_sharing()
        return opened[-1]

    with django_db_blocker.unblock(), open_one(NAME=server["NAME"]).cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {made}")
        yield open_one
        for connection in opened[1:]:
            connection.close()
        cursor.execute(f"DROP DATABASE {made}")
    opened[0].close()


def begin(connection: Any) -> None:
    connection.set_autocommit(False)


def end(connection: Any) -> None:
    connection.commit()
    connection.set_autocommit(True)


def is_locked(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
            " WHERE locktype = 'advisory' AND objid = %s AND datname = current_database()",
            [SERIAL & 0xFFFFFFFF],
        )
        return bool(cursor.fetchone()[0])


def kept(connection: Any, value: Any) -> Any:
    """Write a value into a column of JSON and read it back."""
    field = models.JSONField()
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE kept (value {field.db_type(connection)})")
        cursor.execute("INSERT INTO kept VALUES (%s)", [field.get_db_prep_value(value, connection)])
        cursor.execute("SELECT value FROM kept")
        return field.from_db_value(cursor.fetchone()[0], None, connection)


def test_json_comes_back_as_it_went_in(open_connection):
    found = kept(open_connection(), VALUE)

    assert found == VALUE
    assert list(found) == list(VALUE)
    assert canonical(found["a"]) == canonical(VALUE["a"])
    assert {name: type(value) for name, value in found["a"][0].items()} == {n: type(v) for n, v in NUMBERS.items()}


def test_json_without_a_canonical_form_is_refused(open_connection):
    with pytest.raises(ValueError, match="Out of range"):
        kept(open_connection(), {"sum": float("nan")})


def test_transaction_waits_for_the_one_before_it(open_connection):
    first, second, order = open_connection(), open_connection(), []

    def follow():
        begin(second)
        order.append("second")
        end(second)

    begin(first)
    thread = threading.Thread(target=follow)
    thread.start()
    thread.join(0.2)
    order.append("first")
    end(first)
    thread.join(10)

    assert order == ["first", "second"]


def test_reading_waits_for_nobody(open_connection):
    first, second = open_connection(), open_connection()

    begin(first)

    assert is_locked(second)
    end(first)
    assert not is_locked(second)


def test_connection_is_whole_again_after_waiting_in_vain(open_connection):
    first, second = open_connection(), open_connection(OPTIONS={"options": "-c lock_timeout=50"})

    begin(first)

    with pytest.raises(OperationalError, match="lock timeout"):
        begin(second)
    end(first)
    begin(second)
    assert is_locked(second)
    end(second)


def test_node_is_as_patient_as_on_sqlite():
    assert postgresql("postgresql:///hansa")["OPTIONS"] == {"options": "-c lock_timeout=20000"}
    assert sqlite(Path("hansa.sqlite3"))["OPTIONS"]["timeout"] == 20
