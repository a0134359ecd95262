import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hansa.lib.statistics.arithmetic import dependent_columns, fold, inner, inverse, logarithm, shortened, unfold


@given(st.floats(1e-300, 1e300))
def test_logarithm_is_the_nearest_number(value):
    assert logarithm(value) == pytest.approx(math.log(value), rel=4e-16, abs=1e-16)


def test_inner_keeps_what_a_plain_sum_loses():
    assert inner(np.array([1e16, 1.0, -1e16]), np.ones(3)) == 1.0


def test_shortened_has_ten_digits():
    assert shortened(math.pi) == 3.141592654


@pytest.mark.parametrize("size", [1, 2, 5, 20])
def test_inverse_equals_the_one_of_lapack(size):
    X = np.random.default_rng(size).normal(size=(size + 30, size)) * np.logspace(-6, 6, size)
    matrix = X.T @ X

    found = inverse(matrix)

    assert np.allclose(found / np.linalg.inv(matrix), 1, rtol=0, atol=1e-10)
    assert np.array_equal(found, found.T)


@pytest.mark.parametrize("matrix", [[[1.0, 2.0], [2.0, 1.0]], [[0.0, 0.0], [0.0, 1.0]]])
def test_inverse_is_not_a_number_where_there_is_none(matrix):
    assert np.isnan(inverse(np.array(matrix))).all()


def test_dependent_columns_are_those_that_earlier_ones_explain():
    X = np.random.default_rng(1).normal(size=(50, 5))
    X[:, 2] = X[:, 0] - 3 * X[:, 1]
    X[:, 4] = 0

    assert dependent_columns(X.T @ X, tolerance=1e-11) == [2, 4]


def test_unfold_undoes_fold():
    matrix = np.array([[1.0, 2.0, 3.0], [2.0, 4.0, 5.0], [3.0, 5.0, 6.0]])

    assert fold(matrix).tolist() == [1, 2, 3, 4, 5, 6]
    assert np.array_equal(unfold(fold(matrix), size=3), matrix)
