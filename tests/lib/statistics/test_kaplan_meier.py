import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from hansa.lib.statistics.grid import coarsen
from hansa.lib.statistics.kaplan_meier import KaplanMeier
from hansa.lib.statistics.log_rank import log_rank
from tests.lib.statistics.cohorts import (
    COHORTS,
    counts,
    estimate,
    gbsg2,
    r_numbers,
    reader,
    run,
    split,
    table_of,
    thirds,
)

ASKED = (0.0, 100.0, 365.0, 730.0, 1825.0)


def by(column, frame, *, strata=1, asked=ASKED, interval="log", **grid):
    """Return the estimator by one column of whole numbers; the frame's `code` is that column."""
    groups = tuple(str(level) for level in range(int(frame[column].max()) + 1))
    levels = groups * strata
    return KaplanMeier(
        name="curve",
        read=reader(code="code"),
        counts=counts(levels=levels, **grid),
        groups=groups,
        interval=interval,
        at=asked,
    )


def coded(frame, column):
    return frame.assign(code=frame[column].astype("int64"))


R_CURVES = """
    unlist(lapply(split(d, d$code), function(one) lapply(c("log", "log-log"), function(type) {
        f <- survfit(Surv(time, event) ~ 1, data=one, conf.type=type)
        c(f$time, f$surv, f$lower, f$upper, f$n.risk, f$n.event, f$n.censor, unlist(quantile(f, 0.5)))
    })))
"""
KEYS = ("time", "survival", "low", "high", "at_risk", "events", "censored")


@pytest.mark.parametrize(
    ("cohort", "column", "width", "minimum"),
    [
        ("gbsg2", "hormone", 1, 1),
        ("gbsg2", "hormone", 30, 10),
        ("rossi", "stratum", 4, 5),
        ("larynx", "stratum", 0.1, 1),
    ],
)
def test_curve_equals_survfit_on_the_rounded_times(cohort, column, *, width, minimum, tmp_path):
    frame = coded(COHORTS[cohort](), column)
    models = [by(column, frame, interval=kind, width=width, minimum=minimum) for kind in ("log", "log-log")]

    states = [run(model, split(frame, [len(frame) // 2, 7])) for model in models]

    rounded = coarsen(frame["time"].to_numpy(), grid=models[0].counts.grid, ends=states[0]["ends"])
    curves = [model.result(state)["groups"] for model, state in zip(models, states, strict=True)]
    found = [
        value
        for both in zip(*curves, strict=True)
        for curve in both
        for value in [*(each for key in KEYS for each in curve[key]), *curve["median"].values()]
    ]
    expected = r_numbers(R_CURVES, frame=frame.assign(time=rounded), folder=tmp_path)
    np.testing.assert_allclose(np.array(found, dtype=float), expected, rtol=1e-9, atol=1e-12)


def test_curve_at_given_times_equals_summary_of_survfit(tmp_path):
    frame = coded(gbsg2(), "hormone")

    result = estimate(by("hormone", frame), thirds(frame))

    code = f"""
        s <- summary(survfit(Surv(time, event) ~ code, data=d), times=c({", ".join(map(str, ASKED))}))
        rbind(s$surv, s$lower, s$upper, s$n.risk)
    """
    expected = r_numbers(code, frame=frame, folder=tmp_path)
    found = [
        at[key] for group in result["groups"] for at in group["at"] for key in ("survival", "low", "high", "at_risk")
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_curve_gives_the_published_numbers_of_the_reference():
    frame = gbsg2().assign(code=0)
    model = by("code", frame, asked=(365.0, 730.0, 1095.0, 1825.0))

    result = estimate(model, thirds(frame))

    expected = [0.9155581042858468, 0.7462306262700644, 0.6426203823795767, 0.49164487029400594]
    np.testing.assert_allclose([at["survival"] for at in result["groups"][0]["at"]], expected, rtol=0, atol=1e-14)
    assert "log_rank" not in result
    assert (result["name"], result["kind"], result["rows"], result["interval"]) == ("curve", "kaplan_meier", 686, "log")


def test_curve_agrees_with_lifelines():
    frame = gbsg2().assign(code=0)

    curve = estimate(by("code", frame, interval="log-log"), thirds(frame))["groups"][0]

    other = KaplanMeierFitter().fit(frame["time"], frame["event"])
    np.testing.assert_allclose(curve["survival"], other.survival_function_.iloc[1:, 0], rtol=1e-12)
    limits = other.confidence_interval_survival_function_.iloc[1:].to_numpy()
    np.testing.assert_allclose(np.array(curve["low"], dtype=float), np.where(limits[:, 0] == 1, np.nan, limits[:, 0]))


@pytest.mark.parametrize("sizes", [[], [500, 120], [1], [0, 685]])
def test_curve_does_not_depend_on_how_the_rows_are_split(sizes):
    frame = coded(gbsg2(), "hormone")
    model = by("hormone", frame, width=30, minimum=10)

    assert estimate(model, split(frame, sizes)) == estimate(model, [table_of(frame)])


def test_curve_shows_no_small_count():
    frame = coded(gbsg2(), "hormone")
    model = by("hormone", frame, width=30, minimum=10)
    total = model.local(model.start(), table_of(frame))

    groups = estimate(model, thirds(frame))["groups"]

    shown = [count for group in groups for key in ("at_risk", "events", "censored") for count in group[key]]
    assert all(count == 0 or count >= 10 for count in shown)
    assert all(count == 0 or count >= 10 for _, count in model.cells(model.start(), total))


def test_curve_that_nobody_leaves_alive_ends_at_zero_without_limits(tmp_path):
    frame = gbsg2().iloc[:5].assign(event=1.0, time=[1.0, 2.0, 2.0, 3.0, 4.0], code=0)

    curve = estimate(by("code", frame, asked=(4.0, 5.0)), [table_of(frame)])["groups"][0]

    assert curve["survival"][-1] == 0
    assert (curve["low"][-1], curve["high"][-1]) == (None, None)
    assert [at["survival"] for at in curve["at"]] == [0.0, None]


def test_median_is_halfway_where_the_curve_stays_at_one_half(tmp_path):
    frame = gbsg2().iloc[:4].assign(event=1.0, time=[1.0, 2.0, 5.0, 9.0], code=0)

    curve = estimate(by("code", frame), [table_of(frame)])["groups"][0]

    code = "unlist(quantile(survfit(Surv(time, event) ~ 1, data=d), 0.5))"
    expected = r_numbers(code, frame=frame, folder=tmp_path)
    np.testing.assert_allclose(np.array([*curve["median"].values()], dtype=float), expected)
    assert curve["median"]["time"] == 3.5


def test_median_is_the_last_fall_where_the_curve_ends_at_one_half(tmp_path):
    frame = gbsg2().iloc[:4].assign(event=[1.0, 1.0, 0.0, 0.0], time=[1.0, 2.0, 5.0, 9.0], code=0)

    curve = estimate(by("code", frame), [table_of(frame)])["groups"][0]

    expected = r_numbers("quantile(survfit(Surv(time, event) ~ 1, data=d), 0.5)$quantile", frame=frame, folder=tmp_path)
    assert curve["median"]["time"] == expected[0]


def test_curve_of_censored_persons_stays_at_one():
    frame = coded(gbsg2().assign(event=0.0), "hormone")

    result = estimate(by("hormone", frame, interval="log-log"), thirds(frame))

    assert set(result["groups"][0]["survival"]) == {1.0}
    assert set(result["groups"][0]["low"]) == {None}
    assert result["groups"][0]["median"] == {"time": None, "low": None, "high": None}
    assert result["log_rank"]["p"] is None


def test_group_without_persons_has_an_empty_curve():
    frame = gbsg2()
    frame["code"] = frame["hormone"].astype("int64") * 2

    result = estimate(by("code", frame), thirds(frame))

    empty = result["groups"][1]
    assert (empty["persons"], empty["time"], empty["at"][0]["survival"]) == (0, [], None)


def test_strata_serve_the_log_rank_test_only():
    frame = gbsg2()
    frame["code"] = frame["stratum"] * 2 + frame["hormone"].astype("int64")

    result = estimate(by("hormone", frame, strata=3), thirds(frame))

    plain = estimate(by("hormone", frame), thirds(coded(frame, "hormone")))
    assert result["groups"] == plain["groups"]
    assert result["log_rank"]["chi_square"] != plain["log_rank"]["chi_square"]
    assert result["log_rank"]["observed"] == plain["log_rank"]["observed"]


def test_local_sends_what_the_labels_say():
    frame = coded(gbsg2(), "hormone")
    model = by("hormone", frame, width=365)

    vector = model.local(model.start(), table_of(frame))

    labels = model.labels(model.start())
    assert vector.shape == (len(labels),)
    assert labels[6:8] == ("censored (1), time 365", "events (1), time 365")
    assert (vector[6], vector[7]) == (11.0, 12.0)
    assert model.persons(model.start(), vector) == tuple(zip(labels, vector.tolist(), strict=True))
    assert model.sums(model.start(), vector) == {}
    assert model.needs_secure_sum
    assert model.parameters == 0
    assert log_rank([np.zeros((0, 1, 2), dtype=np.int64)])["p"] is None
