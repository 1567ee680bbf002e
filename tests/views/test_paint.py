"""Shapes: where they land, what is left out, how thick they are."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from bnsim.pictures.types import Arrow, Box, Circle, Picture, Strokes, Text
from bnsim.views.fonts import elided, font, load_fonts, text_width
from bnsim.views.paint import MANY_LINES, paint, safe_lines

HUGE = (1e300, -1e300, 1.7e308, float("inf"), float("-inf"), float("nan"), 5e-324)


def drawn(*shapes, size=(120, 60), scale=1.0, fine=False):
    image = QImage(*size, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.scale(scale, scale)
        paint(painter, Picture(*size, "#ffffff", shapes), fine=fine)
    return pixels(image)


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return data[:, : image.width(), 2::-1].astype(int)


def ink(array):
    """Where something was drawn on white."""
    return (array < 250).any(axis=2)


def test_that_a_line_is_as_thick_as_its_pen(qapp):
    line = Strokes(np.array([[10.0, 30.5, 110.0, 30.5]]), "#ff0000", 7.0)
    assert ink(drawn(line))[:, 60].sum() == 7
    assert ink(drawn(line, size=(480, 240), scale=4.0))[:, 240].sum() == 28


def test_that_dashes_leave_gaps_and_end_flat(qapp):
    lines = np.array([[10.0, 30.5, 110.0, 30.5]])
    row = ink(drawn(Strokes(lines, "#000000", 3.0, True)))[30]
    assert 0.4 < row[10:110].mean() < 0.8
    assert not row[:9].any()


def test_that_many_lines_are_drawn_rough_unless_asked(qapp):
    lines = np.repeat(np.array([[10.0, 5.0, 110.0, 50.0]]), MANY_LINES + 1, axis=0)
    shape = Strokes(lines, "#000000", 1.0)
    grey = {tuple(p) for p in drawn(shape).reshape(-1, 3)}
    assert grey == {(255, 255, 255), (0, 0, 0)}
    assert len({tuple(p) for p in drawn(shape, fine=True).reshape(-1, 3)}) > 2


def test_that_the_array_itself_is_drawn_and_outlives_garbage(qapp):
    """The array is handed over by address: a wrong stride or a freed copy would show."""
    for _ in range(200):
        lines = np.zeros((50, 8))[:, ::2] + np.array([10.0, 30.5, 110.0, 30.5])
        assert ink(drawn(Strokes(lines, "#000000", 1.0)))[30, 10:110].all()


@pytest.mark.parametrize("align", ["left", "center", "right"])
def test_that_text_is_centred_on_its_height_and_aligned(qapp, align):
    found = ink(drawn(Text(60.0, 30.0, "HE", 20.0, "#000000", False, align)))
    rows, columns = np.flatnonzero(found.any(axis=1)), np.flatnonzero(found.any(axis=0))
    assert abs((rows[0] + rows[-1] + 1) / 2 - 30) <= 1
    middle = {"left": 60 + 14, "center": 60, "right": 60 - 14}[align]
    assert abs((columns[0] + columns[-1]) / 2 - middle) <= 3


def test_that_text_stays_in_its_room(qapp):
    words = "out of scale: over 8 × typical of its layer"
    found = ink(drawn(Text(5.0, 30.0, words, 12.0, "#000000", True, "left", 80.0)))
    assert np.flatnonzero(found.any(axis=0))[-1] <= 86
    assert elided(words, 12.0, True, 80.0).endswith("…")
    assert elided(words, 12.0, True, text_width(words, 12.0, True)) == words


def test_that_half_sizes_lie_between_whole_ones(qapp):
    widths = [text_width("88.714", size) for size in (11.0, 11.5, 12.0)]
    assert widths == sorted(set(widths))
    assert widths[1] == pytest.approx((widths[0] + widths[2]) / 2, rel=0.01)


def test_that_figures_of_cards_share_one_width(qapp):
    from bnsim.views.fonts import metrics

    assert len({metrics(12, False, True).horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_that_the_hat_stands_over_the_x(qapp):
    """A letter without room for the hat would draw it beside the x."""
    bare, hat = (ink(drawn(Text(60.0, 30.0, text, 24.0, "#000000"))) for text in ("x", "x̂"))
    assert text_width("x̂", 24.0) == pytest.approx(text_width("x", 24.0), abs=0.5)
    columns = np.flatnonzero((hat & ~bare).any(axis=0))
    assert abs(columns.mean() - 60) < 2


def test_that_a_box_may_fade_from_left_to_right(qapp):
    row = drawn(Box(10, 10, 100, 40, ("#ff0000", "#ffffff", "#0000ff")))[30]
    assert row[12][0] > 240
    assert row[12][2] < 30
    assert row[107][2] > 240
    assert row[60].min() > 230


@pytest.mark.parametrize("value", HUGE)
def test_that_no_value_can_break_the_painter(qapp, value):
    lines = np.array([[value, 0.0, 50.0, value], [0.0, 0.0, 10.0, 10.0]])
    shapes = (
        Strokes(lines, "#000000", 2.0),
        Strokes(lines, "#000000", 2.0, True),
        Strokes(np.empty((0, 4)), "#000000", value),
        Circle(value, 10, 5, "#00ff00"),
        Circle(10, 10, value, "", "#00ff00", 1.0, True),
        Box(value, value, 10, 10, "#0000ff", "#000000", 1.0, 3.0, True),
        Box(0, 0, value, value, ("#0000ff", "#ffffff")),
        Text(value, 10, "x", 12.0, "#000000"),
        Text(10, 10, "x", value, "#000000"),
        Text(10, 10, "long enough", 12.0, "#000000", room=abs(value)),
        Arrow(value, 10, 5, "#000000"),
        Arrow(10, 10, value, "#000000"),
    )
    drawn(*shapes)


def test_that_lines_are_kept_finite_and_near():
    lines = np.array([[0, 0, 1, np.nan], [0, 0, 1e300, -1e300], [0, np.inf, 1, 1]])
    assert safe_lines(lines).tolist() == [[0, 0, 1e6, -1e6]]


def test_that_the_painter_is_left_as_it_was(qapp):
    image = QImage(50, 50, QImage.Format.Format_RGB32)
    with QPainter(image) as painter:
        painter.scale(2, 2)
        before = painter.worldTransform(), painter.pen(), painter.renderHints()
        paint(painter, Picture(20, 20, "#ffffff", (Text(9, 9, "x", 11.5, "#000000"),)))
        assert before == (painter.worldTransform(), painter.pen(), painter.renderHints())


def test_that_missing_fonts_are_named(qapp, tmp_path):
    assert load_fonts(tmp_path) == ("Inter-Regular.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")


def test_that_the_bundled_letters_are_used(qapp):
    from PySide6.QtGui import QFontInfo

    assert QFontInfo(font(12)).family() == "Inter"
    assert QFontInfo(font(12, True)).weight() == 600
