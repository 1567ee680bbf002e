"""The middle of the window: both lanes, the legend, the timelines, the caption."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from bnsim.pictures.captions import caption
from bnsim.pictures.cards import card
from bnsim.pictures.graph import graph_picture
from bnsim.pictures.legend import legend_picture
from bnsim.pictures.timeline import HEIGHT, run_share, timeline_card, timeline_picture
from bnsim.sim.run import LANES, Lane
from bnsim.ui.controller import Controller
from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label
from bnsim.views.picture_view import PictureView

#: Heights of the caption, and the width from which two lines are enough.
TWO_LINES, THREE_LINES, WIDE = 36, 46, 740


class LaneView(PictureView):
    """One lane's graph; ``lane`` says which."""

    def __init__(self, lane: Lane) -> None:
        super().__init__()
        self.lane = lane
        self.setMinimumSize(260, 130)


class Center(QWidget):
    """Draws the moment and turns clicks, drags and the wheel into verbs."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.lanes = {lane: LaneView(lane) for lane in LANES}
        self.legend, self.timeline = PictureView(), PictureView()
        self._caption = plain_label("", "caption", wrap=True)
        self._hovered: tuple[LaneView, object] | None = None
        self._lay_out()
        for view in self.lanes.values():
            self._connect_lane(view)
        self.legend.resized.connect(controller.refresh)
        self.timeline.resized.connect(controller.refresh)
        self.timeline.hovered.connect(self._on_timeline_hovered)
        self.timeline.clicked.connect(self._on_timeline_clicked)
        self.timeline.dragged.connect(self._on_timeline_dragged)

    @property
    def caption(self) -> str:
        """The sentence under the timelines."""
        return self._caption.text()

    @property
    def marked_text(self) -> str:
        """What a person has marked of the sentence."""
        return self._caption.selectedText()

    def unmark(self) -> None:
        """Let go of what is marked: from now on a picture is meant."""
        self._caption.setSelection(0, 0)

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for view in self.lanes.values():
            box.addWidget(view, 1)
        self.timeline.setFixedHeight(int(HEIGHT))
        frame = QFrame()
        frame.setObjectName("card")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(14, 5, 14, 5)
        self._caption.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self._caption.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._caption.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner.addWidget(self._caption)
        for widget in (self.legend, self.timeline, frame):
            box.addWidget(widget)

    def _connect_lane(self, view: LaneView) -> None:
        view.resized.connect(self._controller.refresh)
        view.hovered.connect(self._on_lane_hovered)
        view.clicked.connect(self._on_lane_clicked)
        view.wheel_zoomed.connect(self._on_lane_wheel_zoomed)
        view.panned.connect(self._on_lane_panned)

    # -- showing -----------------------------------------------------------------
    def show_moment(self) -> None:
        """Draw everything for the cursor."""
        state, frames = self._controller.state, self._controller.frames()
        for lane, view in self.lanes.items():
            view.setVisible(state.lanes in (lane, "compare"))
            view.set_theme(state.theme)
            if view.isVisible():
                size = (float(view.width()), float(view.height()))
                view.show_picture(graph_picture(frames[lane], self._controller.look(), *size))
        self._show_rest()
        self._show_card()

    def _show_rest(self) -> None:
        state, session = self._controller.state, self._controller.session
        frames = self._controller.frames()
        legend = legend_picture(frames["with"], state.theme, float(self.legend.width()))
        self.legend.setFixedHeight(int(legend.height))
        self.legend.show_picture(legend)
        self.timeline.set_theme(state.theme)
        width = float(self.timeline.width())
        batches = session.scenario.batches
        self.timeline.show_picture(
            timeline_picture(session.schedule, session.t, batches, state.theme, width)
        )
        shown = {lane: f for lane, f in frames.items() if state.lanes in (lane, "compare")}
        self._caption.setText(caption(frames, state.selected, tuple(shown)))
        # A fixed height: the graphs may not jump with the length of a sentence.
        self._fit_caption(width >= WIDE)

    def _fit_caption(self, wide: bool) -> None:
        """Two lines, or three small ones where there is less room."""
        self._caption.setFixedHeight(TWO_LINES if wide else THREE_LINES)
        if self._caption.property("wide") != wide:
            self._caption.setProperty("wide", wide)
            self._caption.style().polish(self._caption)

    def _show_card(self) -> None:
        """Refill the card under a resting pointer."""
        if self._hovered is None or self._controller.state.asking:
            return
        view, key = self._hovered
        if self._controller.state.lit != key:
            # The network under the pointer is another one by now.
            self._hovered = None
            view.hide_card()
            return
        if view.isVisible():
            view.show_card(card(self._controller.frame(view.lane), key), key)

    # -- the graph ---------------------------------------------------------------
    def _on_lane_hovered(self, key: object) -> None:
        view = self.sender()
        self._hovered = (view, key) if key is not None else None
        neuron = key[1:3] if key and key[0] in ("neuron", "norm", "behind", "slot") else None
        self._controller.hover(neuron)
        self._controller.light(key)
        self._show_card()

    def _on_lane_clicked(self, key: object) -> None:
        if key and key[0] == "slot":
            self._controller.select(key[1], key[2], key[3])
        elif key and key[0] in ("neuron", "norm", "behind"):
            self._controller.select(key[1], key[2])
        elif key and key[0] == "weight":
            self._controller.select(key[1], key[3])

    def _on_lane_wheel_zoomed(self, factor: float, x: float, y: float) -> None:
        view = self.sender()
        self._controller.zoom_by(factor, x / max(view.width(), 1), y / max(view.height(), 1))

    def _on_lane_panned(self, dx: float, dy: float) -> None:
        view = self.sender()
        self._controller.pan_by(dx / max(view.width(), 1), dy / max(view.height(), 1))

    # -- the timelines -----------------------------------------------------------
    def _on_timeline_hovered(self, key: object) -> None:
        if key and key[0] == "ops":
            schedule = self._controller.session.schedule
            self.timeline.show_card(timeline_card(schedule, key[1], key[2]), key)

    def _on_timeline_clicked(self, key: object) -> None:
        if key and key[0] == "ops":
            self._controller.seek_operation(key[2])

    def _on_timeline_dragged(self, key: object, x: float, y: float) -> None:
        if key and key[0] == "run":
            share = run_share(x, self.timeline.width())
            self._controller.seek(round(share * self._controller.session.last))
        elif key and key[0] == "ops":
            self._drag_over_operations(x)

    def _drag_over_operations(self, x: float) -> None:
        """The pointer may leave the chip it was pressed on: seek to the one under it."""
        picture = self.timeline.picture
        for mark in picture.marks if picture else ():
            if mark.key[0] == "ops" and abs(x - mark.x) <= mark.width / 2:
                self._controller.seek_operation(mark.key[2])
                return

    @guarded(None)
    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._controller.refresh()
