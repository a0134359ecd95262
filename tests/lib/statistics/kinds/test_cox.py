import pytest

from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import TEXT, asked, own, summed

ASKED = '{name: a, kind: cox, formula: "Surv(time, event) ~ hormone * grade + age"}'


def test_design_is_looked_at_and_times_are_not():
    found = own(ASKED)

    assert found.variables == {}
    assert found.design.shape == (686, 6)
    assert summed(ASKED) == [("age", "", 686)]


@pytest.mark.parametrize(("more", "numbers"), [("", 200), (", strata: [grade]", 600), (", baseline: site", 0)])
def test_first_round_counts_every_step_of_time_in_every_stratum(more, numbers):
    protocol, one, kind = asked(f'{{name: a, kind: cox, formula: "Surv(time, event) ~ age"{more}}}')

    assert kind.numbers(one, protocol=protocol) == numbers
    assert kind.estimator(one, protocol=protocol).kind == "cox"


def test_categories_that_are_multiplied_make_groups():
    protocol, one, kind = asked(ASKED)

    assert kind.crossings(one, protocol) == [("hormone", "grade")]


def test_faulty_formula_is_told_once():
    found = check(TEXT.replace("~ hormone + age", "~ hormone + ages"))

    assert [fault.place for fault in found] == ["analyses[3].formula"]
