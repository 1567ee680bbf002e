"""One neuron whose gradients are shown: its numbers by name, and what of them is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.look import Look, shown_sample
from bnsim.pictures.names import neuron_name
from bnsim.pictures.quantity import NONE, Quantity, is_lit
from bnsim.sim.frame import Frame
from bnsim.sim.jacobian import Sums, Terms, sums, terms

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Neuron:
    """The selected neuron of the lane with batch normalization, at a moment."""

    frame: Frame
    look: Look

    @property
    def layer(self) -> int:
        """Its layer, from 0."""
        return self.look.selected[0]

    @property
    def unit(self) -> int:
        """Its place in the layer, from 0."""
        return self.look.selected[1]

    @property
    def name(self) -> str:
        """The name that the graph gives it."""
        return neuron_name(self.frame, self.layer, self.unit)

    @cached_property
    def has_tray(self) -> bool:
        """Whether it is normalized over the batch."""
        return self.frame.has_tray(self.layer)

    @property
    def frozen(self) -> bool:
        """Whether its statistics are constants."""
        return self.frame.plan.layers[self.layer].frozen

    @property
    def raw(self) -> str:
        """The letter of what is normalized, z or a; z where nothing is."""
        return self.frame.raw_name(self.layer) if self.has_tray else "z"

    @property
    def d_raw(self) -> str:
        """``∂L/∂a`` or ``∂L/∂z``."""
        return f"∂L/∂{self.raw}"

    @property
    def gradient_known(self) -> bool:
        """Whether the backward pass has come to its layer."""
        return self.frame.gradient_known(self.layer)

    @cached_property
    def normalized_known(self) -> bool:
        """Whether x-hat is known of every sample, and with it who depends on whom."""
        known = self.has_tray and self.frame.known_samples(self.layer, "x_hat").all()
        return bool(known)

    @cached_property
    def shown(self) -> int:
        """The sample whose numbers are written out: the one pointed at, else that of the graph."""
        lit = self.lit
        return shown_sample(self.frame, self.look) if lit is None else lit

    @cached_property
    def lit(self) -> int | None:
        """The sample that is pointed at in this or in another picture, None for none."""
        lit, sample = self.look.lit, shown_sample(self.frame, self.look)
        if isinstance(lit, Quantity):
            sample = lit.sample if lit.sample != NONE else sample
        elif lit is not None and lit[0] == "slot":
            sample = int(str(lit[-1]))
        known = 0 <= sample < self.frame.m and is_lit(self.frame, lit, self.gradient_key(sample))
        return sample if known else None

    def gradient_key(self, sample: int) -> Quantity:
        """The gradient of a sample's raw value."""
        return Quantity(f"d_{self.raw}", self.layer, sample, self.unit)

    def normalized_key(self, sample: int) -> Quantity:
        """A sample's x-hat."""
        return Quantity("x_hat", self.layer, sample, self.unit)

    def number(self, name: str) -> float:
        """A statistic or parameter of the neuron."""
        return float(self.frame.record.view(self.layer, name)[self.unit])

    def column(self, name: str) -> Array:
        """A quantity of the neuron, one number a sample."""
        return self.frame.record.view(self.layer, name)[:, self.unit]

    @cached_property
    def gradient(self) -> Array:
        """The gradient of every sample's raw value."""
        return self.column(f"d_{self.raw}")

    @cached_property
    def terms(self) -> Terms:
        """That gradient by its paths; all of it direct where nothing is normalized."""
        if self.has_tray:
            return terms(self.frame.record, self.layer, self.unit)
        return Terms(self.gradient, *np.zeros((2, self.frame.m)))

    @cached_property
    def sums(self) -> Sums:
        """What the gradients add up to."""
        return sums(self.frame.record, self.layer, self.unit)

    @cached_property
    def reach(self) -> float:
        """The largest finite size among all paths, 1 where there is none."""
        sizes = np.abs(np.concatenate(self.terms))
        return float(sizes[np.isfinite(sizes)].max(initial=0.0)) or 1.0
