import numpy as np
import pytest
from scipy import stats

from hansa.lib.statistics import incidence
from hansa.lib.statistics import protocol as protocols
from hansa.lib.statistics.incidence import Incidence
from hansa.lib.statistics.reading import read
from hansa.lib.statistics.table import Table
from tests.lib.statistics import samples
from tests.lib.statistics.samples import estimate, ranged, split, table_of
from tests.rscript import rscript


def trial(*, by="hormone", minimum=1, sizes=(500, 120)):
    """Return the breast cancer trial and its incidence rates over uneven sites."""
    frame, variables = samples.gbsg2()
    variables = {**variables, "time": ranged(0, 2700, unit="d")}
    made = Incidence(name="rates", time="time", event="event", by=by, variables=variables, minimum_cell=minimum)
    return frame, estimate(made, split(table_of(frame, variables), sizes))


@pytest.mark.parametrize("sizes", [(), (500, 120), (1, 3), (70,) * 9])
def test_rates_are_those_of_the_pooled_rows(sizes):
    frame, result = trial(sizes=sizes)

    for group, (level, part) in zip(result["groups"], frame.groupby("hormone"), strict=True):
        events, time = int(part["event"].sum()), float(part["time"].sum())
        assert (group["level"], group["persons"], group["events"]) == (level, len(part), events)
        assert group["time"] == pytest.approx(time, rel=1e-12)
        assert group["rate"] == pytest.approx(events / time, rel=1e-12)
        # Garwood's limits as quantiles of chi-square, the form that textbooks give.
        low, high = stats.chi2.ppf(0.025, 2 * events) / 2, stats.chi2.ppf(0.975, 2 * (events + 1)) / 2
        assert (group["low"] * time, group["high"] * time) == pytest.approx((low, high), rel=1e-9)


def test_rates_and_ratio_equal_poisson_test_of_r():
    _frame, result = trial()
    first, second = result["groups"]
    code = f"""
    one <- poisson.test({first["events"]}, {first["time"]})
    two <- poisson.test(c({second["events"]}, {first["events"]}), c({second["time"]}, {first["time"]}))
    cat(sprintf("%.12g", c(one$estimate, one$conf.int, two$estimate, two$conf.int, two$p.value)))
    """

    expected = [float(value) for value in rscript(code).split()]

    ratio = second["ratio"]
    told = [first["rate"], first["low"], first["high"], ratio["estimate"], ratio["low"], ratio["high"], ratio["p"]]
    assert told == pytest.approx(expected, rel=1e-8)
    assert first["ratio"] is None


def test_ratio_is_that_of_a_binomial_test():
    found = incidence.ratio((12, 30), times=(1000.0, 1500.0))

    test = stats.binomtest(30, 42, 0.6)
    limits = test.proportion_ci(method="exact")
    odds = [share / (1 - share) * 1000 / 1500 for share in limits]
    assert (found["low"], found["high"], found["p"]) == pytest.approx((*odds, test.pvalue), rel=1e-9)
    assert found["estimate"] == pytest.approx((30 / 1500) / (12 / 1000))


def test_three_groups_are_each_compared_with_the_first():
    frame, result = trial(by="grade")
    first, second, third = result["groups"]

    assert second["ratio"] == incidence.ratio(
        (first["events"], second["events"]), times=(first["time"], second["time"])
    )
    assert third["ratio"] == incidence.ratio((first["events"], third["events"]), times=(first["time"], third["time"]))
    assert sum(group["persons"] for group in result["groups"]) == len(frame)


def test_all_persons_are_one_group_where_none_is_named():
    frame, result = trial(by=None)

    (group,) = result["groups"]
    assert (group["level"], group["events"], group["ratio"]) == (None, int(frame["event"].sum()), None)


def test_site_without_events_takes_part():
    variables = {"sick": samples.BOOLEAN, "days": ranged(0, 100, unit="d")}
    quiet = Table({"sick": np.zeros(20), "days": np.full(20, 50.0)}, {}, 20)
    other = Table({"sick": np.array([1.0] * 5 + [0.0] * 15), "days": np.full(20, 10.0)}, {}, 20)
    made = Incidence(name="r", time="days", event="sick", by=None, variables=variables)

    (group,) = estimate(made, [quiet, other])["groups"]
    (none,) = estimate(made, [quiet])["groups"]

    assert (group["events"], group["time"]) == (5, pytest.approx(1200))
    assert (none["rate"], none["low"]) == (0.0, 0.0)
    assert none["high"] * none["time"] == pytest.approx(-np.log(0.025))


def test_few_events_stop_the_analysis_before_any_time_is_added():
    _frame, result = trial(by="grade", minimum=30)

    assert result["groups"] == []
    assert "Fewer than 30 persons have 'with event among grade[I]'" in result["problem"]


def test_counts_are_shown_to_the_rules_only_where_time_will_be_added():
    frame, variables = samples.gbsg2()
    variables = {**variables, "time": ranged(0, 2700, unit="d")}
    table = table_of(frame, variables)
    made = Incidence(name="r", time="time", event="event", by="grade", variables=variables, minimum_cell=30)
    open_ = Incidence(name="r", time="time", event="event", by="grade", variables=variables)
    start = made.start()
    total = made.local(start, table)

    after = open_.combine(start, total)
    assert made.cells(start, total) == ()
    assert [count for _label, count in open_.cells(start, total)] == total.tolist()
    assert made.sums(start, total) == {}
    assert (open_.cells(after, total), open_.persons(after, total)) == ((), ())
    assert open_.labels(after)[0] == "sum of time among grade[I]"


def test_time_that_few_persons_make_up_is_named():
    variables = {"sick": samples.BOOLEAN, "days": ranged(0, 1000, unit="d")}
    days = np.array([1000.0, *[0.1] * 39])
    table = Table({"sick": np.tile([0.0, 1.0], 20), "days": days}, {}, 40)
    made = Incidence(name="r", time="days", event="sick", by=None, variables=variables)
    state = made.combine(made.start(), made.local(made.start(), table))

    assert list(made.sums(state, made.local(state, table))) == ["sum of days"]


@pytest.mark.parametrize(
    ("events", "times", "expected"),
    [
        ((0, 0), (10.0, 10.0), (None, None, None, None)),
        ((3, 2), (0.0, 10.0), (None, None, None, None)),
        ((0, 4), (10.0, 10.0), (None, 0.66012, None, 0.125)),
        ((4, 0), (10.0, 10.0), (0.0, 0.0, 1.51487, 0.125)),
    ],
)
def test_ratio_says_nothing_false_where_a_group_has_no_events(events, times, expected):
    found = incidence.ratio(events, times=times)

    told = (found["estimate"], found["low"], found["high"], found["p"])
    for value, wanted in zip(told, expected, strict=True):
        assert value == (wanted if wanted is None else pytest.approx(wanted, abs=1e-4))


def test_rate_says_nothing_where_nobody_was_at_risk():
    assert incidence.rate(0, time=0.0) == {"rate": None, "low": None, "high": None}


def test_time_that_is_the_same_in_all_but_a_few_rows_is_found_before_it_is_added():
    text = """\
hansa: study/1
title: Rates
question: How often?
purpose: DUO:0000007
clause: "4.1"
data:
  variables:
    time: {type: number, unit: d, range: [0, 1000]}
    event: {type: boolean}
analyses:
  - {name: rates, kind: incidence, time: time, event: event}
disclosure: {minimum_cell: 5}
"""
    protocol = protocols.parse(text)
    sound = {"time": [str(day) for day in range(100, 140)], "event": ["0", "1"] * 20}
    thin = sound | {"time": ["100"] * 38 + ["7", "8"]}

    assert read(sound, protocol=protocol).is_sound
    assert [finding.kind for finding in read(thin, protocol=protocol).findings] == ["thin"]
