"""What things are called: the same names in the graph, plots, captions and cards."""

from __future__ import annotations

from typing import Protocol

from bnsim.pictures.words import subscript
from bnsim.sim.frame import Frame
from bnsim.sim.run import waits

ACTIVATION_TITLES = {
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "elu": "ELU",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "identity": "identity",
}
LOSS_TITLES = {"mse": "mean squared error", "cross_entropy": "cross-entropy"}
OPTIMIZER_TITLES = {"none": "none", "sgd": "SGD", "momentum": "momentum 0.9", "adam": "Adam"}
LANE_TITLES = {"without": "Without batch normalization", "with": "With batch normalization"}
LANE_WORDS = {"without": "without BN", "with": "with BN"}


class Layered(Protocol):
    """A frame or a scenario: all that names of neurons need to know of them."""

    @property
    def n_layers(self) -> int:
        """Dense layers of the network."""


def input_name(index: int) -> str:
    """x₁, x₂, ... from index 0."""
    return "x" + subscript(index + 1)


def neuron_name(frame: Layered, layer: int, unit: int) -> str:
    """h₁ with one hidden layer, h2.1 with several, o₁ in the last layer."""
    if layer == frame.n_layers - 1:
        return "o" + subscript(unit + 1)
    if frame.n_layers == 2:
        return "h" + subscript(unit + 1)
    return f"h{layer + 1}.{unit + 1}"


def source_name(frame: Layered, layer: int, index: int) -> str:
    """The name of input ``index`` of a layer: an x or a neuron of the layer before."""
    return input_name(index) if layer == 0 else neuron_name(frame, layer - 1, index)


def layer_name(frame: Layered, layer: int) -> str:
    """Hidden 1, Hidden 2, ... or Output."""
    return "output" if layer == frame.n_layers - 1 else f"hidden {layer + 1}"


def tray_name(frame: Frame, layer: int) -> str:
    """BatchNorm 1, 2, ... counted over the trays of the network."""
    trays = [i for i in range(frame.n_layers) if frame.has_tray(i)]
    return f"BatchNorm {trays.index(layer) + 1}"


def activation_title(frame: Frame, layer: int) -> str:
    """ReLU, tanh, ...; with the layer normalization that stands at its side."""
    plan = frame.plan.layers[layer]
    title = ACTIVATION_TITLES[plan.activation]
    if plan.placement == "none" or waits(plan):
        return title
    return f"LN, {title}" if plan.placement == "before" else f"{title}, LN"


def lane_title(frame: Frame) -> str:
    """Without or with batch normalization, or with layer normalization alone."""
    norms = [layer for layer in frame.plan.layers if layer.placement != "none"]
    layer_norm = norms and not any(waits(layer) for layer in norms)
    return "With layer normalization" if layer_norm else LANE_TITLES[frame.lane]
