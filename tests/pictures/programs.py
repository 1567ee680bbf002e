"""Running exported programs and comparing what they print with the engine's records."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
from msgspec.structs import replace

from bnsim.sim.run import Run
from bnsim.sim.session import Session

PARAMETERS = ("W", "b", "gamma", "beta")
FLOOR = 1e-2
"""Arrays below this share of the largest of their kind are measured against that share."""

DRIVER = """
import contextlib, io, json, pathlib, re, runpy

def value(text):
    return json.loads(text.replace("nan", "NaN").replace("inf", "Infinity"))

found = {}
for path in sorted(pathlib.Path().glob("p*.py")):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(path.name, run_name="__main__")
    rows = [line.split(" = ", 1) for line in out.getvalue().splitlines()]
    assert len({name for name, _ in rows}) == len(rows), path.read_text()
    found[path.stem] = {name: value(text) for name, text in rows}
print(json.dumps(found))
"""


def run_programs(texts, folder, strict=True):
    """What each program prints, name to array; Python alone runs them, without bnsim.

    ``strict`` makes every warning an error.
    """
    for index, text in enumerate(texts):
        (folder / f"p{index:06d}.py").write_text(text, encoding="utf-8")
    (folder / "driver.py").write_text(DRIVER)
    done = subprocess.run(
        [sys.executable, "-I", *["-W", "error"] * strict, "driver.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert len(found) == len(texts)
    return [
        {name: np.array(values) for name, values in found[stem].items()} for stem in sorted(found)
    ]


def expected_numbers(scenario, lane, t):
    """Label to array of everything that the frame of a moment knows."""
    session = Session(scenario)
    session.seek(t)
    frame = session.frame(lane)
    found = {}
    for layer in range(frame.n_layers):
        for name in frame.record.layout.names(layer):
            if name == "x" and layer > 0:
                continue  # what the layer before passes on, under its name there
            count = known_count(frame, layer, name, session.t)
            if count:
                array = frame.record.view(layer, name)
                array = array[:count] if count < frame.m else array
                found[label_of(frame, layer, name)] = array
    if frame.loss is not None:
        found |= {"t": frame.record.targets, "loss": np.array(frame.record.loss)}
    if frame.updated and scenario.optimizer.name != "none":
        found |= next_parameters(scenario, lane, frame.cursor.batch)
    return found, frame


def known_count(frame, layer, name, t):
    if name in PARAMETERS:
        return frame.m
    if name.startswith("d_"):
        output = "d_" + frame.record.layout.output_name(layer)
        # the gradient of what a layer passes on comes from the layer behind it
        behind = name == output and layer < frame.n_layers - 1
        return frame.m * frame.gradient_known(layer + behind)
    if t == 0:
        return 0
    name = {"running_mean": "mean", "running_var": "var", "std": "var"}.get(name, name)
    if name in ("mean", "var") and not frame.has_tray(layer):
        name = "x_hat"
    return int(frame.known_samples(layer, name).sum())


def label_of(frame, layer, name):
    if name.removeprefix("d_") != "x":
        return f"{name}{layer + 1}"
    if layer == 0:
        return name
    return f"{name[:-1]}{frame.record.layout.output_name(layer - 1)}{layer}"


def next_parameters(scenario, lane, batch):
    """The parameters that a batch leaves behind, before anything is set by hand."""
    edits = [edit for edit in scenario.edits if edit.batch <= batch]
    after = Run(replace(scenario, edits=edits, batches=batch + 2), lane).record(batch + 1)
    return {
        f"next_{name}{layer + 1}": after.view(layer, name)
        for layer in range(len(scenario.layers))
        for name in after.layout.names(layer)
        if name in PARAMETERS
    }


def is_rounding(frame, label):
    """Whether a number comes out of Adam, which divides a gradient that is rounding by itself.

    Normalization takes a bias before it away again: its gradient is such rounding.
    """
    norms = any(layer.placement != "none" for layer in frame.plan.layers)
    later = frame.cursor.batch > 0 or label.startswith("next_")
    return frame.plan.optimizer == "adam" and norms and later


def errors(found, expected):
    """The error of each array, by name; infinities and NaN have to be the same."""
    kinds = {}
    for label, array in expected.items():
        kind = kind_of(label)
        sizes = np.abs(array[np.isfinite(array)])
        kinds[kind] = max(kinds.get(kind, 0.0), sizes.max(initial=0.0))
    return {
        label: error(found[label], array, FLOOR * kinds[kind_of(label)])
        for label, array in expected.items()
    }


def kind_of(label):
    if label == "loss":
        return "loss"
    return "derivative" if label.startswith("d_") else "value"


def error(found, expected, floor):
    if found.shape != expected.shape:
        return np.inf
    finite = np.isfinite(expected)
    if not np.array_equal(found[~finite], expected[~finite], equal_nan=True):
        return np.inf
    found, expected = found[finite], expected[finite]
    scale = max(np.abs(expected).max(initial=0.0), floor)
    difference = np.abs(found - expected).max(initial=0.0)
    return float(difference / scale) if difference else 0.0


def worst_of(jobs, found):
    """The largest error over (scenario, lane, t), each with what its program prints."""
    worst = (0.0, None)
    for job, numbers in zip(jobs, found, strict=True):
        expected, frame = expected_numbers(*job)
        assert set(numbers) == set(expected), (job[0].name, *job[1:])
        for label, size in errors(numbers, expected).items():
            if size > worst[0] and not is_rounding(frame, label):
                worst = size, (job[0].name, *job[1:], label)
    return worst
