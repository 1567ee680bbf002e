from __future__ import annotations

import numpy as np
from finite_differences import numeric_gradient, relative_error

from bnsim.engine import dense
from bnsim.engine.arrays import all_finite, column_sum

RNG = np.random.RandomState(0)
X, W, B, D_Z = (RNG.standard_normal(s) for s in ((5, 3), (3, 4), (4,), (5, 4)))


def test_that_forward_is_the_weighted_sum_of_each_neuron():
    z = dense.forward(X, W, B)
    assert np.isclose(z[2, 1], sum(X[2, d] * W[d, 1] for d in range(3)) + B[1], rtol=1e-14)
    np.testing.assert_allclose(z, X @ W + B, rtol=1e-14)


def test_that_backward_agrees_with_finite_differences():
    for array, gradient in zip((X, W, B), dense.backward(D_Z, X, W), strict=True):
        numeric = numeric_gradient(lambda: float((dense.forward(X, W, B) * D_Z).sum()), array)
        assert relative_error(gradient, numeric) < 1e-8


def test_that_outs_are_filled_and_inputs_stay():
    inputs = [X.copy(), W.copy(), B.copy(), D_Z.copy()]
    outs = [np.empty_like(X), np.empty_like(W), np.empty_like(B)]
    z = np.empty((5, 4))
    assert dense.forward(X, W, B, z) is z
    for given, returned, fresh in zip(
        outs, dense.backward(D_Z, X, W, *outs), dense.backward(D_Z, X, W), strict=True
    ):
        assert given is returned
        np.testing.assert_array_equal(given, fresh)
    for before, after in zip(inputs, (X, W, B, D_Z), strict=True):
        np.testing.assert_array_equal(before, after)


def test_that_a_column_sum_works_on_a_transposed_view():
    np.testing.assert_allclose(column_sum(X.T), X.sum(axis=1), rtol=1e-14)


def test_that_finite_numbers_with_an_infinite_sum_count_as_finite():
    with np.errstate(over="ignore"):
        assert all_finite(np.array([1.7e308, 1.7e308]))
    assert all_finite(np.empty(0))
    assert not all_finite(np.array([1.0, np.inf]))
    with np.errstate(invalid="ignore"):
        assert not all_finite(np.array([-np.inf, np.inf]))
    assert not all_finite(np.array([1.0, np.nan]))
