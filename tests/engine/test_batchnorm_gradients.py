"""Finite differences of every stage, in every dialect, with an uneven upstream gradient."""

from __future__ import annotations

import numpy as np
import pytest
from finite_differences import numeric_gradient, relative_error

from bnsim.engine.batchnorm import DIALECTS, Gradients, Normalized, backward, forward

AFFINE_LAYERNORM = DIALECTS["layernorm"]._replace(name="layernorm affine", affine=True)
PLAIN_BARE = DIALECTS["plain"]._replace(name="plain bare", affine=False)
ARTICLE_AFFINE = DIALECTS["article"]._replace(name="article affine", affine=True, eps=0.01)
ALL = [*DIALECTS.values(), AFFINE_LAYERNORM, PLAIN_BARE, ARTICLE_AFFINE]
EVERY = pytest.mark.parametrize("dialect", ALL, ids=[dialect.name for dialect in ALL])


def case(dialect, m=5, n=4, seed=0):
    rng = np.random.RandomState(seed)
    x, d_y = 3 * rng.standard_normal((m, n)) + 2, rng.standard_normal((m, n))
    gamma, beta = (rng.standard_normal((2, n))) if dialect.affine else (None, None)
    return x, d_y, gamma, beta


@EVERY
def test_that_the_gradients_of_inputs_agree_with_finite_differences(dialect):
    x, d_y, gamma, beta = case(dialect)
    out = backward(d_y, forward(x, gamma, beta, dialect), gamma, dialect)

    def loss():
        return float((forward(x, gamma, beta, dialect).y * d_y).sum())

    assert relative_error(out.d_x, numeric_gradient(loss, x)) < 1e-8
    if dialect.affine:
        assert relative_error(out.d_gamma, numeric_gradient(loss, gamma)) < 1e-8
        assert relative_error(out.d_beta, numeric_gradient(loss, beta)) < 1e-8
    else:
        assert out.d_gamma is None
        assert out.d_beta is None


@EVERY
def test_that_the_gradients_of_stages_agree_with_finite_differences(dialect):
    x, d_y, gamma, beta = case(dialect)
    stages = forward(x, gamma, beta, dialect)
    out = backward(d_y, stages, gamma, dialect)
    mean, var, x_hat = stages.mean.copy(), stages.var.copy(), stages.x_hat.copy()
    scale = 1.0 if gamma is None else gamma
    turned = (lambda v: v[:, None]) if dialect.axis else (lambda v: v)

    def loss_of_x_hat():
        return float((x_hat * scale * d_y).sum())

    def loss_of_statistics():
        std = np.sqrt(turned(var) + dialect.eps) + dialect.added
        return float(((x - turned(mean)) / std * scale * d_y).sum())

    assert relative_error(out.d_x_hat, numeric_gradient(loss_of_x_hat, x_hat)) < 1e-8
    assert relative_error(out.d_mean, numeric_gradient(loss_of_statistics, mean)) < 1e-8
    assert relative_error(out.d_var, numeric_gradient(loss_of_statistics, var)) < 1e-8


@EVERY
def test_that_d_x_is_the_textbook_sum_of_three_paths(dialect):
    x, d_y, gamma, beta = case(dialect, seed=3)
    stages = forward(x, gamma, beta, dialect)
    out = backward(d_y, stages, gamma, dialect)
    if dialect.axis:
        x, out, stages = x.T, out._replace(d_x=out.d_x.T, d_x_hat=out.d_x_hat.T), stages
    m = len(x)
    paths = out.d_x_hat / stages.std + out.d_var * 2 * (x - stages.mean) / m + out.d_mean / m
    np.testing.assert_allclose(out.d_x, paths, rtol=1e-12, atol=1e-14)


@EVERY
def test_that_outs_receive_the_same_numbers_and_inputs_stay(dialect):
    x, d_y, gamma, beta = case(dialect)
    kept = [None if v is None else v.copy() for v in (x, d_y, gamma, beta)]
    fresh = forward(x, gamma, beta, dialect)
    x_hat = np.empty_like(x)
    room = Normalized(
        *(np.empty_like(v) for v in fresh[:3]), x_hat, np.empty_like(x) if dialect.affine else x_hat
    )
    assert forward(x, gamma, beta, dialect, room) is room
    gradients = backward(d_y, fresh, gamma, dialect)
    space = Gradients(*(None if v is None else np.full_like(v, 7.0) for v in gradients))
    filled = backward(d_y, room, gamma, dialect, space)
    for a, b in zip((*fresh, *gradients), (*room, *filled), strict=True):
        np.testing.assert_array_equal(a, b)
    for a, b in zip(kept, (x, d_y, gamma, beta), strict=True):
        assert a is None or (a == b).all()


def test_that_gamma_0_stops_the_gradient_to_x_but_not_to_itself():
    x, d_y, _, beta = case(DIALECTS["pytorch"])
    gamma = np.zeros(4)
    stages = forward(x, gamma, beta, DIALECTS["pytorch"])
    out = backward(d_y, stages, gamma, DIALECTS["pytorch"])
    assert not out.d_x.any()
    assert np.abs(out.d_gamma).min() > 0
