import pytest

from hansa.lib.statistics.kinds import faults
from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import TEXT, asked

ASKED = "{name: a, kind: glm, formula: event ~ age, family: binomial}"


@pytest.mark.parametrize(
    ("key", "name", "told"),
    [
        ("time", "time", []),
        ("time", "event", [("time", "'event' is a boolean.", "Name a number here.")]),
        ("by", "age", [("by", "'age' is a number.", "Name a category or a boolean here.")]),
        ("by", "grad", [("by", "The variable 'grad' is not declared.", "Did you mean 'grade'?")]),
        ("by", "q", [("by", "The variable 'q' is not declared.", "Declare it under data.variables.")]),
    ],
)
def test_variable_of_the_wrong_type_is_told_with_the_remedy(key, name, told):
    protocol, _one, _kind = asked(ASKED)

    assert list(faults.of_name(key, name=name, protocol=protocol)) == told


def test_time_without_unit_and_range_is_told():
    protocol, _one, _kind = asked(ASKED)

    found = [message for _key, message, _remedy in faults.of_time("time", name="event", protocol=protocol)]

    assert found == [
        "The time 'event' has no unit of time.",
        "The time 'event' has no range that begins at 0 or later.",
    ]
    assert list(faults.of_groups(None, protocol)) == []


@pytest.mark.parametrize(
    ("of", "told"),
    [
        ("adjusted", []),
        ("baseline", ["There is no other model 'baseline'."]),
        ("crude", ["There is no other model 'crude'."]),
        ("other", ["'other' is a sensitivity analysis itself."]),
    ],
)
def test_sensitivity_analysis_questions_another_model(of, told):
    crude = f"  - {{name: crude, kind: glm, formula: event ~ age, family: binomial, sensitivity_of: {of}}}\n"
    other = "  - {name: other, kind: glm, formula: event ~ age, family: binomial, sensitivity_of: adjusted}\n"

    found = check(TEXT.replace("disclosure:", f"{crude}{other}disclosure:"))

    assert [fault.message for fault in found] == told
