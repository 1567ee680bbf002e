from __future__ import annotations

import numpy as np
import pytest
from finite_differences import network_with_random_parameters
from hypothesis import given
from hypothesis import strategies as st

from bnsim.engine.batchnorm import DIALECTS
from bnsim.engine.faults import fault_of
from bnsim.engine.network import LayerPlan, Network, NonFinite, Plan

RNG = np.random.RandomState(0)
X, TARGETS = RNG.standard_normal((4, 3)), RNG.standard_normal((4, 2))
LAYERS = (LayerPlan(3, 5, "relu", "before"), LayerPlan(5, 2, "identity", "none"))


def network_of(layers=LAYERS, optimizer="adam"):
    network = network_with_random_parameters(Plan(layers, 4, "mse", optimizer, 0.01))
    network.step(X, TARGETS)
    return network


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("optimizer", ["none", "sgd", "momentum", "adam"])
def test_that_a_bad_batch_leaves_no_trace_in_the_state(bad, optimizer):
    network = network_of(optimizer=optimizer)
    x, state = X.copy(), network.state.copy()
    x[2, 1] = bad
    network.step(x, TARGETS)
    np.testing.assert_array_equal(network.state, state)
    assert network.first_non_finite() == (0, "x", 2, 1)
    twin = network_of(optimizer=optimizer)
    twin.step(X, TARGETS)
    network.step(X, TARGETS)
    np.testing.assert_array_equal(network.state, twin.state)
    assert network.first_non_finite() is None


def test_that_a_bad_target_leaves_no_trace_either():
    network, targets = network_of(), TARGETS.copy()
    targets[0, 0] = np.nan
    state = network.state.copy()
    network.step(X, targets)
    np.testing.assert_array_equal(network.state, state)
    assert network.first_non_finite() == NonFinite(-1, "loss", -1, -1)


def test_that_a_bad_batch_in_a_late_layer_keeps_the_statistics_of_early_ones():
    layers = (LAYERS[0], LayerPlan(5, 2, "identity", "before"))
    network = network_of(layers)
    network.view(1, "W")[1, 0] = np.inf
    state = network.state.copy()
    network.step(X, TARGETS)
    np.testing.assert_array_equal(network.state, state)
    assert network.first_non_finite() == (1, "W", 1, 0)


def test_that_an_infinite_variance_is_not_kept_though_x_hat_is_fine():
    layers = (LayerPlan(3, 2, "identity", "before"),)
    network = network_of(layers)
    running_var = network.view(0, "running_var").copy()
    network.step(X * 1e200, TARGETS)
    assert np.isfinite(network.view(0, "y")).all()
    assert np.abs(network.view(0, "x_hat")).max() > 0.5
    np.testing.assert_array_equal(network.view(0, "running_var"), running_var)
    assert network.first_non_finite() == (0, "var", -1, 0)


def test_that_the_first_overflow_is_named_with_sample_and_neuron():
    layers = tuple(LayerPlan(2, 2, "identity", "none") for _ in range(3))
    network = Network(Plan(layers, 2, "mse", "sgd", 0.1))
    for layer in range(3):
        network.view(layer, "W")[:] = np.eye(2)
    network.view(1, "W")[1, 1] = 1e200
    network.step([[1.0, 1.0], [1.0, 1e200]], np.zeros((2, 2)))
    assert network.first_non_finite() == (1, "z", 1, 1)


def test_that_an_overflow_of_gradients_alone_is_named_from_the_loss_back():
    layers = tuple(LayerPlan(1, 1, "identity", "none") for _ in range(3))
    network = Network(Plan(layers, 1, "mse", "sgd", 0.1))
    for layer, weight in enumerate((1e-200, 1e200, 1e200)):
        network.view(layer, "W")[:] = weight
    network.step([[1e-200]], [[-1.0]])
    assert np.isfinite(network.view(-1, "loss"))
    assert network.first_non_finite() == (1, "d_x", 0, 0)


def test_that_a_statistic_of_layer_normalization_is_named_by_its_sample():
    layers = (LayerPlan(3, 2, "identity", "before", DIALECTS["layernorm"]),)
    network = network_of(layers)
    x = X.copy()
    x[3] *= 1e200
    network.step(x, TARGETS)
    assert network.first_non_finite() == (0, "var", 3, -1)


def test_that_warnings_of_numpy_are_as_before_after_a_bad_step():
    before = np.geterr()
    network_of().step(X * np.inf, TARGETS)
    assert np.geterr() == before


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_that_huge_finite_gradients_are_followed_without_a_warning(optimizer):
    layers = (LayerPlan(3, 2, "identity", "none"),)
    network = network_with_random_parameters(Plan(layers, 4, "mse", optimizer, 1e-140))
    for _ in range(3):
        network.step(X, TARGETS * 1e150)
    assert network.view(-1, "count") == 3
    assert np.isfinite(network.state).all()


@pytest.mark.parametrize(
    ("optimizer", "x", "targets", "rate"),
    [
        ("sgd", X, TARGETS * 1e150, 1e200),
        ("sgd", X, TARGETS * 1e60, 1e250),
        ("momentum", X, TARGETS * 1e150, 1e200),
        ("adam", X, TARGETS * 1e150, 1e200),
        ("adam", X * 1e160, TARGETS, 0.1),  # the square of the gradient overflows
    ],
)
def test_that_an_update_that_overflows_leaves_no_trace(optimizer, x, targets, rate):
    network = Network(Plan((LayerPlan(3, 2, "identity", "none"),), 4, "mse", optimizer, rate))
    state = network.state.copy()
    network.set_batch(x, targets)
    network.forward()
    network.backward()
    record = network.arena.copy()
    network.update()
    np.testing.assert_array_equal(network.state, state)
    assert network.first_non_finite() is None
    assert fault_of(network.plan, network.layout, record) == (0, "next W", 0, 0)


def test_that_the_fault_of_a_later_bias_is_named_by_its_neuron():
    layers = (LayerPlan(3, 2, "identity", "none"), LayerPlan(2, 2, "relu", "none"))
    network = Network(Plan(layers, 4, "mse", "sgd", 1e308))
    network.view(1, "b")[1] = 1.0
    network.set_batch(X, TARGETS - [0.0, 1e3])
    network.forward()
    network.backward()
    assert fault_of(network.plan, network.layout, network.arena) == (1, "next b", -1, 1)


@given(
    st.integers(-150, 300),
    st.sampled_from(["none", "sgd", "momentum", "adam"]),
    st.sampled_from(list(DIALECTS)),
    st.sampled_from(["relu", "sigmoid", "identity"]),
)
def test_that_a_step_is_committed_exactly_when_it_has_no_fault(power, optimizer, name, activation):
    layers = (LayerPlan(3, 3, activation, "after", DIALECTS[name]), LAYERS[1]._replace(n_in=3))
    network = network_with_random_parameters(Plan(layers, 4, "mse", optimizer, 0.1))
    before = network.state.copy()
    network.set_batch(X * 10.0**power, TARGETS)
    network.forward()
    network.backward()
    record = network.arena.copy()
    network.update()
    fault = fault_of(network.plan, network.layout, record)
    assert network.view(-1, "count") == (fault is None)
    assert np.isfinite(network.state).all()
    if fault:
        np.testing.assert_array_equal(network.state, before)


def test_that_an_infinity_behind_an_activation_that_hides_it_is_not_committed():
    network = Network(Plan((LayerPlan(1, 1, "relu", "none"),), 1, "mse", "sgd", 0.1))
    network.view(0, "W")[:] = -1e200
    state = network.state.copy()
    network.step([[1e200]], [[1.0]])
    assert np.isfinite(network.grads).all()
    np.testing.assert_array_equal(network.state, state)
    assert network.first_non_finite() == (0, "z", 0, 0)


def test_that_diverging_training_stops_at_the_last_finite_parameters():
    layers = [LayerPlan(3, 8, "identity", "none"), *[LayerPlan(8, 8, "identity", "none")] * 8]
    layers = (*layers, LayerPlan(8, 2, "identity", "none"))
    network = network_with_random_parameters(Plan(layers, 4, "mse", "sgd", 3.0))
    for _ in range(20):
        network.step(X, TARGETS)
    assert network.view(-1, "count") < 20
    assert np.isfinite(network.state).all()
    assert network.first_non_finite() is not None


@pytest.mark.parametrize("placement", ["before", "after"])
def test_that_pytorch_refuses_a_batch_of_1_and_says_why(placement):
    plan = Plan((LayerPlan(3, 2, "relu", placement),), 1, "mse", "sgd", 0.1)
    with pytest.raises(ValueError, match=r"layer 0: the dialect 'pytorch' .* at least 2 .* not 1"):
        Network(plan)


@pytest.mark.parametrize("name", ["keras", "article", "plain", "layernorm"])
def test_that_other_dialects_train_on_a_batch_of_1(name):
    layer = LayerPlan(3, 2, "identity", "before", DIALECTS[name])
    network = network_with_random_parameters(Plan((layer,), 1, "mse", "sgd", 0.1))
    network.step(X[:1], TARGETS[:1])
    assert network.first_non_finite() is None
    if name != "layernorm":
        np.testing.assert_array_equal(network.view(0, "x_hat"), 0.0)
        np.testing.assert_array_equal(network.view(0, "d_W"), 0.0)


def test_that_a_batch_of_1_without_normalization_is_for_everyone():
    Network(Plan((LayerPlan(3, 2, "relu", "none"),), 1, "mse", "sgd", 0.1))
