import pytest

from hansa.cli.demo.stage import Stage


def test_step_tells_what_was_done(capsys):
    with Stage(quiet=False) as stage:
        assert stage.step("Count to one", lambda: 1) == 1

    assert "Count to one" in capsys.readouterr().out


def test_step_is_quiet_for_a_program(capsys):
    with Stage(quiet=True) as stage:
        assert stage.step("Count to one", lambda: 1) == 1

    assert capsys.readouterr().out == ""


def test_step_lets_an_error_through():
    def breaks():
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"), Stage(quiet=False) as stage:
        stage.step("Break", breaks)
