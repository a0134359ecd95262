"""The memory of the process that serves."""

import gc

import pytest

from hansa.node import memory


@pytest.fixture(autouse=True)
def search():
    """Leave Python's search for circles as it was."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_settle_leaves_the_program_out_of_every_later_search():
    held = {"itself": None}
    held["itself"] = held

    memory.settle()

    assert not any(one is held for one in gc.get_objects())
    assert gc.get_threshold() == (memory.YOUNG, memory.OFTEN, memory.SELDOM)
