import numpy as np
import pytest

from hansa.lib.genomics.genotypes import MISSING
from hansa.lib.statistics import variant_models as models


def test_mean_stands_where_few_lack_a_variant():
    doses = np.array([[0, MISSING], [MISSING, 2]], dtype=np.int8)
    known = models.Known.of(doses, means=np.array([0.4, 1.5]), imputed=np.array([True, False]))
    assert known.doses.tolist() == [[0, 0], [0.4, 2]]
    assert known.known.tolist() == [[True, False], [True, True]]


def test_triangle_becomes_symmetric_matrices():
    found = models.unfolded(np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]), size=2)
    assert found.tolist() == [[[1, 2], [2, 3]], [[10, 20], [20, 30]]]


@pytest.mark.parametrize("p", [1, 4])
def test_every_sum_has_a_label(p):
    columns = [f"x{place}" for place in range(p)]
    of_all, of_partial = models.linear_labels(columns, "y")
    assert (len(of_all), len(of_partial)) == models.linear_numbers(p)
    assert len(models.logistic_labels(columns, "y")) == models.logistic_numbers(p)
    assert models.labelled(["v"], ["g"]) == ("v: sum of g",)


def test_coefficient_that_runs_away_fails():
    trial = np.array([[0.0], [29.0]])
    sums = np.array([[0.0], [5.0], [1.0], [0.0], [1.0]])
    _moved, _left, _error, fails = models.logistic_step(sums, trial)
    assert fails.tolist() == [True]
