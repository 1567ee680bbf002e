"""Every number that is known at a moment, as rows of a table.

A table holds arrays, not rows: names are made for the rows that someone looks at, so that
a hundred thousand numbers open at once.  What a number is and where it stands is packed
into one integer, its code; rows stand in the order of their codes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.engine.layout import NETWORK, PARAMETERS, RUNNING, STATISTICS
from bnsim.pictures.names import input_name, layer_name, neuron_name
from bnsim.pictures.quantity import NONE, Quantity
from bnsim.sim.frame import Frame
from bnsim.sim.schedule import NEVER

Codes = NDArray[np.int64]
Array = NDArray[np.float64]
_Held = tuple[int, tuple[str, ...], Array, NDArray[np.bool_]]


class Kind(NamedTuple):
    """An array's name, what its numbers are in words, and how one of them is called.

    ``axes`` are what the array counts, as parts of a row's code; vectors count neurons.
    """

    name: str
    words: str
    form: str
    axes: tuple[str, ...] = ("unit",)


_BY_SAMPLE = ("sample", "unit")
_FORWARD = (
    Kind("W", "weight w", "w({source}→{unit})", ("unit", "source")),
    Kind("b", "bias b", "b of {unit}"),
    Kind("gamma", "scale γ", "γ of {unit}"),
    Kind("beta", "shift β", "β of {unit}"),
    Kind("x", "input x", "{unit}", _BY_SAMPLE),
    Kind("targets", "target", "target of {unit}", _BY_SAMPLE),
    Kind("z", "weighted sum z", "z of {unit}", _BY_SAMPLE),
    Kind("a", "activation a", "a of {unit}", _BY_SAMPLE),
    Kind("mean", "mean μ", "μ of {unit}"),
    Kind("var", "variance σ²", "σ² of {unit}"),
    Kind("std", "denominator", "denominator of {unit}"),
    Kind("x_hat", "normalized x̂", "x̂ of {unit}", _BY_SAMPLE),
    Kind("y", "scaled and shifted y", "y of {unit}", _BY_SAMPLE),
    Kind("running_mean", "running mean μ", "running μ of {unit}"),
    Kind("running_var", "running variance σ²", "running σ² of {unit}"),
    Kind("loss", "loss", "loss", ()),
)
_WITH_GRADIENT = ("W", "b", "gamma", "beta", "x", "z", "a", "mean", "var", "x_hat", "y")


def _gradient(kind: Kind) -> Kind:
    if kind.name == "x":
        return Kind("d_x", "gradient ∂L/∂input", "∂L/∂input {unit} of {layer}", kind.axes)
    letter = kind.form.split("(")[0].split(" ")[0]
    return Kind(f"d_{kind.name}", f"gradient ∂L/∂{letter}", f"∂L/∂{kind.form}", kind.axes)


KINDS = (*_FORWARD, *(_gradient(kind) for kind in _FORWARD if kind.name in _WITH_GRADIENT))
"""The numbers that a table lists, in its order."""
_BY_NAME = {kind.name: kind for kind in KINDS}
#: What is listed by what enters a layer, not by its neurons.
_OF_INPUTS = ("x", "d_x")
_STATISTICS = [kind for kind in KINDS if kind.name.removeprefix("d_") in STATISTICS]

#: Lowest bit and number of bits of a part of a code; all but the kind are one too high, so
#: that 0 means none.  The parts hold the largest network of :mod:`bnsim.sim.ranges`.
_BITS = {"kind": (37, 6), "layer": (32, 5), "sample": (18, 14), "unit": (9, 9), "source": (0, 9)}


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One number: what it is, in words too; counted from 1, "" where it has none."""

    quantity: Quantity
    name: str
    kind: str
    layer: str
    sample: str
    unit: str
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The numbers of all rows, shape (n,); NaN and not ``known`` where there is none."""

    values: Array
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class WordColumn:
    """One word for every row: ``words[codes]``; ``found`` is what a search looks through."""

    codes: Codes
    words: tuple[str, ...]
    found: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AuditTable:
    """Numbers of one moment, or of two beside each other with their difference.

    Parameters
    ----------
    code : ndarray of shape (n,)
        What each row is, ascending and each once; equal in every table for the same place.
    columns : tuple of Column
        The value, and in a comparison the other value and the difference.
    layers : tuple of str
    nodes : tuple of tuple of str
        Names of the inputs, then of the neurons of each layer.
    """

    code: Codes
    columns: tuple[Column, ...]
    layers: tuple[str, ...]
    nodes: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.code)

    @property
    def values(self) -> Array:
        """The number of every row, shape (n,)."""
        return self.columns[0].values

    def part(self, name: str) -> Codes:
        """Kind, layer, sample, unit or source of every row, from 0; -1 where it has none."""
        low, bits = _BITS[name]
        return ((self.code >> low) & ((1 << bits) - 1)) - (name != "kind")

    def quantity(self, row: int) -> Quantity:
        """What the number of a row is."""
        code = int(self.code[row])
        kind, *place = ((code >> low) & ((1 << bits) - 1) for low, bits in _BITS.values())
        return Quantity(KINDS[kind].name, *(part - 1 for part in place))

    def name(self, row: int) -> str:
        """A row as a person calls it: ``w(x₁→h₁)``, ``x̂ of h₁, sample 2``."""
        q = self.quantity(row)
        layer, source = self._layer(q), self._node(q.layer, q.source)
        unit = self._neuron(q) or layer
        name = _BY_NAME[q.name].form.format(unit=unit, source=source, layer=layer)
        return f"{name}, sample {q.sample + 1}" if q.sample != NONE else name

    def row(self, row: int) -> AuditRow:
        """One row with all its words."""
        q = self.quantity(row)
        sample = str(q.sample + 1) if q.sample != NONE else ""
        words = (self.name(row), _BY_NAME[q.name].words, self._layer(q), sample, self._neuron(q))
        return AuditRow(q, *words, float(self.values[row]))

    def words(self) -> dict[str, WordColumn]:
        """Kind, layer, sample, neuron and source of all rows, each with its few words."""
        kind, layer, sample = (self.part(name) for name in ("kind", "layer", "sample"))
        layers = ("", *self.layers)
        samples = tuple(map(str, range(1, int(sample.max(initial=NONE)) + 2)))
        found = ("", *(f"sample {number}" for number in samples))
        inputs = np.isin(kind, [KINDS.index(_BY_NAME[name]) for name in _OF_INPUTS])
        # Targets have no layer; their neurons are the last ones, which -1 finds too.
        place = np.where(inputs | (layer == NONE), layer, layer + 1)
        return {
            "kind": WordColumn(kind, tuple(k.words for k in KINDS), tuple(map(_found, KINDS))),
            "layer": WordColumn(layer + 1, layers, layers),
            "sample": WordColumn(sample + 1, ("", *samples), found),
            "unit": self._node_words(place, self.part("unit")),
            "source": self._node_words(layer, self.part("source")),
        }

    def _layer(self, q: Quantity) -> str:
        return self.layers[q.layer] if q.layer != NONE else ""

    def _neuron(self, q: Quantity) -> str:
        inputs = q.layer == NONE or q.name in _OF_INPUTS
        return self._node(q.layer if inputs else q.layer + 1, q.unit)

    def _node(self, layer: int, unit: int) -> str:
        return self.nodes[layer][unit] if unit != NONE else ""

    def _node_words(self, layer: Codes, unit: Codes) -> WordColumn:
        starts = np.cumsum([1, *(len(names) for names in self.nodes[:-1])])
        words = ("", *(name for names in self.nodes for name in names))
        return WordColumn(np.where(unit >= 0, starts[layer] + unit, 0), words, words)


def _found(kind: Kind) -> str:
    """Words that find a kind: also its array's name, and for a gradient what it is of."""
    base = _BY_NAME.get(kind.name.removeprefix("d_"), kind)
    return f"{kind.words} {kind.name} of {base.words}"


# -- one moment ------------------------------------------------------------------------
def audit_table(frame: Frame) -> AuditTable:
    """Every number of one lane that is known at its moment.

    Inputs are listed for the first layer only, as the others are what a layer before passes
    on; their gradients for each, as they are known earlier than those of the layer before.
    """
    blocks = [
        _block(index, *array)
        for index, kind in enumerate(KINDS)
        for array in _arrays(frame, kind)
        if array[-1].any()
    ]
    code, values = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    layers = range(frame.n_layers)
    inputs = tuple(map(input_name, range(frame.plan.layers[0].n_in)))
    neurons = (
        tuple(neuron_name(frame, i, unit) for unit in range(frame.plan.layers[i].n_out))
        for i in layers
    )
    column, titles = (
        Column(values, np.ones(len(code), np.bool_)),
        (layer_name(frame, i) for i in layers),
    )
    return AuditTable(code, (column,), tuple(titles), (inputs, *neurons))


def audit_rows(frame: Frame) -> tuple[AuditRow, ...]:
    """The rows of :func:`audit_table`, written out."""
    table = audit_table(frame)
    return tuple(map(table.row, range(len(table))))


def _arrays(frame: Frame, kind: Kind) -> Iterator[_Held]:
    """What a record holds of a kind: layer, axes, array and which samples are known."""
    record = frame.record
    if kind.name == "loss":
        yield NETWORK, (), np.asarray(record.loss), np.full(frame.m, frame.loss is not None)
    if kind.name == "targets":
        yield NETWORK, kind.axes, record.targets, frame.known_samples(0, "x")
    for layer in range(frame.n_layers if kind.name != "x" else 1):
        if record.has(layer, kind.name):
            known, array = _known(frame, layer, kind.name), record.view(layer, kind.name)
            # Layer normalization has its statistics for each sample.
            by_sample = kind in _STATISTICS and frame.plan.layers[layer].dialect.axis == 1
            axes = ("sample",) if by_sample else kind.axes
            yield layer, axes, array.T if "source" in axes else array, known


def _known(frame: Frame, layer: int, name: str) -> NDArray[np.bool_]:
    """For each sample whether a number is known; parameters always are."""
    if name in PARAMETERS or (name in RUNNING and not frame.training):
        return np.ones(frame.m, np.bool_)
    at = frame.known_from(layer, name.removeprefix("running_"))
    if name in (*STATISTICS, *RUNNING) and at.min() >= NEVER:
        # Where no sample waits, its statistics are known with what they normalize.
        at = frame.known_from(layer, "x_hat")
    return at <= frame.cursor.done


def _block(
    index: int, layer: int, axes: tuple[str, ...], array: Array, known: NDArray[np.bool_]
) -> tuple[Codes, Array]:
    """The codes and values of an array, without the samples that are not known."""
    places = [np.arange(1, size + 1, dtype=np.int64) for size in array.shape]
    if "sample" in axes:
        places[0], array = places[0][known], array[known]
    code = np.array((index << _BITS["kind"][0]) + ((layer + 1) << _BITS["layer"][0]), np.int64)
    for axis, place in zip(axes, places, strict=True):
        code = np.add.outer(code, place << _BITS[axis][0])
    return code.ravel(), array.ravel()


# -- two moments -----------------------------------------------------------------------
def difference(first: AuditTable, second: AuditTable) -> AuditTable:
    """Two tables joined by what their numbers are: value, other value, second minus first.

    Of two lanes, branches or moments; what only one of them has stands alone in its row.
    """
    code = np.union1d(first.code, second.code)
    ours, theirs = _spread(first, code), _spread(second, code)
    with np.errstate(all="ignore"):
        gap = Column(theirs.values - ours.values, ours.known & theirs.known)
    longer = zip_longest(first.nodes, second.nodes, fillvalue=())
    *nodes, outputs = (a + b[len(a) :] for a, b in longer)
    last = max(first.nodes[-1], second.nodes[-1], key=len)
    layers = first.layers + second.layers[len(first.layers) :]
    return AuditTable(code, (ours, theirs, gap), layers, (*nodes, outputs + last[len(outputs) :]))


def _spread(table: AuditTable, code: Codes) -> Column:
    values, known = np.full(len(code), np.nan), np.zeros(len(code), np.bool_)
    place = np.searchsorted(code, table.code)
    values[place], known[place] = table.values, True
    return Column(values, known)
