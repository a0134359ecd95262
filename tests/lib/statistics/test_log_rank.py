import numpy as np
import pytest
from lifelines.statistics import multivariate_logrank_test

from hansa.lib.statistics.grid import Counts, TimeGrid, coarsen
from hansa.lib.statistics.log_rank import at_risk, log_rank
from hansa.lib.statistics.survival import Survival
from tests.lib.statistics.cohorts import COHORTS, gbsg2, heavy_ties, r_numbers


def strata_counts(frame, groups, *, strata=None, width=1.0, minimum=1):
    """Return the counts of each stratum, and the times rounded to their grid."""
    group = frame[groups].to_numpy(dtype=np.int64)
    stratum = np.zeros(len(frame), dtype=np.int64) if strata is None else frame[strata].to_numpy()
    size = group.max() + 1
    counts = Counts(TimeGrid(width, 3000.0, minimum), tuple(map(str, range(size * (stratum.max() + 1)))))
    total = counts.local(Survival(frame["time"].to_numpy(), frame["event"].to_numpy(), stratum * size + group))
    ends = counts.ends(total)
    merged = counts.merged(total, ends=ends)
    rounded = coarsen(frame["time"].to_numpy(), grid=counts.grid, ends=ends)
    return list(merged.reshape(len(merged), -1, size, 2).transpose(1, 0, 2, 3)), rounded


@pytest.mark.parametrize(
    ("cohort", "groups", "strata", "width", "minimum"),
    [
        ("gbsg2", "hormone", None, 1, 1),
        ("gbsg2", "stratum", None, 30, 5),
        ("gbsg2", "hormone", "stratum", 1, 1),
        ("rossi", "fin", None, 4, 5),
        ("rossi", "fin", "stratum", 1, 1),
        ("heavy_ties", "stratum", None, 1, 1),
        ("larynx", "stratum", None, 0.1, 1),
    ],
)
def test_log_rank_equals_survdiff_on_the_rounded_times(cohort, groups, *, strata, width, minimum, tmp_path):
    frame = COHORTS[cohort]()
    counts, rounded = strata_counts(frame, groups, strata=strata, width=width, minimum=minimum)

    result = log_rank(counts)

    strata_term = f"+ strata({strata})" if strata else ""
    code = f"""
        f <- survdiff(Surv(time, event) ~ {groups} {strata_term}, data=d)
        both <- function(x) if (is.matrix(x)) apply(x, 1, sum) else x
        c(f$chisq, f$pvalue, both(f$obs), both(f$exp))
    """
    expected = r_numbers(code, frame=frame.assign(time=rounded), folder=tmp_path)
    found = [result["chi_square"], result["p"], *result["observed"], *result["expected"]]
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    assert result["df"] == len(result["observed"]) - 1


def test_log_rank_agrees_with_lifelines():
    frame = heavy_ties()

    result = log_rank(strata_counts(frame, "stratum")[0])

    other = multivariate_logrank_test(frame["time"], frame["stratum"], frame["event"])
    np.testing.assert_allclose([result["chi_square"], result["p"]], [other.test_statistic, other.p_value], rtol=1e-8)


def test_log_rank_leaves_out_a_group_that_is_empty(tmp_path):
    frame = gbsg2()
    frame["group"] = frame["hormone"].astype(int) * 2

    result = log_rank(strata_counts(frame, "group")[0])

    expected = r_numbers("survdiff(Surv(time, event) ~ hormone, data=d)$chisq", frame=frame, folder=tmp_path)
    np.testing.assert_allclose(result["chi_square"], expected[0], rtol=1e-9)
    assert (result["df"], result["observed"][1], result["expected"][1]) == (1, 0, 0.0)


def test_log_rank_says_nothing_where_only_one_group_has_persons():
    frame = gbsg2()
    frame["group"] = 1

    result = log_rank(strata_counts(frame, "group")[0])

    assert (result["chi_square"], result["df"], result["p"]) == (None, 0, None)


def test_log_rank_says_nothing_without_events():
    frame = gbsg2().assign(event=0.0)

    result = log_rank(strata_counts(frame, "hormone")[0])

    assert result == {"observed": [0, 0], "expected": [0.0, 0.0], "chi_square": None, "df": 0, "p": None}


def test_log_rank_says_nothing_where_groups_were_never_at_risk_of_different_fates():
    everybody_at_once = np.array([[[0, 3], [0, 2]]])

    result = log_rank([everybody_at_once])

    assert (result["chi_square"], result["df"]) == (None, 1)


def test_log_rank_of_nobody_says_nothing():
    result = log_rank([np.zeros((0, 2, 2), dtype=np.int64)])

    assert (result["observed"], result["chi_square"]) == ([0, 0], None)


def test_at_risk_counts_those_who_leave_then_or_later():
    counts = np.array([[[1, 0]], [[0, 2]], [[1, 1]]])

    assert at_risk(counts).ravel().tolist() == [5, 4, 2]
