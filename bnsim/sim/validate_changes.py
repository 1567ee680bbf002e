"""What may be set by hand: overrides at the start, edits during the run."""

from __future__ import annotations

from bnsim.engine.batchnorm import DIALECTS
from bnsim.sim.checks import brief, index_in, length, refuse, within
from bnsim.sim.spec import TARGETS, Edit, Layer, Override, Scenario


def check_changes(scenario: Scenario) -> None:
    """Check every override and every edit."""
    length("$.overrides", scenario.overrides, "Scenario.overrides")
    length("$.edits", scenario.edits, "Scenario.edits")
    for index, override in enumerate(scenario.overrides):
        check_change(f"$.overrides[{index}]", override, scenario)
    for index, edit in enumerate(scenario.edits):
        if not 0 <= edit.batch < scenario.batches:
            what = f"there is no batch {brief(edit.batch)}"
            refuse(f"$.edits[{index}].batch", f"{what}; use 0 to {scenario.batches - 1}")
        check_change(f"$.edits[{index}]", edit, scenario)


def check_change(path: str, change: Override | Edit, scenario: Scenario) -> None:
    """Check one of them; ``path`` is where it stands."""
    within(f"{path}.value", change.value, "Override.value")
    targets = [name for name in TARGETS if getattr(change, name, None) is not None]
    if len(targets) != 1:
        which = "none of them is" if not targets else f"{' and '.join(targets)} are"
        known = ", ".join(name for name in TARGETS if hasattr(change, name))
        refuse(path, f"{which} given; give exactly one of {known}")
    if targets[0] == "rate":
        _check_rate(path, change, scenario)
    elif targets[0] in ("input", "target"):
        _check_datum(path, change, targets[0], scenario)
    else:
        _check_parameter(path, change, targets[0], scenario)


def _check_rate(path: str, change: Override | Edit, scenario: Scenario) -> None:
    within(f"{path}.value", change.value, "Optimizer.rate")
    if change.layer is not None:
        refuse(f"{path}.layer", "the learning rate has no layer; leave it out")
    if scenario.optimizer.name == "none":
        refuse(f"{path}.rate", "nothing trains without an optimizer; choose one")


def _check_datum(path: str, change: Override | Edit, name: str, scenario: Scenario) -> None:
    if change.layer is not None:
        refuse(f"{path}.layer", f"an edit of {_a(name)} has no layer; leave it out")
    sample, place = getattr(change, name)
    count, what = scenario.n_features, "feature"
    if name == "target":
        count, what = scenario.layers[-1].units, "output"
        if scenario.data.labels is not None and change.value != 1.0:
            advice = "give 1 to the output of the class that the sample shall have"
            refuse(f"{path}.value", f"a sample has one class, whose target is 1; {advice}")
    index_in(f"{path}.{name}[0]", sample, scenario.n_samples, "sample")
    index_in(f"{path}.{name}[1]", place, count, what)


def _check_parameter(path: str, change: Override | Edit, name: str, scenario: Scenario) -> None:
    layers = len(scenario.layers)
    if change.layer is None:
        refuse(f"{path}.layer", f"{_a(name)} belongs to a layer; use 0 to {layers - 1}")
    index_in(f"{path}.layer", change.layer, layers, "layer")
    units = scenario.layers[change.layer].units
    place = getattr(change, name)
    if name == "weight":
        n_in = scenario.layers[change.layer - 1].units if change.layer else scenario.n_features
        index_in(f"{path}.weight[0]", place[0], n_in, "input")
        index_in(f"{path}.weight[1]", place[1], units, "unit")
        return
    index_in(f"{path}.{name}", place, units, "unit")
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
