"""A network: the textbook functions, bound to named places in one block of memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bnsim.engine.arrays import Array, all_finite
from bnsim.engine.calls import backward_calls, forward_calls, running_calls
from bnsim.engine.layout import NETWORK, LayerPlan, Layout, Plan, layout_of
from bnsim.engine.losses import LOSSES
from bnsim.engine.optimizers import OPTIMIZERS

__all__ = ["NETWORK", "LayerPlan", "Layout", "Network", "NonFinite", "Plan"]


class NonFinite(NamedTuple):
    """Where a number is not finite; -1 for what the array does not have.

    ``layer`` is -1 for the loss.  In a weight matrix ``sample`` is the input.
    """

    layer: int
    name: str
    sample: int
    neuron: int


class Network:
    """A network in training.

    Parameters
    ----------
    plan : Plan

    Attributes
    ----------
    plan : Plan
    layout : Layout
        Where each array lies in the arena; valid for every copy of the arena.
    arena : ndarray of shape (layout.size,)
        Every number of the network.  Its copy between `backward` and `update` is the record
        of a batch: parameters before the update, running statistics after the forward pass.
    state : ndarray
        The part of the arena to store in order to return to a moment: parameters, running
        statistics, moments of the optimizer, count of the updates.
    params, grads : ndarray of shape (P,)
        All parameters, and their gradients in the same order.

    Notes
    -----
    Gammas start at 1, running variances at 1, everything else at 0, also the weights.
    """

    def __init__(self, plan: Plan) -> None:
        _refuse_small_batches(plan)
        self.plan = plan
        self.layout = layout_of(plan)
        self.arena: Array = np.zeros(self.layout.size)
        self.state = self.arena[self.layout.state]
        self.params = self.arena[self.layout.params]
        self.grads = self.arena[self.layout.grads]
        self._running = self.arena[self.layout.running]
        self._running_before = self._running.copy()
        self._bind()
        self._set_to_start()

    def view(self, layer: int, name: str) -> Array:
        """The array called ``name`` of a layer (from 0; -1 is the network), writable."""
        return self.layout.view(self.arena, layer, name)

    def _bind(self) -> None:
        """Look every array up once, and tie it to the function that computes it."""
        last = len(self.plan.layers) - 1
        self._x, self._targets = self.view(0, "x"), self.view(NETWORK, "targets")
        self._output = self.view(last, self.layout.output_name(last))
        self._loss, self._d_loss = self.view(NETWORK, "loss"), self.view(NETWORK, "d_loss")
        self._moments, self._count = self.view(NETWORK, "moments"), self.view(NETWORK, "count")
        self._loss_row, self._optimizer = LOSSES[self.plan.loss], OPTIMIZERS[self.plan.optimizer]
        layers = [
            (plan, {name: self.view(index, name) for name in self.layout.names(index)})
            for index, plan in enumerate(self.plan.layers)
        ]
        self._forward_calls = [call for layer in layers for call in forward_calls(*layer)]
        self._backward_calls = [
            call for layer in reversed(layers) for call in backward_calls(*layer)
        ]
        self._running_calls = [call for layer in layers for call in running_calls(*layer)]

    def _set_to_start(self) -> None:
        for index in range(len(self.plan.layers)):
            for name in {"gamma", "running_var"}.intersection(self.layout.names(index)):
                self.view(index, name)[:] = 1.0
        np.copyto(self._running_before, self._running)

    def set_batch(self, x: ArrayLike, targets: ArrayLike) -> None:
        """Copy a batch into the network.

        Parameters
        ----------
        x : array of shape (m, D)
        targets : array of shape (m, C)
        """
        self._x[...] = x
        self._targets[...] = targets

    @np.errstate(all="ignore")
    def forward(self) -> None:
        """Compute every value, the loss, and the running statistics after this batch."""
        for call in self._forward_calls:
            call()
        self._loss[...] = self._loss_row.f(self._output, self._targets)
        np.copyto(self._running_before, self._running)
        for update_running in self._running_calls:
            update_running(count=float(self._count))

    @np.errstate(all="ignore")
    def backward(self) -> None:
        """Compute every gradient, from the loss back to the inputs."""
        self._loss_row.df(self._output, self._targets, self._d_loss)
        for call in self._backward_calls:
            call()

    @np.errstate(all="ignore")
    def update(self) -> None:
        """Let the optimizer move the parameters.

        A batch that is not finite leaves no trace in the state: the parameters stay, and the
        running statistics return to what they were before it.
        """
        if all_finite(self.grads) and all_finite(self._running):
            self._count += 1.0
            self._optimizer.step(
                self.params, self.grads, self._moments, float(self._count), self.plan.rate
            )
        else:
            np.copyto(self._running, self._running_before)

    def step(self, x: ArrayLike, targets: ArrayLike) -> None:
        """Train on one batch; the arguments are those of `set_batch`."""
        self.set_batch(x, targets)
        self.forward()
        self.backward()
        self.update()

    def first_non_finite(self) -> NonFinite | None:
        """The first number that is infinite or NaN, in the order of computation.

        Values come first, layer by layer; then the loss; then gradients, from the loss back.
        """
        for layer, name in self._names_as_computed():
            where = np.argwhere(~np.isfinite(self.view(layer, name)))
            if len(where):
                return NonFinite(layer, name, *self._sample_and_neuron(layer, name, where[0]))
        return None

    def _names_as_computed(self) -> Iterator[tuple[int, str]]:
        layers = range(len(self.plan.layers))
        keys = [(layer, name) for layer in layers for name in self.layout.names(layer)]
        yield from (key for key in keys if not key[1].startswith("d_"))
        yield NETWORK, "loss"
        for layer in reversed(layers):
            yield from (key for key in keys if key[0] == layer and key[1].startswith("d_"))

    def _sample_and_neuron(self, layer: int, name: str, index: Array) -> tuple[int, int]:
        if len(index) == 2:
            return int(index[0]), int(index[1])
        if len(index) == 0:
            return -1, -1
        of_samples = self.plan.layers[layer].dialect.axis == 1 and name.removeprefix("d_") in (
            "mean",
            "var",
            "std",
        )
        return (int(index[0]), -1) if of_samples else (-1, int(index[0]))


def _refuse_small_batches(plan: Plan) -> None:
    for index, layer in enumerate(plan.layers):
        if layer.placement != "none" and plan.batch < layer.dialect.min_batch:
            raise ValueError(
                f"layer {index}: the dialect {layer.dialect.name!r} trains on batches of at "
                f"least {layer.dialect.min_batch} samples, not {plan.batch}"
            )
