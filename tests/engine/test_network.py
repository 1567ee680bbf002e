from __future__ import annotations

import itertools

import numpy as np
import pytest
from finite_differences import network_with_random_parameters, numeric_gradient, relative_error

from bnsim.engine.activations import ACTIVATIONS
from bnsim.engine.batchnorm import DIALECTS, infer
from bnsim.engine.losses import LOSSES
from bnsim.engine.network import LayerPlan, Network, Plan
from bnsim.engine.optimizers import OPTIMIZERS

RNG = np.random.RandomState(0)
X, TARGETS, CLASSES = (
    RNG.standard_normal((6, 3)),
    RNG.standard_normal((6, 2)),
    np.eye(2)[[0, 1, 1, 0, 0, 1]],
)


def plan_of(*layers, loss="mse", optimizer="sgd", rate=0.1, batch=6):
    return Plan(layers, batch, loss, optimizer, rate)


def errors(network, targets):
    """The relative errors of the gradients of the parameters and of the inputs."""
    network.set_batch(X, targets)
    network.forward()
    network.backward()
    grads, d_x = network.grads.copy(), network.view(0, "d_x").copy()

    def loss():
        network.forward()
        return float(network.view(-1, "loss"))

    return (
        relative_error(grads, numeric_gradient(loss, network.params)),
        relative_error(d_x, numeric_gradient(loss, network.view(0, "x"))),
    )


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("placement", ["none", "before", "after"])
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_that_gradients_of_every_combination_agree_with_finite_differences(
    activation, dialect, placement, loss
):
    layer = LayerPlan(3, 4, activation, placement, DIALECTS[dialect])
    last = LayerPlan(4, 2, "identity", "none")
    network = network_with_random_parameters(plan_of(layer, last, loss=loss))
    assert max(errors(network, CLASSES if loss == "cross_entropy" else TARGETS)) < 1e-6


@pytest.mark.parametrize("seed", range(30))
def test_that_gradients_of_a_random_deep_network_agree_with_finite_differences(seed):
    rng = np.random.RandomState(seed)
    # no layer of 2 before the last: its layer normalization is almost a sign, gradient 1e-5
    sizes = [3, *rng.randint(3, 7, rng.randint(1, 5))]
    layers = [
        LayerPlan(
            int(n_in),
            int(n_out),
            rng.choice(list(ACTIVATIONS)),
            rng.choice(["none", "before", "after"]),
            DIALECTS[rng.choice(list(DIALECTS))],
        )
        for n_in, n_out in itertools.pairwise(sizes)
    ]
    last = LayerPlan(int(sizes[-1]), 2, "identity", "none")
    network = network_with_random_parameters(plan_of(*layers, last), seed)
    assert max(errors(network, TARGETS)) < 1e-6


def test_that_every_gradient_on_the_way_agrees_with_finite_differences():
    """Below the first layer the network is a function of that layer's output alone."""
    layers = LayerPlan(3, 4, "tanh", "before"), LayerPlan(4, 2, "elu", "after")
    network = network_with_random_parameters(plan_of(*layers))
    network.step(X, TARGETS)
    rest = network_with_random_parameters(plan_of(layers[1]))
    for name in ("W", "b", "gamma", "beta"):
        rest.view(0, name)[...] = network.view(1, name)
    rest.set_batch(network.view(0, "a"), TARGETS)
    network.set_batch(X, TARGETS)
    network.forward()
    network.backward()

    def loss():
        rest.forward()
        return float(rest.view(-1, "loss"))

    rest.set_batch(network.view(0, "a"), TARGETS)
    assert relative_error(network.view(0, "d_a"), numeric_gradient(loss, rest.view(0, "x"))) < 1e-7


@pytest.mark.parametrize("placement", ["none", "before", "after"])
def test_that_the_values_are_those_of_plain_formulas(placement):
    network = network_with_random_parameters(plan_of(LayerPlan(3, 2, "tanh", placement)))
    network.set_batch(X, TARGETS)
    network.forward()
    view = {name: network.view(0, name).copy() for name in network.layout.names(0)}

    def norm(v):
        x_hat = (v - v.mean(axis=0)) / np.sqrt(v.var(axis=0) + 1e-5)
        return view["gamma"] * x_hat + view["beta"]

    z = X @ view["W"] + view["b"]
    expected = {
        "none": lambda: np.tanh(z),
        "before": lambda: np.tanh(norm(z)),
        "after": lambda: norm(np.tanh(z)),
    }[placement]()
    np.testing.assert_allclose(view[network.layout.output_name(0)], expected, rtol=1e-12)
    assert float(network.view(-1, "loss")) == pytest.approx(np.mean((expected - TARGETS) ** 2))


def test_that_the_bias_before_normalization_has_no_gradient_and_no_effect():
    network = network_with_random_parameters(plan_of(LayerPlan(3, 2, "relu", "before")))
    network.set_batch(X, TARGETS)
    network.forward()
    network.backward()
    assert np.abs(network.view(0, "d_b")).max() < 1e-15
    before = network.view(0, "a").copy()
    network.view(0, "b")[:] += 1000.0
    network.forward()
    np.testing.assert_allclose(network.view(0, "a"), before, atol=1e-11)


def test_that_weights_before_normalization_are_orthogonal_to_their_gradients():
    layer = LayerPlan(3, 2, "relu", "before", DIALECTS["plain"])
    network = network_with_random_parameters(plan_of(layer))
    network.set_batch(X, TARGETS)
    network.forward()
    network.backward()
    W, d_W = network.view(0, "W"), network.view(0, "d_W").copy()
    assert np.abs((W * d_W).sum(axis=0)).max() < 1e-15
    outputs = network.view(0, "a").copy()
    W *= 100.0
    network.forward()
    network.backward()
    np.testing.assert_allclose(network.view(0, "a"), outputs, atol=1e-13)
    np.testing.assert_allclose(network.view(0, "d_W") * 100.0, d_W, atol=1e-14)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_that_a_step_is_the_optimizers_step_on_the_gradients(name):
    plan = plan_of(LayerPlan(3, 2, "tanh", "before"), optimizer=name)
    network = network_with_random_parameters(plan)
    params = network.params.copy()
    row = OPTIMIZERS[name]
    moments = np.zeros((row.n_moments, params.size))
    for count in (1, 2, 3):
        network.step(X, TARGETS)
        row.step(params, network.grads, moments, count, 0.1)
        np.testing.assert_array_equal(network.params, params)
        np.testing.assert_array_equal(network.view(-1, "moments"), moments)
        assert network.view(-1, "count") == count


def test_that_training_lowers_the_loss():
    layers = LayerPlan(3, 8, "tanh", "before"), LayerPlan(8, 2, "identity", "none")
    network = network_with_random_parameters(plan_of(*layers, loss="cross_entropy", rate=0.5))
    losses = []
    for _ in range(200):
        network.step(X, CLASSES)
        losses.append(float(network.view(-1, "loss")))
    assert losses[-1] < 0.05 < losses[0]


def test_that_returning_to_a_state_repeats_every_bit():
    layers = LayerPlan(3, 4, "relu", "before"), LayerPlan(4, 2, "tanh", "after")
    network = network_with_random_parameters(plan_of(*layers, optimizer="adam"))
    for _ in range(3):
        network.step(X, TARGETS)
    state = network.state.copy()
    network.step(X[::-1], TARGETS)
    arena = network.arena.copy()
    for _ in range(5):
        network.step(X * 2, TARGETS)
    network.state[:] = state
    network.step(X[::-1], TARGETS)
    np.testing.assert_array_equal(network.arena, arena)
    fresh = Network(network.plan)
    fresh.state[:] = state
    fresh.step(X[::-1], TARGETS)
    np.testing.assert_array_equal(fresh.arena, arena)


def test_that_the_record_of_a_batch_holds_parameters_before_the_update():
    network = network_with_random_parameters(plan_of(LayerPlan(3, 2, "relu", "before")))
    params = network.params.copy()
    network.set_batch(X, TARGETS)
    network.forward()
    network.backward()
    np.testing.assert_array_equal(network.params, params)
    running_mean = network.view(0, "running_mean")
    np.testing.assert_allclose(running_mean, 0.1 * network.view(0, "mean"), rtol=1e-15)
    moved = running_mean.copy()
    network.update()
    np.testing.assert_array_equal(running_mean, moved)
    assert (network.params != params).any()


def test_that_set_batch_copies():
    network = network_with_random_parameters(plan_of(LayerPlan(3, 2, "relu", "none")))
    x, targets = X.copy(), TARGETS.copy()
    network.step(x, targets)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(targets, TARGETS)
    assert not np.shares_memory(network.arena, x)
    network.set_batch(np.arange(18).reshape(6, 3), [[0, 1]] * 6)
    assert network.view(0, "x")[5, 2] == 17.0


def test_that_cumulative_statistics_average_all_batches():
    dialect = DIALECTS["pytorch"]._replace(cumulative=True)
    network = network_with_random_parameters(
        plan_of(LayerPlan(3, 2, "relu", "before", dialect), optimizer="none")
    )
    means, variances = [], []
    for scale in (1.0, 2.0, 5.0, 0.1):
        network.step(X * scale, TARGETS)
        z = network.view(0, "z")
        means.append(z.mean(axis=0))
        variances.append(z.var(axis=0, ddof=1))
    np.testing.assert_allclose(network.view(0, "running_mean"), np.mean(means, axis=0))
    np.testing.assert_allclose(network.view(0, "running_var"), np.mean(variances, axis=0))


def test_that_inference_approaches_the_training_output_of_a_repeated_batch():
    dialect = DIALECTS["keras"]
    network = network_with_random_parameters(
        plan_of(LayerPlan(3, 2, "identity", "before", dialect), optimizer="none")
    )
    for _ in range(3000):
        network.step(X, TARGETS)
    of = {name: network.view(0, name) for name in network.layout.names(0)}
    y = infer(of["z"], of["running_mean"], of["running_var"], of["gamma"], of["beta"], dialect)
    np.testing.assert_allclose(y, of["y"], rtol=1e-10)
