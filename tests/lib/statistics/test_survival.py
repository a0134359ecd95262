import numpy as np

from hansa.lib.statistics.survival import Survival, one_group


def test_one_group_holds_everybody():
    group = one_group(3)

    assert group.dtype == np.int64
    assert group.tolist() == [0, 0, 0]


def test_survival_without_covariates_counts_its_rows():
    survival = Survival(np.array([1.0, 2.0]), np.array([1.0, 0.0]), one_group(2))

    assert survival.rows == 2
    assert survival.covariates.size == 0
