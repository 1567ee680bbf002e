"""The lines of the graph: colour by sign and size, width by size, dashes for negative."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bnsim.pictures.canvas import Canvas, text_width
from bnsim.pictures.layout import Layout
from bnsim.pictures.palette import mix, value_color
from bnsim.pictures.scales import WEIGHT_REACH, WIDEST, line_width, weight_gradient_reach
from bnsim.pictures.types import Box, Strokes, Text
from bnsim.pictures.words import number
from bnsim.sim.frame import Frame
from bnsim.sim.rules import LayerFlags

Array = NDArray[np.float64]

#: A gap between two layers with more lines than this shows only its strongest.
MOST_LINES = 400
STRONGEST = 150
BUCKETS = 12
#: Lines grow wider up to four times the size at which their colour is full.
MOST_SHARE = 4.0
MOST_BADGES = 4
DIMMED, WAITED = 0.55, 0.8


def gap_lines(layout: Layout, layer: int) -> Array:
    """End points of all lines into a layer, shape (D * H, 4), input by input."""
    left_y, right = layout.out_y(layer - 1), layout.neurons[layer]
    y1, y2 = np.meshgrid(left_y, right.y, indexing="ij")
    x1 = np.full(y1.shape, layout.out_x(layer - 1))
    x2 = np.full(y1.shape, right.x - right.radius)
    return np.stack([x1, y1, x2, y2], axis=-1).reshape(-1, 4)


def draw_edges(
    canvas: Canvas, frame: Frame, layout: Layout, layer: int, dim: float, flags: LayerFlags
) -> None:
    """Draw the lines into ``layer``: weights, or their gradients while going backward."""
    shows_gradient = frame.backward_shown and frame.gradient_known(layer)
    values = frame.record.view(layer, "d_W" if shows_gradient else "W")
    reach = weight_gradient_reach(frame) if shows_gradient else WEIGHT_REACH
    lines, flat = gap_lines(layout, layer), values.reshape(-1)
    chosen = _strongest(flat)
    red = flags.outlier.reshape(-1) if not shows_gradient else np.zeros(flat.size, dtype=bool)
    thin = _thinning(layout, layer, flat.size)
    plain = chosen[~red[chosen]]
    _buckets(canvas, lines[plain], flat[plain], reach, thin, dim)
    _outliers(canvas, lines, flat, np.flatnonzero(red), thin, dim)
    if shows_gradient:
        _gradient_badge(canvas, lines, flat)
    units = values.shape[1]
    keys = [("weight", layer, int(k) // units, int(k) % units) for k in chosen]
    canvas.line_marks(lines[chosen], list(keys))


def hidden_lines(frame: Frame) -> str:
    """Says so when not every weight is drawn, else ""."""
    counts = [frame.record.view(i, "W").size for i in range(frame.n_layers)]
    dense = [n for n in counts if n > MOST_LINES]
    return f"strongest {STRONGEST} of {max(dense):,} lines drawn" if dense else ""


def _strongest(flat: Array) -> NDArray[np.int64]:
    """Indices of the lines to draw, weak ones first."""
    size = np.where(np.isnan(flat), np.inf, np.abs(flat))
    order = np.argsort(size, kind="stable")
    return order if flat.size <= MOST_LINES else order[-STRONGEST:]


def _thinning(layout: Layout, layer: int, n_lines: int) -> float:
    """Dense gaps get thinner lines: width shrinks with the room a neuron has."""
    room = min(layout.neurons[layer].spacing, 44.0) / 44.0
    return max(0.3, room) if n_lines > 24 else 1.0


def _buckets(
    canvas: Canvas, lines: Array, flat: Array, reach: float, thin: float, dim: float
) -> None:
    """One pen for all lines of similar value, weak ones below strong ones."""
    theme = canvas.theme
    share = np.sqrt(np.minimum(np.abs(np.nan_to_num(flat, nan=0.0)) / reach, MOST_SHARE))
    level = np.ceil(share * BUCKETS)
    for step in np.unique(level):
        for negative in (False, True):
            here = (level == step) & ((flat < 0) == negative)
            if here.any():
                value = (step / BUCKETS) ** 2 * reach * (-1 if negative else 1)
                color = mix(value_color(theme, value, reach), theme.panel, dim)
                width = max(0.8, thin * line_width((step / BUCKETS) ** 2 * WEIGHT_REACH))
                canvas.add(Strokes(lines[here], color, width, dashed=negative))


def _outliers(
    canvas: Canvas, lines: Array, flat: Array, red: NDArray[np.int64], thin: float, dim: float
) -> None:
    """Outlier weights: red, as wide as it gets, with their value on a badge."""
    theme = canvas.theme
    color = mix(theme.outlier, theme.panel, dim * 0.7)
    for index in red:
        width = max(WIDEST * thin * 0.75, 3.0)
        canvas.add(Strokes(lines[index : index + 1], color, width, dashed=bool(flat[index] < 0)))
    strongest = red[np.argsort(-np.abs(flat[red]))][:MOST_BADGES]
    for index in strongest:
        roomy = lines[index][2] - lines[index][0] > 110
        text = ("w = " if roomy else "") + number(float(flat[index]))
        _badge(canvas, lines[index], text, theme.outlier, theme.outlier_text)


def _gradient_badge(canvas: Canvas, lines: Array, flat: Array) -> None:
    """The largest gradient of the layer with its number on it."""
    size = np.where(np.isnan(flat), np.inf, np.abs(flat))
    index = int(np.argmax(size))
    if size[index] > 0:
        roomy = lines[index][2] - lines[index][0] > 150
        text = ("∂L/∂w = " if roomy else "") + number(float(flat[index]), signed=True)
        _badge(canvas, lines[index], text, canvas.theme.field, canvas.theme.text)


def _badge(canvas: Canvas, line: Array, text: str, fill: str, color: str) -> None:
    """A number on its line, above everything: no neuron may cover a digit."""
    x, y = line[0] + (line[2] - line[0]) * 0.45, line[1] + (line[3] - line[1]) * 0.45
    width = text_width(text, 12.5) + 16
    left, top = float(x) - width / 2, float(y) - 10
    canvas.top.append(Box(left, top, width, 20, fill, canvas.theme.panel, 1.0, 10))
    canvas.top.append(Text(float(x), float(y), text, 11.5, color, bold=True))
