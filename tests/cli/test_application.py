import subprocess
import sys

import pytest

from hansa.cli import __main__ as entry
from hansa.cli.nouns import NOUNS
from hansa.kernel.actions import ACTIONS
from hansa.lib.errors import InvalidError, RefusedError


def test_help_names_every_command(hansa):
    said = hansa("--help")

    names = {"demo", "init", "serve", "worker", "verify", "backup", "restore", "ledger", "data", "manage", *NOUNS}
    assert said.code == 0
    assert {line.split()[0] for line in said.out.splitlines() if line.startswith("  ") and line.split()} >= names


def test_help_does_not_wait_for_django():
    code = (
        "import sys\nfrom hansa.cli.__main__ import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted({'django', 'numpy', 'pandas', 'rich', 'cryptography'} & set(sys.modules)), file=sys.stderr)"
    )

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stderr.strip() == "[]"


def test_nouns_are_those_of_the_registry():
    assert set(NOUNS) == {action.noun for action in ACTIONS.values()}


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_every_action_is_a_command_with_its_words(hansa, name):
    noun, _dot, verb = name.partition(".")

    said = hansa(noun, verb.replace("_", "-"), "--help")

    assert said.code == 0
    for field in ACTIONS[name].inputs.model_fields:
        assert f"--{field.replace('_', '-')}" in said.out or noun in {"people", "partners"}


@pytest.mark.parametrize(
    ("arguments", "left", "node"),
    [
        (["serve"], ["serve"], None),
        (["--node", "a", "serve"], ["serve"], "a"),
        (["people", "list", "--node", "a"], ["people", "list"], "a"),
        (["people", "list", "--node=a b"], ["people", "list"], "a b"),
        (["people", "list", "--", "--node", "a"], ["people", "list", "--", "--node", "a"], None),
        (["people", "--node"], ["people", "--node"], None),
    ],
)
def test_choose_node_takes_the_node_from_anywhere(monkeypatch, arguments, left, node):
    monkeypatch.setenv("HANSA_NODE", "before")

    assert entry.choose_node(arguments) == left

    assert entry.os.environ["HANSA_NODE"] == (node or "before")


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (InvalidError("This is wrong.", "Mend it."), 2, "This is wrong.\nMend it.\n"),
        (RefusedError("You may not."), 1, "You may not.\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_error_is_a_sentence_and_a_code(hansa, monkeypatch, fault, code, words):
    said = run_with(hansa, monkeypatch, fault)

    assert (said.code, said.err) == (code, words)


def breaks(fault):
    def run(*_given, **_named):
        raise fault

    return run


def run_with(hansa, monkeypatch, fault):
    monkeypatch.setattr("hansa.cli.ledgers.enter", breaks(fault))
    return hansa("ledger", "verify")


def test_fault_inside_is_told_by_its_kind_alone(hansa, monkeypatch):
    said = run_with(hansa, monkeypatch, ZeroDivisionError("Erika Mustermann"))

    assert said.code == 1
    assert "ZeroDivisionError" in said.err
    assert "Mustermann" not in said.err


def test_fault_of_the_system_is_told_in_full(hansa, monkeypatch):
    said = run_with(hansa, monkeypatch, PermissionError(13, "Permission denied"))

    assert "Permission denied" in said.err


def test_fault_is_shown_whole_where_that_is_asked_for(hansa, monkeypatch):
    monkeypatch.setenv("HANSA_TRACEBACK", "1")

    with pytest.raises(ZeroDivisionError):
        run_with(hansa, monkeypatch, ZeroDivisionError("x"))
