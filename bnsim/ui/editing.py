"""Numbers changed on the pictures themselves: typed, dragged, by the wheel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace
from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtWidgets import QWidget

from bnsim.pictures.editable import Editable, editables, nudged
from bnsim.pictures.names import LANE_WORDS
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Key
from bnsim.sim.frame import Frame
from bnsim.sim.spec import Edit
from bnsim.ui.controller import Controller
from bnsim.ui.value_editor import ValueEditor
from bnsim.views.picture_view import PictureView

#: A click on these asks for a number; on others it selects, and a double click asks.
ASKED_BY_CLICK = frozenset({"weight", "input", "target"})
DRAGGED = frozenset({"weight", "input", "target"})
PIXELS_A_NOTCH = 6.0
#: So long after the last notch of the wheel the gesture is over.
GESTURE_MS = 700


@dataclass(slots=True)
class Gesture:
    """A number that is being dragged or nudged, and where that began."""

    view: PictureView
    key: Key
    found: Editable
    x: float
    y: float
    notches: int = 0


class Editing(QObject):
    """Turns gestures on pictures into edits; one gesture is one branch."""

    def __init__(self, window: QWidget, controller: Controller) -> None:
        super().__init__(window)
        self._controller = controller
        self.editor = ValueEditor(window)
        self.editor.tried.connect(self._on_editor_tried)
        self.editor.kept.connect(controller.settle)
        self.editor.dropped.connect(controller.take_back)
        self.editor.closed.connect(self._on_editor_closed)
        controller.left.connect(self._on_controller_left)
        self._frames: dict[PictureView, Callable[[], Frame]] = {}
        self._gesture: Gesture | None = None
        self._asked_from: PictureView | None = None
        self._over = QTimer(self, singleShot=True, interval=GESTURE_MS)
        self._over.timeout.connect(self._on_over)

    def watch(self, view: PictureView, frame: Callable[[], Frame]) -> None:
        """Let the numbers of a picture be changed; ``frame`` tells its lane at the moment."""
        self._frames[view] = frame
        view.clicked.connect(self._on_view_clicked)
        view.double_clicked.connect(self._on_view_double_clicked)
        view.dragged.connect(self._on_view_dragged)
        view.released.connect(self._on_view_released)
        view.nudged.connect(self._on_view_nudged)

    def found(self, view: PictureView, key: Key | None) -> tuple[Editable, ...]:
        """What can be set of a mark of a view."""
        return editables(self._frames[view](), key, self._controller.state.edited)

    # -- typing ------------------------------------------------------------------
    def ask(self, found: Sequence[Editable], at: QPoint) -> None:
        """Open the editor beside a point of the window."""
        if found:
            self._end_gesture()
            self.editor.open(found, at)
            self._controller.state.asking = True

    def _is_locked(self, view: PictureView) -> bool:
        """Whether edits happen in the other lane only, which is said."""
        state = self._controller.state
        lane = self._frames[view]().lane
        locked = state.edited not in ("both", lane)
        if locked:
            where = LANE_WORDS[state.edited]
            self._controller.noticed.emit(
                f"Edits happen {where} only: choose Both under Branches, or the other lane."
            )
        return locked

    def _ask_at(self, view: PictureView, key: Key | None) -> None:
        view.hide_card()
        if not self.found(view, key) or self._is_locked(view):
            return
        self._asked_from = view
        place = view.mapTo(view.window(), view.pointer() or view.rect().center())
        self.ask(self.found(view, key), place)

    def _on_view_clicked(self, key: Key | None) -> None:
        if key is not None and key[0] in ASKED_BY_CLICK and not isinstance(key, Quantity):
            self._ask_at(self.sender(), key)

    def _on_view_double_clicked(self, key: Key | None) -> None:
        self._ask_at(self.sender(), _whole(key))

    def _on_editor_tried(self, edits: list[Edit]) -> None:
        if edits:
            reason = self._controller.try_edits(edits)
            if reason:
                self.editor.refuse(reason.removeprefix("the edit"))
        else:
            self._controller.take_back()

    def _on_editor_closed(self) -> None:
        self._controller.state.asking = False
        view, self._asked_from = self._asked_from, None
        if view is not None and self.editor.isAncestorOf(view.window().focusWidget() or view):
            view.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- dragging ----------------------------------------------------------------
    def _on_view_dragged(self, key: Key, x: float, y: float) -> None:
        if key[0] not in DRAGGED or isinstance(key, Quantity):
            return
        gesture = self._gesture
        if gesture is None or gesture.key != key:
            self._begin(self.sender(), key, x, y)
            return
        notches = round((x - gesture.x + gesture.y - y) / PIXELS_A_NOTCH)
        self._nudge_to(notches)

    def _begin(self, view: PictureView, key: Key, x: float, y: float) -> None:
        self._end_gesture()
        found = self.found(view, key)
        if found and not self._is_locked(view):
            view.hide_card()
            self._gesture = Gesture(view, key, found[0], x, y)

    def _nudge_to(self, notches: int) -> None:
        gesture = self._gesture
        if gesture is None or notches == gesture.notches:
            return
        gesture.notches = notches
        start = gesture.found.value
        edit = replace(gesture.found.edit, value=nudged(start, notches, start))
        self._controller.try_edits([edit])

    def _on_view_released(self, _key: Key) -> None:
        self._end_gesture()

    # -- wheel -------------------------------------------------------------------
    def _on_view_nudged(self, key: Key, notches: int) -> None:
        gesture = self._gesture
        if gesture is None or gesture.key != key:
            self._begin(self.sender(), key, 0.0, 0.0)
            gesture = self._gesture
        if gesture is not None:
            self._nudge_to(gesture.notches + notches)
            self._over.start()

    def _on_over(self) -> None:
        self._end_gesture()

    def _end_gesture(self) -> None:
        self._over.stop()
        gesture, self._gesture = self._gesture, None
        if gesture is not None and gesture.notches:
            self._controller.settle()

    def take_back(self) -> None:
        """Esc: the number is what it was before the gesture."""
        self._let_go()
        self._controller.take_back()

    def _let_go(self) -> None:
        """Whatever was in hand is no longer: what is still pressed drags nothing more."""
        self._over.stop()
        self._gesture = None
        self.editor.close_quietly()
        for view in self._frames:
            view.let_go()

    def _on_controller_left(self) -> None:
        self._let_go()

    def shut_down(self) -> None:
        """Nothing of ours runs for a closed window."""
        self._over.stop()
        self.editor.close_quietly()


def _whole(key: Key | None) -> Key | None:
    """A double click on a slot asks for what its whole rack is scaled and shifted by."""
    if key is not None and key[0] == "slot" and not isinstance(key, Quantity):
        return ("norm", key[1], key[2])
    return key
