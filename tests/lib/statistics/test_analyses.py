import pytest

from tests.lib.statistics.kinds.asked import asked


@pytest.mark.parametrize(
    ("analysis", "used", "times"),
    [
        ("{name: a, kind: table_one, by: grade, variables: [age]}", ("grade", "age"), ()),
        ("{name: a, kind: kaplan_meier, time: time, event: event}", ("time", "event"), ("time",)),
        ("{name: a, kind: incidence, time: time, event: event, by: grade}", ("time", "event", "grade"), ()),
        ("{name: a, kind: glm, formula: event ~ age, family: binomial}", ("event", "age"), ()),
        (
            '{name: a, kind: cox, formula: "Surv(time, event) ~ age", strata: [grade]}',
            ("time", "event", "age", "grade"),
            ("time",),
        ),
        (
            '{name: a, kind: cox, formula: "Surv(time, event) ~ age", baseline: site}',
            ("time", "event", "age"),
            (),
        ),
        (
            "{name: a, kind: treatment_effect, treatment: hormone, outcome: event, adjust: age, family: binomial}",
            ("event", "hormone", "age"),
            (),
        ),
    ],
)
def test_analysis_knows_what_it_reads(analysis, used, times):
    protocol, one, _kind = asked(analysis)

    assert protocol.used_by(one) == used
    assert one.times(protocol) == times
    assert protocol.model_variables() == (() if one.sees_all_rows else used)
