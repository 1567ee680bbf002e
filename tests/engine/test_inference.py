"""Inference of whole networks: running and recalibrated statistics, and folding."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from finite_differences import network_with_random_parameters
from hypothesis import given
from hypothesis import strategies as st

from bnsim.engine.activations import ACTIVATIONS
from bnsim.engine.dialects import DIALECTS
from bnsim.engine.folding import folded
from bnsim.engine.inference import outputs, recalibrated, running_statistics
from bnsim.engine.network import LayerPlan, Plan

RNG = np.random.RandomState(0)
X, TARGETS, FRESH = RNG.standard_normal((6, 3)), RNG.standard_normal((6, 2)), RNG.rand(9, 3)
RUNNING = ("pytorch", "keras", "plain")
PLACEMENTS = ("none", "before", "after")


def trained(*layers, steps=5, optimizer="sgd", rate=0.05):
    network = network_with_random_parameters(Plan(layers, 6, "mse", optimizer, rate))
    for _ in range(steps):
        network.step(X, TARGETS)
    return network


def said(network, x=FRESH, statistics=None):
    return outputs(network.plan, network.layout, network.arena, x, statistics)


def bn(n_in, n_out, activation="tanh", placement="before", dialect="pytorch", **more):
    return LayerPlan(n_in, n_out, activation, placement, DIALECTS[dialect], **more)


def by_hand(network, x):
    """Layer by layer, from the running statistics that the arena shows."""
    for index, layer in enumerate(network.plan.layers):
        of = {name: network.view(index, name) for name in network.layout.names(index)}
        steps = [lambda x, of=of: x @ of["W"] + of["b"], ACTIVATIONS[layer.activation].f]
        place = {"none": 2, "before": 1, "after": 2}[layer.placement]
        if layer.placement != "none":
            steps.insert(place, lambda v, of=of, eps=layer.dialect.eps: normalized(v, of, eps))
        for step in steps:
            x = step(x)
    return x


def normalized(v, of, eps):
    x_hat = (v - of["running_mean"]) / np.sqrt(of["running_var"] + eps)
    return of["gamma"] * x_hat + of["beta"]


DEEP = (bn(3, 4), bn(4, 5, "relu", "after", "keras"), bn(5, 2, "identity", "none"))


# -- outputs -------------------------------------------------------------------------
@pytest.mark.parametrize("dialect", RUNNING)
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_that_outputs_come_from_running_statistics(placement, dialect):
    network = trained(bn(3, 4, "elu", placement, dialect), bn(4, 2, "relu", "none"))
    np.testing.assert_allclose(said(network), by_hand(network, FRESH), rtol=1e-13, atol=1e-14)


def test_that_a_sample_does_not_see_its_batch_mates():
    network = trained(*DEEP)
    one_by_one = [said(network, FRESH[i : i + 1])[0] for i in range(9)]
    np.testing.assert_allclose(said(network), one_by_one, rtol=1e-13)


def test_that_a_state_is_as_good_as_an_arena():
    network = trained(*DEEP)
    asked = outputs(network.plan, network.layout, network.state.copy(), FRESH)
    np.testing.assert_array_equal(asked, said(network))


def test_that_layer_normalization_is_the_same_as_in_training():
    network = trained(bn(3, 4, "tanh", "before", "layernorm"), bn(4, 2, "relu", "none"))
    network.forward()
    np.testing.assert_allclose(said(network, X), network.view(1, "a"), rtol=1e-13)


def test_that_the_article_has_no_inference_before_it_is_recalibrated():
    network = trained(bn(3, 4), bn(4, 2, "relu", "after", "article"))
    with pytest.raises(ValueError, match="layer 1: the dialect 'article' keeps no running stat"):
        said(network)
    with pytest.raises(ValueError, match="recalibrate"):
        folded(network.plan, network.layout, network.arena)
    statistics = recalibrated(network.plan, network.layout, network.arena, [X])
    a = ACTIVATIONS["relu"].f(said(network, X, statistics))
    assert np.isfinite(a).all()


# -- recalibration -------------------------------------------------------------------
def test_that_recalibrated_statistics_are_averages_over_batches():
    network = trained(bn(3, 2))
    batches = [FRESH[:3], FRESH[3:6], FRESH[6:]]
    mean, var = recalibrated(network.plan, network.layout, network.arena, batches)[0]
    z = [batch @ network.view(0, "W") + network.view(0, "b") for batch in batches]
    np.testing.assert_allclose(mean, np.mean([v.mean(axis=0) for v in z], axis=0), rtol=1e-13)
    np.testing.assert_allclose(var, np.mean([v.var(axis=0, ddof=1) for v in z], axis=0), rtol=1e-12)


def test_that_deep_layers_are_recalibrated_behind_the_batches_own_statistics():
    cumulative = DIALECTS["pytorch"]._replace(cumulative=True)
    layers = [layer._replace(dialect=cumulative) for layer in DEEP]
    network = trained(*layers, steps=0, optimizer="none")
    batches = [X, X[::-1] * 2, X + 1]
    for batch in batches:
        network.step(batch, TARGETS)
    found = recalibrated(network.plan, network.layout, network.arena, batches)
    for index, kept in running_statistics(network.plan, network.layout, network.arena).items():
        np.testing.assert_allclose(found[index], kept, rtol=1e-12)


def test_that_recalibration_on_one_batch_gives_the_training_output_but_for_bessel():
    dialect = DIALECTS["plain"]._replace(unbiased=False)
    network = trained(LayerPlan(3, 2, "identity", "before", dialect))
    network.forward()
    statistics = recalibrated(network.plan, network.layout, network.arena, [X])
    x_hat = (said(network, X, statistics) - network.view(0, "beta")) / network.view(0, "gamma")
    np.testing.assert_allclose(x_hat, network.view(0, "x_hat") * np.sqrt(5 / 6), rtol=1e-12)


def test_that_a_batch_of_1_is_recalibrated_without_dividing_by_0():
    network = trained(*DEEP)
    for mean, var in recalibrated(network.plan, network.layout, network.arena, [X[:1]]).values():
        assert np.isfinite(mean).all()
        assert not var.any()


@pytest.mark.parametrize("ask", ["outputs", "recalibrated", "folded"])
def test_that_asking_never_changes_the_run(ask):
    network = trained(*DEEP, bn(2, 2, "tanh", "after"), optimizer="adam")
    network.arena.flags.writeable = False
    arena, of = network.arena.copy(), (network.plan, network.layout, network.arena)
    {
        "outputs": lambda: outputs(*of, FRESH),
        "recalibrated": lambda: recalibrated(*of, [X, FRESH]),
        "folded": lambda: folded(*of).step(X, TARGETS),
    }[ask]()
    np.testing.assert_array_equal(network.arena, arena)


def test_that_statistics_are_copies():
    network = trained(*DEEP)
    kept = running_statistics(network.plan, network.layout, network.arena)
    kept[0][0][:] = 7.0
    assert not (network.view(0, "running_mean") == 7.0).any()
    assert list(kept) == [0, 1]


# -- folding -------------------------------------------------------------------------
@st.composite
def networks(draw):
    """Networks of 1 to 5 layers of any kind that is known in inference, trained a little."""
    rng = np.random.RandomState(draw(st.integers(0, 2**31)))
    sizes = [3, *rng.randint(1, 7, rng.randint(1, 6))]
    sizes[-1] = 2
    layers = [
        LayerPlan(
            int(n_in),
            int(n_out),
            str(rng.choice(list(ACTIVATIONS))),
            str(rng.choice(PLACEMENTS)),
            DIALECTS[rng.choice([*RUNNING[:2], "layernorm"])],
        )
        for n_in, n_out in pairwise(sizes)
    ]
    network = network_with_random_parameters(Plan(tuple(layers), 6, "mse", "sgd", 1e-3))
    for _ in range(3):
        network.step(X, TARGETS)
    return network


@given(networks())
def test_that_a_folded_network_has_no_batch_normalization_and_the_same_outputs(network):
    plain = folded(network.plan, network.layout, network.arena)
    assert all(
        layer.placement == "none" or layer.dialect.name == "layernorm"
        for layer in plain.plan.layers
    )
    expected = said(network)
    size = np.abs(expected).max() + 1e-3
    np.testing.assert_allclose(said(plain), expected, rtol=1e-10, atol=1e-11 * size)


def test_that_folding_before_keeps_the_layers_and_changes_their_weights():
    network = trained(bn(3, 4, "relu"), bn(4, 2, "identity", "none"))
    plain = folded(network.plan, network.layout, network.arena)
    std = np.sqrt(network.view(0, "running_var") + 1e-5)
    gain = network.view(0, "gamma") / std
    np.testing.assert_allclose(plain.view(0, "W"), network.view(0, "W") * gain, rtol=1e-14)
    shifted = network.view(0, "b") - network.view(0, "running_mean")
    np.testing.assert_allclose(
        plain.view(0, "b"), shifted * gain + network.view(0, "beta"), rtol=1e-13
    )
    np.testing.assert_array_equal(plain.view(1, "W"), network.view(1, "W"))


def test_that_folding_after_the_last_activation_adds_a_layer():
    network = trained(bn(3, 2, "relu", "after"))
    plain = folded(network.plan, network.layout, network.arena)
    assert [layer.activation for layer in plain.plan.layers] == ["relu", "identity"]
    np.testing.assert_array_equal(plain.view(0, "W"), network.view(0, "W"))
    np.testing.assert_allclose(said(plain), said(network), rtol=1e-13)


def test_that_folding_takes_recalibrated_statistics_too():
    network = trained(bn(3, 4, "relu", "after", "article"), bn(4, 2, "tanh", "before", "article"))
    statistics = recalibrated(network.plan, network.layout, network.arena, [X, FRESH])
    plain = folded(network.plan, network.layout, network.arena, statistics)
    np.testing.assert_allclose(said(plain), said(network, FRESH, statistics), rtol=1e-12)
