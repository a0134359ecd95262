import pytest
from pydantic import ValidationError

from hansa.lib.statistics.variables import Variable


@pytest.mark.parametrize(
    ("variable", "categories", "bounds"),
    [
        (Variable(type="number", range=(1, 5)), (), (1, 5)),
        (Variable(type="number"), (), None),
        (Variable(type="boolean"), ("no", "yes"), (0, 1)),
        (Variable(type="category", levels=("a", "b")), ("a", "b"), None),
    ],
)
def test_variable_says_its_levels_and_bounds(variable, categories, bounds):
    assert variable.categories == categories
    assert variable.bounds == bounds


def test_variable_is_closed():
    with pytest.raises(ValidationError):
        Variable(type="number", colour="red")
