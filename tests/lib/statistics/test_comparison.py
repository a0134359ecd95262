import numpy as np
import pytest
from scipy import stats

from hansa.lib.statistics import comparison
from hansa.lib.statistics.table_one import TableOne
from tests.lib.statistics import samples
from tests.lib.statistics.samples import estimate, split, table_of
from tests.rscript import rscript

NAMES = ("age", "progrec", "grade", "event")


def compared(*, by="hormone", minimum=1, sizes=(500, 120)):
    """Return the comparisons of the breast cancer trial by variable, over three sites."""
    frame, variables = samples.gbsg2()
    frame.loc[:4, "age"] = np.nan
    described = tuple(name for name in NAMES if name != by)
    estimator = TableOne(name="t", by=by, described=described, variables=variables, minimum_cell=minimum)
    found = estimate(estimator, split(table_of(frame, variables), sizes))["comparisons"]
    return frame, {one["variable"]: one for one in found}


def by_test(one):
    return {test["test"]: test for test in one["tests"]}


@pytest.mark.parametrize("sizes", [(), (500, 120), (1, 3)])
def test_tests_of_numbers_equal_those_of_scipy(sizes):
    frame, found = compared(sizes=sizes)
    no, yes = (frame.loc[frame["hormone"] == level, "age"].dropna() for level in ("no", "yes"))

    for name, equal in (("welch", False), ("student", True)):
        expected, test = stats.ttest_ind(yes, no, equal_var=equal), by_test(found["age"])[name]
        assert (test["statistic"], test["df"], test["p"]) == pytest.approx(
            (expected.statistic, expected.df, expected.pvalue), rel=1e-9
        )
    spread = np.sqrt((no.var() + yes.var()) / 2)
    assert found["age"]["smd"] == pytest.approx((yes.mean() - no.mean()) / spread, rel=1e-12)


def test_tests_of_levels_equal_those_of_scipy():
    frame, found = compared()

    for name, correction, key in (
        ("grade", False, "chi_square"),
        ("event", False, "chi_square"),
        ("event", True, "chi_square_yates"),
    ):
        table = frame.groupby(["hormone", name]).size().unstack()
        expected, test = stats.chi2_contingency(table, correction=correction), by_test(found[name])[key]
        assert (test["statistic"], test["df"], test["p"]) == pytest.approx(
            (expected.statistic, expected.dof, expected.pvalue), rel=1e-9
        )
    assert set(by_test(found["grade"])) == {"chi_square"}


def test_difference_of_levels_is_the_one_of_yang_and_dalton():
    frame, found = compared()

    shares = frame.groupby("hormone")["grade"].value_counts(normalize=True).unstack()[["I", "II", "III"]]
    apart = (shares.loc["yes"] - shares.loc["no"]).to_numpy()[1:]
    spread = sum(np.diag(p[1:]) - np.outer(p[1:], p[1:]) for p in shares.to_numpy()) / 2
    assert found["grade"]["smd"] == pytest.approx(np.sqrt(apart @ np.linalg.solve(spread, apart)), rel=1e-12)
    p, q = frame.groupby("hormone")["event"].mean().loc[["no", "yes"]]
    assert found["event"]["smd"] == pytest.approx(abs(q - p) / np.sqrt((p * (1 - p) + q * (1 - q)) / 2), rel=1e-12)


def test_comparisons_equal_those_of_r(tmp_path):
    frame, found = compared()
    frame[["age", "hormone", "grade", "event"]].assign(event=frame["event"].astype(int)).to_csv(
        tmp_path / "gbsg2.csv", index=False
    )
    code = f"""
    d <- read.csv("{tmp_path / "gbsg2.csv"}")
    w <- t.test(age ~ factor(hormone, c("yes", "no")), data = d)
    s <- t.test(age ~ factor(hormone, c("yes", "no")), data = d, var.equal = TRUE)
    g <- chisq.test(table(d$hormone, d$grade), correct = FALSE)
    e <- chisq.test(table(d$hormone, d$event), correct = TRUE)
    cat(sprintf("%.12g", c(w$statistic, w$parameter, w$p.value, s$statistic, s$parameter, s$p.value,
      g$statistic, g$parameter, g$p.value, e$statistic, e$parameter, e$p.value)))
    """

    expected = [float(value) for value in rscript(code).split()]

    age, grade, event = (by_test(found[name]) for name in ("age", "grade", "event"))
    told = [age["welch"], age["student"], grade["chi_square"], event["chi_square_yates"]]
    assert [test[key] for test in told for key in ("statistic", "df", "p")] == pytest.approx(expected, rel=1e-9)


def test_variables_with_a_cell_left_out_are_not_compared():
    _frame, whole = compared(minimum=1)
    frame, found = compared(minimum=90)

    hidden = frame.groupby(["hormone", "grade"]).size().min()
    assert hidden < 90
    assert set(whole) == set(NAMES)
    assert "grade" not in found


def test_more_than_two_groups_have_tests_of_levels_only():
    _frame, found = compared(by="grade")

    assert set(found) == {"event"}
    assert (found["event"]["smd"], by_test(found["event"])["chi_square"]["df"]) == (None, 2)


@pytest.mark.parametrize(
    ("counts", "smd", "tests"),
    [
        ([[10, 0], [20, 0]], None, []),
        ([[10, 10], [0, 0]], None, []),
        ([[10, 0], [0, 10]], None, ["chi_square", "chi_square_yates"]),
        ([[10, 10], [10, 10]], 0.0, ["chi_square", "chi_square_yates"]),
    ],
)
def test_odd_counts_give_no_false_figure(counts, smd, tests):
    counts = np.array(counts, dtype=float)

    assert comparison.proportion_difference(counts) == smd
    assert [test["test"] for test in comparison.chi_square(counts)] == tests


def test_values_that_do_not_vary_give_no_false_figure():
    assert comparison.mean_difference([1.0, 2.0], [0.0, 0.0]) is None
    assert comparison.welch([5, 5], [1.0, 2.0], variances=[0.0, 0.0]) is None
    assert comparison.student([5, 5], [1.0, 2.0], variances=[0.0, 0.0]) is None
