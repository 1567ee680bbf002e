"""What can be stepped: the list of operations of one batch, the same for every batch.

The list is that of the lane with batch normalization.  A sample travels layer by
layer until a tray holds it; when the tray is full its statistics are taken, every
value is standardized, scaled and shifted, and only then do the samples leave, one by
one, for the next tray or the output.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Literal


class Phase(Enum):
    """The kinds of operation, in the order of a batch; values are the names in files."""

    FORWARD = "forward"
    ARRIVE = "arrive"
    MEAN = "mean"
    VARIANCE = "variance"
    NORMALIZE = "normalize"
    SCALE = "scale"
    LEAVE = "leave"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"


Unit = Literal["operation", "sample", "phase", "batch", "epoch"]
UNITS: tuple[Unit, ...] = ("operation", "sample", "phase", "batch", "epoch")

#: Phases of one batch that form one step of the unit "phase".
_STAGE = {
    Phase.FORWARD: "into the tray",
    Phase.ARRIVE: "into the tray",
    Phase.MEAN: "statistics",
    Phase.VARIANCE: "statistics",
    Phase.NORMALIZE: "normalize",
    Phase.SCALE: "normalize",
    Phase.LEAVE: "out of the tray",
    Phase.LOSS: "loss",
    Phase.BACKWARD: "backward",
    Phase.UPDATE: "update",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """The smallest thing that can be stepped.

    ``layer`` and ``sample`` count from 0 and are None where the operation has none;
    ``segment`` numbers the stretches between trays, ``stage`` names the part of it.
    """

    phase: Phase
    layer: int | None = None
    sample: int | None = None
    segment: int = 0
    stage: str = ""

    @property
    def sample_step(self) -> tuple[object, ...]:
        """Operations with equal keys form one step of the unit "sample"."""
        if self.sample is not None:
            return (self.segment, self.stage, self.sample)
        if self.phase is Phase.BACKWARD:
            return (self.segment, self.phase)
        return (self.segment, self.phase, self.layer)

    @property
    def phase_step(self) -> tuple[object, ...]:
        """Operations with equal keys form one step of the unit "phase"."""
        return (self.segment, self.stage)


@dataclass(frozen=True, slots=True)
class LayerSteps:
    """What the operation list needs to know of a layer: whether a tray stands in it."""

    has_tray: bool
    affine: bool


def _sample_path(layers: Sequence[LayerSteps], start: int) -> list[int]:
    """The layers a sample passes from ``start`` up to and with the next tray."""
    path = []
    for index in range(start, len(layers)):
        path.append(index)
        if layers[index].has_tray:
            break
    return path


def _travel(
    layers: Sequence[LayerSteps], start: int, tray: int | None, m: int, segment: int
) -> Iterator[Operation]:
    """Each sample out of ``tray`` (None at the input) and on through its path."""
    path = _sample_path(layers, start)
    stage = "out of the tray" if tray is not None else "into the tray"
    if tray is None and not any(layer.has_tray for layer in layers):
        stage = "forward"
    for sample in range(m):
        if tray is not None:
            yield Operation(Phase.LEAVE, tray, sample, segment, stage)
        for layer in path:
            yield Operation(Phase.FORWARD, layer, sample, segment, stage)
        if path and layers[path[-1]].has_tray:
            yield Operation(Phase.ARRIVE, path[-1], sample, segment, stage)


def _statistics(layer: int, affine: bool, segment: int) -> Iterator[Operation]:
    phases = [Phase.MEAN, Phase.VARIANCE, Phase.NORMALIZE] + [Phase.SCALE] * affine
    for phase in phases:
        yield Operation(phase, layer, None, segment, _STAGE[phase])


def inference_operations(n_layers: int, m: int) -> tuple[Operation, ...]:
    """The operations of a batch that nothing waits for: forward, loss, backward, no update."""
    layers = [LayerSteps(has_tray=False, affine=False)] * n_layers
    return operations(layers, m)[:-1]


def operations(layers: Sequence[LayerSteps], m: int) -> tuple[Operation, ...]:
    """The operations of one batch of ``m`` samples.

    Parameters
    ----------
    layers : sequence of LayerSteps
        One entry a dense layer; where ``has_tray`` is set the samples wait.
    m : int
        Samples in a batch.

    Returns
    -------
    tuple of Operation
        Forward and trays, then loss, backward from the last layer, update.
    """
    result = list(_travel(layers, 0, None, m, 0))
    segment = 0
    for index, layer in enumerate(layers):
        if layer.has_tray:
            result += _statistics(index, layer.affine, segment)
            segment += 1
            result += _travel(layers, index + 1, index, m, segment)
    result.append(Operation(Phase.LOSS, None, None, segment, "loss"))
    for index in reversed(range(len(layers))):
        result.append(Operation(Phase.BACKWARD, index, None, segment, "backward"))
    result.append(Operation(Phase.UPDATE, None, None, segment, "update"))
    return tuple(result)
