"""How a run starts: its plan, its data and their order, its initial weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.batchnorm import DIALECTS, Dialect
from bnsim.engine.initializations import INITIALIZATIONS, draw
from bnsim.engine.network import LayerPlan, Network, Plan
from bnsim.sim.edits import apply
from bnsim.sim.errors import InputError
from bnsim.sim.record import Array, Lane
from bnsim.sim.spec import BatchNorm, Scenario


def dialect_of(norm: BatchNorm) -> Dialect:
    """The engine's dialect of a layer, with what the scenario sets in its place."""
    dialect = DIALECTS[norm.dialect]
    if norm.epsilon is not None:
        dialect = dialect._replace(eps=norm.epsilon)
    if dialect.has_running and norm.running_rate is not None:
        dialect = dialect._replace(running_rate=norm.running_rate)
    return dialect._replace(cumulative=dialect.has_running and norm.cumulative)


def waits(layer: LayerPlan) -> bool:
    """Whether samples wait for each other here: layer normalization needs one sample only."""
    return layer.placement != "none" and layer.dialect.axis == 0


def plan_of(scenario: Scenario, lane: Lane) -> Plan:
    """The engine's plan of one lane: the lane without has no batch normalization."""
    layers, n_in = [], scenario.n_features
    for layer in scenario.layers:
        norm = layer.batch_norm if lane == "with" else None
        placement = norm.placement if norm else "none"
        dialect = dialect_of(norm) if norm else DIALECTS["pytorch"]
        layers.append(LayerPlan(n_in, layer.units, layer.activation, placement, dialect))
        n_in = layer.units
    optimizer = scenario.optimizer
    return Plan(tuple(layers), scenario.batch_size, scenario.loss, optimizer.name, optimizer.rate)


def inference_plan(plan: Plan) -> Plan:
    """The same network at work: running statistics in place of those of the batch.

    Raises
    ------
    InputError
        When a layer normalizes over the batch and keeps no running statistics.
    """
    layers = []
    for index, layer in enumerate(plan.layers):
        if waits(layer) and not layer.dialect.has_running:
            what = f"the dialect {layer.dialect.name} of layer {index + 1} keeps no running"
            raise InputError(f"inference: {what} statistics to infer with; choose another dialect.")
        layers.append(layer._replace(frozen=True) if waits(layer) else layer)
    return plan._replace(layers=tuple(layers))


@np.errstate(all="ignore")
def inputs_of(scenario: Scenario) -> Array:
    """The samples as the network gets them, shape (n, features), normalized if asked.

    "range" maps each feature to 0..1; "standard" gives it mean 0 and deviation 1 over
    all samples.  A feature that never varies becomes 0.
    """
    x = np.array(scenario.data.x, dtype=np.float64)
    if scenario.normalize_inputs == "off":
        return x
    if scenario.normalize_inputs == "range":
        shift, scale = x.min(axis=0), x.max(axis=0) - x.min(axis=0)
    else:
        shift, scale = x.mean(axis=0), x.std(axis=0)
    return np.asarray((x - shift) / np.where(scale == 0, 1.0, scale))


def targets_of(scenario: Scenario) -> Array:
    """What the network should say, shape (n, outputs); labels become one-hot rows."""
    if scenario.data.targets is not None:
        return np.array(scenario.data.targets, dtype=np.float64)
    labels = np.array(scenario.data.labels, dtype=np.int64)
    return np.asarray(np.eye(scenario.layers[-1].units)[labels])


def order_of(scenario: Scenario, epoch: int) -> NDArray[np.int64]:
    """The order of the samples in an epoch: a pure function of the seed and the epoch."""
    if scenario.order == "given":
        return np.arange(scenario.n_samples)
    return np.random.RandomState([scenario.seed, epoch]).permutation(scenario.n_samples)


def initialize(network: Network, scenario: Scenario) -> None:
    """Write the initial weights: drawn with the seed, then given ones, then overrides.

    Both lanes draw the same stream, so they start from the same weights.
    """
    rng = np.random.RandomState(scenario.seed)
    rule = scenario.initialization
    for index, layer in enumerate(scenario.layers):
        weights, bias = network.view(index, "W"), network.view(index, "b")
        n_in, n_out = weights.shape
        weights[:] = draw(rng, (n_in, n_out), INITIALIZATIONS[rule.rule](n_in, n_out, rule.sd))
        bias[:] = 0.0
        if layer.weights is not None:
            weights[:] = layer.weights
        if layer.bias is not None:
            bias[:] = layer.bias
    for override in scenario.overrides:
        apply(network, override)
