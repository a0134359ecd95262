"""A copy of the node in one file: what is inside, who can open it, and how a broken one is told."""

import contextlib
import io
import sqlite3
import stat
import tarfile
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from django.db import connection, transaction
from django.db.utils import ConnectionHandler

from hansa.kernel import backup as copies
from hansa.kernel import ledger
from hansa.kernel.backup import Manifest, backup, compare, tree_of, unpack
from hansa.kernel.change import change
from hansa.kernel.identity import own
from hansa.lib import checkpoints
from hansa.lib.errors import HansaError, InvalidError, ProofError, RefusedError
from hansa.lib.keys import SigningKey
from hansa.lib.merkle import EMPTY_ROOT
from hansa.lib.signatures import sign
from hansa.node.configuration import postgresql
from tests.postgres import postgres

PASSPHRASE = "nine herrings under the ice"


@pytest.fixture
def node(transactional_db):
    """Return a node whose ledger has three entries."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL is copied by pg_dump, which has a test of its own")
    append(3)


@pytest.fixture
def quick(monkeypatch):
    """Let a passphrase be stretched only a little."""
    monkeypatch.setattr(copies, "COST", {"n": 2**4, "r": 8, "p": 1})


def append(count):
    for number in range(count):
        with change({"tested": number}):
            pass


def unpacked(file, folder):
    folder.mkdir()
    return unpack(file, folder)


def names(file):
    with tarfile.open(file) as tar:
        return tar.getnames()


def repacked(file, **parts):
    """Write a copy anew with some of its parts replaced, or left out where None stands for them."""
    changed = file.with_name("changed")
    with tarfile.open(file) as before, tarfile.open(changed, "w") as after:
        for member in before:
            content = parts.get(member.name.partition(".")[0], before.extractfile(member).read())
            if content is not None:
                member.size = len(content)
                after.addfile(member, io.BytesIO(content))
    return changed


def database(path, *bodies, first=0):
    """Write a SQLite file that holds nothing but a ledger."""
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("CREATE TABLE kernel_ledgerentry (position integer primary key, body text)")
        made.executemany("INSERT INTO kernel_ledgerentry VALUES (?, ?)", enumerate(bodies, first))
    return path


def test_backup_writes_one_file_for_its_owner_alone(node, tmp_path):
    made = backup(tmp_path / "copy")

    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert names(tmp_path / "copy") == ["manifest.jws", "hansa.sqlite3", "node.toml"]
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    assert (made.institution, made.size, made.root) == (own().id, 3, ledger.root())
    assert made.about.startswith("Charité – Universitätsmedizin Berlin, 3 entries, made 20")


def test_backup_holds_no_private_key(node, tmp_path):
    backup(tmp_path / "copy")

    content = (tmp_path / "copy").read_bytes()
    assert not [name for name, key in copies.keys_in(own().directory).items() if key.strip() in content]


def test_backup_is_whole_while_others_write(node, tmp_path):
    stop = threading.Event()

    def write():
        while not stop.is_set():
            append(1)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = backup(tmp_path / "copy")
    finally:
        stop.set()
        thread.join()

    found = unpacked(tmp_path / "copy", tmp_path / "laid")
    copies.check_ledger(found, tree_of(tmp_path / "laid" / "hansa.sqlite3"))
    assert found == made
    assert ledger.root(made.size) == made.root


def test_backup_of_an_open_transaction_holds_what_was_committed(node, tmp_path):
    with transaction.atomic():
        ledger.append({"tested": "not yet"})
        made = backup(tmp_path / "copy")

    assert (made.size, ledger.size()) == (3, 4)


def test_backup_is_never_written_over_another_file(node, tmp_path):
    (tmp_path / "copy").write_text("precious")

    with pytest.raises(InvalidError, match="is there already"):
        backup(tmp_path / "copy")

    assert (tmp_path / "copy").read_text() == "precious"


def test_keys_go_in_only_under_a_passphrase(node, tmp_path, quick):
    backup(tmp_path / "copy", passphrase=PASSPHRASE)
    unpacked(tmp_path / "copy", tmp_path / "laid")

    sealed = (tmp_path / "laid" / "keys.sealed").read_bytes()

    assert copies.unseal_keys(sealed, passphrase=PASSPHRASE) == copies.keys_in(own().directory)
    with pytest.raises(InvalidError, match="does not open the keys"):
        copies.unseal_keys(sealed, passphrase=PASSPHRASE + "!")


def test_passphrase_is_not_short(node, tmp_path):
    with pytest.raises(InvalidError, match="fewer than 12 characters"):
        backup(tmp_path / "copy", passphrase="herring")

    assert list(tmp_path.iterdir()) == []


def test_guess_at_a_passphrase_takes_128_mebibytes():
    assert 128 * copies.COST["n"] * copies.COST["r"] == 128 * 2**20


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b'{"salt":"AA"}',
        b'{"salt":1,"nonce":"AA","sealed":"AA"}',
        b'{"salt":"AA","nonce":"","sealed":"AA"}',
        b"not JSON",
    ],
)
def test_broken_keys_are_told(content, quick):
    with pytest.raises(InvalidError):
        copies.unseal_keys(content, passphrase=PASSPHRASE)


def test_next_keys_and_those_of_areas_go_in_as_well(tmp_path):
    (tmp_path / "keys").mkdir()
    for name in (*copies.KEY_FILES, "next-signing.pem", "network.pem", "signing.part"):
        (tmp_path / "keys" / name).write_text(name)

    found = copies.keys_in(tmp_path)

    assert sorted(found) == ["network.pem", "next-signing.pem", "sealing.pem", "secret", "signing.pem"]


def test_research_data_go_in_where_they_are_asked_for(node, tmp_path):
    path = own().directory / "research.duckdb"
    path.unlink(missing_ok=True)

    backup(tmp_path / "none", data=True)
    with duckdb.connect(path) as store:
        store.execute("CREATE TABLE d AS SELECT range AS row FROM range(1000)")
    backup(tmp_path / "some", data=True)
    unpacked(tmp_path / "some", tmp_path / "it's laid")

    assert "research.duckdb" not in names(tmp_path / "none")
    with duckdb.connect(tmp_path / "it's laid" / "research.duckdb") as found:
        assert found.execute("SELECT sum(row) FROM d").fetchone() == (499500,)
    path.unlink()


def test_research_data_that_somebody_writes_are_told(node, tmp_path, monkeypatch):
    path = own().directory / "research.duckdb"
    path.write_text("no database")
    monkeypatch.setattr(copies, "PATIENCE", 0.1)

    with pytest.raises(RefusedError, match="research data cannot be copied"):
        backup(tmp_path / "copy", data=True)

    path.unlink()


def test_part_that_was_changed_is_named(node, tmp_path):
    backup(tmp_path / "copy")

    with pytest.raises(InvalidError, match=r"The part node\.toml"):
        unpacked(repacked(tmp_path / "copy", node=b"institution = 1"), tmp_path / "changed-laid")
    with pytest.raises(InvalidError, match=r"The part hansa\.sqlite3"):
        unpacked(repacked(tmp_path / "copy", hansa=None), tmp_path / "missing-laid")


def test_manifest_that_another_key_signed_is_refused(node, tmp_path):
    backup(tmp_path / "copy")
    forged = copies.payload_of(copies.signed_manifest_of(tmp_path / "copy"))
    token = sign({**forged, "size": 2}, key=SigningKey.generate(), kind="backup").encode()

    with pytest.raises(HansaError, match="key"):
        unpacked(repacked(tmp_path / "copy", manifest=token), tmp_path / "laid")


@pytest.mark.parametrize("payload", [[], {"hansa": "backup/1"}, {**dict.fromkeys(copies.FIELDS), "hansa": "backup/2"}])
def test_manifest_of_another_version_is_refused(payload):
    with pytest.raises(InvalidError, match="no known version"):
        copies.read_manifest(sign(payload, key=SigningKey.generate(), kind="backup"))


def test_file_that_is_no_copy_is_told(tmp_path):
    (tmp_path / "text").write_text("no tar")
    with tarfile.open(tmp_path / "empty", "w"):
        pass
    with tarfile.open(tmp_path / "folder", "w") as tar:
        part = tarfile.TarInfo("manifest.jws")
        part.type = tarfile.DIRTYPE
        tar.addfile(part)

    for name, words in {
        "absent": "no copy",
        "text": "no copy",
        "empty": "no manifest",
        "folder": "no manifest",
    }.items():
        with pytest.raises(InvalidError, match=words):
            unpacked(tmp_path / name, tmp_path / f"{name}-laid")


def test_copy_that_ends_too_early_is_told(node, tmp_path):
    backup(tmp_path / "copy")
    content = (tmp_path / "copy").read_bytes()
    (tmp_path / "cut").write_bytes(content[: len(content) // 2])

    with pytest.raises(InvalidError, match="ends too early"):
        unpacked(tmp_path / "cut", tmp_path / "laid")


def test_paths_and_links_in_a_copy_are_left_alone(node, tmp_path):
    backup(tmp_path / "copy")
    with tarfile.open(tmp_path / "copy", "a") as tar:
        link = tarfile.TarInfo("keys.sealed")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        tar.addfile(tarfile.TarInfo("../escaped"), io.BytesIO(b""))

    unpacked(tmp_path / "copy", tmp_path / "laid")

    assert sorted(path.name for path in (tmp_path / "laid").iterdir()) == ["hansa.sqlite3", "node.toml"]
    assert not (tmp_path / "escaped").exists()


def test_part_that_comes_twice_is_refused(node, tmp_path):
    backup(tmp_path / "copy")
    with tarfile.open(tmp_path / "copy", "a") as tar:
        tar.addfile(tarfile.TarInfo("node.toml"), io.BytesIO(b""))

    with pytest.raises(InvalidError, match=r"holds node\.toml twice"):
        unpacked(tmp_path / "copy", tmp_path / "laid")


def manifest(tmp_path, *, size=0, root=EMPTY_ROOT):
    note = checkpoints.write(size, root, key=own().signing, name=own().id)
    return copies.read_manifest(copies.signed_manifest(tmp_path, note=note))


def test_keys_are_those_of_the_node_that_made_the_copy(tmp_path):
    made = manifest(tmp_path)

    copies.check_keys(made, own().signing.pem())

    with pytest.raises(InvalidError, match="is not the one of Charité"):
        copies.check_keys(made, SigningKey.generate().pem())


def test_ledger_is_the_one_that_was_signed_for(tmp_path):
    made: Manifest = manifest(tmp_path)

    copies.check_ledger(made, tree_of(database(tmp_path / "empty")))

    with pytest.raises(ProofError, match="not the one its manifest was signed for"):
        copies.check_ledger(made, tree_of(database(tmp_path / "one", "{}")))


def test_tree_of_a_broken_ledger_is_told(tmp_path):
    (tmp_path / "text").write_text("no database at all, but long enough for one")

    with pytest.raises(ProofError, match=r"Entry 0 .* is missing"):
        tree_of(database(tmp_path / "gap", "{}", first=1))
    with pytest.raises(InvalidError, match="cannot be read"):
        tree_of(tmp_path / "text")
    with pytest.raises(InvalidError, match="cannot be read"):
        tree_of(tmp_path / "absent")


def test_compare_tells_whether_the_ledger_that_lies_there_goes_further(tmp_path):
    copy = database(tmp_path / "copy", "1", "2", "3")
    lying = {
        "": [database(tmp_path / "same", "1", "2", "3"), database(tmp_path / "older", "1"), tmp_path / "broken"],
        "has 4 entries; this copy knows only 3": [database(tmp_path / "newer", "1", "2", "3", "4")],
        "is another one": [database(tmp_path / "other", "1", "X", "3"), database(tmp_path / "another", "X")],
    }
    (tmp_path / "broken").write_text("")

    for words, paths in lying.items():
        for path in paths:
            assert (compare(copy, path) == "") == (not words)
            assert words in compare(copy, path)


@pytest.fixture
def large(transactional_db, monkeypatch, django_db_blocker):
    """Let the copy be taken of a PostgreSQL database."""
    given = postgresql(postgres())
    if connection.vendor != "postgresql":
        other = ConnectionHandler({"default": given})["default"]
        monkeypatch.setattr(copies, "connection", other)
        yield other
        other.close()
    else:
        yield connection


def test_postgresql_is_copied_by_its_own_program(large, tmp_path):
    append(2)

    made = backup(tmp_path / "copy")

    assert names(tmp_path / "copy") == ["manifest.jws", "database.dump", "node.toml"]
    unpacked(tmp_path / "copy", tmp_path / "laid")
    assert (tmp_path / "laid" / "database.dump").read_bytes().startswith(b"PGDMP")
    assert (made.size, made.root) == (2, ledger.root())
    with large.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_postgresql_is_copied_as_one_transaction_sees_it(transactional_db, tmp_path, monkeypatch):
    said = []
    cursor = SimpleNamespace(execute=said.append, fetchone=lambda: ("00000003-1",))
    other = SimpleNamespace(
        vendor="postgresql",
        cursor=lambda: contextlib.nullcontext(cursor),
        settings_dict={"HOST": "db", "PORT": "", "USER": "hansa", "PASSWORD": "secret", "NAME": "node"},
    )
    monkeypatch.setattr(copies, "connection", other)
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$PGHOST $PGUSER $PGPASSWORD $PGDATABASE $*" >&2\nexit 1\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")

    with pytest.raises(RefusedError, match="db hansa secret node --no-password --format=custom --snapshot=00000003-1"):
        backup(tmp_path / "copy")
    program.write_text('#!/bin/sh\ntouch "${4#--file=}"\n')
    backup(tmp_path / "copy")

    begin, export = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "SELECT pg_export_snapshot()"
    assert said == [begin, export, "ROLLBACK"] * 2
    assert names(tmp_path / "copy") == ["manifest.jws", "database.dump", "node.toml"]


def test_postgresql_without_its_programs_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(copies, "connection", SimpleNamespace(vendor="postgresql"))
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RefusedError, match="pg_dump is not on this machine"):
        backup(tmp_path / "copy")


def test_postgresql_that_refuses_says_why(large, tmp_path):
    with pytest.raises(RefusedError, match="pg_dump ends with: pg_dump: error"):
        copies.run_for_postgresql("pg_dump", f"--file={tmp_path / 'x'}", "--table=nowhere")


def test_module_can_be_read_where_no_node_is():
    assert not [
        line for line in Path(copies.__file__).read_text().splitlines() if line.startswith("from hansa.kernel.models")
    ]
