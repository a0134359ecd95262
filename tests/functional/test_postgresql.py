"""Three real nodes, of which the lead keeps its records in PostgreSQL."""

import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from hansa.lib.canonical import digest
from tests.functional.nodes import Alliance, LiveNode
from tests.functional.protocols import protocol, rehearsed
from tests.functional.test_restore import copy, hansa
from tests.functional.test_rounds import same
from tests.patience import until
from tests.postgres import postgres

pytestmark = pytest.mark.slow
DUMP = """
from django.core.management import call_command
call_command("dumpdata", "kernel", "studies", output="{file}", verbosity=0)
told = None
"""
LOAD = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("loaddata", "{file}", verbosity=0)
from hansa.kernel import ledger
told = ledger.verify()
"""


class LargeNode(LiveNode):
    """A node whose records are in PostgreSQL."""

    database = ""

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return rows of the node's database, read from outside."""
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.replace("?", "%s"), values).fetchall()


@pytest.fixture
def database() -> Iterator[str]:
    """Make a PostgreSQL database for one node."""
    made = f"hansa_{uuid.uuid4().hex}"
    with psycopg.connect(postgres(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {made}")
        yield postgres().rpartition("/")[0] + "/" + made
        server.execute(f"DROP DATABASE {made} WITH (FORCE)")


@pytest.fixture
def mixed(alliance: Alliance, database: str, tmp_path: Path) -> Alliance:
    """Let the lead move from SQLite to PostgreSQL before anything happens."""
    small = alliance.lead
    small.kill()
    small.run(DUMP.format(file=tmp_path / "moved.json"))
    with (small.directory / "node.toml").open("a", encoding="utf-8") as description:
        description.write(f'database = "{database}"\n')
    (small.directory / "hansa.sqlite3").unlink()
    large = LargeNode(small.directory, institution=small.institution, port=small.port, forge=small.forge)
    large.database = database
    assert large.run(LOAD.format(file=tmp_path / "moved.json")) == []
    small.line.close()
    alliance.nodes[0] = large
    large.start()
    until(large.answers, what="the node on PostgreSQL to answer")
    return alliance


def test_study_gives_the_same_on_both_databases(mixed: Alliance, parts: dict[str, list[Path]]) -> None:
    text = protocol()
    study = mixed.run(text)
    mixed.lead.kill()
    mixed.lead.start()

    ended = mixed.wait(study, "released")

    assert same(ended[0]["result"]["result"], rehearsed(text, parts["data"]))
    assert {digest(one["result"]) for one in ended} == {digest(ended[0]["result"])}
    for node in mixed.nodes:
        assert node.run("from hansa.kernel import ledger; told = ledger.verify()") == []


def test_copy_of_a_node_on_postgresql_holds_what_its_own_program_wrote(mixed: Alliance, tmp_path: Path) -> None:
    copied = hansa(mixed.lead, "backup", tmp_path / "copy")

    assert copied.returncode == 0, copied.stderr
    with tarfile.open(tmp_path / "copy") as tar:
        assert tar.getnames() == ["manifest.jws", "database.dump", "node.toml"]


def test_node_on_postgresql_is_brought_back_into_an_empty_database(mixed: Alliance, tmp_path: Path) -> None:
    lead, passphrase = mixed.lead, copy(mixed.lead, tmp_path / "copy")
    lead.kill()
    other = f"{lead.database}_anew"
    with psycopg.connect(postgres(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {other.rpartition('/')[2]}")
        try:
            options = ("restore", tmp_path / "copy", lead.directory, "--passphrase-file", passphrase)

            full = hansa(lead, *options)
            impatient = hansa(lead, *options, "--database", other, "--wait", 0)
            done = hansa(lead, *options, "--database", other)

            assert "is not empty" in full.stderr
            assert "Nobody knows yet what was seen" in impatient.stderr
            assert done.returncode == 0, done.stderr
            lead.database = other
            lead.start()
            until(lead.answers, what="the restored node to answer")
            assert mixed.propose(protocol())
            assert lead.run("from hansa.kernel import ledger; told = ledger.verify()") == []
        finally:
            lead.kill()
            server.execute(f"DROP DATABASE {other.rpartition('/')[2]} WITH (FORCE)")
