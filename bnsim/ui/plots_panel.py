"""The live plots at the right: one view a row of ``PLOTS``."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from bnsim.pictures.plots import PLOTS
from bnsim.ui.controller import Controller
from bnsim.views.plot_view import PlotView

_STRETCH = {"loss": 3}


class PlotsPanel(QWidget):
    """Draws every plot for the cursor; a click on a neuron's points selects it."""

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self._controller = controller
        self.views = {plot.name: PlotView() for plot in PLOTS}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        for name, view in self.views.items():
            view.setObjectName(name)
            view.setMinimumSize(200, 130)
            view.clicked.connect(self._on_view_clicked)
            box.addWidget(view, _STRETCH.get(name, 4))

    def show_moment(self) -> None:
        """Draw every visible plot."""
        frames, look = self._controller.frames(), self._controller.look(plots=True)
        for plot in PLOTS:
            view = self.views[plot.name]
            view.set_theme(look.theme)
            if view.isVisible():
                view.show_picture(plot.draw(frames, look))

    def _on_view_clicked(self, key: object) -> None:
        if key and key[0] == "neuron":
            self._controller.select(key[1], key[2])
