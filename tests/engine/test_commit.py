"""A step is committed exactly when the record of its batch holds nothing to complain about."""

from __future__ import annotations

import numpy as np
import pytest
from finite_differences import network_with_random_parameters

from bnsim.engine.activations import ACTIVATIONS
from bnsim.engine.batchnorm import DIALECTS
from bnsim.engine.faults import fault_of
from bnsim.engine.network import LayerPlan, Plan

CASES = [(name, "none", "plain") for name in ACTIVATIONS] + [
    (name, placement, dialect)
    for name in ACTIVATIONS
    for placement in ("before", "after")
    for dialect in DIALECTS
]
HUGE = [1e30, 1e80, 1e155, 1e200, 1e290, np.inf, np.nan]


def networks_with_one_huge_number(activation, placement, dialect):
    layers = (
        LayerPlan(2, 3, activation, placement, DIALECTS[dialect]),
        LayerPlan(3, 2, activation, placement, DIALECTS[dialect]),
        LayerPlan(2, 1, "identity", "none"),
    )
    for seed, huge in enumerate(HUGE * 6):
        rng = np.random.RandomState(seed)
        network = network_with_random_parameters(Plan(layers, 4, "mse", "sgd", 0.1), seed)
        x, targets = rng.standard_normal((4, 2)), rng.standard_normal((4, 1))
        place = rng.randint(network.params.size + x.size)
        where = network.params if place < network.params.size else x.reshape(-1)
        where[place % where.size] = huge * rng.choice([-1.0, 1.0])
        yield network, x, targets


@pytest.mark.parametrize(("activation", "placement", "dialect"), CASES)
def test_that_a_step_is_committed_exactly_when_its_record_is_without_fault(
    activation, placement, dialect
):
    for network, x, targets in networks_with_one_huge_number(activation, placement, dialect):
        before = network.state.copy()
        network.set_batch(x, targets)
        network.forward()
        network.backward()
        fault = fault_of(network.plan, network.layout, network.arena.copy())
        network.update()
        committed = float(network.view(-1, "count")) == 1.0
        assert committed == (fault is None), fault
        after = network.state.copy()
        network.state[:] = before
        network.step(x, targets)
        np.testing.assert_array_equal(network.state, after)
        assert committed or np.array_equal(after, before, equal_nan=True)


def test_that_a_huge_number_is_sometimes_committed_and_sometimes_not():
    outcomes = set()
    for network, x, targets in networks_with_one_huge_number("tanh", "none", "plain"):
        with np.errstate(all="ignore"):
            network.step(x, targets)
        outcomes.add(float(network.view(-1, "count")))
    assert outcomes == {0.0, 1.0}


def test_that_a_step_computes_the_bytes_of_forward_backward_and_update():
    layers = (LayerPlan(2, 3, "tanh", "before"), LayerPlan(3, 1, "relu", "after"))
    plan = Plan(layers, 4, "mse", "adam", 0.1)
    whole, parts = (network_with_random_parameters(plan) for _ in range(2))
    rng = np.random.RandomState(0)
    for _ in range(5):
        x, targets = rng.standard_normal((4, 2)), rng.standard_normal((4, 1))
        whole.step(x, targets)
        parts.set_batch(x, targets)
        parts.forward()
        parts.backward()
        parts.update()
        assert whole.state.tobytes() == parts.state.tobytes()


def test_that_an_infinite_gradient_of_the_inputs_alone_stops_no_training():
    plan = Plan((LayerPlan(1, 1, "identity", "none"),), 1, "mse", "sgd", 1e-200)
    network = network_with_random_parameters(plan)
    network.view(0, "W")[:] = 1e200
    network.set_batch([[1e-200]], [[-1e150]])
    network.forward()
    network.backward()
    assert np.isinf(network.view(0, "d_x"))
    assert fault_of(network.plan, network.layout, network.arena) is None
    network.update()
    assert network.view(-1, "count") == 1.0
