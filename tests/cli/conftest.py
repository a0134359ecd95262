"""What the tests of commands find."""

import pytest

from tests.cli.commands import Commands


@pytest.fixture
def hansa(capsys, monkeypatch):
    """Return the command line."""
    monkeypatch.delenv("HANSA_BY", raising=False)
    monkeypatch.delenv("HANSA_TRACEBACK", raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    return Commands(capsys)


@pytest.fixture
def password(tmp_path):
    """Return a file with a password."""
    file = tmp_path / "password"
    file.write_text("a sentence that I know\n", encoding="utf-8")
    return str(file)
