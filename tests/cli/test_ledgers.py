import pytest

from hansa.cli.ledgers import summary
from hansa.kernel import ledger
from hansa.kernel.change import change

pytestmark = pytest.mark.django_db


def test_verify_tells_that_everything_holds(hansa):
    with change({"test": 1}):
        pass

    said = hansa("ledger", "verify")

    assert said.code == 0
    assert said.out.startswith("1 entries; every one of them holds")


def test_verify_names_the_faults(hansa, monkeypatch):
    monkeypatch.setattr(ledger, "verify", lambda: ["Entry 3 was changed after it was written."])

    said = hansa("ledger", "verify")

    assert said.code == 1
    assert "Entry 3 was changed" in said.err
    assert "restore the newest backup" in said.err


def test_show_prints_the_newest_entries_in_order(hansa):
    for number in range(3):
        with change({"action": f"test.{number}"}):
            pass

    entries = hansa("ledger", "show", "--last", "2", "--json").json

    assert [(one["position"], one["action"]) for one in entries] == [(1, "test.1"), (2, "test.2")]
    assert "action test.2" in hansa("ledger", "show").out


def test_summary_tells_cause_and_moves():
    entry = {"position": 7, "job": "studies.combine", "moves": {"urn:1": ["", "proposed"], "urn:2": ["a", "b"]}}

    assert summary(entry) == {
        "position": 7,
        "cause": "job studies.combine",
        "record": "",
        "moves": ["new → proposed", "a → b"],
        "clause": "",
    }


def test_summary_of_an_entry_without_cause():
    assert summary({"position": 1})["cause"] == "–"
