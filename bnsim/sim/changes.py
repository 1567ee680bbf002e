"""Changes that a switch or a field makes to a scenario: scenario in, scenario out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from msgspec.structs import replace

from bnsim.engine.batchnorm import DIALECTS
from bnsim.sim.spec import (
    ActivationName,
    BatchNorm,
    DialectName,
    Edit,
    Layer,
    NormalizeInputs,
    Override,
    Placement,
    Scenario,
)

Change = TypeVar("Change", Override, Edit)


def hidden_layers(scenario: Scenario) -> range:
    """The layers whose activation a switch may change: all but the last, or the only one."""
    return range(max(len(scenario.layers) - 1, 1))


def normalized_layers(scenario: Scenario) -> tuple[int, ...]:
    """The layers that have a batch normalization."""
    return tuple(i for i, layer in enumerate(scenario.layers) if layer.batch_norm)


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


def with_dialect(scenario: Scenario, layers: Iterable[int], dialect: DialectName) -> Scenario:
    """Another dialect at these layers, with its own epsilon and rate.

    A value that only repeats the old dialect's own gives way to the new one's; a value
    that somebody chose stays.
    """
    changed = list(scenario.layers)
    for index in layers:
        norm = changed[index].batch_norm
        if norm is not None:
            changed[index] = replace(changed[index], batch_norm=_translated(norm, dialect))
    return replace(scenario, layers=changed)


def _translated(norm: BatchNorm, dialect: DialectName) -> BatchNorm:
    old = DIALECTS[norm.dialect]
    epsilon = None if norm.epsilon == old.eps else norm.epsilon
    rate = None if norm.running_rate == old.running_rate else norm.running_rate
    return replace(norm, dialect=dialect, epsilon=epsilon, running_rate=rate)


def with_hidden_sizes(scenario: Scenario, sizes: Sequence[int]) -> Scenario:
    """Hidden layers with these numbers of neurons; the data fix inputs and outputs.

    A hidden layer keeps its settings, a new one copies those of the last.  Given weights
    and numbers set by hand stay where they fit; see :func:`dropped`.
    """
    *hidden, output = scenario.layers
    model = replace(hidden[-1], weights=None, bias=None) if hidden else Layer(units=1)
    kept = [replace(layer, units=n) for layer, n in zip(hidden, sizes, strict=False)]
    new = [replace(model, units=n) for n in sizes[len(kept) :]]
    places = {index: index for index in range(len(kept))} | {len(hidden): len(sizes)}
    changed = replace(
        scenario,
        layers=[*kept, *new, output],
        overrides=_moved(scenario.overrides, places),
        edits=_moved(scenario.edits, places),
    )
    return fitted(changed)


def _moved(changes: Sequence[Change], places: Mapping[int, int]) -> list[Change]:
    """The changes at the layers' new places, without those of layers that are gone."""
    return [
        change if change.layer is None else replace(change, layer=places[change.layer])
        for change in changes
        if change.layer is None or change.layer in places
    ]


def with_new_weights(scenario: Scenario, seed: int) -> Scenario:
    """New random weights in place of given ones; what is set by hand at the start stays.

    Edits during training go, as they were made for the old weights.
    """
    layers = [replace(layer, weights=None, bias=None) for layer in scenario.layers]
    return replace(scenario, seed=seed, layers=layers, edits=[])


def fitted(scenario: Scenario) -> Scenario:
    """The scenario without given weights and numbers set by hand that do not fit it."""
    layers, n_in = [], scenario.n_features
    for layer in scenario.layers:
        layers.append(_fitted_layer(layer, n_in))
        n_in = layer.units
    changed = replace(scenario, layers=layers)
    return replace(
        changed,
        overrides=[one for one in scenario.overrides if _fits(one, changed)],
        edits=[
            one for one in scenario.edits if one.batch < scenario.batches and _fits(one, changed)
        ],
    )


def _fitted_layer(layer: Layer, n_in: int) -> Layer:
    weights, bias = layer.weights, layer.bias
    if weights is not None and (len(weights), len(weights[0])) != (n_in, layer.units):
        weights = None
    if bias is not None and len(bias) != layer.units:
        bias = None
    return replace(layer, weights=weights, bias=bias)


def _fits(change: Override | Edit, scenario: Scenario) -> bool:
    """Whether a number set by hand has a place; data keep theirs."""
    if change.layer is None:
        return scenario.optimizer.name != "none" or not getattr(change, "rate", None)
    if change.layer >= len(scenario.layers):
        return False
    layer = scenario.layers[change.layer]
    if change.weight is not None:
        n_in = scenario.layers[change.layer - 1].units if change.layer else scenario.n_features
        return change.weight[0] < n_in and change.weight[1] < layer.units
    if change.gamma is not None or change.beta is not None:
        norm = layer.batch_norm
        if norm is None or not DIALECTS[norm.dialect].affine:
            return False
    units = (change.bias, change.gamma, change.beta)
    return all(unit is None or unit < layer.units for unit in units)


def dropped(old: Scenario, new: Scenario) -> str:
    """One sentence about what a change of the scenario took away, or ""."""
    rows = (
        (_given(old, "weights") - _given(new, "weights"), "the given weights of {} layer"),
        (_given(old, "bias") - _given(new, "bias"), "the given biases of {} layer"),
        (len(old.overrides) - len(new.overrides), "{} number set by hand"),
        (len(old.edits) - len(new.edits), "{} edit"),
    )
    words = [_counted(text, count) for count, text in rows if count > 0]
    return f"Dropped by this change: {'; '.join(words)}." if words else ""


def _given(scenario: Scenario, name: str) -> int:
    return sum(getattr(layer, name) is not None for layer in scenario.layers)


def _counted(text: str, count: int) -> str:
    """A number in its words, which stand in the plural for more than one."""
    if count != 1:
        text = text.replace("number", "numbers").replace("layer", "layers").replace("edit", "edits")
    return text.format(count)
