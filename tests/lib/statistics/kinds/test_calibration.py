import pytest

from hansa.lib.statistics.programme import rehearse
from hansa.lib.statistics.protocol import check, parse
from tests.lib.statistics.kinds.asked import HEAD, TAIL, trial
from tests.lib.statistics.samples import split

MODELS = """\
analyses:
  - {name: outcome, kind: glm, formula: "event ~ hormone + age", family: binomial}
  - {name: first, kind: glm, formula: "pnodes ~ hormone", family: poisson}
  - {name: second, kind: cox, formula: "Surv(time, event) ~ hormone"}
  - {name: third, kind: glm, formula: "tsize ~ hormone + age", family: gaussian}
  - {name: left, kind: calibration, of: outcome, term: "hormone[yes]", controls: [first, second, third]}
"""
TEXT = f"{HEAD}{MODELS}{TAIL}"


def concluded(text=TEXT):
    protocol = parse(text)
    tables = split(trial(protocol), (400, 150))
    return rehearse(protocol, dict(zip("abc", tables, strict=False)))["analyses"]


def test_term_is_corrected_by_what_the_controls_show():
    *models, found = concluded()

    own, corrected = found["terms"]
    assert found["problem"] is None
    assert own["estimate"] == models[0]["terms"][1]["estimate"]
    assert [one["name"] for one in found["controls"]] == ["first", "second", "third"]
    assert corrected["name"] == "hormone[yes], calibrated"
    assert corrected["estimate"] == pytest.approx(own["estimate"] - found["systematic"]["mean"])
    assert corrected["standard_error"] > own["standard_error"]


def test_term_that_the_models_do_not_have_is_told():
    *_models, found = concluded(TEXT.replace('term: "hormone[yes]"', "term: hormone"))

    assert found["problem"].startswith("Fewer than 3 controls, or the model itself, have an estimate of 'hormone'.")
    assert (found["terms"], found["systematic"]) == ([], None)


def test_control_without_the_term_is_left_out():
    *_models, found = concluded(TEXT.replace('"pnodes ~ hormone"', '"pnodes ~ age"'))

    assert [one["name"] for one in found["controls"]] == ["second", "third"]
    assert found["problem"] is not None


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("of: outcome", "of: nothing", "There is no model 'nothing'."),
        ("[first, second, third]", "[first, second, fourth]", "There is no model 'fourth'."),
        ("[first, second, third]", "[first, second, outcome]", "A model is named twice."),
        ("[first, second, third]", "[first, second, second]", "A model is named twice."),
    ],
)
def test_faults_name_the_model(before, after, told):
    assert [fault.message for fault in check(TEXT.replace(before, after))] == [told]


def test_calibration_sends_nothing():
    protocol = parse(TEXT)
    from hansa.lib.statistics.programme import Programme

    model = Programme(protocol).estimators[-1]
    table = trial(protocol)

    assert model.is_done(model.start())
    assert len(model.local({}, table)) == len(model.labels({})) == 0
    assert (model.cells({}, []), model.persons({}, []), model.sums({}, []), model.combine({}, [])) == ((), (), {}, {})
    assert protocol.used_by(protocol.analyses[-1]) == ("event", "hormone", "age", "pnodes", "time", "tsize")
