"""What the fields of a scenario are called, what they do, and why some have no use now."""

from __future__ import annotations

from typing import NamedTuple

from bnsim.engine.batchnorm import DIALECTS
from bnsim.sim.spec import BatchNorm, Part, Scenario

#: Between Network and Training stand the groups of single layers, when they are shown.
GROUPS = ("Data", "Network", "Batch normalization", "Training")

GROUP_OF_PART = {"BatchNorm": "Batch normalization", "Optimizer": "Training"}


class Words(NamedTuple):
    """A field's label, its group, what it does, and the unit of its number."""

    label: str
    group: str
    tip: str
    unit: str = ""


WORDS: dict[str, Words] = {
    "Scenario.normalize_inputs": Words(
        "Normalize inputs",
        "Data",
        "Puts every feature on one scale before the first layer, over all samples.",
    ),
    "Scenario.order": Words(
        "Order", "Data", "The order of the samples; shuffled draws a new one for each epoch."
    ),
    "Scenario.batch_size": Words(
        "Batch size", "Data", "m: how many samples are normalized together.", "samples"
    ),
    "Scenario.layers": Words(
        "Hidden neurons",
        "Network",
        "Neurons of each hidden layer, as in 4, 4; empty for none. Inputs and outputs "
        "are those of the data.",
        "neurons in a layer",
    ),
    "Layer.activation": Words(
        "Activation", "Network", "The function that a neuron applies to its weighted sum z."
    ),
    "Initialization.rule": Words(
        "Initial weights", "Network", "How wide the weights that are not given are drawn."
    ),
    "Initialization.sd": Words(
        "Deviation", "Network", "Standard deviation of the weights that the rule normal draws."
    ),
    "Scenario.seed": Words(
        "Seed", "Network", "Equal seeds draw equal weights and equal orders of the samples."
    ),
    "BatchNorm.placement": Words(
        "BN", "Batch normalization", "Where this layer normalizes: before or after its activation."
    ),
    "BatchNorm.dialect": Words(
        "Dialect",
        "Batch normalization",
        "Whose definition is used; each brings its own ε and running rate.",
    ),
    "BatchNorm.epsilon": Words(
        "Epsilon ε",
        "Batch normalization",
        "Added to the variance under the root. Empty takes the dialect's own.",
    ),
    "BatchNorm.running_rate": Words(
        "Running rate",
        "Batch normalization",
        "Weight of the new batch in the running mean and variance. Empty takes the dialect's own.",
    ),
    "BatchNorm.cumulative": Words(
        "Plain average",
        "Batch normalization",
        "Running statistics as cumulative averages: every batch so far counts the same.",
    ),
    "Scenario.loss": Words(
        "Loss", "Training", "What is measured between the outputs and what they should be."
    ),
    "Optimizer.name": Words(
        "Optimizer", "Training", "How weights, biases, γ and β move after each batch."
    ),
    "Optimizer.rate": Words(
        "Learning rate", "Training", "How far the optimizer goes along the gradient."
    ),
    "Scenario.batches": Words("Batches", "Training", "How many batches the run has.", "batches"),
}
"""In the order of the form; a field without a row here is shown under its own name."""

CHOICES: dict[str, dict[str, str]] = {
    "Scenario.normalize_inputs": {
        "off": "off",
        "range": "to 0..1",
        "standard": "mean 0, deviation 1",
    },
    "Scenario.order": {"given": "as given", "shuffled": "shuffled"},
    "Scenario.loss": {"mse": "mean squared error", "cross_entropy": "cross-entropy"},
    "Layer.activation": {"relu": "ReLU", "leaky_relu": "leaky ReLU", "elu": "ELU"},
    "Initialization.rule": {"he": "He", "glorot": "Glorot", "lecun": "LeCun"},
    "BatchNorm.placement": {"": "off"},
    "BatchNorm.dialect": {
        "pytorch": "PyTorch",
        "keras": "Keras",
        "article": "article, σ + 1",
        "plain": "plain, ε = 0",
        "layernorm": "layer norm",
    },
    "Optimizer.name": {"sgd": "SGD", "momentum": "momentum 0.9", "adam": "Adam"},
}
"""Choices whose words differ from their names."""

NOT_IN_FORM: dict[str, str] = {
    "Scenario.version": "says how the file is written",
    "Scenario.name": "names the file, and figures made from it",
    "Scenario.title": "is the heading of the panel",
    "Scenario.description": "stands under the heading",
    "Scenario.data": "is a table of numbers, not a setting",
    "Scenario.overrides": "are changed at the weights themselves",
    "Scenario.edits": "are made at the cursor",
    "Layer.units": "follow from the field of all hidden layers; the data fix the outputs",
    "Layer.weights": "are changed at the weights themselves",
    "Layer.bias": "are changed at the neurons themselves",
}
"""Fields of a scenario that the form leaves out, each with its reason."""

FIXED = frozenset({"Scenario.loss"})
"""Fields whose value holds although it cannot be chosen."""

LEFT_OUT = frozenset({"Initialization.sd"})
"""Fields that belong to one choice of another field and are not missed without it."""


def words_of(key: str) -> Words:
    """The words of a field; one that nobody has described is called by its name."""
    part, _, name = key.partition(".")
    return WORDS.get(key) or Words(
        name.replace("_", " ").capitalize(), GROUP_OF_PART.get(part, "Network"), ""
    )


def choice_text(key: str, value: str) -> str:
    """A choice as a person reads it."""
    return CHOICES.get(key, {}).get(value, value.replace("_", " "))


def why_not(scenario: Scenario, key: str, part: Part) -> str:
    """Why the field ``key`` of ``part`` would do nothing now: one short sentence, or ""."""
    if isinstance(part, BatchNorm):
        return _why_not_in_norm(key, part)
    if key == "Scenario.loss":
        return _why_this_loss(scenario)
    if key == "Optimizer.rate" and scenario.optimizer.name == "none":
        return "Nothing trains without an optimizer."
    if key == "Initialization.sd" and scenario.initialization.rule != "normal":
        return "Only the rule normal uses it."
    if key.startswith("Initialization.") and _all_given(scenario):
        return "Every weight is given."
    if key == "Scenario.seed" and _all_given(scenario) and scenario.order == "given":
        return "Weights and order are given."
    return ""


def _all_given(scenario: Scenario) -> bool:
    return all(layer.weights is not None for layer in scenario.layers)


def _why_not_in_norm(key: str, norm: BatchNorm) -> str:
    keeps = DIALECTS[norm.dialect].has_running
    if key in ("BatchNorm.running_rate", "BatchNorm.cumulative") and not keeps:
        return "This dialect keeps no running statistics."
    if key == "BatchNorm.running_rate" and norm.cumulative:
        return "A plain average has no rate."
    return ""


def _why_this_loss(scenario: Scenario) -> str:
    kind = "targets" if scenario.data.targets is not None else "labels"
    return f"The data have {kind}, which need this loss."
