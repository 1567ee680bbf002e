"""``bnsim check``: the engine against finite differences and, where it is, PyTorch."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, NamedTuple

from bnsim.commands.parsing import add_lane, add_scenario, parser, say, scenario_of

if TYPE_CHECKING:
    from bnsim.sim.derivatives import Key, Probed
    from bnsim.sim.run import Lane
    from bnsim.sim.spec import Scenario

DIFFERENCES, TORCH = 1e-6, 1e-9
ORDER = (
    *("z", "y", "a", "running_mean", "running_var"),
    *("d_x", "d_W", "d_b", "d_gamma", "d_beta", "loss"),
)

WHAT = """\
Each lane computes the scenario's first batch. Then, tensor by tensor,
  differences  the derivatives of the loss by every weight, bias, gamma, beta and input are
               compared with finite differences (central, extrapolated by Ridders' method)
  PyTorch      outputs, loss, derivatives and running statistics are compared with those of
               the same network in PyTorch, float64; skipped where PyTorch is not installed
An error is the largest difference in units of the tensor's largest number, or of a
ten-thousandth of the lane's largest where that is more (a derivative that is 0 by
mathematics is rounding noise). Derivatives at a kink of an activation have no finite
difference: they are counted and left out. Of a tensor of more than 256 numbers, and of a
large network, the largest derivative and others evenly spread are compared, and counted.
A neuron whose values hardly differ over a small batch amplifies rounding: there two right
computations may be more than 1e-9 apart.
Status: 0 all within 1e-6 (differences) and 1e-9 (PyTorch), 1 not, 2 bad input."""


class Checked(NamedTuple):
    """What was found in one lane; ``fault`` says why nothing could be compared."""

    fault: str
    differences: dict[Key, Probed]
    torch: dict[Key, float]

    @property
    def passed(self) -> bool:
        """Whether every error is within its limit; NaN is not."""
        near = all(probed.error <= DIFFERENCES for probed in self.differences.values())
        return not self.fault and near and all(e <= TORCH for e in self.torch.values())


def main(arguments: list[str]) -> int:
    """Compare, print, and tell by the status whether all is well."""
    options = parser("check", WHAT)
    add_scenario(options)
    add_lane(options)
    options.add_argument("--json", action="store_true", help="print JSON")
    given = options.parse_args(arguments)
    scenario = scenario_of(given.scenario)
    checked = _check(scenario, given.lane)
    passed = all(lane.passed for lane in checked.values())
    say(_json(scenario, checked) if given.json else _text(scenario, checked, passed))
    return 0 if passed else 1


def _check(scenario: Scenario, choice: str) -> dict[Lane, Checked]:
    from bnsim.sim.run import LANES

    return {lane: _check_lane(scenario, lane) for lane in LANES if choice in (lane, "both")}


def _check_lane(scenario: Scenario, lane: Lane) -> Checked:
    from bnsim.engine.faults import first_non_finite
    from bnsim.sim.derivatives import finite_differences
    from bnsim.sim.run import Run
    from bnsim.sim.torch_twin import errors_against_torch

    record = Run(scenario, lane).record(0)
    bad = first_non_finite(record.plan, record.layout, record.arena)
    if bad is not None:
        where = "the loss" if bad.layer < 0 else f"{bad.name} of layer {bad.layer + 1}"
        return Checked(f"{where} is not finite, so nothing can be compared", {}, {})
    torch = errors_against_torch(record) if _has_torch() else {}
    return Checked("", finite_differences(record), torch)


def _has_torch() -> bool:
    from bnsim.sim.torch_twin import installed

    return installed()


def _keys(checked: Checked) -> list[Key]:
    """Layer by layer in one order of names; the loss comes last."""
    keys = {*checked.differences, *checked.torch}
    return sorted(keys, key=lambda key: (key[0] < 0, key[0], ORDER.index(key[1])))


def _json(scenario: Scenario, checked: dict[Lane, Checked]) -> str:
    lanes = {lane: {"fault": one.fault, "tensors": _rows(one)} for lane, one in checked.items()}
    limits = {"differences": DIFFERENCES, "pytorch": TORCH}
    passed = all(lane.passed for lane in checked.values())
    found = {"scenario": scenario.name, "passed": passed, "pytorch": _has_torch()}
    return json.dumps({**found, "limits": limits, "lanes": lanes}, indent=1)


def _rows(checked: Checked) -> list[dict[str, object]]:
    """One object a tensor; layers count from 0, and the loss belongs to layer -1."""
    rows = []
    for layer, name in _keys(checked):
        row: dict[str, object] = {"layer": layer, "tensor": name}
        probed, torch = checked.differences.get((layer, name)), checked.torch.get((layer, name))
        if probed is not None:
            row |= {**probed._asdict(), "differences": _number(probed.error)}
            del row["error"]
        if torch is not None:
            row["pytorch"] = _number(torch)
        rows.append(row)
    return rows


def _number(error: float) -> float | str:
    return error if math.isfinite(error) else repr(error)


def _text(scenario: Scenario, checked: dict[Lane, Checked], passed: bool) -> str:
    """Aligned tables, layers counted from 1 as on the screen."""
    head = f"{scenario.name}: the first batch, largest relative error of each tensor"
    parts = [head, *(_table(lane, one) for lane, one in checked.items())]
    if not _has_torch():
        parts.append(
            "PyTorch is not installed here and was skipped: pip install 'bnsim[reference]'"
        )
    verdict = "All within" if passed else "NOT all within"
    torch = f" and {TORCH:.0e} (PyTorch)" if _has_torch() else ""
    return "\n\n".join([*parts, f"{verdict} {DIFFERENCES:.0e} (differences){torch}."])


def _table(lane: Lane, checked: Checked) -> str:
    title = f"lane {lane} batch normalization"
    if checked.fault:
        return f"{title}: {checked.fault}"
    head = f"{'layer':>5}  {'tensor':<12}  {'differences':>11}  {'PyTorch':>8}  compared"
    return "\n".join([title, head, *(_line(checked, key) for key in _keys(checked))])


def _line(checked: Checked, key: Key) -> str:
    probed, torch = checked.differences.get(key), checked.torch.get(key)
    layer = f"{key[0] + 1}" if key[0] >= 0 else ""
    apart = f"{probed.error:.1e}" if probed and probed.probed else "-"
    theirs = "-" if torch is None else f"{torch:.1e}"
    line = f"{layer:>5}  {key[1]:<12}  {apart:>11}  {theirs:>8}  {_compared(probed)}"
    return (line + _marks(probed, torch)).rstrip()


def _compared(probed: Probed | None) -> str:
    """12 of 12, and how many lie at a kink."""
    if probed is None:
        return ""
    kinks = f", {probed.at_kinks} at a kink" if probed.at_kinks else ""
    return f"{probed.probed:,} of {probed.size:,}{kinks}"


def _marks(probed: Probed | None, torch: float | None) -> str:
    far = probed is not None and not probed.error <= DIFFERENCES
    return "  TOO FAR" if far or (torch is not None and not torch <= TORCH) else ""
