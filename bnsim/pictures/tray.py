"""The batch tray: m slots a neuron, hollow while it waits, raw above normalized."""

from __future__ import annotations

import numpy as np

from bnsim.pictures.canvas import Canvas
from bnsim.pictures.layout import CELL_SLOT, NUMBER_SLOT, Layout, TrayColumn
from bnsim.pictures.names import neuron_name
from bnsim.pictures.palette import mix, text_on, value_color
from bnsim.pictures.scales import NORMAL_REACH
from bnsim.pictures.types import Strokes
from bnsim.pictures.words import count_word, number, samples_words
from bnsim.sim.frame import Frame, Status

TALL_RACK = 36.0
#: Lower racks are drawn without outlines: they would hide the colours.
LEAST_OUTLINE = 8.0


def draw_tray(
    canvas: Canvas, frame: Frame, layout: Layout, layer: int, dim: float, selected: int | None
) -> None:
    """All racks of one tray with the line that joins each neuron to its rack."""
    tray, column = layout.trays[layer], layout.neurons[layer]
    if tray is None:
        return
    theme = canvas.theme
    link = mix(theme.node_line, theme.panel, 0.75 * dim)
    right = column.x + column.radius
    ends = np.full(tray.y.size, right), tray.y, np.full(tray.y.size, tray.left), tray.y
    thin = 1.2 if tray.height >= LEAST_OUTLINE else 0.5
    canvas.add(Strokes(np.stack(ends, axis=1), link, thin))
    if tray.height < LEAST_OUTLINE:
        _outline(canvas, tray)
    for unit in range(tray.y.size):
        _rack(canvas, frame, tray, layer, unit, dim, unit == selected)


def _rack(
    canvas: Canvas,
    frame: Frame,
    tray: TrayColumn,
    layer: int,
    unit: int,
    dim: float,
    selected: bool,
) -> None:
    theme, y = canvas.theme, tray.y[unit]
    line = theme.normalized if selected else theme.panel_line
    top, width = y - tray.height / 2, tray.right - tray.left
    if tray.height >= LEAST_OUTLINE or selected:
        heavy = 2.0 if selected and tray.height >= LEAST_OUTLINE else 1.0
        canvas.box(tray.left, top, width, tray.height, theme.panel, line, heavy, 5)
    canvas.mark(("norm", layer, unit), tray.left + width / 2, y, width, tray.height)
    if tray.slot < CELL_SLOT:
        _gauge(canvas, frame, tray, layer, unit)
        return
    for sample in range(tray.m):
        _slot(canvas, frame, tray, layer, unit, sample, dim)


def _outline(canvas: Canvas, tray: TrayColumn) -> None:
    """Crowded racks share one outline."""
    top, bottom = tray.y[0] - tray.height / 2 - 2, tray.y[-1] + tray.height / 2 + 2
    width = tray.right - tray.left
    canvas.box(tray.left, top, width, bottom - top, canvas.theme.panel, canvas.theme.panel_line)


def _gauge(canvas: Canvas, frame: Frame, tray: TrayColumn, layer: int, unit: int) -> None:
    """Too many samples for slots: how full the tray is."""
    theme = canvas.theme
    done = frame.status(layer, "x_hat", 0) is Status.KNOWN
    share = frame.arrived(layer) / frame.m
    width = (tray.right - tray.left - 4) * share
    height = max(tray.height - 4, 1.0)
    fill = theme.normalized if done else ""
    canvas.box(
        tray.left + 2, tray.y[unit] - height / 2, width, height, fill, theme.normalized, radius=2
    )


def _slot(
    canvas: Canvas, frame: Frame, tray: TrayColumn, layer: int, unit: int, sample: int, dim: float
) -> None:
    """One slot: to come, raw and hollow, or raw above the normalized value."""
    theme = canvas.theme
    left, y = tray.slot_left(sample), tray.y[unit]
    current = (
        frame.sample == sample
        and frame.operation is not None
        and (frame.operation.sample is not None)
    )
    outlined = tray.height >= LEAST_OUTLINE
    current = current and outlined
    line = theme.text if current else (theme.node_line if outlined else "")
    raw, normal = _raw(frame, layer, unit, sample), _normal(frame, layer, unit, sample)
    tall = tray.height >= TALL_RACK and tray.slot >= NUMBER_SLOT
    height = min(28.0, max(tray.height - 4, 1.5))
    if raw is None and outlined:
        _empty(canvas, left, y, tray.slot, height, sample)
    elif raw is None:
        pass
    elif normal is None:
        ground = theme.panel if outlined else theme.faint
        canvas.box(left, y - height / 2, tray.slot, height, ground, line, 1.8 if current else 1.0)
        _number(canvas, left, y, tray.slot, height, number(raw), theme.text, current)
    else:
        _filled(canvas, tray, left, y, raw, normal, tall, current, dim)
    canvas.mark(("slot", layer, unit, sample), left + tray.slot / 2, y, tray.slot, tray.height)


def _empty(canvas: Canvas, left: float, y: float, width: float, height: float, sample: int) -> None:
    theme = canvas.theme
    canvas.box(left, y - height / 2, width, height, "", theme.faint, 1.0, dashed=True)
    if width >= 56 and height >= 14:
        canvas.text(left + width / 2, y, f"sample {sample + 1}", 10, theme.muted)


def _filled(
    canvas: Canvas,
    tray: TrayColumn,
    left: float,
    y: float,
    raw: float,
    normal: float,
    tall: bool,
    current: bool,
    dim: float,
) -> None:
    theme = canvas.theme
    height = 21.0 if tall else min(24.0, max(tray.height - 4, 1.5))
    centre = y + 8.5 if tall else y
    if tall:
        canvas.text(left + tray.slot / 2, y - 12.5, number(raw), 10.5, theme.text, bold=current)
    fill = mix(value_color(theme, normal, NORMAL_REACH), theme.panel, 0.35 * dim)
    line = theme.text if current else ""
    canvas.box(left, centre - height / 2, tray.slot, height, fill, line, 1.8)
    _number(
        canvas,
        left,
        centre,
        tray.slot,
        height,
        number(normal, signed=True),
        text_on(theme, fill),
        current,
    )


def _number(
    canvas: Canvas,
    left: float,
    y: float,
    width: float,
    height: float,
    text: str,
    color: str,
    bold: bool,
) -> None:
    if width >= NUMBER_SLOT and height >= 11:
        size = 11.5 if width >= 44 else 10.0
        canvas.text(left + width / 2, y, text, min(size, height), color, bold, room=width - 2)


def _raw(frame: Frame, layer: int, unit: int, sample: int) -> float | None:
    """What lies above: the raw value, or its gradient while going backward."""
    if frame.status(layer, "tray", sample) is not Status.KNOWN:
        return None
    raw = frame.raw_name(layer)
    if frame.backward_shown and frame.gradient_known(layer):
        raw = "d_" + raw
    return frame.value(layer, raw, sample, unit)


def _normal(frame: Frame, layer: int, unit: int, sample: int) -> float | None:
    """What lies below: x-hat, then y; the gradient of y while going backward."""
    if frame.backward_shown and frame.gradient_known(layer):
        return frame.value(layer, "d_y", sample, unit)
    y = frame.value(layer, "y", sample, unit)
    return frame.value(layer, "x_hat", sample, unit) if y is None else y


def tray_sentence(frame: Frame, layer: int, unit: int) -> str:
    """What the tray waits for, or what it has found, in words."""
    arrived, m = frame.arrived(layer), frame.m
    if arrived == 0:
        return ""
    if arrived < m:
        missing = samples_words(list(range(arrived + 1, m + 1)))
        who = "both" if m == 2 else f"all {count_word(m)}"
        return f"waiting for {missing}: the mean needs {who}"
    name = neuron_name(frame, layer, unit)
    mean, var = frame.value(layer, "mean", 0, unit), frame.value(layer, "var", 0, unit)
    if mean is None:
        return f"{'both' if m == 2 else f'all {count_word(m)}'} are here: the mean can be taken"
    found = f"{name}: mean {number(mean)}"
    return found if var is None else f"{found}, deviation {number(var**0.5)}"
