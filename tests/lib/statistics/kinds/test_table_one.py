import pytest

from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import TEXT, asked, own, summed

ASKED = "{name: who, kind: table_one, by: hormone, variables: [age, grade]}"


def test_known_values_of_each_number_are_looked_at_group_by_group():
    assert {name: len(values) for name, values in own(ASKED).variables.items()} == {
        "age among hormone[no]": 440,
        "age among hormone[yes]": 246,
    }
    assert [size for _name, _where, size in summed(ASKED)] == [686, 440, 246]


def test_first_round_counts_levels_and_missing_values_of_each_group():
    protocol, one, kind = asked(ASKED)

    assert kind.numbers(one, protocol=protocol) == 2 * (4 + 6)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ("[age, age]", "A variable is described twice."),
        ("[age, hormone]", "A variable is described twice."),
        ("[agee]", "The variable 'agee' is not declared."),
    ],
)
def test_faults_name_the_variable(variables, told):
    found = check(TEXT.replace("[age, tsize, grade, event]", variables))

    assert [fault.message for fault in found] == [told]
