"""Scenes as images: sharp at any size, laid out anew for every shape."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageReader
from PySide6.QtWidgets import QWidget

from bnsim.export.formats import FIGURES
from bnsim.export.headless import formats_for, pictures_offered
from bnsim.export.images import image_of
from bnsim.export.render import render_scene, render_widget
from bnsim.export.scene import scene_of_picture, scene_of_plot
from bnsim.export.writers import WRITERS, png_bytes, writer_for
from bnsim.pictures.palette import LIGHT
from bnsim.pictures.types import Axis, Box, Curve, Panel, Picture, PlotPicture, Strokes, Text
from bnsim.sim.errors import InputError
from bnsim.views.picture_view import PictureView
from bnsim.views.plot_view import PlotView
from tests.export.jobs import SHAPES, job, no_window, pixels

TEXTS = {
    "bnsim-version": "0.1.0",
    "bnsim-scenario": "article",
    "bnsim-moment": "batch 1, sample 1, x̂ = +1.41 · 平均\n\nsecond: paragraph",
    "Title": "The article’s example",
}


def graph(width, height):
    lines = np.array([[0.2 * width, 0.3 * height, 0.8 * width, 0.7 * height]])
    shapes = (
        Strokes(lines, "#ff0000", 2.0),
        Strokes(lines[:, [0, 3, 2, 1]], "#0000ff", 1.5, True),
        Text(width / 2, 20, "x̂ 88.7", 13.0, "#000000", True),
    )
    return scene_of_picture(Picture(width, height, "#ffffff", shapes))


def curves():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    return (Curve(x, np.array([1.0, 2.0, 1.5, 3.0]), "#ff0000", 2.0, symbol="ring"),)


def plot_picture(found=None):
    ticks = ((0.0, "0"), (2.0, "2"))
    panel = Panel(Axis(-0.5, 3.5, ticks), Axis(0, 4, ticks, "", True), curves=found or curves())
    return PlotPicture(
        "a", "Loss", "of a batch", (panel,), "#ffffff", "#000000", "#555555", "#dddddd"
    )


def plot(width, height):
    return scene_of_plot(plot_picture(), width, height)


def thickness(image, share):
    """How many pixels of pure red the column at a share of the width amounts to."""
    column = pixels(image)[:, round(share * image.width())]
    return float((column[:, 0] - column[:, 1]).clip(0).sum() / 255)


# -- size ------------------------------------------------------------------------
@pytest.mark.parametrize("scene", [graph, plot])
def test_that_strokes_grow_with_the_picture(scene, qapp):
    """pyqtgraph's own exporter leaves a line of 2 px at 2 px."""
    images = [render_scene(scene(600, 400), (w, w * 2 // 3)) for w in (600, 4000)]
    for share in (0.35, 0.45, 0.7):
        small, large = (thickness(image, share) for image in images)
        assert small >= 1
        assert large >= 6 * small


@pytest.mark.parametrize("picture", SHAPES)
def test_that_a_larger_picture_is_the_same_picture(picture, qapp):
    small, large = (image_of(job(picture, size=s), no_window) for s in ((800, 600), (3200, 2400)))
    shrunk = large.smoothScaled(800, 600)
    assert np.abs(pixels(shrunk) - pixels(small)).mean() < 1.5


@pytest.mark.parametrize("picture", SHAPES)
def test_that_another_shape_is_laid_out_anew_and_not_stretched(picture, qapp):
    """Circles stay circles: the width of the letters depends on the scale alone."""
    wide, tall = (image_of(job(picture, size=s), no_window) for s in ((1901, 433), (833, 1700)))
    assert (wide.width(), wide.height()) == (1901, 433)
    assert (tall.width(), tall.height()) == (833, 1700)


def test_that_the_plot_of_a_file_is_that_of_the_window(qtbot):
    view = PlotView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show_picture(plot_picture())
    shown, exported = pixels(view.image()), pixels(render_scene(plot(600, 400), (600, 400)))
    view.close()
    assert (np.abs(shown - exported).max(axis=2) > 48).mean() < 0.002


def test_that_a_line_stays_inside_its_panel(qapp):
    x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([0.5, 1e9, -1e9, np.inf])
    scene = scene_of_plot(plot_picture((Curve(x, y, "#ff0000", 2.0),)), 300, 200)
    found = pixels(render_scene(scene, (300, 200)))
    red = np.argwhere((found[..., 0] > 150) & (found[..., 1] < 100))
    line = next(part for part in scene.parts if hasattr(part, "clip"))
    assert len(red) > 20
    assert red[:, 0].min() >= line.clip[1] - 1
    assert red[:, 0].max() <= line.clip[1] + line.clip[3] + 1


def test_that_the_ground_of_a_plot_is_its_own_to_every_edge(qapp):
    found = pixels(render_scene(plot(301, 203), (301, 203)))
    edges = (found[0], found[-1], found[:, 0], found[:, -1])
    assert all((edge == 255).all() for edge in edges)


@pytest.mark.parametrize("size", [(0, 10), (10, -1), (100_000, 10)])
def test_that_impossible_sizes_are_refused_in_words(size, qapp):
    for picture in SHAPES:
        with pytest.raises(InputError, match=f"{size[0]} x {size[1]} pixels"):
            image_of(job(picture, size=size), no_window)


@pytest.mark.parametrize("picture", SHAPES)
def test_that_a_picture_of_one_pixel_is_possible(picture, qapp):
    assert image_of(job(picture, size=(1, 1)), no_window).width() == 1


def test_that_a_whole_window_is_drawn_sharp(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 200)
    left, right = PictureView(window), PlotView(window)
    left.setGeometry(0, 0, 200, 200)
    right.setGeometry(200, 0, 200, 200)
    left.set_theme(LIGHT)
    left.show_picture(Picture(200, 200, "#ffffff", (Box(10, 10, 180, 7, "#ff0000"),)))
    right.show_picture(plot_picture())
    window.show()
    small, large = (render_widget(window, (400 * k, 200 * k)) for k in (1, 6))
    assert thickness(small, 0.25) == 7.0
    assert thickness(large, 0.25) == 42.0
    edge = pixels(large)[:, 600]
    assert {tuple(p) for p in edge} <= {(255, 0, 0), (255, 255, 255)}
    assert thickness(large, 0.8) >= 5 * thickness(small, 0.8) >= 5
    right.close()


# -- files -----------------------------------------------------------------------
def test_that_png_says_where_it_comes_from(qapp):
    data = png_bytes(render_scene(plot(300, 200), (300, 200)), TEXTS, 300)
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        assert {key: image.text[key] for key in TEXTS} == TEXTS
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert image.size == (300, 200)
    image = QImage.fromData(QByteArray(data))
    assert {key: image.text(key) for key in TEXTS} == TEXTS


def test_that_qt_finds_the_texts_before_it_reads_the_pixels(qapp):
    """Its reader cuts a key at a colon and takes a blank line for the end of a text."""
    texts = TEXTS | {"bnsim-moment": "batch 1, sample 1, x̂ = +1.41"}
    data = png_bytes(render_scene(plot(300, 200), (30, 20)), texts, 300)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    assert {key: reader.text(key) for key in texts} == texts


@pytest.mark.parametrize("scene", [graph, plot])
def test_that_the_same_picture_gives_the_same_bytes(scene, qapp):
    first, second = (
        png_bytes(render_scene(scene(300, 200), (500, 300)), TEXTS, 96) for _ in range(2)
    )
    assert first == second


def test_that_the_given_image_is_left_as_it_was(qapp):
    image = render_scene(graph(300, 200), (300, 200))
    before = image.dotsPerMeterX()
    png_bytes(image, TEXTS, 600)
    assert image.dotsPerMeterX() == before
    assert image.textKeys() == []


def test_that_odd_texts_and_resolutions_do_no_harm(qapp):
    image = QImage(3, 3, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    data = png_bytes(image, {"k" * 200: "a\0b", "empty": ""}, 0)
    with Image.open(io.BytesIO(data)) as found:
        found.load()
        assert found.text["k" * 79] == "ab"
    png_bytes(image, {}, 10**9)


def test_that_an_image_without_pixels_is_refused(qapp):
    with pytest.raises(InputError, match="PNG"):
        png_bytes(QImage(), {}, 96)


# -- the table of formats --------------------------------------------------------
def test_that_the_suffix_chooses_the_writer():
    assert writer_for("a/b.PNG") is WRITERS[0]
    assert tuple((row.suffix, row.label) for row in WRITERS) == FIGURES
    assert {kind for row in WRITERS for kind in row.kinds} == {"still", "animation", "numbers"}


def test_that_every_picture_has_its_formats():
    suffixes = {name: [r.suffix for r in formats_for(name)] for name, _ in pictures_offered()}
    assert set(suffixes) == {*SHAPES, "window"}
    assert all(len(suffixes[name]) == 7 for name in SHAPES)
    assert not {".svg", ".pdf"} & set(suffixes["window"])


@pytest.mark.parametrize(("path", "said"), [("a.jpg", "'.jpg' is unknown"), ("a", "has no suffix")])
def test_that_an_unknown_suffix_names_the_known_ones(path, said):
    with pytest.raises(InputError, match=f"{said}; known are .png, .svg"):
        writer_for(path)
