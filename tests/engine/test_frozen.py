"""Frozen statistics: training with running statistics as constants."""

from __future__ import annotations

import numpy as np
import pytest
from finite_differences import network_with_random_parameters, numeric_gradient, relative_error

from bnsim.engine.dialects import DIALECTS
from bnsim.engine.inference import outputs, running_statistics
from bnsim.engine.network import LayerPlan, Network, Plan
from bnsim.engine.running import infer

RNG = np.random.RandomState(0)
X, TARGETS = RNG.standard_normal((6, 3)), RNG.standard_normal((6, 2))
RUNNING = ("pytorch", "keras", "plain")


def trained(*layers, steps=5, optimizer="sgd", rate=0.05):
    network = network_with_random_parameters(Plan(layers, 6, "mse", optimizer, rate))
    for _ in range(steps):
        network.step(X, TARGETS)
    return network


def bn(n_in, n_out, activation="tanh", placement="before", dialect="pytorch", **more):
    return LayerPlan(n_in, n_out, activation, placement, DIALECTS[dialect], **more)


DEEP = (bn(3, 4), bn(4, 5, "relu", "after", "keras"), bn(5, 2, "identity", "none"))


def frozen_like(network):
    plan = network.plan
    layers = tuple(layer._replace(frozen=layer.placement != "none") for layer in plan.layers)
    twin = Network(plan._replace(layers=layers))
    twin.state[:] = network.state
    return twin


def test_that_a_frozen_network_trains_on_the_outputs_of_inference():
    network = trained(*DEEP)
    expected = outputs(network.plan, network.layout, network.arena, X)
    twin = frozen_like(network)
    twin.set_batch(X, TARGETS)
    twin.forward()
    np.testing.assert_allclose(twin.view(2, "a"), expected, rtol=1e-13)


def test_that_frozen_statistics_do_not_move_while_parameters_do():
    twin = frozen_like(trained(*DEEP))
    kept = running_statistics(twin.plan, twin.layout, twin.arena)
    params = twin.params.copy()
    twin.step(X, TARGETS)
    for index, (mean, var) in kept.items():
        np.testing.assert_array_equal(twin.view(index, "running_mean"), mean)
        np.testing.assert_array_equal(twin.view(index, "running_var"), var)
        np.testing.assert_array_equal(twin.view(index, "mean"), mean)
        np.testing.assert_array_equal(twin.view(index, "var"), var)
    assert (twin.params != params).mean() > 0.8


@pytest.mark.parametrize("dialect", RUNNING)
@pytest.mark.parametrize("placement", ["before", "after"])
@pytest.mark.parametrize("affine", [True, False])
def test_that_frozen_gradients_agree_with_finite_differences(placement, dialect, affine):
    row = DIALECTS[dialect]._replace(affine=affine)
    layer = LayerPlan(3, 4, "tanh", placement, row)
    twin = frozen_like(trained(layer, bn(4, 2, "identity", "none")))
    twin.set_batch(X, TARGETS)
    twin.view(0, "d_mean")[:] = twin.view(0, "d_var")[:] = 7.0
    twin.forward()
    twin.backward()

    def loss():
        twin.forward()
        return float(twin.view(-1, "loss"))

    assert relative_error(twin.grads.copy(), numeric_gradient(loss, twin.params)) < 1e-8
    assert (
        relative_error(twin.view(0, "d_x").copy(), numeric_gradient(loss, twin.view(0, "x"))) < 1e-8
    )
    assert not twin.view(0, "d_mean").any()
    assert not twin.view(0, "d_var").any()


def test_that_the_frozen_gradient_of_4_7_5_stays_with_its_own_sample():
    network = Network(Plan((bn(1, 1, "identity", "before", frozen=True),), 3, "mse", "none", 0.1))
    network.view(0, "W")[:] = 1.0
    network.view(0, "running_mean")[:] = 16 / 3
    network.view(0, "running_var")[:] = 14 / 9
    network.set_batch([[4.0], [7.0], [5.0]], np.zeros((3, 1)))
    network.forward()
    network.view(0, "y")[1:] = 0.0  # with targets of 0 only the first sample has a gradient
    network.view(0, "a")[1:] = 0.0
    network.backward()
    slope = network.view(0, "d_z")[:, 0] / network.view(0, "d_y")[0, 0]
    np.testing.assert_allclose(slope, [1 / np.sqrt(14 / 9 + 1e-5), 0.0, 0.0], rtol=1e-14)


def test_that_a_frozen_layer_takes_a_batch_of_1_even_in_pytorch():
    layer = bn(3, 2, "tanh", "before", frozen=True)
    network = network_with_random_parameters(Plan((layer,), 1, "mse", "sgd", 0.1))
    network.step(X[:1], TARGETS[:1])
    assert network.first_non_finite() is None


@pytest.mark.parametrize("dialect", ["article", "layernorm"])
def test_that_there_is_nothing_to_freeze_without_running_statistics(dialect):
    plan = Plan((bn(3, 2, "tanh", "before", dialect, frozen=True),), 6, "mse", "sgd", 0.1)
    with pytest.raises(ValueError, match="keeps no running statistics to freeze"):
        Network(plan)


def test_that_freezing_in_the_middle_of_a_run_keeps_the_state():
    network = trained(*DEEP, optimizer="adam")
    twin = frozen_like(network)
    assert twin.layout.slots == network.layout.slots
    np.testing.assert_array_equal(twin.state, network.state)


def test_that_a_constant_neuron_without_eps_is_0_when_frozen():
    dialect = DIALECTS["plain"]
    assert not infer(X, X[0], np.zeros(3), np.ones(3), np.zeros(3), dialect).any()
    layer = LayerPlan(3, 2, "identity", "before", dialect, frozen=True)
    network = network_with_random_parameters(Plan((layer,), 6, "mse", "sgd", 0.1))
    network.view(0, "running_var")[:] = 0.0
    network.step(X, TARGETS)
    assert not network.view(0, "x_hat").any()
    assert not network.view(0, "d_z").any()
