"""The batch of a neuron as a vector: its numbers, and what they say."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.look import Look
from bnsim.pictures.microscope.rows import column, decimals, moments, parameters
from bnsim.pictures.microscope.words import nonfinite_words
from bnsim.pictures.names import layer_name
from bnsim.pictures.palette import Theme
from bnsim.pictures.words import MINUS, fixed, number, samples_words
from bnsim.sim.frame import Frame

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vectors:
    """What the frame knows of the neuron's batch as vectors of shape (m,)."""

    frame: Frame
    look: Look

    @property
    def m(self) -> int:
        """Samples, the dimensions of the space."""
        return self.frame.m

    @property
    def bound(self) -> float:
        """No standardized value of a batch can be larger: √(m - 1)."""
        return math.sqrt(self.m - 1)

    @property
    def centred(self) -> Array | None:
        """Raw values minus their mean, None while the mean is not known."""
        mean, _ = moments(self.frame, self.look)
        if mean is None:
            return None
        return np.asarray(column(self.frame, self.look, self.raw_name)[0] - mean)

    @property
    def raw_name(self) -> str:
        """Of the raw values, z or a."""
        return self.frame.raw_name(self.look.selected[0])

    @property
    def x_hat(self) -> Array | None:
        """The standardized values, None while they are not known."""
        values, known = column(self.frame, self.look, "x_hat")
        return values if known.all() else None

    @property
    def share(self) -> float | None:
        """√v over the denominator: √(v / (v + ε)), the deviation of x-hat; None as above."""
        layer, unit = self.look.selected
        _, side = moments(self.frame, self.look)
        std = self.frame.value(layer, "std", 0, unit)
        if side is None or std is None:
            return None
        raw, _ = column(self.frame, self.look, self.raw_name)
        if raw.max() == raw.min():  # whatever rounding has made of it
            return 0.0
        return 0.0 if side == 0 else 1.0 if math.isinf(std) else side / std

    @property
    def gamma(self) -> float | None:
        """Gamma once y is known, None before and in dialects without it."""
        if not self.frame.record.has(self.look.selected[0], "gamma"):
            return None
        known = column(self.frame, self.look, "y")[1].all()
        return parameters(self.frame, self.look)[0] if known else None

    @property
    def gradient(self) -> Array | None:
        """Derivative of the loss with respect to the raw values, None while not known."""
        layer, unit = self.look.selected
        if not self.frame.gradient_known(layer):
            return None
        return self.frame.record.view(layer, "d_" + self.raw_name)[:, unit]

    @property
    def is_tangent(self) -> bool:
        """Whether the gradient is orthogonal to x-hat but for ε and rounding."""
        gradient, x_hat = self.gradient, self.x_hat
        if gradient is None or x_hat is None:
            return False
        size = length(gradient) * length(x_hat)
        return size > 0 and abs(float(gradient @ x_hat)) <= 0.01 * size

    @property
    def root_words(self) -> str:
        """The share as a formula of the dialect."""
        dialect = self.frame.plan.layers[self.look.selected[0]].dialect
        if dialect.added:
            return f"σ/(σ+{number(dialect.added)})"
        return "√(σ²/(σ²+ε))" if dialect.eps else ""


def length(vector: Array) -> float:
    """The norm of a vector whose squares may overflow."""
    size = float(np.abs(vector).max(initial=0.0))
    if size == 0 or not math.isfinite(size):
        return size
    return size * float(np.sqrt(np.square(vector / size).sum()))


# -- nothing to draw -------------------------------------------------------------------
def why_nothing(frame: Frame, look: Look) -> str:
    """A sentence where the batch has no arrow, "" where it has one or will have one."""
    layer = look.selected[0]
    if not frame.has_tray(layer):
        return _elsewhere(frame, layer)
    if not frame.training:
        return (
            "Inference: running statistics stand in for those of the batch, so its values "
            "share no circle."
        )
    if frame.m == 1:
        return "One sample: it is its own mean, x̂ is 0. There is no direction to keep."
    raw, known = column(frame, look, frame.raw_name(layer))
    samples = np.flatnonzero(known)
    if np.isfinite(raw[samples]).all():
        return ""
    what = nonfinite_words(raw[samples], samples)
    return f"{what[0].upper()}{what[1:]}. The batch has no mean, so it has no direction."


def _elsewhere(frame: Frame, layer: int) -> str:
    """Which layer has an arrow to show."""
    trays = [i for i in range(frame.n_layers) if frame.has_tray(i)]
    if not trays:
        return "No layer of this network waits for a batch: there is nothing to standardize."
    near = min(trays, key=lambda i: abs(i - layer))
    here, there = (_the(layer_name(frame, i)) for i in (layer, near))
    return f"No batch normalization stands at {here}: choose a neuron of {there}."


def _the(name: str) -> str:
    return "the output" if name == "output" else name


# -- words -----------------------------------------------------------------------------
def words_of(vectors: Vectors, theme: Theme) -> list[tuple[str, str]]:
    """Sentences with their colours, the most important first."""
    if vectors.x_hat is None:
        return [(_waiting(vectors), theme.text), *_expected(vectors, theme)]
    if vectors.share == 0:
        text = "All values are equal: σ = 0, the arrow has length 0 and no direction."
        return [(text, theme.text)]
    return [
        (_length_words(vectors), theme.normalized),
        *[(text, theme.text) for text in _gradient_words(vectors)],
        *_scaled_words(vectors, theme),
        *[(text, theme.muted) for text in _meaning(vectors)],
    ]


def _waiting(vectors: Vectors) -> str:
    """What the arrow waits for."""
    _, arrived = column(vectors.frame, vectors.look, vectors.raw_name)
    missing = [int(s) + 1 for s in np.flatnonzero(~arrived)]
    if missing:
        return f"Waits for the batch: {samples_words(missing)} of {vectors.m} to come."
    if vectors.centred is None:
        return "The batch is complete; its arrow starts at the mean, which comes next."
    return f"Minus the mean: length {number(length(vectors.centred))}. Standardizing comes next."


def _expected(vectors: Vectors, theme: Theme) -> list[tuple[str, str]]:
    whole = _three(math.sqrt(vectors.m))
    how = f"√{vectors.m}·{vectors.root_words} long, at most" if vectors.root_words else "as long as"
    return [(f"Whatever comes, the arrow will be {how} {whole}.", theme.muted)]


def _three(value: float) -> str:
    return fixed(value, 3) if value == 0 or abs(value) >= 0.0995 else number(value)


def _length_words(vectors: Vectors) -> str:
    x_hat = vectors.x_hat
    assert x_hat is not None
    size, root = _three(length(x_hat)), f"√{vectors.m}"
    formula = f"{root}·{vectors.root_words}" if vectors.root_words else root
    if vectors.m > 3:
        return f"Length of the arrow: √(Σ x̂²) = {size} = {formula}."
    parts = ", ".join(number(float(v), True) for v in x_hat)
    return f"Arrow (x̂₁, x̂₂, x̂₃) = ({parts}): length {size} = {formula}."


def _gradient_words(vectors: Vectors) -> list[str]:
    gradient, x_hat = vectors.gradient, vectors.x_hat
    if gradient is None or x_hat is None:
        return []
    if not np.isfinite(gradient).all():
        return ["The gradient is not finite."]
    if not gradient.any():
        return ["The gradient is 0: nothing pulls at this batch."]
    name, along, ones = f"∂L/∂{vectors.raw_name}", float(gradient @ x_hat), float(gradient.sum())
    one = "(1, 1, 1)" if vectors.m == 3 else "1"
    along_words = f"{name} times the arrow is {number(along)}, times {one} it is {number(ones)}"
    return [f"{along_words}: {_turn_words(vectors)}"]


def _turn_words(vectors: Vectors) -> str:
    """What the gradient can do to the arrow."""
    if vectors.is_tangent:
        return "it can only turn the arrow." if vectors.m == 3 else "no stretch, no shift."
    added = vectors.frame.plan.layers[vectors.look.selected[0]].dialect.added
    return f"σ + {number(added)} lets the length through." if added else "what ε lets through."


def _scaled_words(vectors: Vectors, theme: Theme) -> list[tuple[str, str]]:
    gamma, x_hat = vectors.gamma, vectors.x_hat
    if gamma is None or gamma == 1 or x_hat is None:
        return []
    text = f"γ x̂, γ = {decimals(gamma)}: length {_three(abs(gamma) * length(x_hat))}."
    return [(text, theme.scaled)]


def _meaning(vectors: Vectors) -> list[str]:
    """What each operation does to the arrow."""
    centred, bound = vectors.centred, f"√(m {MINUS} 1) = {_three(vectors.bound)}"
    assert centred is not None
    name, was = f"{vectors.raw_name} {MINUS} μ", number(length(centred))
    stretch = f"Scaling all values stretches {name} ({was} long); dividing by σ undoes it."
    if vectors.m == 2:
        return ["Two samples: the only points are −1 and +1.", stretch]
    if vectors.m > 3:
        return [f"No |x̂| can pass {bound}.", stretch]
    return [
        "Seen along (1, 1, 1): adding the same to all values moves along the line of sight.",
        stretch,
        f"No single x̂ of a sample passes {bound}, marked on an axis.",
    ]
