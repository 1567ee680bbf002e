"""One lane's run: any batch's numbers, computed from the nearest stored state."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.batchnorm import DIALECTS, Dialect
from bnsim.engine.faults import NonFinite, fault_of
from bnsim.engine.initializations import INITIALIZATIONS, draw
from bnsim.engine.network import NETWORK, LayerPlan, Layout, Network, Plan
from bnsim.sim.history import History, Series
from bnsim.sim.spec import BatchNorm, Edit, Override, Scenario

Array = NDArray[np.float64]
Lane = Literal["without", "with"]
LANES: tuple[Lane, ...] = ("without", "with")

CACHE_BYTES = 32 << 20


@dataclass(frozen=True, eq=False)
class BatchRecord:
    """Every number of one batch of one lane: the engine's arena, copied and read-only.

    Parameters are as they were before the update; running statistics as they are after
    this batch's forward pass.  ``samples`` are the rows of the data in this batch.
    """

    batch: int
    arena: Array
    layout: Layout
    plan: Plan
    samples: NDArray[np.int64]

    def view(self, layer: int, name: str) -> Array:
        """The array called ``name`` of dense layer ``layer`` (from 0), read-only."""
        return self.layout.view(self.arena, layer, name)

    def out(self, layer: int) -> Array:
        """What layer ``layer`` passes on, shape (m, units)."""
        return self.view(layer, self.layout.output_name(layer))

    def has(self, layer: int, name: str) -> bool:
        """Whether the layer has an array of this name."""
        return name in self.layout.names(layer)

    @property
    def loss(self) -> float:
        """The loss of this batch."""
        return float(self.layout.view(self.arena, -1, "loss").reshape(-1)[0])

    @cached_property
    def fault(self) -> NonFinite | None:
        """Why this batch is not committed: its first number that is not finite, or None."""
        return fault_of(self.plan, self.layout, self.arena)

    @property
    def targets(self) -> Array:
        """What the network should have said, shape (m, outputs)."""
        return self.layout.view(self.arena, -1, "targets")


def dialect_of(norm: BatchNorm) -> Dialect:
    """The engine's dialect of a layer, with what the scenario sets in its place."""
    dialect = DIALECTS[norm.dialect]
    if norm.epsilon is not None:
        dialect = dialect._replace(eps=norm.epsilon)
    if dialect.has_running and norm.running_rate is not None:
        dialect = dialect._replace(running_rate=norm.running_rate)
    return dialect._replace(cumulative=dialect.has_running and norm.cumulative)


def waits(layer: LayerPlan) -> bool:
    """Whether samples wait for each other here: layer normalization needs one sample only."""
    return layer.placement != "none" and layer.dialect.axis == 0


def plan_of(scenario: Scenario, lane: Lane) -> Plan:
    """The engine's plan of one lane: the lane without has no batch normalization."""
    layers, n_in = [], scenario.n_features
    for layer in scenario.layers:
        norm = layer.batch_norm if lane == "with" else None
        placement = norm.placement if norm else "none"
        dialect = dialect_of(norm) if norm else DIALECTS["pytorch"]
        layers.append(LayerPlan(n_in, layer.units, layer.activation, placement, dialect))
        n_in = layer.units
    optimizer = scenario.optimizer
    return Plan(tuple(layers), scenario.batch_size, scenario.loss, optimizer.name, optimizer.rate)


def inputs_of(scenario: Scenario) -> Array:
    """The samples as the network gets them, shape (n, features), normalized if asked.

    "range" maps each feature to 0..1; "standard" gives it mean 0 and deviation 1 over
    all samples.  A feature that never varies becomes 0.
    """
    x = np.array(scenario.data.x, dtype=np.float64)
    if scenario.normalize_inputs == "off":
        return x
    if scenario.normalize_inputs == "range":
        shift, scale = x.min(axis=0), x.max(axis=0) - x.min(axis=0)
    else:
        shift, scale = x.mean(axis=0), x.std(axis=0)
    return np.asarray((x - shift) / np.where(scale == 0, 1.0, scale))


def targets_of(scenario: Scenario) -> Array:
    """What the network should say, shape (n, outputs); labels become one-hot rows."""
    if scenario.data.targets is not None:
        return np.array(scenario.data.targets, dtype=np.float64)
    labels = np.array(scenario.data.labels, dtype=np.int64)
    return np.asarray(np.eye(scenario.layers[-1].units)[labels])


def order_of(scenario: Scenario, epoch: int) -> NDArray[np.int64]:
    """The order of the samples in an epoch: a pure function of the seed and the epoch."""
    if scenario.order == "given":
        return np.arange(scenario.n_samples)
    return np.random.RandomState([scenario.seed, epoch]).permutation(scenario.n_samples)


def initialize(network: Network, scenario: Scenario) -> None:
    """Write the initial weights: drawn with the seed, then given ones, then overrides.

    Both lanes draw the same stream, so they start from the same weights.
    """
    rng = np.random.RandomState(scenario.seed)
    rule = scenario.initialization
    for index, layer in enumerate(scenario.layers):
        weights, bias = network.view(index, "W"), network.view(index, "b")
        n_in, n_out = weights.shape
        weights[:] = draw(rng, (n_in, n_out), INITIALIZATIONS[rule.rule](n_in, n_out, rule.sd))
        bias[:] = 0.0
        if layer.weights is not None:
            weights[:] = layer.weights
        if layer.bias is not None:
            bias[:] = layer.bias
    for override in scenario.overrides:
        apply(network, override)


def apply(network: Network, change: Override | Edit) -> None:
    """Write one number into a network."""
    if change.weight is not None:
        network.view(change.layer, "W")[change.weight] = change.value
    if change.bias is not None:
        network.view(change.layer, "b")[change.bias] = change.value


class Run:
    """One lane of a scenario, computed as far as anyone asked, replayed when asked again.

    Parameters
    ----------
    scenario : Scenario
        A validated scenario.
    lane : {"without", "with"}
        Whether the layers' batch normalization is there.
    """

    def __init__(self, scenario: Scenario, lane: Lane) -> None:
        self.scenario, self.lane = scenario, lane
        self.inputs, self.targets = inputs_of(scenario), targets_of(scenario)
        self.losses = Series()
        self._network = Network(plan_of(scenario, lane))
        initialize(self._network, scenario)
        self._loss = self._network.view(NETWORK, "loss")
        self._history = History(self._network.state)
        self._edits: dict[int, list[Edit]] = {}
        for edit in scenario.edits:
            self._edits.setdefault(edit.batch, []).append(edit)
        self._order = 0, order_of(scenario, 0)
        self._at = 0
        self.computed = 0
        self._records: OrderedDict[int, BatchRecord] = OrderedDict()

    @property
    def plan(self) -> Plan:
        """The engine's plan of this lane."""
        return self._network.plan

    @property
    def nbytes(self) -> int:
        """Bytes that the run's states and losses take at most, however long it gets."""
        return self._history.nbytes + self.losses.nbytes

    def samples(self, batch: int) -> NDArray[np.int64]:
        """The rows of the data in ``batch``, shape (m,)."""
        m = self.scenario.batch_size
        epoch, place = divmod(batch, self.scenario.batches_per_epoch)
        if epoch != self._order[0]:
            self._order = epoch, order_of(self.scenario, epoch)
        return self._order[1][place * m : (place + 1) * m]

    def record(self, batch: int) -> BatchRecord:
        """Every number of ``batch``; equal calls give equal bytes."""
        found = self._records.get(batch)
        if found is None:
            found = self._compute(batch)
            self._remember(found)
        self._records.move_to_end(batch)
        return found

    def advance(self, batches: int, seconds: float) -> bool:
        """Compute on until ``batches`` are done, for about ``seconds``; True when they are."""
        end = time.perf_counter() + seconds
        while self.computed < batches:
            self._go_to(self.computed)
            self._step()
            if time.perf_counter() >= end:
                break
        return self.computed >= batches

    def _compute(self, batch: int) -> BatchRecord:
        self._go_to(batch)
        samples = self._prepare(batch)
        self._network.set_batch(self.inputs[samples], self.targets[samples])
        self._network.forward()
        self._network.backward()
        arena = self._network.arena.copy()
        arena.flags.writeable = False
        self._network.update()
        self._note(batch)
        return BatchRecord(batch, arena, self._network.layout, self.plan, samples)

    def _go_to(self, batch: int) -> None:
        """Bring the network to the state before ``batch``."""
        if self._at != batch:
            start = self._history.nearest(batch)
            if not start[0] <= self._at < batch:
                self._at, self._network.state[:] = start
            while self._at < batch:
                self._step()

    def _step(self) -> None:
        samples = self._prepare(self._at)
        self._network.step(self.inputs[samples], self.targets[samples])
        self._note(self._at)

    def _prepare(self, batch: int) -> NDArray[np.int64]:
        """Make the edits scheduled for a batch; give its samples."""
        for edit in self._edits.get(batch, ()):
            apply(self._network, edit)
        return self.samples(batch)

    def _note(self, batch: int) -> None:
        """Keep what a batch leaves behind."""
        self._at = batch + 1
        if batch == self.computed:
            self.losses.append(float(self._loss))
            self.computed += 1
        self._history.put(self._at, self._network.state)

    def _remember(self, record: BatchRecord) -> None:
        self._records[record.batch] = record
        most = max(4, CACHE_BYTES // max(record.arena.nbytes, 1))
        while len(self._records) > min(most, 512):
            self._records.popitem(last=False)
