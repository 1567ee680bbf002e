"""Pictures as files: sharp at any size, honest about where they come from."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtGui import QColor, QImage, QImageReader
from PySide6.QtWidgets import QApplication, QWidget

from bnsim.export.render import render_picture, render_plot, render_widget
from bnsim.export.writers import WRITERS, png_bytes, writer_for
from bnsim.pictures.palette import LIGHT
from bnsim.pictures.types import Axis, Box, Curve, Panel, Picture, PlotPicture, Strokes, Text
from bnsim.sim.errors import InputError
from bnsim.views.picture_view import PictureView
from bnsim.views.plot_view import PlotView

TEXTS = {
    "bnsim-version": "0.1.0",
    "bnsim-scenario": "article",
    "bnsim-moment": "batch 1, sample 1, x̂ = +1.41 · 平均\n\nsecond: paragraph",
    "Title": "The article’s example",
}


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return data[:, : image.width(), 2::-1].astype(int)


def graph(width, height):
    lines = np.array([[0.2 * width, 0.3 * height, 0.8 * width, 0.7 * height]])
    shapes = (
        Strokes(lines, "#ff0000", 2.0),
        Strokes(lines[:, [0, 3, 2, 1]], "#0000ff", 1.5, True),
        Text(width / 2, 20, "x̂ 88.7", 13.0, "#000000", True),
    )
    return Picture(width, height, "#ffffff", shapes)


def plot():
    x = np.array([0.0, 1.0, 2.0, 3.0])
    curves = (Curve(x, np.array([1.0, 2.0, 1.5, 3.0]), "#ff0000", 2.0, symbol="ring"),)
    ticks = ((0.0, "0"), (2.0, "2"))
    panel = Panel(Axis(-0.5, 3.5, ticks), Axis(0, 4, ticks, "", True), curves=curves)
    return PlotPicture(
        "a", "Loss", "of a batch", (panel,), "#ffffff", "#000000", "#555555", "#dddddd"
    )


def thickness(image, share):
    """How many pixels of pure red the column at a share of the width amounts to."""
    column = pixels(image)[:, round(share * image.width())]
    return float((column[:, 0] - column[:, 1]).clip(0).sum() / 255)


# -- size ------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["graph", "plot"])
def test_that_strokes_grow_with_the_picture(qapp, kind):
    """pyqtgraph's own exporter leaves a line of 2 px at 2 px."""
    images = [
        render_picture(graph, (w, w * 2 // 3), (600, 400))
        if kind == "graph"
        else render_plot(plot(), (w, w * 2 // 3), (600, 400))
        for w in (600, 4000)
    ]
    for share in (0.35, 0.45, 0.7):
        small, large = (thickness(image, share) for image in images)
        assert small >= 1
        assert large >= 6 * small


def test_that_a_larger_picture_is_the_same_picture(qapp):
    for render in (
        lambda size: render_picture(graph, size, (300, 200)),
        lambda size: render_plot(plot(), size, (300, 200)),
    ):
        small, large = render((300, 200)), render((1200, 800))
        shrunk = large.smoothScaled(300, 200)
        assert np.abs(pixels(shrunk) - pixels(small)).mean() < 1.5


def test_that_another_shape_is_laid_out_anew_and_not_stretched(qapp):
    asked = []

    def at(width, height):
        asked.append((width, height))
        return graph(width, height)

    image = render_picture(at, (2000, 500), (500, 250))
    assert asked == [(1000.0, 250.0)]
    assert (image.width(), image.height()) == (2000, 500)
    assert render_plot(plot(), (901, 333), (300, 200)).width() == 901


def test_that_the_ground_of_a_plot_is_its_own_to_every_edge(qapp):
    found = pixels(render_plot(plot(), (301, 203), (300, 200)))
    edges = (found[0], found[-1], found[:, 0], found[:, -1])
    assert all((edge == 255).all() for edge in edges)


@pytest.mark.parametrize("size", [(0, 10), (10, -1), (100_000, 10)])
def test_that_impossible_sizes_are_refused_in_words(qapp, size):
    for render in (
        lambda: render_picture(graph, size, (300, 200)),
        lambda: render_plot(plot(), size, (300, 200)),
    ):
        with pytest.raises(InputError, match=f"{size[0]} x {size[1]} pixels"):
            render()


def test_that_a_picture_of_one_pixel_is_possible(qapp):
    assert render_picture(graph, (1, 1), (300, 200)).width() == 1
    assert render_plot(plot(), (1, 1), (300, 200)).width() == 1


def test_that_rendering_leaves_no_widget(qapp):
    before = len(QApplication.allWidgets())
    for _ in range(10):
        render_plot(plot(), (300, 200), (300, 200))
    assert len(QApplication.allWidgets()) == before


def test_that_a_whole_window_is_drawn_sharp(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 200)
    left, right = PictureView(window), PlotView(window)
    left.setGeometry(0, 0, 200, 200)
    right.setGeometry(200, 0, 200, 200)
    left.set_theme(LIGHT)
    left.show_picture(Picture(200, 200, "#ffffff", (Box(10, 10, 180, 7, "#ff0000"),)))
    right.show_picture(plot())
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
    data = png_bytes(render_plot(plot(), (300, 200), (300, 200)), TEXTS, 300)
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
    data = png_bytes(render_plot(plot(), (30, 20), (300, 200)), texts, 300)
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    assert {key: reader.text(key) for key in texts} == texts


def test_that_the_same_picture_gives_the_same_bytes(qapp):
    first, second = (
        png_bytes(render_picture(graph, (500, 300), (300, 200)), TEXTS, 96) for _ in range(2)
    )
    assert first == second
    first, second = (
        png_bytes(render_plot(plot(), (500, 300), (300, 200)), TEXTS, 96) for _ in range(2)
    )
    assert first == second


def test_that_the_given_image_is_left_as_it_was(qapp):
    image = render_picture(graph, (300, 200), (300, 200))
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


def test_that_the_suffix_chooses_the_writer():
    assert writer_for("a/b.PNG").write is png_bytes
    assert {row.suffix for row in WRITERS} == {".png"}


@pytest.mark.parametrize(("path", "said"), [("a.jpg", "'.jpg' is unknown"), ("a", "has no suffix")])
def test_that_an_unknown_suffix_names_the_known_ones(path, said):
    with pytest.raises(InputError, match=f"{said}; known are .png"):
        writer_for(path)
