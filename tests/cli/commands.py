"""Run a command in this process and read what it says."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from hansa.cli.__main__ import main


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return what it said to a program."""
        return json.loads(self.out)


class Commands:
    """The command line of the node that the tests have."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: str) -> Said:
        self.capsys.readouterr()
        code: Any = 0
        try:
            main(list(arguments))
        except SystemExit as end:
            code = end.code or 0
        told = self.capsys.readouterr()
        return Said(int(code), told.out, told.err)
