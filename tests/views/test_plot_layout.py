"""Where the parts of a plot stand, and what long lines keep."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.pictures.types import Axis, Text
from bnsim.views.fonts import text_width
from bnsim.views.plot_layout import MARGIN, lay_out
from bnsim.views.plot_lines import thinned
from bnsim.views.plot_shapes import back_shapes
from tests.views.hand_made import TICKS, panel, plot


def texts(picture, width, height):
    layout = lay_out(picture, width, height)
    return [s for s in back_shapes(picture, layout) if type(s) is Text and s.text]


def extent(text):
    width = text_width(text.text, text.size, text.bold)
    width = min(width, text.room) if text.room else width
    left = text.x - width * {"left": 0, "center": 0.5, "right": 1}[text.align]
    return left, left + width


@pytest.mark.parametrize("width", [150, 200, 260, 360, 700])
@pytest.mark.parametrize("height", [130, 180, 300])
def test_that_no_two_texts_touch_and_none_leaves_the_plot(qapp, width, height):
    ticks = tuple((float(i), f"batch {i}") for i in range(12))
    many = Axis(-1, 12, tuple((float(i), f"{i * 1000}") for i in range(12)), "", True)
    picture = plot(
        panel(x=Axis(-0.5, 11.5, ticks, "batch"), y=many, title="raw"),
        panel(x=Axis(0, 4, TICKS), y=Axis(-1, 12, ((0.0, ""),), "", True), title="normalized"),
        title="h₁: raw against normalized in a long title",
        subtitle="samples seen so far · symlog axis, and more",
        conclusion="Both lanes: same start, samples and order, no optimizer, seed 0." * 2,
        warning="loss without BN is inf from batch 4",
    )
    found = texts(picture, width, height)
    for index, one in enumerate(found):
        left, right = extent(one)
        assert left >= 0, one.text
        assert right <= width + 1, one.text
        for other in found[:index]:
            if abs(one.y - other.y) < 9:
                start, end = extent(other)
                assert left >= end or right <= start, (one.text, other.text)


def test_that_zero_is_the_last_number_to_go(qapp):
    ticks = tuple((float(i), str(i)) for i in range(-20, 21))
    picture = plot(panel(y=Axis(-20.5, 20.5, ticks)))
    assert "0" in [t.text for t in texts(picture, 300, 150) if t.align == "right"]


def test_that_low_plots_keep_their_data_and_warning(qapp):
    picture = plot(panel(), warning="loss is inf")
    layout = lay_out(picture, 300, 130)
    assert layout.frames[0].height >= 30
    assert layout.warning
    assert lay_out(picture, 300, 320).legend
    lay_out(picture, 1, 1)
    lay_out(plot(), 300, 200)


def test_that_panels_share_the_width(qapp):
    bare = Axis(0, 4, ((0.0, ""),), "", True)
    layout = lay_out(plot(panel(), panel(y=bare)), 400, 240)
    first, second = layout.frames
    assert first.width == second.width
    assert first.right < second.x
    assert second.right == pytest.approx(400 - MARGIN)


def test_that_long_lines_keep_their_extremes_and_gaps():
    x = np.arange(10_000.0)
    y, connect = np.sin(x), np.ones(10_000, dtype=np.int32)
    y[1234], y[7777], connect[4999] = 9.0, -9.0, 0
    tx, ty, joins = thinned(x, y, connect, 300)
    assert len(tx) < 1300
    assert (ty.max(), ty.min()) == (9.0, -9.0)
    assert (joins == 0).sum() == 1
    assert tx[np.flatnonzero(joins == 0)[0]] == 4999
    assert (np.diff(tx) >= 0).all()


def test_that_short_and_unsorted_lines_are_left_alone():
    x, joins = np.array([3.0, 1.0, 2.0] * 500), np.ones(1500, dtype=np.int32)
    assert thinned(x, x, joins, 10)[0] is x
    assert thinned(x[:20], x[:20], joins[:20], 10)[0].size == 20
