import os
import stat
import subprocess
import sys

import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.keys import SealingKey, SigningKey
from hansa.node.configuration import load
from hansa.node.initialise import migrate, prepare

HOSPITAL = {"institution": "https://ror.org/001w7jn25", "name": 'Charité – "Berlin"'}
MAKE = """
import sys
from pathlib import Path
from hansa.node.initialise import initialise
initialise(Path(sys.argv[1]), institution="https://ror.org/001w7jn25", name="Charité")
from hansa.node.checks import demand_soundness, pragmas
from hansa.kernel.models import Person
demand_soundness()
print(pragmas(), Person.objects.count())
"""


def modes(directory):
    return {str(p.relative_to(directory)): stat.S_IMODE(p.stat().st_mode) for p in sorted(directory.rglob("*"))}


def test_prepare_writes_what_only_the_owner_can_read(tmp_path):
    prepare(tmp_path / "node", **HOSPITAL)

    assert stat.S_IMODE((tmp_path / "node").stat().st_mode) == 0o700
    assert modes(tmp_path / "node") == {
        "hansa.sqlite3": 0o600,
        "keys": 0o700,
        "keys/sealing.pem": 0o600,
        "keys/secret": 0o600,
        "keys/signing.pem": 0o600,
        "node.toml": 0o600,
    }


def test_prepare_writes_what_load_reads(tmp_path):
    made = prepare(tmp_path / "node", **HOSPITAL, address="https://hansa.charite.example", language="de")

    assert load(tmp_path / "node") == made
    assert (made.name, made.address, made.language) == (
        HOSPITAL["name"],
        "https://hansa.charite.example",
        "de",
    )


def test_prepare_makes_keys_that_open(tmp_path):
    keys = prepare(tmp_path / "node", **HOSPITAL).directory / "keys"

    assert SigningKey.from_pem((keys / "signing.pem").read_bytes()).public.text
    assert SealingKey.from_pem((keys / "sealing.pem").read_bytes()).public.text


def test_prepare_leaves_sqlite_out_where_there_is_postgresql(tmp_path):
    made = prepare(tmp_path / "node", **HOSPITAL, database="postgresql://db/hansa")

    assert not (made.directory / "hansa.sqlite3").exists()


def test_prepare_never_overwrites_a_node(tmp_path):
    made = prepare(tmp_path / "node", **HOSPITAL)
    before = (made.directory / "keys" / "secret").read_bytes()

    with pytest.raises(InvalidError, match="not empty"):
        prepare(tmp_path / "node", **HOSPITAL)

    assert (made.directory / "keys" / "secret").read_bytes() == before


def test_prepare_leaves_nothing_behind_when_refused(tmp_path):
    with pytest.raises(InvalidError, match="institution"):
        prepare(tmp_path / "node", institution="Charité", name="Charité")

    assert not (tmp_path / "node").exists()


def test_initialise_makes_a_sound_node_on_this_disk(tmp_path):
    made = subprocess.run(
        [sys.executable, "-c", MAKE, tmp_path / "node"], capture_output=True, text=True, check=True, timeout=60
    )

    assert made.stdout == ("{'journal_mode': 'wal', 'synchronous': 2, 'busy_timeout': 20000, 'foreign_keys': 1} 0\n")
    assert {mode for name, mode in modes(tmp_path / "node").items() if name != "keys"} == {0o600}


def test_migrate_stays_with_the_node_of_this_process(tmp_path, monkeypatch):
    monkeypatch.setenv("HANSA_NODE", os.environ["HANSA_NODE"])

    with pytest.raises(InvalidError, match="already works for the node"):
        migrate(tmp_path)


def test_initialise_takes_everything_back_when_the_database_fails(tmp_path):
    make = MAKE.replace('name="Charité")', 'name="Charité", database="postgresql://nobody@127.0.0.1:9/nothing")')

    failed = subprocess.run(
        [sys.executable, "-c", make, tmp_path / "node"], capture_output=True, text=True, check=False, timeout=60
    )

    assert "InvalidError: The node's database cannot be reached or written." in failed.stderr
    assert not (tmp_path / "node").exists()
