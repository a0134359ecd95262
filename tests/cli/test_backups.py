"""Copies by the command line, each in a process of its own: a node without partners goes and comes back."""

import shutil
import socket
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from hansa.cli.backups import passphrase
from hansa.lib.errors import InvalidError
from hansa.node.restore import rename_database, said_without
from tests.cli.test_nodes import ROR, run

PASSPHRASE = "nine herrings under the ice"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Make a node with two entries, and three copies: an early one, one with keys and one without."""
    place = tmp_path_factory.mktemp("copies")
    node, words = place / "node", place / "passphrase"
    words.write_text(f"{PASSPHRASE}\nsecond line\n", encoding="utf-8")
    (place / "password").write_text("a sentence that I know", encoding="utf-8")
    listen = f"127.0.0.1:{free_port()}"
    done = [run("init", str(node), "--institution", ROR, "--name", "Charité", "--listen", listen)]
    done.append(run("backup", str(place / "early"), node=str(node)))
    given = ("--name", "Ada", "--password-file", str(place / "password"))
    done.append(run("people", "add", "--username", "ada", *given, node=str(node)))
    done.append(run("backup", str(place / "plain"), node=str(node)))
    sealed = ("--with-keys", "--passphrase-file", str(words))
    done.append(run("backup", str(place / "sealed"), *sealed, "--with-data", node=str(node)))
    assert [one.returncode for one in done] == [0] * 5, [one.stderr for one in done]
    return SimpleNamespace(place=place, node=node, words=str(words), listen=listen, said=done[-1].stdout)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def restore(made: SimpleNamespace, copy: str, directory: Path, *options: str):
    return run("restore", str(made.place / copy), str(directory), *options)


def entries(directory: Path) -> list[str]:
    with closing(sqlite3.connect(directory / "hansa.sqlite3")) as database:
        return [body for (body,) in database.execute("SELECT body FROM kernel_ledgerentry ORDER BY position")]


def hidden(directory: Path) -> list[str]:
    return [path.name for path in directory.parent.iterdir() if path.name.startswith(".")]


def test_node_comes_back_in_a_new_directory(made, tmp_path):
    done = restore(made, "sealed", tmp_path / "node", "--passphrase-file", made.words)

    assert done.returncode == 0, done.stderr
    assert "sealed is a copy of Charité, 1 entries" in made.said
    assert "Charité, 1 entries, made" in done.stdout
    assert entries(tmp_path / "node")[:-1] == entries(made.node)
    assert '"restored":1' in entries(tmp_path / "node")[-1]
    for name in ("signing.pem", "sealing.pem", "secret"):
        kept = tmp_path / "node" / "keys" / name
        assert kept.read_bytes() == (made.node / "keys" / name).read_bytes()
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "node").stat().st_mode) == 0o700
    assert run("ledger", "verify", node=str(tmp_path / "node")).returncode == 0


def test_broken_node_is_replaced_and_kept(made, tmp_path):
    shutil.copytree(made.node, tmp_path / "node")
    (tmp_path / "node" / "hansa.sqlite3").write_text("the disk ate it")
    (tmp_path / "node" / "research.duckdb").write_text("rows")

    done = restore(made, "plain", tmp_path / "node")

    assert done.returncode == 0, done.stderr
    kept = next(tmp_path.glob("node.before-*"))
    assert (kept / "hansa.sqlite3").read_text() == "the disk ate it"
    assert (tmp_path / "node" / "research.duckdb").read_text() == "rows"
    assert len(entries(tmp_path / "node")) == 2


def test_node_that_is_ahead_is_not_replaced(made, tmp_path):
    shutil.copytree(made.node, tmp_path / "node")

    refused = restore(made, "early", tmp_path / "node")

    assert (refused.returncode, hidden(tmp_path / "node")) == (1, [])
    assert "has 1 entries; this copy knows only 0" in refused.stderr
    assert entries(tmp_path / "node") == entries(made.node)


def test_keys_are_asked_for(made, tmp_path):
    (tmp_path / "wrong").write_text("nine herrings under the sun", encoding="utf-8")

    absent = restore(made, "plain", tmp_path / "node")
    locked = restore(made, "sealed", tmp_path / "node")
    wrong = restore(made, "sealed", tmp_path / "node", "--passphrase-file", str(tmp_path / "wrong"))

    assert "This copy holds no keys" in absent.stderr
    assert "Give the passphrase that opens the keys" in locked.stderr
    assert "does not open the keys" in wrong.stderr
    assert [one.returncode for one in (absent, locked, wrong)] == [2, 2, 2]
    assert not (tmp_path / "node").exists()
    assert hidden(tmp_path / "node") == []


def test_keys_of_another_node_do_not_fit(made, tmp_path):
    run("init", str(tmp_path / "node"), "--institution", ROR, "--name", "Charité", "--listen", made.listen)

    refused = restore(made, "plain", tmp_path / "node")

    assert "is not the one of Charité" in refused.stderr


def test_other_institution_is_refused(made, tmp_path):
    other = ("--institution", "https://ror.org/056d84691", "--name", "Karolinska Institutet")
    run("init", str(tmp_path / "node"), *other, "--listen", made.listen)

    refused = restore(made, "sealed", tmp_path / "node", "--passphrase-file", made.words)

    assert "is the node of another institution" in refused.stderr


def test_node_that_runs_is_left_alone(made, tmp_path):
    host, port = made.listen.split(":")

    with socket.create_server((host, int(port))):
        refused = restore(made, "sealed", tmp_path / "node", "--passphrase-file", made.words)

    assert "a node still runs there" in refused.stderr


def test_other_database_than_the_copy_holds_is_refused(made, tmp_path):
    url = "postgresql://hansa@127.0.0.1:9/node"

    refused = restore(made, "sealed", tmp_path / "node", "--passphrase-file", made.words, "--database", url)

    assert "another kind of database" in refused.stderr


def test_keys_and_passphrase_go_together(hansa, tmp_path):
    file = str(tmp_path / "copy")
    (tmp_path / "words").write_text(PASSPHRASE, encoding="utf-8")

    alone = [hansa("backup", file, "--with-keys"), hansa("backup", file, "--passphrase-file", str(tmp_path / "words"))]

    assert [said.code for said in alone] == [2, 2]
    assert all("only under a passphrase" in said.err for said in alone)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_passphrase_stands_in_a_text_file(tmp_path, content):
    if content is not None:
        (tmp_path / "words").write_bytes(content)

    with pytest.raises(InvalidError, match="holds no passphrase"):
        passphrase(tmp_path / "words")


def test_database_is_renamed_in_the_description(tmp_path):
    (tmp_path / "node.toml").write_text('name = "Charité"\ndatabase = "postgresql://a/b"\n', encoding="utf-8")

    rename_database(tmp_path / "node.toml", "postgresql://c/d")

    assert (tmp_path / "node.toml").read_text(encoding="utf-8") == 'name = "Charité"\ndatabase = "postgresql://c/d"\n'


def test_database_is_named_above_the_tables_of_areas(tmp_path):
    (tmp_path / "node.toml").write_text('name = "Charité"\n[exchange]\ndatabase = "own"\n', encoding="utf-8")

    rename_database(tmp_path / "node.toml", "postgresql://c/d")

    found = (tmp_path / "node.toml").read_text(encoding="utf-8")
    assert found == 'name = "Charité"\ndatabase = "postgresql://c/d"\n[exchange]\ndatabase = "own"\n'


def test_institutions_may_be_named_shortly():
    assert said_without(["00m8d6786", ROR]) == ("https://ror.org/00m8d6786", ROR)
