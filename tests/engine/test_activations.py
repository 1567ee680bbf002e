from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.activations import ACTIVATIONS, backward

ROWS = pytest.mark.parametrize("row", list(ACTIVATIONS.values()), ids=list(ACTIVATIONS))
AWAY_FROM_KINKS = np.array([[-30.0, -4.0, -1.5, -0.3, 0.2, 0.7, 2.5, 12.0]])


@ROWS
def test_that_the_derivative_agrees_with_finite_differences(row):
    x, h = AWAY_FROM_KINKS, 1e-6
    numeric = (row.f(x + h) - row.f(x - h)) / (2 * h)
    np.testing.assert_allclose(row.df(x, row.f(x)), numeric, rtol=1e-7, atol=1e-9)


@ROWS
def test_that_out_receives_the_same_numbers_and_inputs_stay(row):
    x = AWAY_FROM_KINKS.copy()
    a, out = row.f(x), np.full(x.shape, 7.0)
    assert row.f(x, out) is out
    np.testing.assert_array_equal(out, a)
    slope = np.full(x.shape, 7.0)
    assert row.df(x, a, slope) is slope
    np.testing.assert_array_equal(slope, row.df(x, a))
    np.testing.assert_array_equal(x, AWAY_FROM_KINKS)
    np.testing.assert_array_equal(a, row.f(x))


@ROWS
def test_that_no_finite_input_warns_or_leaves_the_bounds(row):
    x = np.array([[-1.7e308, -1e4, -745.0, -88.7, -0.0, 0.0, 88.7, 709.8, 1e4, 1.7e308]])
    a = row.f(x)
    assert np.isfinite(a).all()
    assert np.isfinite(row.df(x, a)).all()
    assert a.min() >= row.low
    assert a.max() <= row.high


@ROWS
def test_that_every_bound_is_approached(row):
    a = row.f(np.array([-1e6, 1e6]))
    for bound, reached in zip((row.low, row.high), a, strict=True):
        assert reached == pytest.approx(bound, abs=1e-12) or abs(reached) >= 1e4


@ROWS
def test_that_nan_stays_nan(row):
    assert np.isnan(row.f(np.array([np.nan]))).all()


@ROWS
def test_that_names_are_keys_and_formulas_are_given(row):
    assert ACTIVATIONS[row.name] is row
    assert row.latex


def test_that_the_derivative_of_relu_is_0_at_0():
    relu = ACTIVATIONS["relu"]
    x = np.array([-1.0, -0.0, 0.0, 5e-324])
    np.testing.assert_array_equal(relu.df(x, relu.f(x)), [0.0, 0.0, 0.0, 1.0])


def test_that_known_values_come_out():
    x = np.array([-2.0, 0.0, 3.0])
    value = {name: row.f(x).tolist() for name, row in ACTIVATIONS.items()}
    assert value["relu"] == [0.0, 0.0, 3.0]
    assert value["leaky_relu"] == [-0.02, 0.0, 3.0]
    assert value["elu"] == pytest.approx([np.exp(-2.0) - 1, 0.0, 3.0], rel=1e-15)
    assert value["tanh"] == pytest.approx([-0.9640275800758169, 0.0, 0.9950547536867305])
    assert value["sigmoid"] == pytest.approx([0.11920292202211755, 0.5, 0.9525741268224334])
    assert value["identity"] == [-2.0, 0.0, 3.0]


def test_that_sigmoid_keeps_its_relative_accuracy_far_left():
    assert ACTIVATIONS["sigmoid"].f(np.array([-600.0]))[0] == pytest.approx(
        np.exp(-600.0), rel=1e-13
    )


def test_that_the_derivative_of_tanh_vanishes_at_the_articles_activation():
    tanh = ACTIVATIONS["tanh"]
    x = np.array([88.7])
    assert tanh.df(x, tanh.f(x))[0] == 0.0


@ROWS
def test_that_backward_multiplies_the_upstream_gradient(row):
    x = AWAY_FROM_KINKS
    a, d_a = row.f(x), np.arange(8.0).reshape(1, 8) - 3.0
    np.testing.assert_array_equal(backward(row.df, d_a, x, a), d_a * row.df(x, a))
