import pytest

from hansa.lib.errors import InvalidError
from hansa.lib.ewp.echo import ECHO, Echo, read_echo, write_echo
from hansa.lib.ewp.parameters import read_parameters
from tests.lib.ewp.schemas import validate

SAID = Echo(("charite.example", "ki.example"), ("a", "", " b ", "<c/>", "a"))


def test_echo_comes_back_as_it_was_said():
    assert read_echo(write_echo(SAID)) == SAID
    assert read_echo(write_echo(Echo((), ()))) == Echo((), ())


def test_echo_follows_the_schema():
    validate(write_echo(SAID))


def test_echo_takes_any_number_of_values():
    pairs = [("echo", said) for said in SAID.echoes]

    assert read_parameters(pairs, ECHO)["echo"] == SAID.echoes
    assert read_parameters([], ECHO)["echo"] == ()


def test_read_refuses_another_document():
    with pytest.raises(InvalidError, match="not a “response”"):
        read_echo(b"<response/>")
