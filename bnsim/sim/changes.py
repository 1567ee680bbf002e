"""Changes that a switch makes to a scenario: scenario in, scenario out."""

from __future__ import annotations

from msgspec.structs import replace

from bnsim.sim.spec import (
    ActivationName,
    BatchNorm,
    NormalizeInputs,
    Placement,
    Scenario,
)


def hidden_layers(scenario: Scenario) -> range:
    """The layers whose activation a switch may change: all but the last, or the only one."""
    return range(max(len(scenario.layers) - 1, 1))


def activation_of(scenario: Scenario) -> ActivationName:
    """The activation of the first layer that the switch changes."""
    return scenario.layers[0].activation


def with_activation(scenario: Scenario, activation: ActivationName) -> Scenario:
    """Every hidden layer with this activation."""
    layers = list(scenario.layers)
    for index in hidden_layers(scenario):
        layers[index] = replace(layers[index], activation=activation)
    return replace(scenario, layers=layers)


def with_batch_norm(scenario: Scenario, layer: int, placement: Placement | None) -> Scenario:
    """Batch normalization at ``layer`` before or after its activation, or None for none."""
    layers = list(scenario.layers)
    norm = layers[layer].batch_norm or next(
        (other.batch_norm for other in layers if other.batch_norm), BatchNorm()
    )
    changed = replace(norm, placement=placement) if placement else None
    layers[layer] = replace(layers[layer], batch_norm=changed)
    return replace(scenario, layers=layers)


def with_inputs(scenario: Scenario, normalize: NormalizeInputs) -> Scenario:
    """The inputs left as they are, mapped to 0..1, or to mean 0 and deviation 1."""
    return replace(scenario, normalize_inputs=normalize)
