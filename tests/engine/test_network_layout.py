from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from bnsim.engine.batchnorm import DIALECTS
from bnsim.engine.network import LayerPlan, Network, Plan

PLAN = Plan(
    (
        LayerPlan(3, 4, "relu", "before"),
        LayerPlan(4, 5, "tanh", "after", DIALECTS["article"]),
        LayerPlan(5, 6, "elu", "before", DIALECTS["layernorm"]._replace(affine=False)),
        LayerPlan(6, 4, "relu", "after", DIALECTS["keras"]),
        LayerPlan(4, 2, "identity", "none"),
    ),
    batch=7,
    loss="mse",
    optimizer="adam",
    rate=0.1,
)
LAYERS = range(len(PLAN.layers))


@pytest.fixture
def network():
    return Network(PLAN)


def address(array):
    return array.__array_interface__["data"][0]


def same_memory(a, b):
    return address(a) == address(b) and a.shape == b.shape


def test_that_a_layers_output_is_the_next_layers_input(network):
    for before, after in pairwise(LAYERS):
        output = network.layout.output_name(before)
        assert same_memory(network.view(before, output), network.view(after, "x"))
        assert same_memory(network.view(before, "d_" + output), network.view(after, "d_x"))


def test_that_outputs_are_named_by_the_placement(network):
    assert [network.layout.output_name(layer) for layer in LAYERS] == ["a", "y", "a", "y", "a"]


def test_that_without_gamma_y_is_x_hat(network):
    for layer in (1, 2):
        assert not {"gamma", "beta", "d_gamma", "d_beta"} & set(network.layout.names(layer))
        assert same_memory(network.view(layer, "y"), network.view(layer, "x_hat"))
        assert same_memory(network.view(layer, "d_y"), network.view(layer, "d_x_hat"))


def test_that_no_other_arrays_share_memory(network):
    owners = {}
    for layer in (*LAYERS, -1):
        for name in network.layout.names(layer):
            place = network.layout.slots[layer][name].place
            if place.stop > place.start:
                owners.setdefault((place.start, place.stop), []).append((layer, name))
    for (_, stop), (start, _) in pairwise(sorted(owners)):
        assert stop == start
    assert max(stop for _, stop in owners) == network.layout.size == network.arena.size
    shared = [keys for keys in owners.values() if len(keys) > 1]
    assert len(shared) == 2 * 4 + 2 * 2 + 1 - 2  # x, y, d_loss; layer 1's y is layer 2's x


def test_that_shapes_are_those_of_the_letters(network):
    shape = {name: network.view(0, name).shape for name in network.layout.names(0)}
    assert shape["x"] == shape["d_x"] == (7, 3)
    assert shape["W"] == shape["d_W"] == (3, 4)
    for name in ("z", "x_hat", "y", "a", "d_z", "d_x_hat", "d_y", "d_a"):
        assert shape[name] == (7, 4)
    for name in ("b", "mean", "var", "std", "gamma", "beta", "running_mean", "running_var"):
        assert shape[name] == (4,)
    for name in ("mean", "var", "std", "d_mean", "d_var"):
        assert network.view(2, name).shape == (7,)
    assert network.view(-1, "targets").shape == network.view(-1, "d_loss").shape == (7, 2)
    assert network.view(-1, "loss").shape == network.view(-1, "count").shape == ()
    assert network.view(-1, "moments").shape == (2, network.params.size)


def test_that_the_names_of_a_layer_come_in_the_order_of_computation(network):
    assert network.layout.names(0) == (
        *("x", "W", "b", "z", "mean", "var", "std", "x_hat", "gamma", "beta", "y"),
        *("running_mean", "running_var", "a"),
        *("d_a", "d_y", "d_beta", "d_gamma", "d_x_hat", "d_var", "d_mean", "d_z", "d_b", "d_W"),
        "d_x",
    )
    assert network.layout.names(4) == (
        *("x", "W", "b", "z", "a"),
        *("d_a", "d_z", "d_b", "d_W", "d_x"),
    )
    after = network.layout.names(3)
    assert after.index("z") < after.index("a") < after.index("mean") < after.index("y")


def test_that_only_dialects_with_running_statistics_keep_them(network):
    having = [layer for layer in LAYERS if "running_mean" in network.layout.names(layer)]
    assert having == [0, 3]


def test_that_flat_params_and_grads_have_the_same_order(network):
    network.params[:] = np.arange(network.params.size)
    network.grads[:] = np.arange(network.grads.size)
    for layer in LAYERS:
        for name in {"W", "b", "gamma", "beta"}.intersection(network.layout.names(layer)):
            np.testing.assert_array_equal(
                network.view(layer, name), network.view(layer, "d_" + name)
            )


def test_that_the_state_is_parameters_running_statistics_moments_and_count(network):
    state = {
        (layer, name)
        for layer in (*LAYERS, -1)
        for name, slot in network.layout.slots[layer].items()
        if slot.place.stop <= network.layout.state.stop
    }
    names = {"W", "b", "gamma", "beta", "running_mean", "running_var", "moments", "count"}
    assert {name for _, name in state} == names
    assert address(network.state) == address(network.arena) == address(network.params)


def test_that_views_write_into_the_arena_and_a_copy_is_read_with_the_same_layout(network):
    network.view(1, "W")[2, 3] = 15.0
    record = network.arena.copy()
    network.view(1, "W")[2, 3] = 0.0
    assert network.layout.view(record, 1, "W")[2, 3] == 15.0
    record.flags.writeable = False
    assert not network.layout.view(record, 1, "W").flags.writeable


def test_that_gammas_and_running_variances_start_at_1_and_the_rest_at_0(network):
    ones = sum(
        network.view(layer, name).sum() for layer in (0, 3) for name in ("gamma", "running_var")
    )
    assert ones == network.arena.sum() == 16


def test_that_the_layout_cannot_be_changed(network):
    with pytest.raises(AttributeError):
        network.layout.size = 3
    with pytest.raises(TypeError):
        network.layout.slots[0]["x"] = None


@pytest.mark.parametrize("optimizer", ["none", "sgd"])
def test_that_a_network_without_memory_has_empty_blocks(optimizer):
    network = Network(Plan((LayerPlan(1, 1, "relu", "none"),), 1, "mse", optimizer, 0.1))
    assert network.view(-1, "moments").shape == (0, 2)
    assert network.state.size == 3
    assert network.params.size == network.grads.size == 2
