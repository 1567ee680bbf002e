"""Pictures out of the window by keys, menu and mouse."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QEnterEvent,
    QFocusEvent,
    QGuiApplication,
    QImage,
    QMouseEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from bnsim.export.headless import image_of
from bnsim.export.tables import table_of
from bnsim.ui import exporting
from bnsim.ui.actions import ACTIONS
from bnsim.ui.exporting import Exports
from bnsim.ui.figures import export_window
from bnsim.ui.picture_used import Target
from bnsim.views.card import shown_card

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
RGB = QImage.Format.Format_RGB32


def enter(view) -> None:
    at = QPointF(5, 5)
    QApplication.sendEvent(view, QEnterEvent(at, at, at))


def leave(view) -> None:
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))


def press_copy(window, modifier=CTRL) -> None:
    QTest.keyClick(window, Qt.Key.Key_C, modifier)


def views(window) -> dict:
    center, plots = window.center, window.plots.views
    return {
        "without": center.lanes["without"], "with": center.lanes["with"],
        "legend": center.legend, "timeline": center.timeline, **plots,
    }  # fmt: skip


def job_for(window, picture: str, lane: str = ""):
    return window.exports._job(Target(picture, lane, window))


@pytest.mark.parametrize(
    ("view", "picture", "lane"),
    [("loss", "loss", ""), ("with", "graph", "with"), ("timeline", "timeline", "")],
)
def test_that_ctrl_c_copies_the_picture_pointed_at(window, view, picture, lane) -> None:
    enter(views(window)[view])
    press_copy(window)
    mime = QGuiApplication.clipboard().mimeData()
    image = mime.imageData().convertToFormat(RGB)
    assert image == image_of(job_for(window, picture, lane), export_window).convertToFormat(RGB)
    svg = ElementTree.fromstring(bytes(mime.data("image/svg+xml").data()))
    assert svg.tag.endswith("svg")
    assert svg.findall(".//{http://www.w3.org/2000/svg}text")


def test_that_two_pictures_are_copied_as_two(window) -> None:
    found = []
    for name in ("loss", "samples"):
        enter(window.plots.views[name])
        press_copy(window)
        found.append(QGuiApplication.clipboard().image())
        leave(window.plots.views[name])
    assert found[0] != found[1]


def test_that_the_copy_says_so_and_moves_nothing(window, qtbot) -> None:
    view = window.plots.views["loss"]
    before = view.geometry()
    enter(view)
    press_copy(window)
    assert "copied" in shown_card(view).text
    assert view.geometry() == before
    assert not window.notice.isVisible()
    qtbot.waitUntil(lambda: shown_card(view) is None, timeout=4000)


def test_that_ctrl_shift_c_copies_the_table_that_reads_back(window) -> None:
    enter(window.plots.views["loss"])
    QTest.keyClick(window, Qt.Key.Key_C, CTRL | Qt.KeyboardModifier.ShiftModifier)
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text()), delimiter="\t"))
    table = table_of(job_for(window, "loss"))
    assert rows[0] == list(table.columns)
    assert len(rows) == len(table.rows) + 1
    for row, expected in zip(rows[1:], table.rows, strict=True):
        for text, value in zip(row, expected, strict=True):
            kind = type(value)
            assert value is None if text == "" else kind(text) == value


def test_that_marked_words_are_copied_rather_than_a_picture(window) -> None:
    window.center._caption.setSelection(0, 6)
    marked = window.center.marked_text
    assert len(marked) == 6
    press_copy(window)
    assert QGuiApplication.clipboard().text() == marked
    assert not QGuiApplication.clipboard().mimeData().hasImage()
    QTest.mouseClick(window.plots.views["loss"], LEFT, pos=QPoint(60, 60))
    assert not window.center.marked_text
    press_copy(window)
    assert QGuiApplication.clipboard().mimeData().hasImage()


def test_that_the_keyboard_the_pointer_and_the_last_click_decide_in_turn(window) -> None:
    used, seen = window.exports.used, views(window)
    QTest.mouseClick(seen["spread"], LEFT, pos=QPoint(60, 60))
    for view in seen.values():  # wherever the test before has left the pointer
        leave(view)
    assert used.current().picture == "spread"
    enter(seen["loss"])
    assert used.current().picture == "loss"
    tab = QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)
    QApplication.sendEvent(seen["with"], tab)
    assert used.current()[:2] == ("graph", "with")
    enter(seen["samples"])
    leave(seen["samples"])
    assert used.current()[:2] == ("graph", "with")


def test_that_a_hidden_picture_is_not_meant(window) -> None:
    QTest.mouseClick(window.center.lanes["without"], LEFT, pos=QPoint(250, 10))
    window.do("lanes_with")
    window.settle()
    meant = window.exports.used.current()
    assert meant is None or meant.view.isVisible()
    press_copy(window)
    assert QGuiApplication.clipboard().mimeData().hasImage()


def test_that_copying_has_rows_in_the_menus() -> None:
    verbs = {row.verb: row.keys for row in ACTIONS}
    assert verbs["copy_picture"] == ("Ctrl+C",)
    assert verbs["copy_table"] == ("Ctrl+Shift+C",)


# -- the menu ------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name", ["without", "with", "legend", "timeline", "samples", "spread", "loss"]
)
def test_that_every_picture_has_the_four_entries(window, monkeypatch, name) -> None:
    offered = []

    def look(menu, point):
        offered.append([a.text() for a in menu.actions() if not a.isSeparator()])

    monkeypatch.setattr(exporting, "pick", look)
    view, at = views(window)[name], QPoint(20, 12)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.mapToGlobal(at))
    QApplication.sendEvent(view, event)
    texts = ["Export this picture…", "Copy picture", "Copy table", "Export the window…"]
    assert offered == [texts]


@pytest.mark.parametrize(
    ("index", "verb", "picture"),
    [(0, "export", "loss"), (1, "copy_picture", "loss"), (2, "copy_table", "loss"),
     (4, "export", "window")],
)  # fmt: skip
def test_that_each_entry_does_what_it_says(window, monkeypatch, index, verb, picture) -> None:
    done = []
    monkeypatch.setattr(exporting, "pick", lambda menu, point: menu.actions()[index])
    monkeypatch.setattr(Exports, verb, lambda self, target: done.append((verb, target.picture)))
    window.plots.views["loss"].context_asked.emit(QPoint(0, 0))
    assert done == [(verb, picture)]


# -- the mouse -----------------------------------------------------------------------
def send(view, kind, at: QPoint, held, modifiers) -> None:
    button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
    there = QPointF(view.mapToGlobal(at))
    QApplication.sendEvent(view, QMouseEvent(kind, QPointF(at), there, button, held, modifiers))


def pull(view, start: QPoint, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    send(view, QEvent.Type.MouseButtonPress, start, LEFT, modifiers)
    for far in (3, 20, 60):
        send(view, QEvent.Type.MouseMove, start + QPoint(far, 0), LEFT, modifiers)
    none = Qt.MouseButton.NoButton
    send(view, QEvent.Type.MouseButtonRelease, start + QPoint(60, 0), none, modifiers)


@pytest.fixture
def dropped(monkeypatch):
    """What each drag carries, read while it hangs at the pointer."""
    found = []

    def drop(self, actions):
        mime = self.mimeData()
        path = Path(mime.urls()[0].toLocalFile())
        svg = ElementTree.fromstring(bytes(mime.data("image/svg+xml").data()))
        found.append((mime.imageData(), svg.tag, path, QImage(str(path))))

    monkeypatch.setattr(QDrag, "exec", drop)
    return found


@pytest.mark.parametrize(
    ("name", "start", "modifiers"),
    [
        ("with", QPoint(250, 12), CTRL), ("timeline", QPoint(300, 60), CTRL),
        ("loss", QPoint(90, 90), CTRL), ("loss", QPoint(90, 14), Qt.KeyboardModifier.NoModifier),
    ],
)  # fmt: skip
def test_that_a_picture_is_dragged_out_as_image_svg_and_file(
    window, dropped, name, start, modifiers
) -> None:
    before = window.controller.session.t, window.controller.state.pan
    pull(views(window)[name], start, modifiers)
    window.settle()
    assert len(dropped) == 1
    image, tag, path, written = dropped[0]
    assert tag.endswith("svg")
    assert path.suffix == ".png"
    assert written.convertToFormat(RGB) == image.convertToFormat(RGB)
    assert (window.controller.session.t, window.controller.state.pan) == before


def test_that_dragged_files_are_gone_with_the_window(window, dropped) -> None:
    pull(window.plots.views["loss"], QPoint(90, 14))
    path = dropped[0][2]
    assert path.exists()
    window.close()
    assert not path.parent.exists()


def test_that_without_ctrl_a_lane_pans_and_the_timeline_seeks(window, dropped) -> None:
    window.do("zoom_in")
    window.settle()
    pan = window.controller.state.pan
    pull(window.center.lanes["with"], QPoint(300, 12))
    assert window.controller.state.pan != pan
    timeline = window.center.timeline
    mark = next(m for m in timeline.picture.marks if m.key[0] == "run")
    pull(timeline, QPoint(round(mark.x) + 100, round(mark.y)))
    assert window.controller.session.t != 9
    pull(window.plots.views["loss"], QPoint(90, 90))
    assert not dropped


def test_that_a_ctrl_click_still_selects_and_drags_nothing(window, dropped) -> None:
    view = window.center.lanes["with"]
    mark = next(m for m in view.picture.marks if m.key == ("neuron", 0, 2))
    QTest.mouseClick(view, LEFT, CTRL, QPoint(round(mark.x), round(mark.y)))
    window.settle()
    assert window.controller.state.selected == (0, 2)
    assert not dropped


def test_that_a_drag_without_room_says_one_sentence(window, monkeypatch, dropped) -> None:
    from PySide6.QtCore import QTemporaryDir

    monkeypatch.setattr(QTemporaryDir, "isValid", lambda self: False)
    pull(window.plots.views["loss"], QPoint(90, 14))
    assert "no room" in window.notice.text
    assert not dropped
