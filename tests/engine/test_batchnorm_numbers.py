"""The article's three numbers 4, 7, 5 in every dialect, to twelve digits (see the sources)."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.batchnorm import DIALECTS, backward, fold, forward, infer, update_running

X = np.array([[4.0], [7.0], [5.0]])
ONE, ZERO = np.ones(1), np.zeros(1)
R14 = np.sqrt(14.0)
CLOSE = {"rtol": 1e-12, "atol": 1e-12}

X_HAT = {
    "pytorch": [-1.0690415314502972, 1.3363019143128723, -0.26726038286257414],
    "keras": [-1.0687015116389469, 1.335876889548684, -0.26717537790973656],
    "article": [-0.593325909419153, 0.7416573867739414, -0.14833147735478813],
    "plain": [-4 / R14, 5 / R14, -1 / R14],
}
FIRST_JACOBIAN_ROW = {
    "pytorch": [0.2290822917, 0.1145377097, -0.3436200014],
    "article": [0.2025775, -0.0307246, -0.1718528],
    "plain": [6 / (7 * R14), 3 / (7 * R14), -9 / (7 * R14)],
}
AFTER_ONE_STEP = {
    "pytorch": (0.5333333333333333, 1.1333333333333333, [3.2563519, 6.0743488, 4.1956842]),
    "keras": (0.05333333333333333, 1.0055555555555556, [3.93379, 6.92401, 4.93053]),
}


def normalized(name, x=X):
    affine = (ONE, ZERO) if DIALECTS[name].affine else (None, None)
    return forward(x, *affine, DIALECTS[name])


@pytest.mark.parametrize("name", X_HAT)
def test_that_mean_and_variance_are_exact(name):
    out = normalized(name)
    np.testing.assert_allclose(out.mean, [16 / 3], rtol=1e-15)
    np.testing.assert_allclose(out.var, [14 / 9], rtol=1e-15)
    dialect = DIALECTS[name]
    np.testing.assert_allclose(out.std, np.sqrt(14 / 9 + dialect.eps) + dialect.added, rtol=1e-15)


@pytest.mark.parametrize("name", X_HAT)
def test_that_x_hat_is_that_of_the_dialect(name):
    out = normalized(name)
    np.testing.assert_allclose(out.x_hat[:, 0], X_HAT[name], **CLOSE)
    np.testing.assert_array_equal(out.y, out.x_hat)


def test_that_layer_normalization_does_the_same_along_a_row():
    out = forward(X.T, None, None, DIALECTS["layernorm"])
    np.testing.assert_allclose(out.x_hat[0], X_HAT["pytorch"], **CLOSE)
    assert out.mean.shape == out.var.shape == out.std.shape == (1,)


def test_that_every_number_the_article_prints_is_off_by_a_thousandth():
    printed = [-1.068, 1.341, -0.265]
    assert np.abs(printed - normalized("plain").x_hat[:, 0]).min() >= 1e-3


def test_that_the_articles_form_does_not_reach_a_deviation_of_1():
    assert normalized("article").x_hat.std() == pytest.approx(0.5550055679356352, rel=1e-12)
    assert normalized("pytorch").x_hat.std() == pytest.approx(0.9999967857297831, rel=1e-12)


@pytest.mark.parametrize("name", FIRST_JACOBIAN_ROW)
def test_that_the_first_row_of_the_jacobian_is_known(name):
    d_y = np.array([[1.0], [0.0], [0.0]])
    gamma = ONE if DIALECTS[name].affine else None
    d_x = backward(d_y, normalized(name), gamma, DIALECTS[name]).d_x[:, 0]
    digits = 1e-12 if name == "plain" else 6e-8 if name == "article" else 6e-11
    np.testing.assert_allclose(d_x, FIRST_JACOBIAN_ROW[name], rtol=0, atol=digits)
    assert d_x.sum() == pytest.approx(0.0, abs=1e-15)


def jacobian(x, eps, added):
    """d x_hat_i / d x_j, written out sample by sample."""
    centered, m = x - x.mean(), len(x)
    root = np.sqrt(np.mean(centered**2) + eps)
    std = root + added
    rows = [
        [
            ((i == j) - 1 / m) / std - centered[i] * centered[j] / (m * root * std**2)
            for j in range(m)
        ]
        for i in range(m)
    ]
    return np.array(rows)


@pytest.mark.parametrize("name", X_HAT)
def test_that_the_whole_jacobian_is_the_one_written_out(name):
    dialect = DIALECTS[name]
    gamma = ONE if dialect.affine else None
    rows = [
        backward(row.reshape(3, 1), normalized(name), gamma, dialect).d_x[:, 0] for row in np.eye(3)
    ]
    np.testing.assert_allclose(rows, jacobian(X[:, 0], dialect.eps, dialect.added), **CLOSE)


@pytest.mark.parametrize("name", AFTER_ONE_STEP)
def test_that_one_step_moves_the_running_statistics_and_inference(name):
    mean, var, y = AFTER_ONE_STEP[name]
    running_mean, running_var = np.zeros(1), np.ones(1)
    out = normalized(name)
    update_running(running_mean, running_var, out.mean, out.var, 3, DIALECTS[name])
    np.testing.assert_allclose(running_mean, mean, **CLOSE)
    np.testing.assert_allclose(running_var, var, **CLOSE)
    inferred = infer(X, running_mean, running_var, ONE, ZERO, DIALECTS[name])
    np.testing.assert_allclose(inferred[:, 0], y, atol=6e-6)
    exact = (X[:, 0] - mean) / np.sqrt(var + DIALECTS[name].eps)
    np.testing.assert_allclose(inferred[:, 0], exact, **CLOSE)


def test_that_running_means_approach_geometrically():
    running_mean, running_var = np.zeros(1), np.ones(1)
    out = normalized("pytorch")
    for _ in range(44):
        update_running(running_mean, running_var, out.mean, out.var, 3, DIALECTS["pytorch"])
    assert running_mean[0] == pytest.approx(5.28161, abs=5e-6)
    assert running_mean[0] == pytest.approx(16 / 3 * (1 - 0.9**44), rel=1e-13)


def test_that_the_cumulative_form_is_the_plain_average():
    dialect = DIALECTS["pytorch"]._replace(cumulative=True, running_rate=None)
    running_mean, running_var = np.zeros(1), np.ones(1)
    batches = [np.array([[4.0], [7.0], [5.0]]), np.array([[1.0], [2.0], [9.0]]), X * 0.3]
    for count, batch in enumerate(batches):
        out = forward(batch, ONE, ZERO, dialect)
        update_running(running_mean, running_var, out.mean, out.var, 3, dialect, count)
    assert running_mean[0] == pytest.approx(np.mean([b.mean() for b in batches]), rel=1e-14)
    assert running_var[0] == pytest.approx(np.mean([b.var(ddof=1) for b in batches]), rel=1e-14)


def test_that_gamma_and_beta_can_undo_normalization():
    gamma, beta = np.sqrt([14 / 9 + 1e-5]), np.array([16 / 3])
    y = forward(X, gamma, beta, DIALECTS["pytorch"]).y
    np.testing.assert_allclose(y, X, rtol=1e-15)
    y = forward(X, 2 * ONE, -ONE, DIALECTS["pytorch"]).y
    assert (y.mean(), y.std()) == pytest.approx((-1.0, 1.9999935714595665), rel=1e-12)


def test_that_changing_one_sample_moves_the_others():
    x_hat = normalized("plain", np.array([[4.0], [7.0], [50.0]])).x_hat[:, 0]
    np.testing.assert_allclose(x_hat[:2], [-0.7773, -0.6345], atol=5e-5)


@pytest.mark.parametrize("name", ["pytorch", "keras", "plain"])
def test_that_folding_gives_one_linear_layer(name):
    rng = np.random.RandomState(0)
    x, W = rng.standard_normal((5, 3)), rng.standard_normal((3, 4))
    b, mean, gamma, beta = rng.standard_normal((4, 4))
    var = rng.uniform(0.1, 3, 4)
    folded_W, folded_b = fold(W, b, mean, var, gamma, beta, DIALECTS[name])
    expected = infer(x @ W + b, mean, var, gamma, beta, DIALECTS[name])
    np.testing.assert_allclose(x @ folded_W + folded_b, expected, rtol=1e-12, atol=1e-13)


def test_that_folding_without_gamma_and_beta_only_standardizes():
    dialect = DIALECTS["pytorch"]._replace(affine=False)
    W, b = fold(np.ones((1, 1)), ZERO, np.array([3.0]), np.array([4.0]), None, None, dialect)
    std = np.sqrt(4.0 + 1e-5)
    assert (W[0, 0], b[0]) == pytest.approx((1 / std, -3 / std), rel=1e-15)


def test_that_the_dialects_are_those_of_the_frameworks():
    assert {
        d.name: (d.eps, d.running_rate, d.unbiased, d.min_batch) for d in DIALECTS.values()
    } == {
        "pytorch": (1e-5, 0.1, True, 2),
        "keras": (1e-3, 0.01, False, 1),
        "article": (0.0, None, True, 1),
        "plain": (0.0, 0.1, True, 1),
        "layernorm": (1e-5, None, True, 1),
    }
