"""The pictures beside the lanes: plots, and those of the selected neuron."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from bnsim.pictures.cards import card
from bnsim.pictures.microscope.drag import drag_limits, dragged_value
from bnsim.pictures.microscope.rows import is_handle
from bnsim.pictures.plots import PLOTS
from bnsim.pictures.quantity import Quantity
from bnsim.pictures.types import Key
from bnsim.pictures.understand import UNDERSTAND
from bnsim.sim.aiming import aimed
from bnsim.sim.errors import InputError
from bnsim.sim.frame import Frame
from bnsim.sim.spec import Edit
from bnsim.ui.controller import Controller
from bnsim.views.picture_view import PictureView
from bnsim.views.plot_view import PlotView
from bnsim.views.seen import is_seen

#: Width and height, and of what needs more: three number lines, two lines of fractions.
LEAST, LOWEST = (200, 102), {"microscope": 166, "formula": 121}


class PlotsPanel(QObject):
    """Draws what is visible for the cursor; a click selects, or asks for a formula."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self._hovered: tuple[PictureView, Key] | None = None
        self.views = {plot.name: PlotView() for plot in PLOTS}
        self.pictures = {row.name: PictureView() for row in UNDERSTAND}
        for name, view in self.all().items():
            view.setObjectName(name)
            view.setMinimumSize(LEAST[0], LOWEST.get(name, LEAST[1]))
            view.clicked.connect(self._on_view_clicked)
            view.hovered.connect(self._on_view_hovered)
        for view in self.pictures.values():
            view.resized.connect(controller.refresh)
        self.pictures["microscope"].dragged.connect(self._on_microscope_dragged)
        self.pictures["microscope"].released.connect(controller.settle)
        controller.glide.moved.connect(self._on_glide_moved)

    def all(self) -> dict[str, QWidget]:
        """Every view by the name of its picture."""
        return {**self.pictures, **self.views}

    def frame(self) -> Frame:
        """The lane that these pictures are about."""
        return self._controller.frames()["with"]

    # -- showing -----------------------------------------------------------------
    def show_moment(self) -> None:
        """Draw every visible picture."""
        frames, look = self._controller.frames(), self._controller.look(plots=True)
        for plot in PLOTS:
            view = self.views[plot.name]
            view.set_theme(look.theme)
            if is_seen(view):
                view.show_picture(plot.draw(frames, look))
        for row in UNDERSTAND:
            self._show(row.name)
        self._show_card()

    def _show_card(self) -> None:
        """Refill the card under a resting pointer; none covers what is being changed."""
        if self._hovered is None:
            return
        view, key = self._hovered
        state = self._controller.state
        if state.asking or state.held is not None or state.lit != key:
            view.hide_card()
        elif view.isVisible():
            view.show_card(card(self.frame(), key), key)

    def _show(self, name: str) -> None:
        """Pictures of the selected neuron stay with it: what is hovered is lit in them."""
        view = self.pictures[name]
        view.set_theme(self._controller.state.theme)
        if is_seen(view):
            row = next(row for row in UNDERSTAND if row.name == name)
            frames, look = self._controller.frames(), self._controller.look()
            view.show_picture(row.draw(frames, look, float(view.width()), float(view.height())))

    def _on_glide_moved(self) -> None:
        self._show("microscope")

    # -- pointing ----------------------------------------------------------------
    def _on_view_hovered(self, key: Key | None, _tip: str = "") -> None:
        view = self.sender()
        self._controller.light(key)
        shown = key is not None and isinstance(view, PictureView)
        self._hovered = (view, key) if shown else None
        self._show_card()

    def _on_view_clicked(self, key: Key | None) -> None:
        """A number asks for its formula, a ball for its sample, a point for its neuron."""
        self._controller.state.held = None
        if isinstance(key, Quantity):
            self._controller.focus(key)
        elif key and (key[0] == "slot" or is_raw(key)):
            self._controller.select(key[1], key[2], key[3])
        elif key and key[0] == "neuron":
            self._controller.select(key[1], key[2])

    # -- dragging under the microscope -------------------------------------------
    def _on_microscope_dragged(self, key: Key, x: float, _y: float) -> None:
        if not (is_handle(key) or is_raw(key)):
            return
        controller, state = self._controller, self._controller.state
        frames, look = controller.frames(), controller.look()
        if state.held is None:
            # The press: from now on the line stands still under what is dragged.
            state.held, state.lit = drag_limits(frames, look, key), key
            return
        width = float(self.pictures["microscope"].width())
        try:
            edit = self._edit(key, dragged_value(frames, look, key, x, width))
        except InputError as error:
            controller.noticed.emit(str(error))
            return
        controller.try_edits([edit])

    def _edit(self, key: Key, value: float) -> Edit:
        """The edit that gives a mark another value, from the batch as it was before the drag."""
        session, lane = self._controller.session, self._controller.state.edited
        batch = session.cursor.batch
        if key[0] == "raw":
            record = session.untried("with")
            return aimed(record, key[1], key[2], key[3], value, lane)
        lane = "both" if lane == "without" else lane
        return Edit(batch=batch, layer=key[1], value=value, lane=lane, **{key[0]: key[2]})


def is_raw(key: Key) -> bool:
    """Whether a mark is a ball on the raw line."""
    return key[0] == "raw" and not isinstance(key, Quantity)
