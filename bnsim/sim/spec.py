"""The scenario: what is simulated, as frozen data.

Construction checks types only; :func:`bnsim.sim.validate.validate` checks ranges
and shapes, for a file and for a form alike.  Layers, neurons, samples and batches
count from 0 here and in files; the screen counts from 1.
"""

from __future__ import annotations

from typing import Literal

import msgspec

ActivationName = Literal["relu", "leaky_relu", "elu", "tanh", "sigmoid", "identity"]
DialectName = Literal["pytorch", "keras", "article", "plain", "layernorm"]
Placement = Literal["before", "after"]
InitializationName = Literal["he", "glorot", "lecun", "normal", "zeros"]
LossName = Literal["mse", "cross_entropy"]
OptimizerName = Literal["none", "sgd", "momentum", "adam"]
OrderName = Literal["given", "shuffled"]
NormalizeInputs = Literal["off", "range", "standard"]
EditLane = Literal["both", "without", "with"]

#: What an override or an edit may set, exactly one of them.
TARGETS = ("weight", "bias", "gamma", "beta", "input", "target", "rate")


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A frozen part of a scenario that refuses fields it does not know."""


class Data(Part, frozen=True):
    """The samples: ``x`` row by row, and what the network should have said.

    Give ``targets`` (one row a sample) for the loss ``mse`` or ``labels`` (one class
    number a sample) for ``cross_entropy``.
    """

    x: list[list[float]]
    targets: list[list[float]] | None = None
    labels: list[int] | None = None


class BatchNorm(Part, frozen=True):
    """Batch normalization at one layer, before or after its activation.

    ``epsilon`` and ``running_rate`` (the weight of the new batch in the running
    statistics) replace those of the dialect; ``cumulative`` makes the running statistics
    plain averages over all batches.
    """

    placement: Placement = "before"
    dialect: DialectName = "pytorch"
    epsilon: float | None = None
    running_rate: float | None = None
    cumulative: bool = False


class Layer(Part, frozen=True):
    """One dense layer; given ``weights`` (inputs x units) replace the initial draw."""

    units: int
    activation: ActivationName = "relu"
    batch_norm: BatchNorm | None = None
    weights: list[list[float]] | None = None
    bias: list[float] | None = None


class Initialization(Part, frozen=True):
    """How weights that are not given are drawn; ``sd`` belongs to ``normal``."""

    rule: InitializationName = "he"
    sd: float = 0.5


class Override(Part, frozen=True):
    """One parameter set by hand: ``weight`` is [input, unit], the others are the unit."""

    layer: int
    value: float
    weight: tuple[int, int] | None = None
    bias: int | None = None
    gamma: int | None = None
    beta: int | None = None


class Edit(Part, frozen=True):
    """One number set by hand during training, just before ``batch`` is computed.

    A parameter needs its ``layer``; it may train on from its new value.  ``input`` is
    [sample, feature] and ``target`` [sample, output], the sample being a row of the data:
    from this batch on the network gets that number, whatever normalizes the other inputs.
    Where the data have labels, the target 1 names the class of the sample.  ``rate``, when
    true, makes the value the learning rate from this batch on.
    ``lane`` says which of the two networks it happens to.
    """

    batch: int
    value: float
    layer: int | None = None
    weight: tuple[int, int] | None = None
    bias: int | None = None
    gamma: int | None = None
    beta: int | None = None
    input: tuple[int, int] | None = None
    target: tuple[int, int] | None = None
    rate: Literal[True] | None = None
    lane: EditLane = "both"


class Optimizer(Part, frozen=True):
    """How parameters move after each batch; ``rate`` is the learning rate."""

    name: OptimizerName = "none"
    rate: float = 0.1


class Scenario(Part, frozen=True):
    """Everything that determines a run, bit for bit on one machine."""

    version: Literal[1]
    name: str
    title: str
    data: Data
    layers: list[Layer]
    batch_size: int
    batches: int
    loss: LossName
    description: str = ""
    normalize_inputs: NormalizeInputs = "off"
    initialization: Initialization = Initialization()
    overrides: list[Override] = []
    edits: list[Edit] = []
    order: OrderName = "given"
    optimizer: Optimizer = Optimizer()
    seed: int = 0

    @property
    def n_features(self) -> int:
        """Numbers in one sample."""
        return len(self.data.x[0])

    @property
    def n_layers(self) -> int:
        """Dense layers of the network."""
        return len(self.layers)

    @property
    def n_samples(self) -> int:
        """Samples in the data, which an epoch passes once."""
        return len(self.data.x)

    @property
    def batches_per_epoch(self) -> int:
        """Whole batches in one pass over the data; a tail that fills none is dropped."""
        return self.n_samples // self.batch_size
