import pytest

from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import HEAD, TAIL, asked, own, summed

ASKED = "{name: e, kind: treatment_effect, treatment: hormone, outcome: pnodes, adjust: age + grade, family: poisson}"


def test_design_of_the_scores_and_an_outcome_that_is_a_number_are_looked_at():
    found = own(ASKED)

    assert list(found.variables) == ["pnodes"]
    assert found.design.shape == (686, 4)
    assert summed(ASKED) == [("age", "", 686), ("pnodes", "", 686)]
    assert own(ASKED.replace("pnodes", "event").replace("poisson", "binomial")).variables == {}


def test_what_the_scores_read_makes_groups_with_the_treatment():
    protocol, one, kind = asked(ASKED)

    assert kind.crossings(one, protocol) == [("grade", "hormone")]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("adjust: age", "adjust: pnodes", "The outcome is among what is adjusted for."),
        ("adjust: age", "adjust: agee", "The formula names 'agee', which the protocol does not declare."),
        (
            "hormone, outcome: pnodes, adjust: age + grade",
            "grade, outcome: pnodes, adjust: age",
            "The treatment has not two levels.",
        ),
        ("family: poisson", "family: binomial", "The outcome of a binomial family is of another type."),
    ],
)
def test_faults_say_what_is_wrong(before, after, told):
    found = check(f"{HEAD}analyses:\n  - {ASKED.replace(before, after)}\n{TAIL}")

    assert told in [fault.message for fault in found]
