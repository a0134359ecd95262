import pytest

from hansa.kernel.frame import Change, current, under_way
from hansa.lib.errors import RefusedError
from tests.conftest import given


def test_current_refuses_outside_a_change():
    with pytest.raises(RefusedError, match="only be changed through an action, a letter or a job") as outside:
        current()

    assert outside.value.remedy == "Call the action that does what you want; ACTIONS lists them."


def test_current_is_the_change_under_way():
    with given():
        assert current() is under_way.get()


def test_moved_keeps_the_first_state_and_the_last():
    made = Change({"action": "x"})

    made.moved("urn:a", before="", after="draft")
    made.moved("urn:a", before="draft", after="offered")
    made.moved("urn:b", before="known", after="")

    assert made.entry() == {
        "action": "x",
        "moves": {"urn:a": ["", "offered"], "urn:b": ["known", ""]},
        "letters": [],
    }
