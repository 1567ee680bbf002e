"""Pictures on the screen: hits, hover, clicks, drags, the card."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from bnsim.pictures.palette import DARK, LIGHT
from bnsim.pictures.types import Circle, LineMarks, Mark, Picture, Strokes, Text
from bnsim.views.card import Card, shown_card
from bnsim.views.hits import distances, key_at
from bnsim.views.picture_view import PictureView

A, B, W = ("neuron", 0, 0), ("slot", 0, 0, 0), ("weight", 0, 0, 0)
LEFT = Qt.MouseButton.LeftButton


def picture(**changes):
    lines = np.array([[0.0, 150.0, 200.0, 150.0], [0.0, 158.0, 200.0, 158.0]])
    parts = {
        "width": 300.0, "height": 200.0, "background": "#ffffff",
        "shapes": (
            Circle(50, 50, 20, "#ff0000"), Strokes(lines, "#000000", 2.0),
            Text(50, 50, "6", 12.0, "#000000"),
        ),
        "marks": (Mark(A, 50, 50, 40, 40), Mark(B, 60, 50, 20, 20)),
        "lines": LineMarks(lines, (W, ("weight", 0, 1, 0))),
        "description": "With batch normalization: sample 1 leaves",
    }  # fmt: skip
    return Picture(**(parts | changes))


@pytest.fixture
def view(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    found = PictureView(window)
    found.setGeometry(20, 10, 300, 200)
    found.show_picture(picture())
    window.show()
    yield found  # not returned: the window would be gone with this frame
    assert window.isVisible() or window.isHidden()


def told(signal):
    seen = []
    signal.connect(lambda *values: seen.append(values))
    return seen


def move(view, x, y, buttons=Qt.MouseButton.NoButton):
    at = QPointF(x, y)
    where = QPointF(view.mapToGlobal(at.toPoint()))
    kind = QEvent.Type.MouseMove
    event = QMouseEvent(
        kind, at, where, Qt.MouseButton.NoButton, buttons, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(view, event)


def wheel(view, delta):
    at, none = QPointF(10, 20), QPoint()
    event = QWheelEvent(
        at, at, none, QPoint(0, delta), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    return event


# -- what is under the pointer ---------------------------------------------------
@pytest.mark.parametrize(
    ("x", "y", "key"),
    [
        (50, 35, A), (60, 50, B), (55, 50, B), (71, 50, None), (100, 152, W),
        (100, 144.5, W), (100, 143, None), (100, 156, ("weight", 0, 1, 0)), (207, 150, None),
    ],
)  # fmt: skip
def test_that_marks_are_found_from_last_to_first_and_then_the_nearest_line(x, y, key):
    assert key_at(picture(), x, y) == key


def test_that_lines_without_length_or_sense_do_no_harm():
    lines = np.array(
        [[5.0, 5.0, 5.0, 5.0], [np.nan, 0, 1, 1], [0, 0, np.inf, 0], [0, 0, 1e300, 1e300]]
    )
    far = distances(lines, 8.0, 9.0)
    assert far[0] == 5.0
    assert np.isinf(far[1])
    assert not np.isnan(far).any()
    assert key_at(picture(marks=(), lines=LineMarks(np.empty((0, 4)), ())), 1, 1) is None


def test_that_hovering_tells_each_key_once_and_leaving_tells_none(view):
    seen = told(view.hovered)
    for x, y in ((50, 35), (51, 36), (60, 50), (150, 90), (100, 150)):
        move(view, x, y)
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert seen == [(A,), (B,), (None,), (W,), (None,)]


def test_that_a_new_picture_under_a_resting_pointer_is_told(view, qtbot):
    seen = told(view.hovered)
    move(view, 60, 50)
    view.show_picture(picture(marks=(Mark(A, 50, 50, 40, 40),)))
    assert seen == [(B,)]
    qtbot.waitUntil(lambda: seen == [(B,), (A,)])


def test_that_hiding_ends_the_hover(view):
    seen = told(view.hovered)
    move(view, 60, 50)
    view.hide()
    assert seen == [(B,), (None,)]


# -- clicks and drags ------------------------------------------------------------
def test_that_clicks_name_the_mark_or_none(view):
    seen = told(view.clicked)
    QTest.mouseClick(view, LEFT, pos=QPoint(50, 35))
    QTest.mouseClick(view, LEFT, pos=QPoint(200, 90))
    QTest.mouseClick(view, Qt.MouseButton.RightButton, pos=QPoint(50, 35))
    assert seen == [(A,), (None,)]


def test_that_a_double_click_is_one_click_and_one_double_click(view):
    clicked, doubled = told(view.clicked), told(view.double_clicked)
    QTest.mouseClick(view, LEFT, pos=QPoint(50, 35))
    QTest.mouseDClick(view, LEFT, pos=QPoint(50, 35))
    assert doubled == [(A,)]
    assert len(clicked) <= 2


def test_that_a_mark_is_dragged_from_the_press_on(view):
    dragged, clicked, panned = told(view.dragged), told(view.clicked), told(view.panned)
    QTest.mousePress(view, LEFT, pos=QPoint(50, 35))
    move(view, 52, 36, LEFT)
    move(view, 90, 40, LEFT)
    move(view, -30, 40, LEFT)
    QTest.mouseRelease(view, LEFT, pos=QPoint(90, 40))
    assert dragged == [(A, 50.0, 35.0), (A, 90.0, 40.0), (A, -30.0, 40.0)]
    assert clicked == panned == []


def test_that_empty_space_pans_with_left_and_everything_with_middle(view):
    panned, clicked = told(view.panned), told(view.clicked)
    for button, x in ((LEFT, 200), (Qt.MouseButton.MiddleButton, 50)):
        QTest.mousePress(view, button, pos=QPoint(x, 90))
        move(view, x + 2, 90, button)
        move(view, x + 10, 95, button)
        move(view, x + 15, 95, button)
        QTest.mouseRelease(view, button, pos=QPoint(x + 15, 95))
    assert panned == [(10.0, 5.0), (5.0, 0.0)] * 2
    assert clicked == []


def test_that_the_wheel_zooms_about_the_pointer_only_where_someone_listens(view):
    assert not wheel(view, 120).isAccepted()
    seen = told(view.wheel_zoomed)
    assert wheel(view, 120).isAccepted()
    wheel(view, -240)
    assert not wheel(view, 0).isAccepted()
    assert [round(factor, 4) for factor, *_ in seen] == [1.2, 0.6944]
    assert seen[0][1:] == (10.0, 20.0)


def test_that_two_thousand_wheel_events_stay_within_bounds(view):
    seen = told(view.wheel_zoomed)
    for turn in range(2000):
        wheel(view, (120, -120, 100_000, -100_000)[turn % 4])
    assert len(seen) == 2000
    assert {round(factor, 3) for factor, *_ in seen} == {1.2, 0.833, 2.488, 0.402}


def test_that_the_context_menu_is_asked_for_at_the_screen_position(view):
    seen = told(view.context_asked)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(view, QContextMenuEvent(reason, QPoint(5, 6), QPoint(105, 106)))
    assert seen == [(QPoint(105, 106),)]


def test_that_keys_reach_the_window(view, qtbot):
    seen = []

    class Window(QWidget):
        def keyPressEvent(self, event):
            seen.append(event.key())

    window = Window()
    qtbot.addWidget(window)
    view.setParent(window)
    QTest.keyClick(view, Qt.Key.Key_Space)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert seen == [Qt.Key.Key_Space, Qt.Key.Key_Right]
    assert view.focusPolicy() == Qt.FocusPolicy.StrongFocus


# -- the card --------------------------------------------------------------------
def test_that_the_card_stands_beside_the_pointer_and_inside_the_window(view):
    for x, y in ((50, 35), (295, 195), (1, 199), (299, 1)):
        move(view, x, y)
        view.show_card("h₁, ReLU\nsample 1: 88.7142857142857\nbias 0.1", A)
        card = shown_card(view)
        at = view.mapTo(view.window(), QPoint(x, y))
        assert card.isVisible()
        assert view.window().rect().contains(card.geometry())
        assert not card.geometry().contains(at)


def test_that_the_card_is_refilled_under_a_resting_pointer(view):
    move(view, 50, 35)
    view.show_card("h₁\n1", A)
    narrow = shown_card(view).width()
    view.show_card("h₁\nsomething much longer than before", A)
    assert shown_card(view).text.endswith("before")
    assert shown_card(view).width() > narrow
    assert len(view.window().findChildren(Card)) == 1


def test_that_leaving_a_mark_or_the_view_or_an_empty_text_hides_the_card(view):
    for end in (
        lambda: move(view, 200, 90),
        lambda: QApplication.sendEvent(view, QEvent(QEvent.Type.Leave)),
        lambda: view.show_card("", A),
        view.hide_card,
    ):
        move(view, 50, 35)
        view.show_card("h₁", A)
        assert shown_card(view) is not None
        end()
        assert shown_card(view) is None


def test_that_without_a_pointer_the_card_stands_at_the_mark(view):
    view.show_card("h₁", ("nobody",))
    assert shown_card(view) is None
    view.show_card("h₁", A)
    assert shown_card(view) is not None


def test_that_a_card_of_markup_long_words_and_many_lines_stays_inside(view):
    move(view, 50, 35)
    view.show_card("<img src='x.png'>&amp;\n" + "w" * 500 + "\n" + "\n".join(["line"] * 60), A)
    card = shown_card(view)
    assert card.x() >= 0
    assert card.y() >= 0
    card.grab()


def test_that_the_card_takes_on_the_theme(view):
    move(view, 50, 35)
    corners = []
    for theme in (LIGHT, DARK):
        view.set_theme(theme)
        view.show_card("h₁", A)
        corners.append(shown_card(view).grab().toImage().pixelColor(14, 11).name())
    assert corners == [LIGHT.panel, DARK.panel]


def test_that_the_card_lets_every_event_through(view):
    move(view, 50, 35)
    view.show_card("h₁", A)
    assert shown_card(view).testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


# -- showing ---------------------------------------------------------------------
def test_that_the_same_picture_again_repaints_nothing(view, qtbot):
    paints = []

    class Counting(PictureView):
        def paintEvent(self, event):
            paints.append(1)
            super().paintEvent(event)

    counting = Counting()
    qtbot.addWidget(counting)
    shown = picture()
    counting.show()
    counting.show_picture(shown)
    qtbot.waitUntil(lambda: bool(paints))
    before = len(paints)
    counting.show_picture(shown)
    QTest.qWait(20)
    assert len(paints) == before


def test_that_the_picture_is_on_the_screen_and_in_larger_renders(view):
    small = view.grab().toImage()
    assert small.pixelColor(40, 40).name() == "#ff0000"
    assert small.pixelColor(290, 10).name() == "#ffffff"


def test_that_resizing_asks_for_a_new_picture_and_changes_none(view):
    seen, shown = told(view.resized), view.picture
    view.resize(250, 120)
    assert len(seen) == 1
    assert view.picture is shown
    view.grab()


def test_that_the_description_is_there_for_screen_readers(view):
    assert view.accessibleDescription() == "With batch normalization: sample 1 leaves"
    assert view.accessibleName() == "With batch normalization"


def test_that_a_view_without_a_picture_takes_every_event(qtbot):
    view = PictureView()
    qtbot.addWidget(view)
    view.show()
    view.grab()
    move(view, 5, 5)
    QTest.mouseClick(view, LEFT)
    view.show_card("x", A)


def test_that_fifty_views_leave_nothing_behind(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    window.show()
    counts = []
    for _ in range(50):
        counts.append(len(QApplication.allWidgets()))
        view = PictureView(window)
        view.show_picture(picture())
        view.show()
        move(view, 50, 35)
        view.show_card("h₁", A)
        view.grab()
        view.deleteLater()
        QTest.qWait(0)
    # The first one brings the card, which is the window's.
    assert counts[1:] == counts[1:2] * 49


def test_that_a_picture_in_a_scroll_area_lets_it_scroll(qtbot):
    area, view = QScrollArea(), PictureView()
    qtbot.addWidget(area)
    view.setFixedSize(200, 900)
    area.setWidget(view)
    area.resize(220, 200)
    area.show()
    view.show_picture(picture())
    assert not wheel(view, -120).isAccepted()
