"""What must hold for every batch (Ioffe and Szegedy 2015; the identities of the backward pass)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.engine.batchnorm import DIALECTS, backward, forward

ULP = np.finfo(float).eps
NAMES = st.sampled_from(["pytorch", "keras", "plain"])


@st.composite
def batches(draw, smallest=2, powers=4, largest=None):
    """Means up to a hundred deviations, deviations from 10^-powers to 10^largest (or ^powers)."""
    m, n = draw(st.integers(smallest, 40)), draw(st.integers(1, 6))
    rng = np.random.RandomState(draw(st.integers(0, 2**31)))
    scale = 10.0 ** rng.uniform(-powers, powers if largest is None else largest, n)
    return (rng.standard_normal((m, n)) + rng.uniform(-100, 100, n)) * scale


def both(x, dialect, seed=0):
    rng = np.random.RandomState(seed)
    gamma, beta = rng.standard_normal((2, x.shape[1]))
    d_y = rng.standard_normal(x.shape)
    stages = forward(x, gamma, beta, dialect)
    return gamma, d_y, stages, backward(d_y, stages, gamma, dialect)


@given(batches(), NAMES)
def test_that_x_hat_sums_to_0(x, name):
    x_hat = forward(x, np.ones(x.shape[1]), np.zeros(x.shape[1]), DIALECTS[name]).x_hat
    np.testing.assert_allclose(x_hat.sum(axis=0), 0.0, atol=len(x) * 1e-11)


@given(batches(), NAMES)
def test_that_the_mean_square_of_x_hat_is_v_over_v_plus_eps(x, name):
    stages = forward(x, np.ones(x.shape[1]), np.zeros(x.shape[1]), DIALECTS[name])
    expected = stages.var / (stages.var + DIALECTS[name].eps)
    np.testing.assert_allclose(np.square(stages.x_hat).mean(axis=0), expected, rtol=1e-12)


@given(batches(powers=150, largest=298), st.sampled_from(["pytorch", "keras", "plain", "article"]))
def test_that_no_sample_is_further_out_than_the_root_of_m_minus_1(x, name):
    dialect = DIALECTS[name]
    affine = (np.ones(x.shape[1]), np.zeros(x.shape[1])) if dialect.affine else (None, None)
    with np.errstate(over="ignore"):
        x_hat = forward(x, *affine, dialect).x_hat
    assert np.abs(x_hat).max() <= np.sqrt(len(x) - 1) * (1 + 1e-11)


@given(st.integers(2, 200), st.floats(-300, 300))
def test_that_one_outlier_reaches_the_bound(m, power):
    x = np.zeros((m, 1))
    x[0] = 10.0**power
    with np.errstate(over="ignore"):
        x_hat = forward(x, None, None, DIALECTS["plain"]._replace(affine=False)).x_hat
    if abs(power) < 150 or power > 0:
        assert x_hat[0, 0] == pytest.approx(np.sqrt(m - 1), rel=1e-12)


@given(batches(), NAMES)
def test_that_d_x_sums_to_0(x, name):
    _, _, stages, out = both(x, DIALECTS[name])
    scale = np.abs(out.d_x_hat).max(axis=0) / stages.std
    np.testing.assert_array_less(np.abs(out.d_x.sum(axis=0)), len(x) * 1e-11 * scale + 1e-300)


@given(batches(), NAMES)
def test_that_d_x_against_x_hat_leaves_only_eps(x, name):
    gamma, d_y, stages, out = both(x, DIALECTS[name])
    eps = DIALECTS[name].eps
    product = (d_y * stages.x_hat).sum(axis=0)
    expected = gamma / stages.std * product * eps / (stages.var + eps)
    size = np.abs(gamma) / stages.std * np.abs(d_y * stages.x_hat).sum(axis=0)
    difference = np.abs((out.d_x * stages.x_hat).sum(axis=0) - expected)
    np.testing.assert_array_less(difference, 1e-10 * size + 1e-300)


@given(batches(largest=298), NAMES)
def test_that_the_identities_hold_up_to_1e300(x, name):
    """Where var overflows to infinity x_hat, std and d_x are those of smaller numbers."""
    with np.errstate(over="ignore"):
        _, d_y, stages, out = both(x, DIALECTS[name])
    m, eps = len(x), DIALECTS[name].eps
    np.testing.assert_allclose(stages.x_hat.sum(axis=0), 0.0, atol=m * 1e-11)
    var = np.minimum(stages.var, 1e307)
    share = var / (var + eps)
    np.testing.assert_allclose(np.square(stages.x_hat).mean(axis=0), share, rtol=1e-11)
    # d_x std is of ordinary size: gamma (d_y - mean d_y - x_hat mean(d_y x_hat))
    pull = (d_y * stages.x_hat).mean(axis=0)
    expected = (d_y - d_y.mean(axis=0) - stages.x_hat * pull) * out.d_x_hat[0] / d_y[0]
    size = np.abs(out.d_x_hat).max(axis=0) * m
    assert (np.abs(out.d_x * stages.std - expected) <= 1e-11 * size).all()
    assert (np.abs((out.d_x * stages.std).sum(axis=0)) <= 1e-11 * size * m).all()


@given(batches(largest=298))
def test_that_numbers_up_to_1e300_come_out_as_the_same_numbers_at_ordinary_size(x):
    scale = 2.0 ** -np.floor(np.log2(np.abs(x).max(axis=0)))
    with np.errstate(over="ignore"):
        huge = both(x, DIALECTS["plain"])
    small = both(x * scale, DIALECTS["plain"])
    np.testing.assert_allclose(huge[2].x_hat, small[2].x_hat, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(huge[3].d_x / scale, small[3].d_x, rtol=1e-9, atol=1e-11)


@given(batches(), st.floats(-1e3, 1e3))
def test_that_a_shift_changes_nothing(x, shift):
    spread = x.std(axis=0)
    gamma, beta = np.ones(x.shape[1]), np.zeros(x.shape[1])
    kept = forward(x, gamma, beta, DIALECTS["plain"]).x_hat
    moved = forward(x + shift * spread, gamma, beta, DIALECTS["plain"]).x_hat
    np.testing.assert_allclose(moved, kept, atol=1e-10)


@given(batches(), st.integers(-30, 30))
def test_that_scaling_by_a_power_of_two_keeps_every_bit_and_shrinks_the_gradient(x, power):
    _, _, stages, out = both(x, DIALECTS["plain"])
    scale = 2.0**power
    _, _, scaled, scaled_out = both(x * scale, DIALECTS["plain"])
    np.testing.assert_array_equal(scaled.x_hat, stages.x_hat)
    np.testing.assert_array_equal(scaled_out.d_x * scale, out.d_x)


@given(batches(), st.floats(0.01, 100))
def test_that_scaling_by_any_factor_changes_rounding_only(x, scale):
    gamma, beta = np.ones(x.shape[1]), np.zeros(x.shape[1])
    kept = forward(x, gamma, beta, DIALECTS["plain"]).x_hat
    scaled = forward(x * scale, gamma, beta, DIALECTS["plain"]).x_hat
    np.testing.assert_allclose(scaled, kept, atol=1e-10)


@given(batches(smallest=1))
def test_that_layer_normalization_of_a_sample_ignores_its_batch_mates(x):
    whole = forward(x, None, None, DIALECTS["layernorm"]).x_hat
    alone = forward(x[:1], None, None, DIALECTS["layernorm"]).x_hat
    np.testing.assert_allclose(whole[:1], alone, rtol=1e-12, atol=1e-12)


@given(batches())
def test_that_neurons_do_not_see_each_other(x):
    _, _, whole, gradients = both(x, DIALECTS["pytorch"])
    changed = x.copy()
    changed[:, 1:] = 0.0
    _, _, alone, alone_gradients = both(changed, DIALECTS["pytorch"])
    np.testing.assert_allclose(alone.x_hat[:, 0], whole.x_hat[:, 0], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(alone_gradients.d_x[:, 0], gradients.d_x[:, 0], rtol=1e-8, atol=1e-9)
