import os
import time
from dataclasses import replace

import pytest
from django.conf import settings
from django.db import connection

from hansa.lib.errors import InvalidError
from hansa.node import checks
from hansa.node.checks import (
    PRAGMAS,
    check_areas,
    check_clock,
    check_files,
    check_pragmas,
    demand_soundness,
    pragmas,
)
from hansa.node.initialise import prepare

sqlite_only = pytest.mark.skipif(
    "'postgresql' in __import__('os').environ.get('HANSA_TEST_DATABASE', '')", reason="SQLite's own settings"
)


@pytest.fixture
def node(tmp_path, settings):
    made = prepare(tmp_path / "node", institution="https://ror.org/056d84691", name="Karolinska")
    settings.HANSA_NODE = made.directory
    return made.directory


def test_new_node_is_sound(node, db):
    demand_soundness()


@pytest.mark.parametrize("name", ["", "keys", "keys/signing.pem", "hansa.sqlite3", "node.toml"])
def test_file_that_others_can_read_is_found(node, name):
    (node / name).chmod(0o750)

    found = check_files()

    assert [(fault.id, fault.hint) for fault in found] == [("hansa.E001", f"Close it: chmod go= {node / name}")]


def test_clock_behind_is_found(node):
    later = time.time() + 3600
    os.utime(node / "node.toml", (later, later))

    assert [fault.id for fault in check_clock()] == ["hansa.E002"]


def test_clock_is_not_judged_without_a_node(tmp_path, settings):
    settings.HANSA_NODE = tmp_path

    assert check_clock() == []


@sqlite_only
def test_pragmas_are_read_back(db):
    assert pragmas() == PRAGMAS


@sqlite_only
def test_transactions_take_the_write_lock_at_once(db):
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert connection.transaction_mode == "IMMEDIATE"


@sqlite_only
def test_pragma_that_was_ignored_is_found(db):
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 1")

    try:
        assert [fault.id for fault in check_pragmas(databases=["default"])] == ["hansa.E003"]
    finally:
        connection.cursor().execute("PRAGMA busy_timeout = 20000")


def test_pragmas_are_asked_only_where_a_database_is_checked():
    assert check_pragmas() == []


def test_other_databases_have_no_pragmas(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "postgresql")

    assert check_pragmas(databases=["default"]) == []


def test_fault_stops_the_node_with_its_remedy(node, db):
    (node / "keys" / "secret").chmod(0o644)

    with pytest.raises(InvalidError, match="can read") as refused:
        demand_soundness()

    assert "chmod go=" in refused.value.remedy
    assert checks.HANSA == "hansa"
    assert node == settings.HANSA_NODE


def test_line_that_an_area_does_not_understand_is_found(node, db, settings):
    settings.NODE = replace(settings.NODE, areas={"studies": {"compute": "dask://elsewhere.example:8786"}})

    found = check_areas()

    assert [fault.id for fault in found] == ["hansa.E004"]
    assert "'compute' under [studies]" in found[0].msg
    with pytest.raises(InvalidError, match="unprotected"):
        demand_soundness()


def test_area_without_a_table_has_nothing_wrong(node):
    assert check_areas() == []
