"""``bnsim run``: the numbers of a run, as a table of losses, JSON, NPZ or CSV."""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnsim.commands.parsing import (
    add_lane,
    add_scenario,
    file_path,
    parser,
    say,
    scenario_of,
    whole_number,
)

if TYPE_CHECKING:
    from bnsim.sim.run import Lane
    from bnsim.sim.spec import Scenario

MAX_BATCHES = 1_000_000
_HEAD, _TAIL = 12, 4

FILES = """\
FILE.npz holds every array under <lane>/<batch>/<layer>/<name>, counted from 0, lane
"without" or "with"; m samples in a batch, D inputs and H units of the layer, float64:
  x (m, D)            what goes into the layer
  W (D, H), b (H,)    weights and bias, before the update
  z (m, H)            x W + b
  mean, var (H,)      of the batch; var is divided by m
  x_hat (m, H)        (v - mean) / sqrt(var + eps), v = z with BN before the activation,
                      else a; in the dialect article (v - mean) / (sqrt(var) + 1)
  gamma, beta (H,)    scale and shift, before the update
  y (m, H)            gamma x_hat + beta
  a (m, H)            the activation of y with BN before it, else of z
  running_mean, running_var (H,)   after this batch's forward pass
  d_<name>            derivative of the loss with respect to it (not of running_...)
A layer without BN has no mean, var, x_hat, gamma, beta, y, running_mean, running_var.
Each batch also has <lane>/<batch>/loss (), samples (m,): rows of the data, and targets.
FILE.csv is the same in long form: lane,batch,layer,name,row,column,value; row is the
sample (the input for W), column the unit (the input for x), empty without such an axis.
--json prints {"scenario", "batches", "lanes": {lane: {"loss": [...]}}}; a loss that is
not finite is the text "inf" or "nan"; with cross_entropy there is "accuracy", too."""


def main(arguments: list[str]) -> int:
    """Compute and write, or print."""
    from_one = partial(whole_number, low=1, high=MAX_BATCHES)
    options = parser("run", FILES)
    add_scenario(options)
    options.add_argument(
        "--batches", metavar="N", type=from_one, help="default: as many as the scenario says"
    )
    add_lane(options)
    options.add_argument("--out", metavar="FILE", type=file_path, help="write FILE.npz or FILE.csv")
    options.add_argument("--json", action="store_true", help="print the losses as JSON")
    given = options.parse_args(arguments)
    scenario = scenario_of(given.scenario)
    batches: int = given.batches or scenario.batches
    lanes = _lanes(given.lane)
    if given.out is not None:
        _write(scenario, lanes, batches, given.out)
    if given.json:
        say(_json(scenario, lanes, batches))
    elif given.out is None:
        say(_table(scenario, lanes, batches))
    return 0


def _lanes(choice: str) -> tuple[Lane, ...]:
    from bnsim.sim.run import LANES

    return tuple(lane for lane in LANES if choice in (lane, "both"))


def _write(scenario: Scenario, lanes: tuple[Lane, ...], batches: int, out: Path) -> None:
    from bnsim.files.numbers import write_numbers

    write_numbers(scenario, lanes, batches, out)


def _series(scenario: Scenario, lane: Lane, batches: int) -> dict[str, list[Any]]:
    """Loss, and accuracy where there are classes, of every batch; the first fault in words."""
    from bnsim.pictures.status import fault_words
    from bnsim.sim.run import Run

    run, with_classes = Run(scenario, lane), scenario.loss == "cross_entropy"
    result: dict[str, list[Any]] = {"loss": [], "fault": []}
    if with_classes:
        result["accuracy"] = []
    for batch in range(batches):
        record = run.record(batch)
        result["loss"].append(record.loss)
        if record.fault is not None and not result["fault"]:
            result["fault"].append(fault_words(record))
        if with_classes:
            said = record.out(len(scenario.layers) - 1).argmax(axis=1)
            right = said == record.targets.argmax(axis=1)
            result["accuracy"].append(float(right.mean()))
    return result


def _json(scenario: Scenario, lanes: tuple[Lane, ...], batches: int) -> str:
    values = {
        lane: {
            name: [_json_value(value) for value in series]
            for name, series in _series(scenario, lane, batches).items()
            if series
        }
        for lane in lanes
    }
    return json.dumps({"scenario": scenario.name, "batches": batches, "lanes": values}, indent=1)


def _json_value(value: float | str) -> float | str:
    """JSON has no infinity: numbers that are not finite become text."""
    return value if isinstance(value, str) or math.isfinite(value) else repr(value)


def _table(scenario: Scenario, lanes: tuple[Lane, ...], batches: int) -> str:
    """Losses by batch, counted from 1 as on the screen; the middle of a long run is left out."""
    series = [_series(scenario, lane, batches) for lane in lanes]
    losses = [values["loss"] for values in series]
    faults = [
        f"{lane} BN: {values['fault'][0]}; such batches are not committed"
        for lane, values in zip(lanes, series, strict=True)
        if values["fault"]
    ]
    heads = [f"{'loss ' + lane:>14}" for lane in lanes]
    rows = [
        f"{batch + 1:>7}" + "".join(f"  {loss[batch]:>14.6g}" for loss in losses)
        for batch in range(batches)
    ]
    if batches > _HEAD + _TAIL:
        rows[_HEAD:-_TAIL] = [f"{'...':>7}"]
    return "\n".join(["  ".join([f"{'batch':>7}", *heads]), *rows, *faults])
