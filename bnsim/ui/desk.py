"""The panels round the lanes: docks that can be moved, stacked, torn off and closed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QMainWindow, QTabWidget, QWidget

from bnsim.pictures.plots import PLOTS
from bnsim.pictures.understand import UNDERSTAND
from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label
from bnsim.views.seen import is_seen

#: Of the saved arrangement; another number forgets it.
VERSION = 1
_BORDERS = (Qt.CursorShape.SplitHCursor, Qt.CursorShape.SplitVCursor)
_LEFT, _RIGHT, _BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)


class Dock(NamedTuple):
    """A row: the panel's name and tab, where it stands, the stack it is in, whether at first."""

    name: str
    tab: str
    area: Qt.DockWidgetArea
    stack: str
    shown: bool = True


_TABS = {row.name: row.tab for row in UNDERSTAND} | {plot.name: plot.tab for plot in PLOTS}


def _docks(stack: str, *names: str) -> tuple[Dock, ...]:
    return tuple(Dock(name, _TABS[name], _RIGHT, stack) for name in names)


DOCKS: tuple[Dock, ...] = (
    Dock("network", "Network", _LEFT, "network"),
    Dock("branches", "Branches", _LEFT, "network"),
    *_docks("microscope", "microscope", "geometry", "matrix", "backward"),
    *_docks("formula", "formula"),
    *_docks("plots", "samples", "spread", "loss", "gradients", "running"),
    Dock("table", "Numbers", _BOTTOM, "table", False),
    Dock("code", "Code", _BOTTOM, "table", False),
)
#: Shares of the height that the stacks at the right get.
_LOW = 0.25
_HEIGHTS = {"microscope": 40, "formula": 24, "samples": 36}


class TitleBar(QWidget):
    """Of a panel that stands alone: without a tab there is nothing else to hold it by."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.alone = False
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 5, 8, 5)
        row.addWidget(plain_label(text, "tab"))

    @guarded(QSize())
    def sizeHint(self) -> QSize:
        """No height while a tab names the panel."""
        return super().sizeHint() if self.alone else QSize(0, 0)

    @guarded(QSize())
    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()


class Panel(QDockWidget):
    """A dock with a title bar only when no tab names it."""

    def __init__(self, row: Dock, widget: QWidget) -> None:
        super().__init__(row.tab)
        self.setObjectName(f"dock-{row.name}")
        self.setWidget(widget)
        self.topLevelChanged.connect(self._on_top_level_changed)
        self._on_top_level_changed(False)

    def _on_top_level_changed(self, floating: bool) -> None:
        """Torn off, it needs the bar that moves and closes it."""
        bar, old = (None if floating else TitleBar(self.windowTitle())), self.titleBarWidget()
        self.setTitleBarWidget(bar)
        if old is not None:
            old.deleteLater()
        self.name_alone()

    def name_alone(self) -> None:
        """Show the title bar when no other panel is in this stack."""
        bar, desk = self.titleBarWidget(), self.parentWidget()
        if not isinstance(bar, TitleBar) or not isinstance(desk, QMainWindow):
            return
        others = desk.tabifiedDockWidgets(self)
        alone = all(other.isHidden() for other in others)
        if alone != bar.alone:
            bar.alone = alone
            bar.updateGeometry()


class Desk(QMainWindow):
    """The lanes in the middle, panels round them."""

    def __init__(self, center: QWidget, widgets: Mapping[str, QWidget]) -> None:
        """``widgets`` are the panels by the names of ``DOCKS``."""
        super().__init__()
        #: A person who has moved a border keeps what they chose.
        self.moved = False
        self.setWindowFlags(Qt.WindowType.Widget)
        self.setObjectName("desk")
        self.setCentralWidget(center)
        self.setDockNestingEnabled(True)
        options = QMainWindow.DockOption
        self.setDockOptions(
            options.AllowTabbedDocks | options.GroupedDragging | options.AllowNestedDocks
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, _LEFT),
            (Qt.Corner.BottomRightCorner, _RIGHT),
        ):
            self.setCorner(corner, area)
        self.panels = {row.name: Panel(row, widgets[row.name]) for row in DOCKS}
        for panel in self.panels.values():
            panel.visibilityChanged.connect(self._on_panel_moved)
            panel.dockLocationChanged.connect(self._on_panel_moved)
        self.arrange()

    # -- arranging ---------------------------------------------------------------
    def arrange(self) -> None:
        """Every panel where it stands at first."""
        self.moved = False
        stacks: dict[str, Panel] = {}
        for row in DOCKS:
            panel = self.panels[row.name]
            panel.setFloating(False)
            if row.stack in stacks:
                self.tabifyDockWidget(stacks[row.stack], panel)
            else:
                self.addDockWidget(row.area, panel)
                stacks[row.stack] = panel
            panel.setVisible(row.shown)
        for panel in stacks.values():
            panel.raise_()

    def share(self, width: int, height: int) -> None:
        """The lanes get most; side panels shrink on small screens."""
        if self.moved:
            return
        left = min(max(round(0.172 * width), 188), 250)
        right = min(max(round(0.265 * width), 284), 420)
        stacks = [self.panels[name] for name in _HEIGHTS]
        horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
        self.resizeDocks([self.panels["network"], stacks[0]], [left, right], horizontal)
        heights = [round(height * share / 100) for share in _HEIGHTS.values()]
        self.resizeDocks(stacks, heights, vertical)
        self.resizeDocks([self.panels["table"]], [round(_LOW * height)], vertical)

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front; the one that is in front goes."""
        panel = self.panels[name]
        if is_seen(panel):
            panel.hide()
            return
        self.bring(name)

    def bring(self, name: str) -> None:
        """Bring a panel to the front."""
        self.panels[name].show()
        self.panels[name].raise_()

    def _on_panel_moved(self, _how: object) -> None:
        """What stands alone by now has no tab that names it."""
        for panel in self.panels.values():
            panel.name_alone()

    def toggles(self) -> list[QAction]:
        """An action for each panel that shows or hides it."""
        return [panel.toggleViewAction() for panel in self.panels.values()]

    # -- remembering -------------------------------------------------------------
    def state(self) -> bytes:
        """Qt's bytes of the arrangement."""
        return bytes(self.saveState(VERSION))

    def restore(self, state: QByteArray) -> bool:
        """Arrange as saved; bytes of another version change nothing."""
        return self.restoreState(state, VERSION)

    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """Notice that a border is dragged: Qt has no signal for it."""
        if event.type() == QEvent.Type.MouseButtonPress and self.cursor().shape() in _BORDERS:
            self.moved = True
        return super().event(event)

    @guarded(None)
    def contextMenuEvent(self, event: object) -> None:
        """Qt's own menu of docks would come in another style and order."""
        event.ignore()
