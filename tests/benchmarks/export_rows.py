"""What the rows about export measure: animations and vectors against their peers."""

from __future__ import annotations

import io
import os
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import PIL.Image
from PySide6.QtCore import QBuffer, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator
from timing import Ratio, once_ratio, ratio

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

FRAMES, SIZE = 200, (1000, 600)
#: Pillow takes ten seconds a time: more rounds than this tell nothing new.
MOST_GIFS = 3


def gif(rounds: int) -> Ratio:
    """Encoding 200 frames of an animation: Pillow's defaults over ours, same frames."""
    make_application()
    frames = [packed(image) for image in _frames()]
    theirs = [_pillow(frame) for frame in frames]
    return once_ratio(partial(_defaults, theirs), partial(_ours, frames), min(rounds, MOST_GIFS))


def vector(scenario: str, picture: str, rounds: int) -> Ratio:
    """Writing a scene as SVG: ours over QSvgGenerator's, same scene."""
    make_application()
    scene = drawing_of(_job(scenario, picture, None), 1.0).scene
    return ratio(partial(svg_text, scene, ("1", "1"), {}), partial(_generated, scene), rounds)


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
