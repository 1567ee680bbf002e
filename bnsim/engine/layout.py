"""Where every number of a network lies in one flat block of memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from types import MappingProxyType
from typing import NamedTuple

from bnsim.engine.arrays import Array
from bnsim.engine.batchnorm import DIALECTS, Dialect
from bnsim.engine.optimizers import OPTIMIZERS

NETWORK = -1
"""The "layer" of what belongs to the whole network: targets, loss, d_loss, moments, count."""

PARAMETERS = ("W", "b", "gamma", "beta")
RUNNING = ("running_mean", "running_var")
STATISTICS = ("mean", "var", "std")

Key = tuple[int, str]


class LayerPlan(NamedTuple):
    """One layer of a network, its names those of the tables.

    Parameters
    ----------
    n_in, n_out : int
        Inputs and neurons.
    activation : str
    placement : str
        "none", or normalization "before" or "after" the activation.
    dialect : Dialect
    frozen : bool
        Whether normalization takes its running statistics for constants, in training too:
        neither the forward nor the backward pass goes through the batch.  The layout is the
        same either way, so a state fits both.
    """

    n_in: int
    n_out: int
    activation: str
    placement: str
    dialect: Dialect = DIALECTS["pytorch"]
    frozen: bool = False


class Plan(NamedTuple):
    """A network and how it is trained; names are those of the tables."""

    layers: tuple[LayerPlan, ...]
    batch: int
    loss: str
    optimizer: str
    rate: float


class Slot(NamedTuple):
    """Where an array lies, and its shape."""

    place: slice
    shape: tuple[int, ...]


class Layout(NamedTuple):
    """An immutable map from (layer, name) to a place, the same for every copy of the arena.

    Parameters
    ----------
    size : int
        Numbers in the arena.
    slots : mapping of layer to mapping of name to Slot
        Names in the order in which they are computed.
    params, grads : slice
        All parameters, and their gradients in the same order.
    running, statistics : slice
        All running statistics, and those of the batch that they follow in the same order.
    state : slice
        Parameters, moments of the optimizer, count of the steps, running statistics.
    checked : slice
        Numbers of which one is not finite whenever any is that training needs: running
        statistics, gradients, the batch's statistics, the loss, inputs of activations.  Only
        an activation hides an infinity of its input; what else is not finite reaches the loss
        and, on the way back, the gradient of a bias.
    outputs : tuple of str
        The name of each layer's output.
    """

    size: int
    slots: Mapping[int, Mapping[str, Slot]]
    params: slice
    grads: slice
    running: slice
    statistics: slice
    state: slice
    checked: slice
    outputs: tuple[str, ...]

    def view(self, arena: Array, layer: int, name: str) -> Array:
        """The array called ``name`` of a layer (from 0; -1 is the network), as a view."""
        place, shape = self.slots[layer][name]
        return arena[place].reshape(shape)

    def names(self, layer: int) -> tuple[str, ...]:
        """The names that a layer has, in the order in which they are computed."""
        return tuple(self.slots[layer])

    def output_name(self, layer: int) -> str:
        """What the layer passes on: "y" where normalization comes last, else "a"."""
        return self.outputs[layer]


def layout_of(plan: Plan) -> Layout:
    """Lay out the arena.

    Parameters | moments | count | running | gradients | what else is checked | the rest.
    """
    keys, shared = list(_keys(plan)), _shared(plan)
    groups = _groups(plan, keys, shared)
    first = [key for group in groups.values() for key in group]
    rest = [key for key in keys if key not in {*first, *shared}]
    slots, end = _allocate(plan, [*first, *rest])
    spans = _spans(groups, slots)
    for key in keys:
        slots[key] = slots[_owner(key, shared)]
    return Layout(
        size=end,
        slots=_by_layer(keys, slots),
        params=spans["params"],
        grads=spans["grads"],
        running=spans["running"],
        statistics=spans["statistics"],
        state=slice(0, spans["running"].stop),
        checked=slice(spans["running"].start, spans["entering"].stop),
        outputs=tuple(_output_name(layer) for layer in plan.layers),
    )


def _groups(plan: Plan, keys: list[Key], shared: dict[Key, Key]) -> dict[str, list[Key]]:
    """What lies together, in the order in which it lies at the start of the arena."""
    params = [key for key in keys if key[1] in PARAMETERS]
    running = [key for key in keys if key[1] in RUNNING]
    statistics = [(layer, name.removeprefix("running_")) for layer, name in running]
    entering = ["y" if layer.placement == "before" else "z" for layer in plan.layers]
    return {
        "params": params,
        "memory": [(NETWORK, "moments"), (NETWORK, "count")],
        "running": running,
        "grads": [(layer, "d_" + name) for layer, name in params],
        "statistics": statistics,
        "others": [key for key in keys if key[1] in STATISTICS and key not in statistics],
        "loss": [(NETWORK, "loss")],
        "entering": [_owner(key, shared) for key in enumerate(entering)],
    }


def _spans(groups: Mapping[str, list[Key]], slots: dict[Key, Slot]) -> dict[str, slice]:
    """The part of the arena that each group takes."""
    spans, end = {}, 0
    for name, keys in groups.items():
        start, end = end, slots[keys[-1]].place.stop if keys else end
        spans[name] = slice(start, end)
    return spans


def is_shown_only(plan: Plan, key: Key) -> bool:
    """Whether training does not need a gradient: that of the inputs, of statistics, of x_hat.

    Only `Network.backward` computes them, `Network.step` does not.
    """
    layer, name = key
    if name == "d_x_hat":  # elsewhere it is d_y, or on the way to d_x
        return plan.layers[layer].dialect.affine and plan.layers[layer].dialect.axis == 0
    return key == (0, "d_x") or name in ("d_mean", "d_var")


def _keys(plan: Plan) -> Iterable[Key]:
    """Every (layer, name), in the order of computation."""
    for index, layer in enumerate(plan.layers):
        yield from ((index, name) for name in (*_forward_names(layer), *_backward_names(layer)))
    yield from ((NETWORK, name) for name in ("targets", "loss", "d_loss", "moments", "count"))


def _forward_names(layer: LayerPlan) -> tuple[str, ...]:
    affine = ("gamma", "beta") if layer.dialect.affine else ()
    running = RUNNING if layer.dialect.has_running else ()
    normalized = (*STATISTICS, "x_hat", *affine, "y", *running)
    activated = {
        "none": ("a",),
        "before": (*normalized, "a"),
        "after": ("a", *normalized),
    }
    return ("x", "W", "b", "z", *activated[layer.placement])


def _backward_names(layer: LayerPlan) -> tuple[str, ...]:
    without = ("std", *RUNNING)
    names = (name for name in reversed(_forward_names(layer)) if name not in without)
    return tuple("d_" + name for name in names)


def _output_name(layer: LayerPlan) -> str:
    return "y" if layer.placement == "after" else "a"


def _shared(plan: Plan) -> dict[Key, Key]:
    """Which arrays are another array's memory under a second name."""
    shared: dict[Key, Key] = {}
    for index, layer in enumerate(plan.layers):
        for d in ("", "d_"):
            if index > 0:
                output = _output_name(plan.layers[index - 1])
                shared[index, d + "x"] = (index - 1, d + output)
            if layer.placement != "none" and not layer.dialect.affine:
                shared[index, d + "y"] = (index, d + "x_hat")
    last = len(plan.layers) - 1
    shared[NETWORK, "d_loss"] = (last, "d_" + _output_name(plan.layers[last]))
    return shared


def _owner(key: Key, shared: dict[Key, Key]) -> Key:
    while key in shared:
        key = shared[key]
    return key


def _allocate(plan: Plan, order: list[Key]) -> tuple[dict[Key, Slot], int]:
    slots, end = {}, 0
    for layer, name in order:
        shape = _network_shape(plan, name) if layer == NETWORK else _shape(plan, layer, name)
        start, end = end, end + prod(shape)
        slots[layer, name] = Slot(slice(start, end), shape)
    return slots, end


def _shape(plan: Plan, index: int, name: str) -> tuple[int, ...]:
    layer, letter = plan.layers[index], name.removeprefix("d_")
    if letter == "W":
        return (layer.n_in, layer.n_out)
    if letter in PARAMETERS or letter in RUNNING:
        return (layer.n_out,)
    if letter in STATISTICS:
        return (layer.n_out if layer.dialect.axis == 0 else plan.batch,)
    return (plan.batch, layer.n_in if letter == "x" else layer.n_out)


def _network_shape(plan: Plan, name: str) -> tuple[int, ...]:
    if name == "moments":
        n_params = sum(
            prod(_shape(plan, index, parameter))
            for index, layer in enumerate(plan.layers)
            for parameter in _forward_names(layer)
            if parameter in PARAMETERS
        )
        return (OPTIMIZERS[plan.optimizer].n_moments, n_params)
    return (plan.batch, plan.layers[-1].n_out) if name == "targets" else ()


def _by_layer(keys: list[Key], slots: dict[Key, Slot]) -> Mapping[int, Mapping[str, Slot]]:
    layers: dict[int, dict[str, Slot]] = {}
    for layer, name in keys:
        layers.setdefault(layer, {})[name] = slots[layer, name]
    return MappingProxyType({n: MappingProxyType(names) for n, names in layers.items()})
