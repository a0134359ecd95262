import os
import socket

import pytest

from hansa.cli.demo import new_password, programme
from hansa.cli.demo.cast import HOUSES
from hansa.cli.demo.house import House, opened
from hansa.cli.demo.stage import Stage
from hansa.lib.errors import UnreachableError

PASSWORD = new_password()


def test_taken_port_is_told_and_nothing_is_left_running(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        house = House(HOUSES[2], tmp_path / "node", listen=f"127.0.0.1:{taken.getsockname()[1]}", password=PASSWORD)

        with pytest.raises(UnreachableError, match="cannot listen on"), opened([house], stage=Stage(quiet=True)):
            raise AssertionError("nobody comes here")

    assert house._process is None


def test_house_ends_with_the_one_who_opened_it(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    house = House(HOUSES[2], tmp_path / "node", listen=f"127.0.0.1:{port}", password=PASSWORD)

    with opened([house], stage=Stage(quiet=True)):
        process = house._running().pid
        name = house.as_("steward").me.name
        house.complete()

    assert name == "Dr Hedda Lindqvist"
    assert set(house.people) == set(HOUSES[2].people)
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_house_that_does_not_run_cannot_be_asked(tmp_path):
    with pytest.raises(UnreachableError, match="does not run"):
        House(HOUSES[0], tmp_path, listen="127.0.0.1:1", password=PASSWORD)._running()


def test_everybody_has_the_one_password_that_is_printed_once(tmp_path, capsys):
    house = House(HOUSES[0], tmp_path, listen="127.0.0.1:1", password=PASSWORD)

    programme.invite([house], quiet=False)

    assert capsys.readouterr().out.count(PASSWORD) == 1
    assert new_password() != PASSWORD
