"""A node that really lost its directory is brought back from a copy, while its partners look on."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.functional.nodes import BERLIN, Alliance, LiveNode
from tests.functional.protocols import protocol
from tests.patience import until

pytestmark = pytest.mark.slow
PASSPHRASE = "nine herrings under the ice"


def hansa(node: LiveNode, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command of this node as its administrator would."""
    command = [sys.executable, "-W", "ignore", "-m", "hansa.cli", *map(str, arguments)]
    return subprocess.run(command, env=node.environment, capture_output=True, text=True, check=False, timeout=120)


def copy(node: LiveNode, file: Path, *options: str) -> Path:
    """Take a copy of a node that runs, with its keys; return the file that holds the passphrase."""
    passphrase = file.with_suffix(".txt")
    passphrase.write_text(f"{PASSPHRASE}\n")
    made = hansa(node, "backup", file, "--with-keys", "--passphrase-file", passphrase, *options)
    assert made.returncode == 0, made.stderr
    return passphrase


def bring_back(node: LiveNode, file: Path, *options: object) -> "subprocess.CompletedProcess[str]":
    return hansa(node, "restore", file, node.directory, "--passphrase-file", file.with_suffix(".txt"), *options)


def alarms(node: LiveNode) -> list[str]:
    return [alarm for (alarm,) in node.rows("select alarm from kernel_partner order by institution") if alarm]


def bodies(node: LiveNode, key: str) -> list[dict[str, Any]]:
    """Return the entries of a node's ledger that tell of something."""
    found = [json.loads(body) for (body,) in node.rows("select body from kernel_ledgerentry order by position")]
    return [body for body in found if key in body]


def assert_whole(node: LiveNode) -> None:
    """Hold that every entry holds, and so does what partners cosigned."""
    assert node.run("from hansa.kernel import ledger; told = ledger.verify()") == []


def settled(alliance: Alliance) -> bool:
    return not any(node.rows("select id from kernel_letter where state = 'waiting'") for node in alliance.nodes)


def start(alliance: Alliance, node: LiveNode) -> None:
    node.start()
    until(node.answers, what="the restored node to answer")


def accept(alliance: Alliance, node: LiveNode) -> None:
    """Let an administrator accept the ledger of Berlin as it is now."""
    found = node.rows("select id from kernel_partner where institution = ?", BERLIN)[0][0]
    node.act("administrator", "partners.accept_ledger", found, explanation="They wrote to us.")


def test_newest_copy_brings_the_node_back(alliance: Alliance, tmp_path: Path) -> None:
    first = alliance.propose(protocol())
    until(lambda: settled(alliance), what="every letter to be answered")
    copy(alliance.lead, tmp_path / "berlin.copy", "--with-data")
    alliance.lead.kill()
    alliance.lead.directory.rename(tmp_path / "burnt")

    done = bring_back(alliance.lead, tmp_path / "berlin.copy")

    assert done.returncode == 0, done.stderr
    assert "2 partners said what they saw" in done.stdout
    start(alliance, alliance.lead)
    for node in alliance.nodes:
        node.act("steward", "studies.approve", first, dataset="data")
    alliance.wait(first, "released")
    assert not any(alarms(node) for node in alliance.nodes)
    assert [body["loss"] for body in bodies(alliance.lead, "restored")] == [False]
    assert_whole(alliance.lead)


def test_old_copy_is_refused_until_the_loss_is_declared(alliance: Alliance, tmp_path: Path) -> None:
    copy(alliance.lead, tmp_path / "berlin.copy", "--with-data")
    lost = alliance.propose(protocol())
    stockholm, solna = alliance.nodes[1:]
    stockholm.act("steward", "studies.decline", lost, reason="No data of this kind.")
    until(lambda: settled(alliance), what="every letter to be answered")
    alliance.lead.kill()
    before = alliance.lead.rows("select position, body from kernel_ledgerentry")

    refused = bring_back(alliance.lead, tmp_path / "berlin.copy")

    assert refused.returncode == 1
    assert "this copy knows only" in refused.stderr
    assert "--declare-loss" in refused.stderr
    assert alliance.lead.rows("select position, body from kernel_ledgerentry") == before

    alliance.lead.directory.rename(tmp_path / "burnt")
    refused = bring_back(alliance.lead, tmp_path / "berlin.copy")

    assert refused.returncode == 1
    assert f"{stockholm.name} has seen" in refused.stderr
    assert f"{solna.name} has seen" in refused.stderr
    assert not alliance.lead.directory.exists()

    declared = bring_back(alliance.lead, tmp_path / "berlin.copy", "--declare-loss", "The disk burnt.")

    assert declared.returncode == 0, declared.stderr
    start(alliance, alliance.lead)
    until(lambda: all("The disk burnt." in " ".join(alarms(node)) for node in (stockholm, solna)), what="the alarm")
    until(lambda: settled(alliance), what="the lost letters to be brought again")
    assert [body["loss"] for body in bodies(alliance.lead, "restored")] == [True]
    assert not alarms(alliance.lead)

    for node in (stockholm, solna):
        accept(alliance, node)
    study = alliance.propose(protocol())
    for node in alliance.nodes:
        node.act("steward", "studies.approve", study, dataset="data")
    alliance.wait(study, "released")

    assert not any(alarms(node) for node in alliance.nodes)
    for node in alliance.nodes:
        numbers = node.rows("select direction, partner, sequence from kernel_letter")
        assert len(numbers) == len(set(numbers))
        assert_whole(node)


def test_node_that_only_dials_out_asks_before_it_speaks(alliance: Alliance, tmp_path: Path) -> None:
    solna = alliance.nodes[2]
    copy(solna, tmp_path / "solna.copy")
    alliance.lead.kill()
    solna.kill()

    refused = bring_back(solna, tmp_path / "solna.copy")

    assert refused.returncode == 1
    assert f"by: {alliance.lead.name}" in refused.stderr
    start(alliance, alliance.lead)
    assert bring_back(solna, tmp_path / "solna.copy").returncode == 0
