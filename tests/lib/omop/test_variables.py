import pytest
from pydantic import TypeAdapter, ValidationError

from hansa.lib.omop.variables import TAKES, Derivation, odd

READ = TypeAdapter(Derivation).validate_python


def faults(taken, kind="number", unit=""):
    return [message for message, _remedy in odd(READ(taken), kind=kind, unit=unit, cohorts=("users", "outcome"))]


def test_takes_name_every_derivation():
    assert set(TAKES) == {
        *("age", "sex", "year", "prior_observation", "time_at_risk", "outcome", "value", "cohort"),
        *("condition", "drug", "procedure", "measurement", "observation", "device", "visit"),
    }


@pytest.mark.parametrize(
    ("taken", "kind", "unit"),
    [
        ({"take": "age"}, "number", "a"),
        ({"take": "sex"}, "category", ""),
        ({"take": "condition", "concepts": [1]}, "boolean", ""),
        ({"take": "condition", "concepts": [1]}, "number", ""),
        ({"take": "outcome", "cohort": "outcome"}, "boolean", ""),
        ({"take": "time_at_risk", "cohort": "outcome"}, "number", "d"),
        ({"take": "cohort", "cohort": "users", "window": [None, None]}, "boolean", ""),
    ],
)
def test_odd_finds_nothing_where_derivation_and_variable_fit(taken, kind, unit):
    assert faults(taken, kind, unit) == []


@pytest.mark.parametrize(
    ("taken", "kind", "told"),
    [
        ({"take": "sex"}, "number", "'sex' gives a category."),
        ({"take": "condition", "concepts": [1]}, "category", "'condition' gives a boolean or a number."),
        ({"take": "age"}, "number", "'age' is counted in 'a'."),
        ({"take": "outcome", "cohort": "cured"}, "boolean", "There is no cohort 'cured'."),
        ({"take": "value", "concepts": [1], "window": [1, 0]}, "number", "The window ends before it begins."),
    ],
)
def test_odd_finds_what_does_not_fit(taken, kind, told):
    assert faults(taken, kind) == [told]


def test_derivation_refuses_what_it_does_not_know():
    with pytest.raises(ValidationError, match="Extra inputs"):
        READ({"take": "age", "at": "end"})
