"""The rules that types alone cannot say, for a file and a form alike.

Sizes are compared as Python integers, before anything is allocated.  Every sentence begins
with the place in the scenario, as in ``$.layers[1].weights``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NoReturn

from bnsim.engine.batchnorm import DIALECTS
from bnsim.engine.layout import layout_of
from bnsim.sim.errors import InputError
from bnsim.sim.ranges import LARGEST, NAME, NUMBERS_OF_A_BATCH, PARAMETERS, RANGES
from bnsim.sim.run import plan_of
from bnsim.sim.spec import TARGETS, BatchNorm, Edit, Layer, Override, Scenario


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
    _check_changes(scenario)


def refuse(path: str, what: str) -> NoReturn:
    """Raise the one sentence."""
    raise InputError(f"{path}: {what}.")


def _within(path: str, value: float, key: str) -> None:
    allowed = RANGES[key]
    # "not (...)" also refuses NaN, of which every comparison is false
    if not allowed.low <= value <= allowed.high:
        refuse(path, f"{_short(value)} is out of range; use {allowed.words}")


def _length(path: str, items: Sequence[object], key: str) -> None:
    allowed = RANGES[key]
    if not allowed.low <= len(items) <= allowed.high:
        count = f"{len(items):,}" if items else "no"
        refuse(path, f"there are {count} {allowed.unit}; use {allowed.words}")


def _short(value: float) -> str:
    """A number of any length in a few characters."""
    text = repr(value)
    return text if len(text) <= 24 else f"a number of {len(text)} digits"


def _numbers(path: str, values: Sequence[float]) -> None:
    for index, value in enumerate(values):
        if not -LARGEST <= value <= LARGEST:
            refuse(f"{path}[{index}]", f"{_short(value)} is too large; use at most 1e300 in size")


def _texts(path: str, text: str, key: str) -> None:
    _length(path, text, key)
    if not text.isprintable():
        refuse(path, "the text holds a line break or a control character; remove it")


def _check_texts(scenario: Scenario) -> None:
    if not re.fullmatch(NAME, scenario.name):
        advice = "use 1 to 64 small letters, digits, - and _, a letter or digit first"
        refuse("$.name", f"{scenario.name[:80]!a} is not a name; {advice}")
    _texts("$.title", scenario.title, "Scenario.title")
    _texts("$.description", scenario.description, "Scenario.description")


def _check_numbers(scenario: Scenario) -> None:
    _within("$.batch_size", scenario.batch_size, "Scenario.batch_size")
    _within("$.batches", scenario.batches, "Scenario.batches")
    _within("$.seed", scenario.seed, "Scenario.seed")
    _within("$.optimizer.rate", scenario.optimizer.rate, "Optimizer.rate")
    _within("$.initialization.sd", scenario.initialization.sd, "Initialization.sd")


def _check_samples(scenario: Scenario) -> None:
    x = scenario.data.x
    _length("$.data.x", x, "Data.x")
    _length("$.data.x[0]", x[0], "Data.x[]")
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
    _length("$.layers", scenario.layers, "Scenario.layers")
    for index, layer in enumerate(scenario.layers):
        _within(f"$.layers[{index}].units", layer.units, "Layer.units")
        for field in ("epsilon", "running_rate"):
            value = getattr(layer.batch_norm, field, None)
            if value is not None:
                _within(f"$.layers[{index}].batch_norm.{field}", value, f"BatchNorm.{field}")


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
            what = f"there is no class {_short(label)}"
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


def _check_changes(scenario: Scenario) -> None:
    _length("$.overrides", scenario.overrides, "Scenario.overrides")
    _length("$.edits", scenario.edits, "Scenario.edits")
    for index, override in enumerate(scenario.overrides):
        _check_change(f"$.overrides[{index}]", override, scenario)
    for index, edit in enumerate(scenario.edits):
        if not 0 <= edit.batch < scenario.batches:
            what = f"there is no batch {_short(edit.batch)}"
            refuse(f"$.edits[{index}].batch", f"{what}; use 0 to {scenario.batches - 1}")
        _check_change(f"$.edits[{index}]", edit, scenario)


def _check_change(path: str, change: Override | Edit, scenario: Scenario) -> None:
    _within(f"{path}.value", change.value, "Override.value")
    targets = [name for name in TARGETS if getattr(change, name, None) is not None]
    if len(targets) != 1:
        which = "none of them is" if not targets else f"{' and '.join(targets)} are"
        known = ", ".join(name for name in TARGETS if hasattr(change, name))
        refuse(path, f"{which} given; give exactly one of {known}")
    if targets[0] in ("input", "target"):
        _check_datum(path, change, targets[0], scenario)
    else:
        _check_parameter(path, change, targets[0], scenario)


def _check_datum(path: str, change: Override | Edit, name: str, scenario: Scenario) -> None:
    if change.layer is not None:
        refuse(f"{path}.layer", f"an edit of {_a(name)} has no layer; leave it out")
    sample, place = getattr(change, name)
    count, what = scenario.n_features, "feature"
    if name == "target":
        count, what = scenario.layers[-1].units, "output"
    _index(f"{path}.{name}[0]", sample, scenario.n_samples, "sample")
    _index(f"{path}.{name}[1]", place, count, what)


def _check_parameter(path: str, change: Override | Edit, name: str, scenario: Scenario) -> None:
    layers = len(scenario.layers)
    if change.layer is None:
        refuse(f"{path}.layer", f"{_a(name)} belongs to a layer; use 0 to {layers - 1}")
    _index(f"{path}.layer", change.layer, layers, "layer")
    units = scenario.layers[change.layer].units
    place = getattr(change, name)
    if name == "weight":
        n_in = scenario.layers[change.layer - 1].units if change.layer else scenario.n_features
        _index(f"{path}.weight[0]", place[0], n_in, "input")
        _index(f"{path}.weight[1]", place[1], units, "unit")
        return
    _index(f"{path}.{name}", place, units, "unit")
    if name in ("gamma", "beta"):
        _check_affine(f"{path}.{name}", change, name, scenario.layers[change.layer])


def _check_affine(path: str, change: Override | Edit, name: str, layer: Layer) -> None:
    norm = layer.batch_norm
    if norm is None:
        refuse(path, f"layer {change.layer} has no batch normalization, so no {name}; give it one")
    if not DIALECTS[norm.dialect].affine:
        refuse(path, f"the dialect {norm.dialect} has no {name}; use another dialect")
    if getattr(change, "lane", "both") == "without":
        refuse(path, f"without batch normalization there is no {name}; use the lane with or both")


def _a(name: str) -> str:
    return f"an {name}" if name == "input" else f"a {name}"


def _index(path: str, index: int, count: int, what: str) -> None:
    if not 0 <= index < count:
        refuse(path, f"there is no {what} {_short(index)}; use 0 to {count - 1}, counted from 0")
