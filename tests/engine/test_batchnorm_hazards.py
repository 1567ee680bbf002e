"""Constant batches, batches of 1, numbers too large to square, infinity and NaN."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.batchnorm import DIALECTS, backward, forward, update_running

BATCHWISE = ["pytorch", "keras", "article", "plain"]
THREE = np.array([[4.0], [7.0], [5.0]])
EXACT = np.array([-4.0, 5.0, -1.0]) / np.sqrt(14.0)


def through(x, name, d_y=None):
    dialect = DIALECTS[name]
    affine = (np.ones(x.shape[1]), np.zeros(x.shape[1])) if dialect.affine else (None, None)
    stages = forward(x, *affine, dialect)
    d_y = np.arange(x.size, dtype=float).reshape(x.shape) if d_y is None else d_y
    return stages, backward(d_y, stages, affine[0], dialect)


@pytest.mark.parametrize("name", BATCHWISE)
@pytest.mark.parametrize("value", [5.0, 0.1, 0.0, -1e-9, 1e15])
@pytest.mark.parametrize("m", [1, 3, 4, 7])
def test_that_a_constant_neuron_becomes_0(name, value, m):
    stages, _ = through(np.full((m, 1), value), name)
    scale = 1.0 if name in ("article", "plain") else abs(value) * 4e-16 / stages.std[0]
    np.testing.assert_allclose(
        stages.x_hat, 0.0, atol=0.0 if name == "plain" else max(scale, 1e-30)
    )


@pytest.mark.parametrize("m", [1, 3, 4])
def test_that_without_eps_a_constant_neuron_passes_no_gradient(m):
    stages, out = through(np.full((m, 1), 0.1), "plain")
    assert stages.var[0] == stages.std[0] == 0.0
    for part in (out.d_x, out.d_mean, out.d_var, out.d_gamma):
        np.testing.assert_array_equal(part, 0.0)
    assert out.d_beta[0] == m * (m - 1) / 2


def test_that_without_eps_the_neuron_beside_a_constant_one_is_normalized():
    stages, out = through(np.hstack([np.full((3, 1), 0.1), THREE]), "plain")
    np.testing.assert_allclose(stages.x_hat[:, 1], EXACT, rtol=1e-14)
    assert out.d_x[:, 1].any()


def test_that_the_smallest_real_differences_are_not_taken_for_rounding():
    x = 1.0 + np.array([[0.0], [0.0], [1e-14]])
    assert np.abs(through(x, "plain")[0].x_hat).max() == pytest.approx(np.sqrt(2), rel=1e-2)


def test_that_the_articles_gradient_of_a_constant_neuron_is_centered_only():
    _, out = through(np.full((3, 1), 5.0), "article")
    np.testing.assert_array_equal(out.d_x[:, 0], [-1.0, 0.0, 1.0])


@pytest.mark.parametrize("name", BATCHWISE)
def test_that_a_batch_of_1_gives_0_and_divides_by_nothing(name):
    stages, out = through(np.array([[5.0, -3.0]]), name)
    np.testing.assert_array_equal(stages.x_hat, 0.0)
    np.testing.assert_array_equal(out.d_x, 0.0)
    dialect = DIALECTS[name]
    running_mean, running_var = np.zeros(2), np.ones(2)
    update_running(running_mean, running_var, stages.mean, stages.var, 1, dialect)
    rate = dialect.running_rate or 0.0
    np.testing.assert_allclose(running_mean, rate * stages.mean, rtol=1e-15)
    np.testing.assert_allclose(running_var, 1.0 - rate, rtol=1e-15)


@pytest.mark.parametrize("name", BATCHWISE)
@pytest.mark.parametrize("shift", [1e6, 1e9])
def test_that_a_large_mean_costs_only_its_own_rounding(name, shift):
    stages, _ = through(THREE + shift, name)
    assert stages.var[0] == pytest.approx(14 / 9, rel=1e-14)
    np.testing.assert_allclose(stages.x_hat, through(THREE, name)[0].x_hat, rtol=1e-6)


@pytest.mark.parametrize("name", BATCHWISE)
@pytest.mark.parametrize("power", [512, 600, 700, 900, 996, 1020])
def test_that_values_too_large_to_square_keep_every_digit(name, power):
    scale = 2.0**power
    with np.errstate(all="ignore"):
        stages, out = through(THREE * scale, name)
    np.testing.assert_allclose(stages.x_hat[:, 0], EXACT, rtol=1e-14)
    np.testing.assert_allclose(stages.mean, 16 / 3 * scale, rtol=1e-15)
    np.testing.assert_allclose(stages.std, np.sqrt(14 / 9) * scale, rtol=1e-15)
    assert stages.var[0] == np.inf
    _, small = through(THREE, "plain")
    np.testing.assert_allclose(out.d_x * scale, small.d_x, rtol=1e-12)


def test_that_1e300_and_ordinary_neurons_share_a_batch():
    x = np.hstack([THREE * 1e300, THREE, np.full((3, 1), 1e300), THREE * np.nan, THREE * np.inf])
    with np.errstate(all="ignore"):
        stages, out = through(x, "pytorch")
    np.testing.assert_allclose(stages.x_hat[:, 0], EXACT, rtol=1e-14)
    np.testing.assert_array_equal(stages.x_hat[:, 1], through(THREE, "pytorch")[0].x_hat[:, 0])
    np.testing.assert_array_equal(stages.x_hat[:, 2], 0.0)
    assert np.isnan(stages.x_hat[:, 3:]).all()
    assert np.isfinite(out.d_x[:, :3]).all()
    assert stages.var[2] == 0.0
    assert stages.std[2] == np.sqrt(1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", BATCHWISE)
def test_that_one_bad_sample_makes_its_whole_neuron_nan(name, bad):
    x = np.hstack([THREE, THREE])
    x[1, 0] = bad
    with np.errstate(invalid="ignore"):
        stages, out = through(x, name)
    assert np.isnan(stages.x_hat[:, 0]).all()
    assert np.isnan(out.d_x[:, 0]).all()
    assert np.isfinite(stages.x_hat[:, 1]).all()
    assert np.isfinite(out.d_x[:, 1]).all()


def test_that_eps_can_be_larger_than_the_variance():
    stages, _ = through(np.array([[0.0], [1e-3]]), "pytorch")
    np.testing.assert_allclose(stages.x_hat[:, 0], [-0.15617376, 0.15617376], rtol=1e-7)


def test_that_two_samples_are_always_1_apart_from_0():
    stages, _ = through(np.array([[4.0], [7.0]]), "pytorch")
    np.testing.assert_allclose(stages.x_hat[:, 0], [-0.9999978, 0.9999978], atol=5e-8)
