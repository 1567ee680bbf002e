"""A network: the textbook functions, bound to named places in one block of memory."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from bnsim.engine.arrays import Array
from bnsim.engine.calls import (
    backward_calls,
    forward_calls,
    input_call,
    running_weights,
    shown_calls,
)
from bnsim.engine.faults import NonFinite, first_non_finite
from bnsim.engine.layout import NETWORK, LayerPlan, Layout, Plan, layout_of
from bnsim.engine.losses import LOSSES
from bnsim.engine.optimizers import OPTIMIZERS
from bnsim.engine.running import move

__all__ = ["NETWORK", "LayerPlan", "Layout", "Network", "NonFinite", "Plan"]


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
        The part of the arena to store in order to return to a moment: parameters, moments of
        the optimizer, count of the updates, running statistics.
    params, grads : ndarray of shape (P,)
        All parameters, and their gradients in the same order.

    Notes
    -----
    Gammas start at 1, running variances at 1, everything else at 0, also the weights.
    """

    def __init__(self, plan: Plan) -> None:
        _refuse_unfit_layers(plan)
        self.plan = plan
        self.layout = layout_of(plan)
        self.arena: Array = np.zeros(self.layout.size)
        self.state = self.arena[self.layout.state]
        self.params = self.arena[self.layout.params]
        self.grads = self.arena[self.layout.grads]
        self._checked = self.arena[self.layout.checked]
        self._running = self.arena[self.layout.running]
        self._statistics = self.arena[self.layout.statistics]
        self._running_before = self._running.copy()
        self._harmless = _harmless(plan.rate)
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
        first, *others = layers
        self._backward_calls = [
            call
            for layer in reversed(others)
            for call in (*backward_calls(*layer), input_call(layer[1]))
        ] + backward_calls(*first)
        self._shown_calls = [call for layer in layers for call in shown_calls(*layer)]
        self._shown_calls.append(input_call(first[1]))
        self._weights = running_weights(self.plan, 0.0)
        self._cumulative = any(layer.dialect.cumulative for layer in self.plan.layers)

    def _set_to_start(self) -> None:
        for index in range(len(self.plan.layers)):
            for name in {"gamma", "running_var"}.intersection(self.layout.names(index)):
                self.view(index, name)[:] = 1.0
        np.copyto(self._running_before, self._running)

    def set_rate(self, rate: float) -> None:
        """Let the optimizer learn at another rate from the next update on."""
        if rate != self.plan.rate:
            self.plan = self.plan._replace(rate=rate)
            self._harmless = _harmless(rate)

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
        self._forward()

    @np.errstate(all="ignore")
    def backward(self) -> None:
        """Compute every gradient, from the loss back to the inputs."""
        self._backward()
        for call in self._shown_calls:
            call()

    @np.errstate(all="ignore")
    def update(self) -> None:
        """Let the optimizer move the parameters.

        A batch with a number that is not finite, or whose update would give one, leaves no
        trace in the state: parameters and moments stay, and the running statistics return
        to what they were before it.  `faults.fault_of` names the number.
        """
        self._update()

    @np.errstate(all="ignore")
    def step(self, x: ArrayLike, targets: ArrayLike) -> None:
        """Train on one batch; the arguments are those of `set_batch`.

        It leaves the gradients that `layout.is_shown_only` names as they were.
        """
        self.set_batch(x, targets)
        self._forward()
        self._backward()
        self._update()

    def _forward(self) -> None:
        for call in self._forward_calls:
            call()
        self._loss.fill(self._loss_row.f(self._output, self._targets))
        self._running_before[...] = self._running
        if self._cumulative:
            self._weights = running_weights(self.plan, float(self._count))
        move(self._running, self._statistics, *self._weights)

    def _backward(self) -> None:
        self._loss_row.df(self._output, self._targets, self._d_loss)
        for call in self._backward_calls:
            call()

    def _update(self) -> None:
        # so small a sum of squares holds no infinity, no NaN, and nothing that may overflow
        if self._checked.dot(self._checked) < self._harmless:
            self._move()
        else:
            self._move_if_finite()

    def _move(self) -> None:
        count = float(self._count) + 1.0
        self._count.fill(count)
        self._optimizer.step(self.params, self.grads, self._moments, count, self.plan.rate)

    def _move_if_finite(self) -> None:
        before = self.state.copy()
        if np.isfinite(self._checked).all():
            self._move()
            if np.isfinite(self.state).all():
                return
        np.copyto(self.state, before)
        np.copyto(self._running, self._running_before)

    def first_non_finite(self) -> NonFinite | None:
        """The first number that is infinite or NaN, in the order of computation."""
        return first_non_finite(self.plan, self.layout, self.arena)


def _harmless(rate: float) -> float:
    """So small a sum of squares overflows no update."""
    return (1e100 / max(1.0, rate)) ** 2


def _refuse_unfit_layers(plan: Plan) -> None:
    for index, layer in enumerate(plan.layers):
        dialect = layer.dialect
        if layer.placement == "none":
            continue
        if layer.frozen and not dialect.has_running:
            raise ValueError(
                f"layer {index}: the dialect {dialect.name!r} keeps no running statistics to freeze"
            )
        if not layer.frozen and plan.batch < dialect.min_batch:
            raise ValueError(
                f"layer {index}: the dialect {dialect.name!r} trains on batches of at "
                f"least {dialect.min_batch} samples, not {plan.batch}"
            )
