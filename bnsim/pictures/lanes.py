"""One lane or both, one above the other, with the legend: the graph as a figure."""

from __future__ import annotations

from dataclasses import replace

from bnsim.pictures.captions import Frames
from bnsim.pictures.graph import graph_picture
from bnsim.pictures.legend import legend_picture
from bnsim.pictures.look import Look
from bnsim.pictures.moving import moved
from bnsim.pictures.types import Picture, Shape
from bnsim.sim.run import LANES

GAP = 8.0


def lanes_picture(frames: Frames, look: Look, lanes: str, width: float, height: float) -> Picture:
    """The lanes asked for ("without", "with", or both) above their legend."""
    shown = [lane for lane in LANES if lanes in (lane, "compare", "both")]
    legend = legend_picture(frames["with"], look.theme, width)
    if not look.legend:
        legend = replace(legend, height=-GAP, shapes=())
    each = (height - legend.height - GAP * len(shown)) / len(shown)
    shapes: list[Shape] = []
    words = []
    for index, lane in enumerate(shown):
        picture = graph_picture(frames[lane], look, width, each)
        shapes += [moved(shape, index * (each + GAP)) for shape in picture.shapes]
        words.append(picture.description)
    shapes += [moved(shape, height - legend.height) for shape in legend.shapes]
    return Picture(width, height, look.theme.window, tuple(shapes), description=". ".join(words))
