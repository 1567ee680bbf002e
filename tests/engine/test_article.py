"""The article's snippet (seed 0), and the cascade of one large weight, in our engine."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.engine.batchnorm import DIALECTS
from bnsim.engine.network import LayerPlan, Network, Plan

SNIPPET_X = np.array([[6.0, 1.0, 4.0], [4.0, 8.0, 10.0], [4.0, 6.0, 3.0]])
SNIPPET_W = np.array(
    [
        [15.0, 0.5468580611277518, 0.6267062317182148, 1.3753779262729082],
        [-0.23023930453384164, -0.47758214128144144, -0.24003031537428055, -0.3028272562440813],
        [-0.26378055668404454, -0.6119772926918606, 0.35504577175580476, 0.8254150283742432],
    ]
)

CASCADE_X = np.array([[2.0, 7, 4], [6, 1, 9], [9, 5, 3], [4, 8, 6]])
CASCADE_T = np.eye(2)[[0, 1, 1, 0]]
CASCADE_W = (
    [[-0.5, 0.5, -0.75, 0.5], [0.5, -0.25, -0.5, 0.0], [0.5, 0.25, 0.75, 0.0]],
    [[3, 0, -1, 2], [-2, -1, -2, -1], [-1, -2, -1, -2], [2, 2, 2, -3]],
    [[3, 2, -2, -1], [2, -3, 3, 3], [2, 3, -3, -1], [1, 1, 1, -1]],
    [[3, 0], [2, -1], [-1, -3], [0, 2]],
)


def snippet(placement, dialect):
    layer = LayerPlan(3, 4, "relu", placement, DIALECTS[dialect])
    network = Network(Plan((layer,), 3, "mse", "none", 0.0))
    network.view(0, "W")[:] = SNIPPET_W
    network.step(SNIPPET_X, np.zeros((3, 4)))
    return network


def cascade(placement, weights_of_15):
    sizes = [(3, 4), (4, 4), (4, 4), (4, 2)]
    layers = [LayerPlan(*size, "relu", placement) for size in sizes]
    layers[3] = LayerPlan(4, 2, "identity", "none")
    network = Network(Plan(tuple(layers), 4, "cross_entropy", "sgd", 0.1))
    for index, weights in enumerate(CASCADE_W):
        network.view(index, "W")[:] = np.array(weights) / (4 if index else 1)
    for index in range(weights_of_15):
        network.view(index, "W")[0, 0] = 15.0
    return network


def test_that_the_snippet_prints_what_the_article_prints():
    assert snippet("none", "plain").view(0, "a")[0, 0] == pytest.approx(
        88.71463846872999, rel=1e-12
    )
    y = snippet("after", "article").view(0, "y")
    assert y[0, 0] == pytest.approx(1.3239855633851532, rel=1e-12)
    assert y[0, 1:] == pytest.approx(
        [0.20305999993587162, 0.5520118522952685, 0.4882674705549107], rel=1e-12
    )
    np.testing.assert_allclose(y.std(axis=0), [0.938, 0.144, 0.542, 0.708], atol=5e-4)


def test_that_the_corrected_snippet_has_unit_deviation():
    y = snippet("before", "pytorch").view(0, "y")
    assert y[0] == pytest.approx(
        [1.4114722945204108, 1.0900510415097353, 1.0193837800942347, 0.6901020751776131],
        rel=1e-12,
    )
    np.testing.assert_allclose(
        y.std(axis=0), [0.99999998, 0.9999996, 0.9999964, 0.9999991], atol=6e-8
    )


@pytest.mark.parametrize(
    ("count", "largest", "loss"),
    [
        (0, [5.0, 4.0, 3.46875, 3.49609375], 0.451443481843757),
        (1, [139.0, 104.5, 95.28125, 105.2578125], 50.9443359375),
        (3, [139.0, 2085.25, 31295.65625, 24000.7265625], 10207.576171875),
    ],
)
def test_that_without_normalization_a_large_weight_cascades(count, largest, loss):
    network = cascade("none", count)
    network.step(CASCADE_X, CASCADE_T)
    assert [np.abs(network.view(layer, "a")).max() for layer in range(4)] == largest
    assert float(network.view(-1, "loss")) == pytest.approx(loss, rel=1e-12)


@pytest.mark.parametrize(
    ("count", "largest", "loss"),
    [
        (0, [1.4501, 1.4542, 1.5951], 0.5714774743675766),
        (1, [1.4501, 1.6487, 1.6629], 0.6649079457748127),
        (3, [1.4501, 1.7107, 1.7317], 0.6726223750907896),
    ],
)
def test_that_with_normalization_it_does_not(count, largest, loss):
    network = cascade("before", count)
    network.step(CASCADE_X, CASCADE_T)
    found = [np.abs(network.view(layer, "a")).max() for layer in range(3)]
    assert found == pytest.approx(largest, abs=5e-5)
    assert float(network.view(-1, "loss")) == pytest.approx(loss, rel=1e-12)


def test_that_the_large_weight_stops_learning_only_without_normalization():
    final = {}
    for placement in ("none", "before"):
        network = cascade(placement, 1)
        losses = []
        for _ in range(300):
            network.step(CASCADE_X, CASCADE_T)
            losses.append(float(network.view(-1, "loss")))
        right = network.view(3, "a").argmax(axis=1) == CASCADE_T.argmax(axis=1)
        final[placement] = losses, right.mean()
    losses, accuracy = final["none"]
    assert losses[:2] == pytest.approx([50.94, 52.93], abs=0.005)
    assert losses[-1] == pytest.approx(np.log(2), abs=1e-3)
    assert accuracy == 0.5
    losses, accuracy = final["before"]
    assert losses[0] == pytest.approx(0.665, abs=5e-4)
    assert losses[-1] == pytest.approx(0.004, abs=5e-4)
    assert accuracy == 1.0
