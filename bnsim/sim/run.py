"""One lane's run: any batch's numbers, computed from the nearest stored state."""

from __future__ import annotations

import time
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.network import NETWORK, Network, Plan
from bnsim.sim.edits import Edits
from bnsim.sim.history import History, Series
from bnsim.sim.record import LANES, Array, BatchRecord, Lane
from bnsim.sim.spec import Scenario
from bnsim.sim.start import (
    dialect_of,
    inference_plan,
    initialize,
    inputs_of,
    order_of,
    plan_of,
    targets_of,
    waits,
)

__all__ = [
    "LANES",
    "BatchRecord",
    "Lane",
    "Run",
    "dialect_of",
    "inference_plan",
    "initialize",
    "inputs_of",
    "order_of",
    "plan_of",
    "targets_of",
    "waits",
]

CACHE_BYTES = 32 << 20


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
        self._set_up(scenario, lane, inputs_of(scenario), targets_of(scenario))
        initialize(self._network, scenario)
        self._history, self.losses = History(self._network.state), Series()

    def _set_up(self, scenario: Scenario, lane: Lane, inputs: Array, targets: Array) -> None:
        self.scenario, self.lane = scenario, lane
        self.inputs, self.targets = inputs, targets
        self._network = Network(plan_of(scenario, lane))
        self._loss = self._network.view(NETWORK, "loss")
        self._edits = Edits(scenario.edits, lane, scenario.data.labels is not None)
        self._order = 0, order_of(scenario, 0)
        self._probe: Network | None = None
        self._at = self.computed = 0
        self._records: OrderedDict[tuple[int, bool], BatchRecord] = OrderedDict()

    def fork(self, scenario: Scenario, batch: int) -> Run:
        """A run of a scenario that differs by edits from ``batch`` on only.

        It takes over the states up to a stored one at or before ``batch``, and computes on
        from there; this run stays as it is.
        """
        run = Run.__new__(Run)
        run._set_up(scenario, self.lane, self.inputs, self.targets)
        # Both intervals are powers of two, so that a state and a whole row of losses end here.
        step = max(self._history.interval, self.losses.width)
        run.computed = min(batch, self.computed) // step * step
        run._history = self._history.until(run.computed)
        run.losses = self.losses.first(run.computed)
        run._at = run.computed
        run._network.state[:] = run._history.nearest(run.computed)[1]
        return run

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
        return self._recorded(batch, False)

    def inference(self, batch: int) -> BatchRecord:
        """Every number of ``batch`` as the network trained so far sees it, at work.

        Running statistics, those that the batches before have left, stand in for those of
        the batch.  Looking changes nothing: neither parameters nor running statistics move.

        Raises
        ------
        InputError
            When a layer keeps no running statistics.
        """
        return self._recorded(batch, True)

    def _recorded(self, batch: int, inference: bool) -> BatchRecord:
        key = batch, inference
        found = self._records.get(key)
        if found is None:
            found = self._infer(batch) if inference else self._compute(batch)
            self._remember(key, found)
        self._records.move_to_end(key)
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
        record = self._through(self._network, batch)
        self._network.update()
        self._note(batch)
        return record

    def _infer(self, batch: int) -> BatchRecord:
        if self._probe is None:
            self._probe = Network(inference_plan(self.plan))
        self._go_to(batch)
        self._probe.state[:] = self._network.state
        return self._through(self._probe, batch)

    def _through(self, network: Network, batch: int) -> BatchRecord:
        """Forward and backward, and a copy of every number."""
        samples, *data = self._batch(network, batch)
        network.set_batch(*data)
        network.forward()
        network.backward()
        arena = network.arena.copy()
        arena.flags.writeable = False
        return BatchRecord(batch, arena, network.layout, network.plan, samples)

    def _go_to(self, batch: int) -> None:
        """Bring the network to the state before ``batch``."""
        if self._at != batch:
            start = self._history.nearest(batch)
            if not start[0] <= self._at < batch:
                self._at, self._network.state[:] = start
            while self._at < batch:
                self._step()

    def _step(self) -> None:
        _, x, targets = self._batch(self._network, self._at)
        self._network.step(x, targets)
        self._note(self._at)

    def _batch(self, network: Network, batch: int) -> tuple[NDArray[np.int64], Array, Array]:
        """Make the edits scheduled for a batch; give its rows of the data, x and targets."""
        self._edits.apply(network, batch)
        network.set_rate(self._edits.rate(batch, self.scenario.optimizer.rate))
        samples = self.samples(batch)
        x = self._edits.rows(batch, samples, self.inputs, "input")
        return samples, x, self._edits.rows(batch, samples, self.targets, "target")

    def _note(self, batch: int) -> None:
        """Keep what a batch leaves behind."""
        self._at = batch + 1
        if batch == self.computed:
            self.losses.append(float(self._loss))
            self.computed += 1
        self._history.put(self._at, self._network.state)

    def _remember(self, key: tuple[int, bool], record: BatchRecord) -> None:
        self._records[key] = record
        most = max(4, CACHE_BYTES // max(record.arena.nbytes, 1))
        while len(self._records) > min(most, 512):
            self._records.popitem(last=False)
