import pytest

from hansa.lib.statistics.kinds.kind import steps, width
from tests.lib.statistics.kinds.asked import asked

ASKED = "{name: a, kind: glm, formula: event ~ age, family: binomial}"


@pytest.mark.parametrize(("name", "levels"), [("grade", 3), ("event", 2), ("age", 1), ("other", 1), (None, 1)])
def test_width_is_the_number_of_levels(name, levels):
    protocol, _one, _kind = asked(ASKED)

    assert width(name, protocol) == levels


@pytest.mark.parametrize(("name", "many"), [("time", 100), ("event", 0), ("other", 0)])
def test_steps_are_those_of_the_time_grid(name, many):
    protocol, _one, _kind = asked(ASKED)

    assert steps(name, protocol) == many
