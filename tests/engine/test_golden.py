"""The engine against PyTorch in float64: the numbers that `make_golden.py` wrote down.

The error of a tensor is max|ours - theirs| / max|theirs|.  A gradient that is 0 by
mathematics, as that of a bias before normalization, is rounding noise in both, which no
relative error compares: it is measured against the largest gradient of its case instead.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from bnsim.engine.activations import ACTIVATIONS
from bnsim.engine.dialects import DIALECTS
from bnsim.engine.inference import outputs
from bnsim.engine.losses import LOSSES
from bnsim.engine.network import LayerPlan, Network, Plan
from bnsim.engine.optimizers import OPTIMIZERS

PATH = Path(__file__).with_name("golden.json.gz")
CASES = json.loads(gzip.decompress(PATH.read_bytes()))["cases"]
LONG = [case for case in CASES if "losses" in case]
SHORT = [case for case in CASES if "first" in case]

LONG_TOLERANCE, ADAM_WITH_REDUNDANT = 1e-10, 1e-7
SHORT_TOLERANCE, PAIRS = 1e-9, 1e-7


def layer_of(spec):
    dialect = DIALECTS[spec["dialect"]]
    if dialect.has_running:
        rate = spec["running_rate"]
        dialect = dialect._replace(running_rate=rate, cumulative=spec["cumulative"])
    shape = spec["n_in"], spec["n_out"], spec["activation"], spec["placement"]
    return LayerPlan(*shape, dialect, spec["frozen"])


def network_of(case):
    layers = tuple(map(layer_of, case["layers"]))
    plan = Plan(layers, case["batch"], case["loss"], case["optimizer"], case["rate"])
    network = Network(plan)
    for key, values in {**case["parameters"], **case["running"]}.items():
        view(network, key)[...] = values
    return network


def view(network, key, prefix=""):
    layer, name = key.split(".")
    return network.view(int(layer), prefix + name)


def redundant(case):
    """Parameters that a normalization over the batch takes out again: their gradient is 0."""
    found, linear = set(), []
    for index, spec in enumerate(case["layers"]):
        batchwise = spec["dialect"] != "layernorm" and not spec["frozen"]
        shifts = [*linear, f"{index}.b"]
        linear = []
        if spec["placement"] == "before":
            found |= set(shifts) if batchwise else set()
        elif spec["activation"] == "identity":
            linear = shifts
            if spec["placement"] == "after" and batchwise:
                found |= set(shifts)
                linear = []
        if spec["placement"] == "after" and spec["dialect"] != "article":
            linear = [*linear, f"{index}.beta"]
        elif spec["placement"] == "before" and spec["activation"] == "identity":
            linear = [f"{index}.beta"] if spec["dialect"] != "article" else []
    return found


def error(ours, theirs, floor=0.0):
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    size = max(np.abs(theirs).max(), floor)
    return float(np.abs(ours - theirs).max() / size) if size else float(np.abs(ours).max())


def long_tolerance(case):
    noisy = case["optimizer"] == "adam" and redundant(case)
    return ADAM_WITH_REDUNDANT if noisy else LONG_TOLERANCE


def trained_errors(case):
    """The error of every loss and of every tensor after some steps."""
    network, found, losses = network_of(case), {}, []
    for step in range(len(case["losses"])):
        network.step(case["x"][step % 3], case["targets"][step % 3])
        losses.append(float(network.view(-1, "loss")))
        after = case["after"].get(str(step + 1), {"parameters": {}, "running": {}})
        for key, values in {**after["parameters"], **after["running"]}.items():
            found[f"{key} after {step + 1}"] = error(view(network, key), values)
        if "inference" in after:
            fresh = np.array(case["fresh"])
            said = outputs(network.plan, network.layout, network.arena, fresh)
            found[f"inference after {step + 1}"] = error(said, after["inference"])
    return found | {"losses": error(losses, case["losses"])}


def first_errors(case):
    """The error of the outputs, the loss and every gradient of the first batch."""
    network, first = network_of(case), case["first"]
    network.set_batch(case["x"][0], case["targets"][0])
    network.forward()
    network.backward()
    last = len(case["layers"]) - 1
    said = network.view(last, network.layout.output_name(last))
    found = {"outputs": error(said, first["outputs"])}
    found["loss"] = error(network.view(-1, "loss"), first["loss"])
    largest = max(np.abs(values).max() for values in first["gradients"].values())
    for key, values in first["gradients"].items():
        floor = largest if key in redundant(case) else 0.0
        found[f"d_{key}"] = error(view(network, key, "d_"), values, floor)
    return found


@pytest.mark.parametrize("case", LONG, ids=range(len(LONG)))
def test_that_20_steps_are_those_of_pytorch(case):
    found, tolerance = trained_errors(case), long_tolerance(case)
    assert {key: value for key, value in found.items() if not value <= tolerance} == {}


@pytest.mark.parametrize("case", SHORT, ids=range(len(SHORT)))
def test_that_the_first_step_of_a_small_batch_is_that_of_pytorch(case):
    found = first_errors(case)
    tolerance = PAIRS if case["batch"] == 2 else SHORT_TOLERANCE
    assert {key: value for key, value in found.items() if not value <= tolerance} == {}


def test_that_the_cases_are_enough_and_hold_every_row():
    assert len(LONG) >= 40
    assert {len(case["layers"]) for case in LONG} == {1, 2, 3, 4, 5}
    assert min(case["batch"] for case in LONG) >= 8
    assert {case["batch"] for case in SHORT} == {2, 3, 4}
    for cases in (LONG, SHORT):
        layers = [spec for case in cases for spec in case["layers"]]
        assert {spec["activation"] for spec in layers} == set(ACTIVATIONS)
        normalized = {(s["dialect"], s["placement"]) for s in layers if s["placement"] != "none"}
        assert normalized == {(d, p) for d in DIALECTS for p in ("before", "after")}
        assert {case["loss"] for case in cases} == set(LOSSES)
        assert any(spec["frozen"] for spec in layers)
    assert {case["optimizer"] for case in LONG} == set(OPTIMIZERS)
    assert any(spec["cumulative"] for case in LONG for spec in case["layers"])
    assert sum("inference" in case["after"]["20"] for case in LONG) >= 20
    assert sum(bool(redundant(case)) for case in LONG) >= 20


def test_that_the_file_stays_small():
    assert PATH.stat().st_size < 3_000_000


@pytest.mark.parametrize("case", LONG[:4], ids=range(4))
def test_that_an_error_of_a_billionth_would_be_seen(case):
    case = json.loads(json.dumps(case))
    case["parameters"]["0.W"][0][0] *= 1 + 1e-9
    assert max(trained_errors(case).values()) > LONG_TOLERANCE


def test_that_a_gradient_that_is_0_by_mathematics_is_0_in_pytorch_too():
    """So that no parameter with a real gradient is judged leniently."""
    for case in SHORT:
        gradients = case["first"]["gradients"]
        largest = max(np.abs(values).max() for values in gradients.values())
        for key in redundant(case):
            assert np.abs(gradients[key]).max() <= 1e-12 * largest
