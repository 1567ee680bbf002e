"""The rules that types alone cannot say, for a file and a form alike.

Sizes are compared as Python integers, before anything is allocated.  Every sentence begins
with the place in the scenario, as in ``$.layers[1].weights``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bnsim.engine.batchnorm import DIALECTS
from bnsim.engine.layout import layout_of
from bnsim.sim.checks import brief, length, refuse, within
from bnsim.sim.ranges import LARGEST, NAME, NUMBERS_OF_A_BATCH, PARAMETERS
from bnsim.sim.run import plan_of
from bnsim.sim.spec import BatchNorm, Layer, Scenario
from bnsim.sim.validate_changes import check_changes


def validate(scenario: Scenario) -> None:
    """Check every rule of a scenario.

    Raises
    ------
    InputError
        At the first rule that is broken: where, what is wrong, and what to change.
    """
    _check_texts(scenario)
    _check_numbers(scenario)
    _check_samples(scenario)
    _check_layers(scenario)
    _check_sizes(scenario)
    _check_weights(scenario)
    _check_truth(scenario)
    _check_batch_norms(scenario)
    check_changes(scenario)


def _numbers(path: str, values: Sequence[float]) -> None:
    for index, value in enumerate(values):
        if not -LARGEST <= value <= LARGEST:
            refuse(f"{path}[{index}]", f"{brief(value)} is too large; use at most 1e300 in size")


def _texts(path: str, text: str, key: str) -> None:
    length(path, text, key)
    if not text.isprintable():
        refuse(path, "the text holds a line break or a control character; remove it")


def _check_texts(scenario: Scenario) -> None:
    if not re.fullmatch(NAME, scenario.name):
        advice = "use 1 to 64 small letters, digits, - and _, a letter or digit first"
        refuse("$.name", f"{scenario.name[:80]!a} is not a name; {advice}")
    _texts("$.title", scenario.title, "Scenario.title")
    _texts("$.description", scenario.description, "Scenario.description")


def _check_numbers(scenario: Scenario) -> None:
    within("$.batch_size", scenario.batch_size, "Scenario.batch_size")
    within("$.batches", scenario.batches, "Scenario.batches")
    within("$.seed", scenario.seed, "Scenario.seed")
    within("$.optimizer.rate", scenario.optimizer.rate, "Optimizer.rate")
    within("$.initialization.sd", scenario.initialization.sd, "Initialization.sd")


def _check_samples(scenario: Scenario) -> None:
    x = scenario.data.x
    length("$.data.x", x, "Data.x")
    length("$.data.x[0]", x[0], "Data.x[]")
    for index, row in enumerate(x):
        if len(row) != len(x[0]):
            what = f"this sample has {_many(len(row), 'feature')} and the first has {len(x[0])}"
            refuse(f"$.data.x[{index}]", f"{what}; give every sample the same number")
        _numbers(f"$.data.x[{index}]", row)
    if scenario.batch_size > len(x):
        what = f"a batch of {scenario.batch_size} is larger than the data"
        refuse("$.batch_size", f"{what}; use at most {len(x)}, the number of samples")


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def _check_layers(scenario: Scenario) -> None:
    length("$.layers", scenario.layers, "Scenario.layers")
    for index, layer in enumerate(scenario.layers):
        within(f"$.layers[{index}].units", layer.units, "Layer.units")
        for field in ("epsilon", "running_rate"):
            value = getattr(layer.batch_norm, field, None)
            if value is not None:
                within(f"$.layers[{index}].batch_norm.{field}", value, f"BatchNorm.{field}")


def _check_sizes(scenario: Scenario) -> None:
    plan = plan_of(scenario, "with")
    total = sum((layer.n_in + 1) * layer.n_out for layer in plan.layers)
    if total > PARAMETERS:
        what = f"the network has {total:,} weights and biases"
        refuse("$.layers", f"{what}; use at most {PARAMETERS:,}: fewer units or fewer layers")
    numbers = layout_of(plan).size
    if numbers > NUMBERS_OF_A_BATCH:
        what = (
            f"one batch would hold {numbers:,} numbers, at most {NUMBERS_OF_A_BATCH:,} are allowed"
        )
        refuse("$.batch_size", f"{what}; use a smaller batch or fewer units")


def _check_weights(scenario: Scenario) -> None:
    n_in = scenario.n_features
    for index, layer in enumerate(scenario.layers):
        if layer.weights is not None:
            _matrix(f"$.layers[{index}].weights", layer.weights, n_in, layer.units)
        if layer.bias is not None:
            _vector(f"$.layers[{index}].bias", layer.bias, layer)
        n_in = layer.units


def _matrix(path: str, rows: list[list[float]], n_in: int, units: int) -> None:
    shape = f"{_many(n_in, 'row')} (one an input) of {_many(units, 'number')} (one a unit)"
    if len(rows) != n_in:
        refuse(path, f"there are {_many(len(rows), 'row')}; give {shape}")
    for index, row in enumerate(rows):
        if len(row) != units:
            refuse(f"{path}[{index}]", f"the row has {_many(len(row), 'number')}; give {shape}")
        _numbers(f"{path}[{index}]", row)


def _vector(path: str, values: list[float], layer: Layer) -> None:
    if len(values) != layer.units:
        what = f"there are {_many(len(values), 'number')} for {_many(layer.units, 'unit')}"
        refuse(path, f"{what}; give one a unit")
    _numbers(path, values)


def _check_truth(scenario: Scenario) -> None:
    """What the network should have said fits the loss, the samples and the output layer."""
    data = scenario.data
    if scenario.loss == "mse":
        if data.labels is not None:
            refuse("$.data.labels", "the loss mse compares with targets; give targets instead")
        _check_targets(scenario, data.targets)
    else:
        if data.targets is not None:
            what = "the loss cross_entropy compares with labels"
            refuse("$.data.targets", f"{what}; give labels instead")
        _check_labels(scenario, data.labels)


def _check_targets(scenario: Scenario, targets: list[list[float]] | None) -> None:
    if targets is None:
        refuse("$.data.targets", "the loss mse needs targets; give one row a sample")
    _one_a_sample("$.data.targets", len(targets), scenario)
    units = scenario.layers[-1].units
    for index, row in enumerate(targets):
        if len(row) != units:
            what = f"the row has {_many(len(row), 'number')}"
            advice = f"give {units}, one a unit of the last layer"
            refuse(f"$.data.targets[{index}]", f"{what}; {advice}")
        _numbers(f"$.data.targets[{index}]", row)


def _check_labels(scenario: Scenario, labels: list[int] | None) -> None:
    if labels is None:
        what = "the loss cross_entropy needs labels"
        refuse("$.data.labels", f"{what}; give one class number a sample")
    _one_a_sample("$.data.labels", len(labels), scenario)
    last, units = len(scenario.layers) - 1, scenario.layers[-1].units
    if units < 2:
        what = "the loss cross_entropy needs at least two classes"
        refuse(f"$.layers[{last}].units", f"{what}; use 2 units or more")
    for index, label in enumerate(labels):
        if not 0 <= label < units:
            what = f"there is no class {brief(label)}"
            advice = f"use 0 to {units - 1}, one class a unit of the last layer"
            refuse(f"$.data.labels[{index}]", f"{what}; {advice}")


def _one_a_sample(path: str, count: int, scenario: Scenario) -> None:
    if count != scenario.n_samples:
        what = f"there are {count:,} for {_many(scenario.n_samples, 'sample')}"
        refuse(path, f"{what}; give one a sample")


def _check_batch_norms(scenario: Scenario) -> None:
    for index, layer in enumerate(scenario.layers):
        if layer.batch_norm is not None:
            _check_min_batch(f"$.layers[{index}].batch_norm", layer.batch_norm, scenario)


def _check_min_batch(path: str, norm: BatchNorm, scenario: Scenario) -> None:
    least = DIALECTS[norm.dialect].min_batch
    if scenario.batch_size >= least:
        return
    allowed = [n for n in ("plain", "article") if DIALECTS[n].min_batch <= scenario.batch_size]
    why = "one sample is its own mean, so every normalized value would be 0"
    advice = f"use a batch_size of at least {least}, or the dialect {' or '.join(allowed)}"
    refuse(
        f"{path}.dialect",
        f"{norm.dialect} refuses batches of {scenario.batch_size}: {why}; {advice}",
    )
