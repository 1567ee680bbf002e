from __future__ import annotations

import numpy as np
import pytest
from finite_differences import numeric_gradient, relative_error

from bnsim.engine.losses import LOSSES

ROWS = pytest.mark.parametrize("row", list(LOSSES.values()), ids=list(LOSSES))
RNG = np.random.RandomState(1)
OUT, TARGET = RNG.standard_normal((6, 3)), np.eye(3)[[0, 2, 1, 1, 0, 2]]


@ROWS
def test_that_the_gradient_agrees_with_finite_differences(row):
    o = OUT.copy()
    assert relative_error(row.df(o, TARGET), numeric_gradient(lambda: row.f(o, TARGET), o)) < 1e-8


@ROWS
def test_that_out_receives_the_gradient_and_inputs_stay(row):
    o, t, out = OUT.copy(), TARGET.copy(), np.empty_like(OUT)
    assert row.df(o, t, out) is out
    np.testing.assert_array_equal(out, row.df(OUT, TARGET))
    np.testing.assert_array_equal(o, OUT)
    np.testing.assert_array_equal(t, TARGET)
    assert isinstance(row.f(o, t), float)


def test_that_mse_is_the_mean_over_all_elements():
    o, t = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [0.0, 2.0]])
    assert LOSSES["mse"].f(o, t) == (1 + 4 + 9 + 4) / 4
    np.testing.assert_array_equal(LOSSES["mse"].df(o, t), [[0.5, 1.0], [1.5, 1.0]])


def test_that_cross_entropy_of_equal_outputs_is_the_log_of_the_classes():
    o = np.full((4, 3), 0.7)
    t = np.eye(3)[[0, 1, 2, 0]]
    assert LOSSES["cross_entropy"].f(o, t) == pytest.approx(np.log(3), rel=1e-15)


def test_that_cross_entropy_neither_overflows_nor_loses_a_large_gap():
    o, t = np.array([[1e300, -1e300], [1000.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    assert LOSSES["cross_entropy"].f(o, t) == 500.0
    np.testing.assert_array_equal(LOSSES["cross_entropy"].df(o, t), [[0.0, 0.0], [0.5, -0.5]])


def test_that_cross_entropy_gradients_sum_to_0_in_each_sample():
    np.testing.assert_allclose(LOSSES["cross_entropy"].df(OUT, TARGET).sum(axis=1), 0.0, atol=1e-16)
