"""The words above the columns of a network, and the sentence below its tray."""

from __future__ import annotations

from bnsim.pictures.canvas import MARGIN, Canvas, text_width
from bnsim.pictures.layout import Layout
from bnsim.pictures.names import activation_title, layer_name, tray_name
from bnsim.pictures.tray import tray_sentence
from bnsim.sim.frame import Frame

#: Where a heading stands, its words from long to short, and its colour.
Row = tuple[float, tuple[str, ...], str]


def draw_headings(canvas: Canvas, frame: Frame, layout: Layout) -> None:
    """One heading a column, in the longest words that do not touch the one before."""
    end = 0.0
    for x, texts, color in sorted(_rows(canvas, frame, layout), key=_place):
        for text in texts:
            half = text_width(text, 11.5) / 2
            if x - half >= end:
                canvas.text(x, 42, text, 11, color, bold=True)
                end = x + half + 4
                break


def _place(row: Row) -> float:
    return row[0]


def _rows(canvas: Canvas, frame: Frame, layout: Layout) -> list[Row]:
    muted = canvas.theme.muted
    rows: list[Row] = [(layout.inputs.x, ("Input",), muted)]
    for layer, column in enumerate(layout.neurons):
        rows.append((column.x, _neuron_words(frame, layout, layer), muted))
        behind, tray = layout.activations[layer], layout.trays[layer]
        if behind is not None:
            last = layer == frame.n_layers - 1
            rows.append((behind.x, ("Output" if last else activation_title(frame, layer),), muted))
        if tray is not None:
            words = _tray_words(frame, layer, tray.m, tray.right - tray.left)
            rows.append(((tray.left + tray.right) / 2, words, canvas.theme.normalized))
    return rows


def _neuron_words(frame: Frame, layout: Layout, layer: int) -> tuple[str, ...]:
    """Hidden 1 · ReLU, Hidden 1, H1; before a tray the name of the raw value."""
    kind = activation_title(frame, layer)
    shown = frame.raw_name(layer) if layout.activations[layer] is not None else kind
    name = layer_name(frame, layer).capitalize()
    short = name.replace("Hidden ", "H").replace("Output", "Out")
    return (f"{name} · {shown}" if shown != "identity" else name, name, short)


def _tray_words(frame: Frame, layer: int, m: int, room: float) -> tuple[str, ...]:
    name = tray_name(frame, layer)
    what = f"tray of m = {m}" if frame.training else "running statistics"
    words = (f"{name} · {what}", name, name.replace("BatchNorm", "BN"))
    return tuple(word for word in words if text_width(word, 11.5) <= room + 40)


def draw_sentence(canvas: Canvas, frame: Frame, layout: Layout, selected: tuple[int, int]) -> None:
    """What the tray that is at work waits for, or has found."""
    arrived = [i for i in range(frame.n_layers) if frame.arrived(i)]
    tray = layout.trays[arrived[-1]] if arrived else None
    if tray is None:
        return
    layer = arrived[-1]
    text = tray_sentence(frame, layer, selected[1] if selected[0] == layer else 0)
    half = text_width(text, 12.5) / 2
    # Never into the names of the neurons at the left of the tray.
    x = max((tray.left + tray.right) / 2, tray.left + half)
    x = min(x, canvas.width - half - MARGIN)
    canvas.text(x, canvas.height - 13, text, 12, canvas.theme.normalized, bold=True)
