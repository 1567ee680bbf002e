"""Plots on the screen: what is where, what never reaches pyqtgraph, what the pointer finds."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from bnsim.pictures.palette import DARK, LIGHT
from bnsim.pictures.types import Axis, Band, Note, Text
from bnsim.views.card import shown_card
from bnsim.views.plot_layout import lay_out
from bnsim.views.plot_lines import finite, joined
from bnsim.views.plot_shapes import front_shapes
from bnsim.views.plot_view import PlotView
from tests.views.hand_made import INF, NAN, TICKS, curve, panel, plot


@pytest.fixture
def make(qtbot):
    made = []

    def new(picture=None, size=(360, 240), **more):
        view = PlotView(**more)
        qtbot.addWidget(view)
        view.resize(*size)
        if picture is not None:
            view.show_picture(picture)
        made.append(view)
        return view

    yield new
    for view in made:
        view.close()


def pixels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return data[:, : image.width(), 2::-1].astype(int)


def red(image):
    found = pixels(image)
    return (found[..., 0] > 180) & (found[..., 1] < 120) & (found[..., 2] < 120)


def told(signal):
    seen = []
    signal.connect(lambda *values: seen.append(values))
    return seen


def move(view, x, y):
    at, none = QPointF(x, y), Qt.MouseButton.NoButton
    where = QPointF(view.mapToGlobal(at.toPoint()))
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, where, none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)


# -- the last defence ------------------------------------------------------------
NASTY = {
    "nothing": ([], []),
    "one point": ([1], [1]),
    "one that is no number": ([NAN], [1]),
    "none is a number": ([NAN, INF, -INF], [NAN, NAN, INF]),
    "a hole": ([0, 1, 2, 3], [1, NAN, 2, 3]),
    "infinities": ([0, 1, 2, 3, 4], [INF, 1, -INF, 2, INF]),
    "infinite places": ([0, INF, 2, -INF], [1, 2, 3, 4]),
    "a spike": ([0, 1, 2, 3], [1, 1e308, 2, -1e308]),
    "the largest": ([0, 1, 2], [1.7976931348623157e308] * 3),
    "far places": ([-1e308, 0, 1e308], [1, 2, 3]),
    "denormals": ([0, 5e-324, 1e-310], [5e-324, -5e-324, 0]),
    "constant": ([1, 1, 1], [2, 2, 2]),
    "unequal lengths": ([0, 1, 2, 3], [1, 2]),
    "backwards": ([3, 2, 1, 0], [1, 2, 1, 2]),
}
AXES = {
    "sane": Axis(0, 4, TICKS),
    "hidden": Axis(0, 4),
    "no range": Axis(2, 2, ((2.0, "2"),)),
    "upside down": Axis(4, 0, TICKS),
    "not a number": Axis(NAN, 1, ((NAN, "?"), (INF, "inf"))),
    "infinite": Axis(-INF, INF, TICKS),
    "huge": Axis(-1e308, 1e308, TICKS),
    "tiny": Axis(0, 5e-324, TICKS),
    "narrow and far": Axis(1e9, 1e9 + 1, ((1e9, "1e9"),)),
}


@pytest.mark.parametrize("axis", AXES.values(), ids=AXES)
@pytest.mark.parametrize("points", NASTY.values(), ids=NASTY)
def test_that_no_points_and_no_axis_can_break_a_plot(make, points, axis):
    curves = [
        curve(
            *points,
            symbol=symbol,
            dashed=symbol == "ring",
            connect=connect,
            labels=("1", "2"),
            tips=("a", "b"),
        )
        for symbol in ("", "disc", "ring", "triangle", "arrow_up", "arrow_down")
        for connect in (None, np.ones(len(points[0]), dtype=bool))
    ]
    bands = (Band("#eeeeee", NAN, INF, -INF, 1e308), Band("#eeeeee", None, 1.0))
    notes = (
        Note(NAN, INF, "note", "#000000"),
        Note(1e308, -1e308, "note", "#000000", align="right"),
    )
    verticals = ((NAN, "#000000", True), (INF, "#000000", False), (1.0, "#000000", True))
    more = {"bands": bands, "notes": notes, "verticals": verticals}
    view = make(plot(panel(*curves, **more), panel(*curves, x=axis, y=axis, **more)))
    view.show()
    view.grab()
    for x in range(0, 360, 24):
        move(view, x, 120)


def test_that_only_finite_points_are_handed_on():
    x, y, kept = finite(np.array([0, 1, NAN, 3, 4]), np.array([0, INF, 2, 3]))
    assert (x.tolist(), y.tolist(), kept.tolist()) == ([0, 3], [0, 3], [True, False, False, True])


def test_that_a_line_never_crosses_a_dropped_point():
    kept = np.array([True, True, False, True, True])
    assert joined(None, kept).tolist() == [1, 0, 1, 0]
    assert joined(np.array([0, 1, 1, 1, 0], dtype=bool), kept).tolist() == [0, 0, 1, 0]
    assert joined(np.array([0], dtype=bool), kept).tolist() == [0, 0, 1, 0]


def test_that_a_gap_stays_empty_on_the_screen(make):
    whole = make(plot(panel(curve([0, 1, 2, 3, 4], [2, 2, 2, 2, 2]))))
    holed = make(plot(panel(curve([0, 1, 2, 3, 4], [2, 2, NAN, 2, 2]))))
    cut = make(
        plot(panel(curve([0, 1, 2, 3], [2, 2, 2, 2], connect=np.array([1, 0, 1, 0], dtype=bool))))
    )
    rows = [red(view.image())[:150].any(axis=0).sum() for view in (whole, holed, cut)]
    assert rows[1] == pytest.approx(rows[0] / 2, abs=4)
    assert rows[2] == pytest.approx(rows[0] / 2, abs=4)


def test_that_two_thousand_wheel_events_change_nothing(make):
    view = make(plot(panel(curve([0, 1, 2], [1, 2, 3]))))
    view.show()
    before = pixels(view.image())
    at = QPointF(180, 100)
    for turn in range(2000):
        event = QWheelEvent(
            at, at, QPoint(), QPoint(0, 120 if turn % 3 else -12000), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(view.childAt(180, 100) or view, event)
    assert (pixels(view.image()) == before).all()


def test_that_a_line_to_a_spike_leaves_the_panel_and_does_not_vanish(make):
    view = make(plot(panel(curve([0, 2, 4], [1, 1e300, 1], width=2.0)), legend=()))
    frame, found = view._layout.frames[0], red(view.image())
    columns = np.flatnonzero(found.any(axis=0))
    assert columns[0] == pytest.approx(frame.x, abs=2)
    assert columns[-1] == pytest.approx(frame.right, abs=2)
    assert np.flatnonzero(found.any(axis=1))[0] == pytest.approx(frame.y, abs=1)


def test_that_pyqtgraph_gets_no_mouse_at_all(make):
    view = make(plot(panel(curve([0, 1, 2], [1, 2, 3]))))
    view.show()
    assert view.childAt(180, 100) is None


def test_that_a_long_line_looks_as_it_would_in_full(make):
    x = np.linspace(0, 4, 20_000)
    y = 2 + np.sin(x * 5)
    long = red(make(plot(panel(curve(x, y, width=3.0)))).image())
    short = red(make(plot(panel(curve(x[::40], y[::40], width=3.0)))).image())
    assert (long != short).mean() < 0.002


# -- place ---------------------------------------------------------------------
def test_that_points_stand_where_the_axes_say(make):
    view = make(plot(panel(curve([3], [1], symbol="disc", symbol_size=11.0))))
    frame = view._layout.frames[0]
    y, x = np.argwhere(red(view.image())[:180]).mean(axis=0)
    # The ring of the legend is red too, but further down.
    assert x == pytest.approx(frame.x + 0.75 * frame.width - 0.5, abs=0.6)
    assert y == pytest.approx(frame.y + 0.75 * frame.height - 0.5, abs=0.6)


def test_that_lines_and_symbols_agree_to_the_pixel(make):
    view = make(
        plot(panel(curve([0, 4], [3, 3], width=1.0), curve([2], [3], symbol="ring")), legend=())
    )
    rows = np.flatnonzero(red(view.image()).any(axis=1))
    frame = view._layout.frames[0]
    assert (rows[0] + rows[-1]) / 2 == pytest.approx(frame.y + 0.25 * frame.height - 0.5, abs=0.6)


def test_that_labels_stand_in_their_symbols(qapp):
    picture = plot(
        panel(curve([1, 2, 99], [1, 2, 1], symbol="ring", symbol_size=14.0, labels=("1", "2", "3")))
    )
    shapes = front_shapes(picture, lay_out(picture, 360, 240))
    labels = [s for s in shapes if type(s) is Text]
    assert [s.text for s in labels] == ["1", "2"]
    assert all(8 <= s.size <= 9 and s.bold for s in labels)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_a_theme_frames_the_plot(make, theme):
    view = make(plot(panel()))
    view.set_theme(theme)
    edge = view.grab().toImage().pixelColor(180, 0)
    assert edge == QColor(theme.panel_line)


# -- size ------------------------------------------------------------------------
def test_that_a_plot_k_times_as_large_is_the_same_plot_enlarged(make):
    picture = plot(
        panel(
            curve([0, 1, 2, 3], [1, 3, 2, 3], symbol="ring", width=2.0),
            curve([1, 2, 3], [2, 1, 1], symbol="disc", dashed=True, color="#0000aa"),
            bands=(Band("#eeffee", None, None, 1, 2),),
            title="raw",
        )
    )
    small = make(picture, (360, 240)).image()
    large = make(picture, (1440, 960), scale=4.0).image()
    shrunk = large.scaled(360, 240, mode=Qt.TransformationMode.SmoothTransformation)
    assert np.abs(pixels(shrunk) - pixels(small)).mean() < 1.5


def test_that_set_scale_is_the_same_as_the_constructor(make):
    picture = plot(panel(curve([0, 1, 2], [1, 2, 3])))
    late = make(picture, (720, 480))
    late.set_scale(2.0)
    assert (pixels(late.image()) == pixels(make(picture, (720, 480), scale=2.0).image())).all()


def test_that_a_line_grows_with_a_painter_from_outside(make):
    """As when a whole window is exported: nobody tells the plot about it."""
    view = make(plot(panel(curve([0, 4], [2, 2], width=2.0)), legend=()))
    thick = []
    for k in (1, 5):
        image = QImage(360 * k, 240 * k, QImage.Format.Format_RGB32)
        image.fill(QColor("#ffffff"))
        with QPainter(image) as painter:
            painter.scale(k, k)
            view.render(painter, QPoint())
        thick.append(red(image)[:, 200 * k].sum())
    assert thick[1] >= 4 * thick[0]


# -- pointer ---------------------------------------------------------------------
def test_that_the_nearest_point_is_told_with_its_tip_and_shown(make):
    keys, tips = (("neuron", 0, 0), ("neuron", 0, 1)), ("h₁\n1", "h₂\n2")
    view = make(plot(panel(curve([1, 3], [1, 3], symbol="disc", keys=keys, tips=tips))))
    view.show()
    seen, clicked, frame = told(view.hovered), told(view.clicked), view._layout.frames[0]
    spots = [(float(frame.px(v)), float(frame.py(v))) for v in (1, 3)]
    move(view, spots[0][0] + 6, spots[0][1] - 6)
    assert shown_card(view).text == "h₁\n1"
    move(view, *spots[1])
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(*map(round, spots[1])))
    move(view, spots[1][0] - 30, spots[1][1])
    assert shown_card(view) is None
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert seen == [(keys[0], tips[0]), (keys[1], tips[1]), (None, "")]
    assert clicked == [(keys[1],), (None,)]


def test_that_a_dropped_point_does_not_shift_the_tips(make):
    view = make(plot(panel(curve([1, NAN, 3], [1, 2, 3], symbol="disc", tips=("a", "b", "c")))))
    frame = view._layout.frames[0]
    seen = told(view.hovered)
    move(view, float(frame.px(3)), float(frame.py(3)))
    assert seen == [(None, "c")]


def test_that_a_new_value_under_a_resting_pointer_is_told(make, qtbot):
    pictures = [plot(panel(curve([2], [2], symbol="disc", tips=(tip,)))) for tip in ("1", "2")]
    view = make(pictures[0])
    view.show()
    frame, seen = view._layout.frames[0], told(view.hovered)
    move(view, float(frame.px(2)), float(frame.py(2)))
    view.show_picture(pictures[1])
    qtbot.waitUntil(lambda: seen == [(None, "1"), (None, "2")])
    assert shown_card(view).text == "2"
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert shown_card(view) is None


def test_that_the_context_menu_is_the_owners(make):
    view = make(plot(panel()))
    seen = told(view.context_asked)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(view, QContextMenuEvent(reason, QPoint(5, 6), QPoint(105, 106)))
    assert seen == [(QPoint(105, 106),)]


# -- life ------------------------------------------------------------------------
def test_that_panels_and_curves_come_and_go(make):
    view = make()
    for count in (1, 3, 0, 2):
        curves = [curve([0, 1, 2], [1, 2, 3]) for _ in range(count)]
        view.show_picture(plot(*[panel(*curves) for _ in range(count)]))
        view.grab()
        boxes = [one for one in view._panels if one.box.isVisible()]
        assert len(boxes) == count
        assert [sum(line.isVisible() for line in one._lines) for one in boxes] == [count] * count


def test_that_items_are_reused_while_the_structure_stays(make):
    view = make(plot(panel(curve([0, 1], [1, 2]))))
    before = (view._panels[0], *view._panels[0]._lines)
    view.show_picture(plot(panel(curve([0, 1, 2], [1, 2, 1]))))
    assert (view._panels[0], *view._panels[0]._lines) == before


def test_that_the_plot_is_described_for_screen_readers(make):
    view = make(plot(panel(), description="Loss. Batch 1: without BN 3."))
    assert (view.accessibleName(), view.accessibleDescription()) == (
        "Loss",
        "Loss. Batch 1: without BN 3.",
    )


def test_that_a_closed_plot_takes_everything_quietly(make):
    view = make(plot(panel(curve([0, 1], [1, 2]))))
    view.show()
    view.close()
    view.show_picture(plot(panel()))
    view.set_theme(DARK)
    view.set_scale(2.0)
    view.resize(100, 100)
    move(view, 5, 5)
    assert view.close()


def test_that_fifty_plots_leave_nothing_behind(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    before = len(QApplication.allWidgets())
    for _ in range(50):
        view = PlotView(window)
        view.resize(200, 150)
        view.show_picture(plot(panel(curve([0, 1], [1, 2], symbol="disc"))))
        view.show()
        view.grab()
        view.close()
        view.deleteLater()
        QApplication.sendPostedEvents(view, QEvent.Type.DeferredDelete)
    assert len(QApplication.allWidgets()) == before


@pytest.mark.parametrize("ending", ["close", "leave"])
def test_that_the_interpreter_ends_well(ending):
    source = f"""
        import numpy as np
        from PySide6.QtCore import QTimer
        from PySide6.QtWidgets import QApplication, QWidget
        from bnsim.pictures.types import Axis, Curve, Panel, PlotPicture
        from bnsim.views.plot_view import PlotView
        app = QApplication([])
        window = QWidget()
        views = [PlotView(window) for _ in range(3)]
        curve = Curve(np.arange(3.0), np.arange(3.0), "#ff0000", symbol="disc")
        panel = Panel(Axis(0, 3), Axis(0, 3), curves=(curve,))
        for view in views:
            view.show_picture(PlotPicture("a", "a", "", (panel,), *["#ffffff"] * 4))
        window.show()
        QTimer.singleShot(50, app.quit)
        app.exec()
        if {ending == "close"}:
            for view in views:
                view.close()
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(source)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr.strip()) == (0, "")
