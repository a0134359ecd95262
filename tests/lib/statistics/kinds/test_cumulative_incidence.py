import pytest

from hansa.lib.statistics.protocol import check
from tests.lib.statistics.kinds.asked import HEAD, TAIL, asked, own, summed

ASKED = "{name: causes, kind: cumulative_incidence, time: time, event: grade, by: hormone}"


def test_curves_count_persons_and_add_up_no_values():
    protocol, one, kind = asked(ASKED)

    assert kind.numbers(one, protocol=protocol) == 3 * 100 * 2
    assert kind.estimator(one, protocol=protocol).groups == ("no", "yes")
    assert one.times(protocol) == ("time",)
    assert own(ASKED) is None
    assert summed(ASKED) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("event: grade", "event: event", "'event' has no two causes."),
        ("event: grade", "event: grad", "The variable 'grad' is not declared."),
        ("time: time", "time: tim", "The variable 'tim' is not declared."),
        ("by: hormone", "by: age", "'age' is a number."),
    ],
)
def test_faults_say_what_is_wrong(before, after, told):
    found = check(f"{HEAD}analyses:\n  - {ASKED.replace(before, after)}\n{TAIL}")

    assert [fault.message for fault in found] == [told]


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ('"Surv(time, grade) ~ age", cause: IV', "The event has no cause 'IV'."),
        ('"Surv(time, grade) ~ age", cause: I', "The event has no cause 'I'."),
        ('"Surv(time, event) ~ age", cause: II', "The event 'event' is not a category."),
        ('"Surv(time, grade) ~ age"', "The event 'grade' is not a boolean."),
        ('"Surv(time, grade) ~ age", cause: II', None),
    ],
)
def test_cause_of_a_model_is_a_level_of_its_event(model, told):
    found = check(f"{HEAD}analyses:\n  - {{name: a, kind: cox, formula: {model}}}\n{TAIL}")

    assert [fault.message for fault in found] == ([told] if told else [])
