"""The numbers of a moment by their names: value, name, symbol, colour, and whether it is known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.engine.layout import NETWORK
from bnsim.pictures.formula.tree import Num, Sym
from bnsim.pictures.names import input_name, neuron_name, source_name
from bnsim.pictures.quantity import NONE, Quantity
from bnsim.sim.frame import Frame

GRADIENT = "d_"
#: Names of what a layer has once for every neuron, or with layer normalization every sample.
STATISTICS = frozenset({"mean", "var", "std"})
_OF_A_NEURON = frozenset({"b", "gamma", "beta"})
_BEHIND = frozenset({"z", "a", "y", "x_hat"})


class Letters(NamedTuple):
    """A symbol in LaTeX, in plain text, and in words."""

    latex: str
    text: str
    words: str


_LETTERS = {
    "x": Letters("x", "x", "input"),
    "W": Letters("w", "w", "weight"),
    "b": Letters("b", "b", "bias"),
    "z": Letters("z", "z", "weighted sum"),
    "a": Letters("a", "a", "activation"),
    "out": Letters("o", "o", "output"),
    "mean": Letters(r"\mu", "μ", "mean"),
    "var": Letters(r"\sigma^{2}", "σ²", "variance"),
    "std": Letters("s", "s", "divisor"),
    "x_hat": Letters(r"\hat{x}", "x̂", "standardized value"),
    "gamma": Letters(r"\gamma", "γ", "scale"),
    "beta": Letters(r"\beta", "β", "shift"),
    "y": Letters("y", "y", "scaled and shifted value"),
    "targets": Letters("t", "t", "target"),
    "loss": Letters("L", "L", "loss"),
    "sample_loss": Letters(r"\ell", "ℓ", "loss"),
    "running_mean": Letters(r"\mu_{\mathrm{run}}", "μ_run", "running mean"),
    "running_var": Letters(r"\sigma^{2}_{\mathrm{run}}", "σ²_run", "running variance"),
}
_ROLES = {"x_hat": "normalized", "y": "scaled", "z": "raw", "a": "raw", "x": "raw",
          "mean": "raw", "var": "raw", "std": "raw"}  # fmt: skip


def runs(frame: Frame, layer: int) -> bool:
    """Whether a layer normalizes by running statistics, which are constants."""
    return frame.plan.layers[layer].frozen or (not frame.training and frame.has_tray(layer))


def over_samples(frame: Frame, layer: int) -> bool:
    """Whether statistics are taken over the samples of the batch, not over the neurons."""
    return frame.plan.layers[layer].dialect.axis == 0


def is_output(frame: Frame, q: Quantity) -> bool:
    """Whether a number is an output of the network, or its gradient."""
    last = frame.n_layers - 1
    return q.layer == last and q.name.removeprefix(GRADIENT) == frame.record.layout.outputs[last]


def canonical(frame: Frame, q: Quantity) -> Quantity:
    """One name for each number: an input of a layer is the output of the layer before it.

    Without gamma and beta y is x-hat.
    """
    d, name = _split(q.name)
    if not 0 <= q.layer < frame.n_layers:
        return q
    if name == "x" and q.layer > 0:
        return canonical(frame, output(frame, q.layer - 1, q.sample, q.unit, d))
    if name == "y" and not frame.record.has(q.layer, "gamma") and not d:
        return q._replace(name="x_hat")
    if name == "x_hat" and not frame.record.has(q.layer, "gamma") and d:
        return q._replace(name="d_y")
    if name in STATISTICS:
        return q._replace(sample=NONE) if over_samples(frame, q.layer) else q._replace(unit=NONE)
    return q._replace(layer=NETWORK) if q.name in ("targets", "loss") else q


def output(frame: Frame, layer: int, sample: int, unit: int, d: str = "") -> Quantity:
    """What a layer passes on, or with "d_" its gradient."""
    return Quantity(d + frame.record.layout.outputs[layer], layer, sample, unit)


def _split(name: str) -> tuple[str, str]:
    d = GRADIENT if name.startswith(GRADIENT) else ""
    return d, name.removeprefix(GRADIENT)


def exists(frame: Frame, q: Quantity) -> bool:
    """Whether the network of this moment has such a number."""
    if q.name in ("targets", "loss"):
        shape = frame.record.targets.shape
        places = (q.sample, q.unit) if q.name == "targets" else (max(q.sample, 0), 0)
        return all(0 <= place < size for place, size in zip(places, shape, strict=True))
    if not 0 <= q.layer < frame.n_layers or not frame.record.has(q.layer, q.name):
        return False
    shape, place = frame.record.view(q.layer, q.name).shape, _place(frame, q)
    return len(place) == len(shape) and all(0 <= p < n for p, n in zip(place, shape, strict=True))


def _place(frame: Frame, q: Quantity) -> tuple[int, ...]:
    name = q.name.removeprefix(GRADIENT)
    if name == "W":
        return (q.source, q.unit)
    if name in STATISTICS:
        return (q.unit,) if over_samples(frame, q.layer) else (q.sample,)
    if name in _OF_A_NEURON or name.startswith("running"):
        return (q.unit,)
    return (q.sample, q.unit)


def value_of(frame: Frame, q: Quantity) -> float:
    """The value of a number, known already or not."""
    if q.name == "targets":
        return float(frame.record.targets[q.sample, q.unit])
    if q.name == "loss":
        return frame.record.loss if q.sample == NONE else sample_loss(frame, q.sample)
    return float(frame.record.view(q.layer, q.name)[_place(frame, q)])


def sample_loss(frame: Frame, sample: int) -> float:
    """The loss of one sample alone; that of the batch is their mean."""
    o, t = frame.record.out(frame.n_layers - 1)[sample], frame.record.targets[sample]
    with np.errstate(all="ignore"):
        if frame.plan.loss == "mse":
            return float(np.mean((o - t) ** 2))
        shifted = o - o.max()
        return float(np.log(np.exp(shifted).sum()) - (t * shifted).sum())


def is_known(frame: Frame, q: Quantity) -> bool:
    """Whether the operations up to the cursor have computed a number."""
    done, name = frame.cursor.done, q.name
    if name.startswith(GRADIENT):
        return frame.gradient_known(q.layer)
    if name == "loss":
        return frame.loss is not None
    if name in ("W", "b", "gamma", "beta"):
        return True
    if name.startswith("running"):
        name = name.removeprefix("running_")
    sample = max(q.sample, 0)
    if name == "targets" or (name == "x" and q.layer == 0):
        return frame.input_known(sample)
    if name in STATISTICS and not over_samples(frame, q.layer):
        name = "x_hat"
    return done > 0 and bool(done >= frame.known_from(q.layer, name)[sample])


def num(frame: Frame, q: Quantity) -> Num:
    """A number of the moment for a formula."""
    key = canonical(frame, q)
    return Num(value=value_of(frame, key), key=key, role=role_of(frame, key))


def role_of(frame: Frame, q: Quantity) -> str:
    """The colour of a number: that of its stage."""
    return _ROLES.get(q.name, "")


def _letters(frame: Frame, q: Quantity) -> Letters:
    name = q.name.removeprefix(GRADIENT)
    if name in ("mean", "var") and runs(frame, q.layer):
        return _LETTERS["running_" + name]
    if name == "loss" and q.sample != NONE:
        return _LETTERS["sample_loss"]
    return _LETTERS["out" if is_output(frame, q) else name]


def symbol(frame: Frame, q: Quantity, index: str = "") -> Sym:
    """The symbol of a number, a gradient with a d in front; ``index`` is a subscript."""
    letters, d = _letters(frame, q), q.name.startswith(GRADIENT)
    latex = (r"\mathrm{d}" if d else "") + letters.latex
    latex += "_{" + index + "}" if index else ""
    role = "" if d else role_of(frame, q)
    return Sym(latex=latex, text=("d" if d else "") + letters.text, role=role)


def name_of(frame: Frame, q: Quantity) -> str:
    """What a number is called in a title: "x̂ of h₁, sample 1"."""
    d, name = _split(q.name)
    letters = _letters(frame, q)
    if d:
        what = f"d{letters.text} = ∂L/∂{letters.text}"
        if name == "W":
            return f"d{weight_name(frame, q)} = ∂L/∂w"
        return f"{what} of {_of(frame, q._replace(name=name))}"
    if name == "W":
        return weight_name(frame, q)
    if name == "loss":
        return "loss L of the batch" if q.sample == NONE else f"loss ℓ of sample {q.sample + 1}"
    if name == "x" or is_output(frame, q):
        return f"{'input' if name == 'x' else 'output'} {_of(frame, q)}"
    return f"{letters.text} of {_of(frame, q)}"


def weight_name(frame: Frame, q: Quantity) -> str:
    """w(x₁ → h₁)."""
    source, unit = source_name(frame, q.layer, q.source), neuron_name(frame, q.layer, q.unit)
    return f"w({source} → {unit})"


def _of(frame: Frame, q: Quantity) -> str:
    """The neuron, and the sample where it has one."""
    layer = frame.n_layers - 1 if q.layer == NETWORK else q.layer
    parts = []
    if q.unit != NONE:
        is_input = q.name == "x" and q.layer == 0
        parts.append(input_name(q.unit) if is_input else neuron_name(frame, layer, q.unit))
    if q.sample != NONE:
        parts.append(f"sample {q.sample + 1}")
    return ", ".join(parts)
