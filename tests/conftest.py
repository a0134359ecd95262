"""What every test finds: one fresh node in a temporary directory, people, and no way out of this machine."""

import atexit
import contextlib
import os
import re
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from hansa.node.initialise import prepare

BERLIN = "https://ror.org/001w7jn25"
TESTS = Path(__file__).parent
#: The folders whose tests reach every line of what is measured.
MEASURED = ("lib", "kernel", "areas", "security")
LONG = 40
UUID_TEXT = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-")
HOME = Path(tempfile.mkdtemp(prefix="hansa-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

# The node is made before Django starts, because the settings read it.
prepare(
    HOME / "node",
    institution=BERLIN,
    name="Charité – Universitätsmedizin Berlin",
    listen="127.0.0.1:8001",
    database=os.environ.get("HANSA_TEST_DATABASE", ""),
)
os.environ["HANSA_NODE"] = str(HOME / "node")
os.environ["DJANGO_SETTINGS_MODULE"] = "hansa.node.settings"

import django  # noqa: E402 -- only now there is a node to read
from django.conf import settings  # noqa: E402 -- as above

settings.DATABASES["default"]["TEST"] = {} if os.environ.get("HANSA_TEST_DATABASE") else {"NAME": HOME / "test.sqlite3"}
# Argon2 is slow on purpose, which tests need not be; test_settings reads what a real node uses.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The node has a mail server as a real one has; tests that send mail start one of their own.
settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "exchange@charite.example"
django.setup()

from django.db.backends.base.operations import BaseDatabaseOperations  # noqa: E402 -- only now Django knows its models

from hansa.kernel import triggers  # noqa: E402 -- as above
from hansa.kernel.frame import Change, under_way  # noqa: E402 -- as above
from hansa.kernel.models.people import Person  # noqa: E402 -- as above

OPEN_CONNECT = socket.socket.connect
FLUSH = BaseDatabaseOperations.execute_sql_flush


def flush(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
    """Empty the tables between tests that commit; the ledger lets nobody else do that."""
    with self.connection.cursor() as cursor:
        editor = SimpleNamespace(connection=self.connection, execute=cursor.execute)
        triggers.allow_changes(None, editor)
        triggers.allow_changes_of_mentions(None, editor)
        FLUSH(self, sql_list)
        triggers.forbid_changes(None, editor)
        triggers.forbid_changes_of_mentions(None, editor)


BaseDatabaseOperations.execute_sql_flush = flush


def connect(self: socket.socket, address: Any) -> None:
    """Connect to this machine only."""
    if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
        raise AssertionError(f"A test tried to reach {address[0]}; tests stay on this machine.")
    OPEN_CONNECT(self, address)


socket.socket.connect = connect


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let each process make a node of its own, not inherit this one's."""
    for name in ("HANSA_NODE", "DJANGO_SETTINGS_MODULE"):
        os.environ.pop(name, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes long, and say so, unless everything is asked for.

    Lines of lib, kernel and areas are measured by their own tests alone: it takes half as long again.
    """
    for item in items:
        if item.path.relative_to(TESTS).parts[0] not in MEASURED:
            item.add_marker(pytest.mark.no_cover)
    if os.environ.get("HANSA_TEST_ALL"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="takes long; set HANSA_TEST_ALL=1 to run it"))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a long example by what it is for: keys and letters are new in each process, names of tests may not be."""
    is_new_each_time = isinstance(val, str) and (len(val) > LONG or UUID_TEXT.search(val) is not None)
    return argname if isinstance(val, bytes) or is_new_each_time else None


@contextlib.contextmanager
def given() -> Iterator[None]:
    """Let a test put records in place that were there before, without a line in the ledger."""
    token = under_way.set(Change({}))
    try:
        yield
    finally:
        under_way.reset(token)


@pytest.fixture
def person(db: None) -> Callable[..., Person]:
    """Make a person with roles: ``person("steward", "auditor", username="ada")``."""

    def make(*roles: str, username: str = "", password: str = "", **fields: Any) -> Person:
        fields = {"name": "Ada", "state": Person.State.ACTIVE, **fields}
        made = Person(username=username or f"person{Person.objects.count() + 1}", roles=list(roles), **fields)
        made.set_password(password or None)
        with given():
            made.save()
        return made

    return make


@pytest.fixture
def sample_area(settings: Any) -> Iterator[None]:
    """Let the node run a second area, made for tests."""
    from tests.sample_area import added

    with added(settings):
        yield


@pytest.fixture
def administrator(person: Callable[..., Person]) -> Person:
    """Return an administrator of this node."""
    return person("administrator", username="administrator", name="Astrid")


@pytest.fixture
def stranger(person: Callable[..., Person]) -> Person:
    """Return someone with an account and no role."""
    return person(username="stranger", name="Stefan")
