"""The batch tray: m slots a neuron, hollow while it waits, raw above normalized."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bnsim.pictures.canvas import Canvas
from bnsim.pictures.layout import CELL_SLOT, NUMBER_SLOT, Layout, TrayColumn
from bnsim.pictures.names import neuron_name
from bnsim.pictures.palette import mix, text_on, value_color
from bnsim.pictures.scales import NORMAL_REACH
from bnsim.pictures.sums import deviation
from bnsim.pictures.types import Strokes
from bnsim.pictures.words import count_word, distinct, number, samples_words
from bnsim.sim.frame import Frame, Status

TALL_RACK = 30.0
#: Lower racks are drawn without outlines: they would hide the colours.
LEAST_OUTLINE = 8.0


def draw_tray(
    canvas: Canvas, frame: Frame, layout: Layout, layer: int, dim: float, selected: int | None
) -> None:
    """All racks of one tray with the lines that join the neurons to them."""
    tray = layout.trays[layer]
    if tray is None:
        return
    _links(canvas, tray, layout.neuron_right(layer), tray.left, dim)
    if tray.height < LEAST_OUTLINE:
        _outline(canvas, tray)
    for unit in range(tray.y.size):
        _Rack(canvas, frame, tray, layer, unit, dim).draw(unit == selected)


def draw_links(canvas: Canvas, layout: Layout, layer: int, dim: float) -> None:
    """The lines from a tray to the circles behind it."""
    tray, behind = layout.trays[layer], layout.activations[layer]
    if tray is not None and behind is not None:
        _links(canvas, tray, tray.right, behind.x - behind.radius, dim)


def _links(canvas: Canvas, tray: TrayColumn, start: float, end: float, dim: float) -> None:
    ends = np.full(tray.y.size, start), tray.y, np.full(tray.y.size, end), tray.y
    color = mix(canvas.theme.node_line, canvas.theme.panel, 0.75 * dim)
    thin = 1.2 if tray.height >= LEAST_OUTLINE else 0.5
    canvas.add(Strokes(np.stack(ends, axis=1), color, thin))


def _outline(canvas: Canvas, tray: TrayColumn) -> None:
    """Crowded racks share one outline."""
    top, bottom = tray.y[0] - tray.height / 2 - 2, tray.y[-1] + tray.height / 2 + 2
    width = tray.right - tray.left
    canvas.box(tray.left, top, width, bottom - top, canvas.theme.panel, canvas.theme.panel_line)


@dataclass(frozen=True, slots=True)
class _Rack:
    """One neuron's slots on a canvas."""

    canvas: Canvas
    frame: Frame
    tray: TrayColumn
    layer: int
    unit: int
    dim: float

    @property
    def y(self) -> float:
        return float(self.tray.y[self.unit])

    @property
    def outlined(self) -> bool:
        return self.tray.height >= LEAST_OUTLINE

    @property
    def tall(self) -> bool:
        """Room for raw numbers above the normalized ones."""
        return self.tray.height >= TALL_RACK and self.tray.slot >= NUMBER_SLOT

    def draw(self, selected: bool) -> None:
        tray, width = self.tray, self.tray.right - self.tray.left
        self._frame(selected, width)
        self.canvas.mark(
            ("norm", self.layer, self.unit), tray.left + width / 2, self.y, width, tray.height
        )
        if tray.slot < CELL_SLOT:
            self._gauge()
            return
        raw = [self._raw(sample) for sample in range(tray.m)]
        texts = distinct(raw) if tray.slot >= NUMBER_SLOT else [""] * tray.m
        for sample, (value, text) in enumerate(zip(raw, texts, strict=True)):
            self._slot(sample, value, text)

    def _frame(self, selected: bool, width: float) -> None:
        theme, tray = self.canvas.theme, self.tray
        if not (self.outlined or selected):
            return
        line = theme.normalized if selected else theme.panel_line
        heavy = 2.0 if selected and self.outlined else 1.0
        top = self.y - tray.height / 2
        self.canvas.box(tray.left, top, width, tray.height, theme.panel, line, heavy, 5)

    def _gauge(self) -> None:
        """Too many samples for slots: how full the tray is."""
        theme, tray = self.canvas.theme, self.tray
        done = self.frame.status(self.layer, "x_hat", 0) is Status.KNOWN
        share = self.frame.arrived(self.layer) / self.frame.m
        width, height = (tray.right - tray.left - 4) * share, max(tray.height - 4, 1.0)
        fill = theme.normalized if done else ""
        top = self.y - height / 2
        self.canvas.box(tray.left + 2, top, width, height, fill, theme.normalized, radius=2)

    # -- slots -------------------------------------------------------------------
    def _slot(self, sample: int, raw: float | None, text: str) -> None:
        """One slot: to come, raw and hollow, or raw above the normalized value."""
        tray, normal = self.tray, self._normal(sample)
        current = self.outlined and self._is_current(sample)
        if raw is None:
            self._empty(sample)
        elif normal is None:
            self._hollow(sample, text, current)
        else:
            self._filled(sample, text, normal, current)
        middle = tray.slot_left(sample) + tray.slot / 2
        self.canvas.mark(
            ("slot", self.layer, self.unit, sample), middle, self.y, tray.slot, tray.height
        )

    def _is_current(self, sample: int) -> bool:
        op = self.frame.operation
        return op is not None and op.sample == sample

    def _empty(self, sample: int) -> None:
        if not self.outlined:
            return
        theme, tray = self.canvas.theme, self.tray
        left, height = tray.slot_left(sample), self._height
        top = self.y - height / 2
        self.canvas.box(left, top, tray.slot, height, "", theme.faint, dashed=True)
        if tray.slot >= 56 and height >= 14:
            middle = left + tray.slot / 2
            self.canvas.text(middle, self.y, f"sample {sample + 1}", 10, theme.muted)

    @property
    def _height(self) -> float:
        return min(28.0, max(self.tray.height - 4, 1.5))

    def _hollow(self, sample: int, text: str, current: bool) -> None:
        theme, left, height = self.canvas.theme, self.tray.slot_left(sample), self._height
        ground = theme.panel if self.outlined else theme.faint
        line = theme.text if current else (theme.node_line if self.outlined else "")
        top, heavy = self.y - height / 2, 1.8 if current else 1.0
        self.canvas.box(left, top, self.tray.slot, height, ground, line, heavy)
        self._number(sample, self.y, height, text, theme.text, current)

    def _filled(self, sample: int, raw: str, normal: float, current: bool) -> None:
        theme, slot = self.canvas.theme, self.tray.slot
        # Tall racks give their upper third to the raw number.
        height = min(21.0, self.tray.height - 17) if self.tall else min(24.0, self._height)
        centre = self.y + (self.tray.height - height) / 2 - 3 if self.tall else self.y
        left = self.tray.slot_left(sample)
        if self.tall:
            above = (self.y - self.tray.height / 2 + centre - height / 2) / 2 + 0.5
            size = min(10.5, self.tray.height - height - 5)
            self.canvas.text(left + slot / 2, above, raw, size, theme.text, current, room=slot)
        fill = mix(value_color(theme, normal, NORMAL_REACH), theme.panel, 0.35 * self.dim)
        edge = theme.scaled if self._is_scaled(sample) else ""
        line = theme.text if current else edge
        self.canvas.box(left, centre - height / 2, slot, height, fill, line, 1.8)
        text = number(normal, signed=True)
        self._number(sample, centre, height, text, text_on(theme, fill), current)

    def _number(
        self, sample: int, y: float, height: float, text: str, color: str, bold: bool
    ) -> None:
        slot = self.tray.slot
        if slot >= NUMBER_SLOT and height >= 11:
            middle = self.tray.slot_left(sample) + slot / 2
            size = min(11.5 if slot >= 44 else 0.31 * slot + 0.6, height)
            self.canvas.text(middle, y, text, size, color, bold, room=slot - 2)

    # -- numbers -----------------------------------------------------------------
    @property
    def _backward(self) -> bool:
        return self.frame.backward_shown and self.frame.gradient_known(self.layer)

    def _raw(self, sample: int) -> float | None:
        """What lies above: the raw value, or its gradient while going backward."""
        if self.frame.status(self.layer, "tray", sample) is not Status.KNOWN:
            return None
        name = self.frame.raw_name(self.layer)
        name = "d_" + name if self._backward else name
        return self.frame.value(self.layer, name, sample, self.unit)

    def _is_scaled(self, sample: int) -> bool:
        """Whether the slot shows y and y is another number than x-hat."""
        place = (sample, self.unit)
        y = self.frame.value(self.layer, "y", *place)
        return (
            not self._backward
            and y is not None
            and y != self.frame.value(self.layer, "x_hat", *place)
        )

    def _normal(self, sample: int) -> float | None:
        """What lies below: x-hat, then y; the gradient of y while going backward."""
        frame, place = self.frame, (sample, self.unit)
        if self._backward:
            return frame.value(self.layer, "d_y", *place)
        y = frame.value(self.layer, "y", *place)
        return frame.value(self.layer, "x_hat", *place) if y is None else y


def tray_sentence(frame: Frame, layer: int, unit: int) -> str:
    """What the tray waits for, or what it has found, in words."""
    arrived, m = frame.arrived(layer), frame.m
    if arrived == 0:
        return ""
    if not frame.training and not frame.backward_shown:
        mean, var = frame.value(layer, "mean", 0, unit), frame.value(layer, "var", 0, unit)
        name = neuron_name(frame, layer, unit)
        side = number((var or 0.0) ** 0.5)
        return f"{name}: running mean {number(mean or 0.0)}, deviation {side}: none waits"
    if frame.backward_shown and frame.gradient_known(layer):
        return "gradients in the tray: above of the raw value, below of y"
    everyone = "both" if m == 2 else f"all {count_word(m)}"
    if arrived < m:
        missing = samples_words(list(range(arrived + 1, m + 1)))
        return f"waiting for {missing}: the mean needs {everyone}"
    mean, var = frame.value(layer, "mean", 0, unit), frame.value(layer, "var", 0, unit)
    if mean is None:
        return f"{everyone} are here: the mean can be taken"
    found = f"{neuron_name(frame, layer, unit)}: mean {number(mean)}"
    return found if var is None else f"{found}, deviation {number(deviation(frame, layer, unit))}"
