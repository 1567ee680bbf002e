"""The window: parts put together, verbs found by name, state remembered."""

from __future__ import annotations

import base64
from pathlib import Path

from PySide6.QtCore import QByteArray, QCoreApplication, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QSplitter, QVBoxLayout, QWidget

from bnsim.export.job import Window
from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.files.settings import Settings, save_settings, settings_path
from bnsim.pictures.palette import LIGHT, THEMES
from bnsim.sim.errors import InputError
from bnsim.sim.operation import UNITS
from bnsim.sim.spec import Scenario
from bnsim.ui import dialogs
from bnsim.ui.actions import ACTIONS
from bnsim.ui.center import Center
from bnsim.ui.controller import Controller
from bnsim.ui.exporting import Exports
from bnsim.ui.network_panel import NetworkPanel
from bnsim.ui.notice import NoticeBar
from bnsim.ui.plots_panel import PlotsPanel
from bnsim.ui.state import ViewState
from bnsim.ui.theme import apply_theme
from bnsim.ui.top_bar import TopBar
from bnsim.views.guard import guarded

START_SIZE = (1440, 900)
LEAST_SIZE = (900, 600)


class MainWindow(QMainWindow):
    """bnsim's window round one session."""

    def __init__(self, scenario: Scenario, settings: Settings, draw_window: Window) -> None:
        """``draw_window`` makes the picture of a whole window; it builds windows itself."""
        super().__init__()
        self.setWindowTitle("bnsim")
        self.setMinimumSize(*LEAST_SIZE)
        self._settings, self._theme_shown = settings, ""
        #: A person who has moved the splitter keeps what they chose.
        self._arranged = bool(settings.splitters)
        self.controller = Controller(scenario, _state_of(settings))
        self._build()
        self.exports = Exports(self, self.controller, settings, draw_window)
        self._build_menus()
        self._connect()
        self.resize(*START_SIZE)
        self._restore()
        self.controller.refresh()

    # -- building ----------------------------------------------------------------
    def _build(self) -> None:
        shipped = [(name, load(scenario_path(name)).title) for name in scenario_names()]
        self.bar = TopBar(shipped, self.controller.state.theme)
        self.notice = NoticeBar()
        self.panel, self.center = NetworkPanel(), Center(self.controller)
        self.plots = PlotsPanel(self.controller)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(10)
        for index, widget in enumerate((self.panel, self.center, self.plots)):
            self.splitter.addWidget(widget)
            self.splitter.setCollapsible(index, index != 1)
            self.splitter.setStretchFactor(index, (0, 1, 0)[index])
        self._share_width()
        self._stack()

    def _share_width(self) -> None:
        """The graphs get most; side panels shrink on small screens."""
        width = self.width()
        left = min(max(round(0.172 * width), 188), 250)
        right = min(max(round(0.265 * width), 236), 420)
        self.splitter.setSizes([left, max(width - left - right - 44, 200), right])

    def _on_splitter_moved(self) -> None:
        self._arranged = True

    def _stack(self) -> None:
        body, box = QWidget(), QVBoxLayout()
        box.setContentsMargins(12, 10, 12, 12)
        box.setSpacing(8)
        box.addWidget(self.notice)
        box.addWidget(self.splitter, 1)
        body.setLayout(box)
        outer, column = QWidget(), QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(body, 1)
        outer.setLayout(column)
        outer.setObjectName("ground")
        self.setCentralWidget(outer)

    def _build_menus(self) -> None:
        """Menus from the table; the scenarios as a menu of their own."""
        menus: dict[str, QMenu] = {}
        for row in ACTIONS:
            menu = menus.get(row.menu)
            if menu is None:
                menu = menus[row.menu] = self.menuBar().addMenu(row.menu)
                if row.menu == "File":
                    self._scenario_menu(menu)
            menu.addAction(self._action(row.text, row.keys, row.verb, row.tip))

    def _action(self, text: str, keys: tuple[str, ...], verb: str, tip: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setData(verb)
        action.setStatusTip(tip)
        action.triggered.connect(self._on_action_triggered)
        return action

    def _scenario_menu(self, parent: QMenu) -> None:
        menu = parent.addMenu("Scenario")
        for name in scenario_names():
            action = QAction(load(scenario_path(name)).title, self)
            action.setData(name)
            action.triggered.connect(self._on_scenario_triggered)
            menu.addAction(action)

    def _connect(self) -> None:
        self.controller.changed.connect(self._on_controller_changed)
        self.controller.noticed.connect(self._on_controller_noticed)
        self.bar.verb.connect(self.do)
        self.bar.scenario_chosen.connect(self.open_shipped)
        self.bar.speed_chosen.connect(self.controller.set_speed)
        self.panel.changed.connect(self.controller.change)
        self.splitter.splitterMoved.connect(self._on_splitter_moved)
        self._connect_exports()

    def _connect_exports(self) -> None:
        """Every picture can be exported, copied and dragged out."""
        self.exports.said.connect(self._on_exports_said)
        self.exports.used.touched.connect(self.center.unmark)
        for lane, view in self.center.lanes.items():
            self.exports.watch(view, "graph", lane)
        self.exports.watch(self.center.legend, "graph")
        self.exports.watch(self.center.timeline, "timeline")
        for name, view in self.plots.views.items():
            self.exports.watch(view, name)

    # -- showing -----------------------------------------------------------------
    def _on_controller_changed(self) -> None:
        state, session = self.controller.state, self.controller.session
        if state.theme.name != self._theme_shown:
            self._theme_shown = state.theme.name
            apply_theme(self, state.theme)
        self.bar.show_state(state, session.scenario.name, session.scenario.title)
        self.panel.show_scenario(session.scenario)
        self.center.show_moment()
        self.plots.show_moment()
        self.setWindowTitle(f"{session.scenario.title} · bnsim")

    def _on_controller_noticed(self, text: str) -> None:
        self.notice.say(text, error=True)

    def report(self, error: BaseException) -> None:
        """An unexpected error: say so, keep the session."""
        words = (
            f"Something went wrong: {type(error).__name__}: {error}. Your run is still here; go on."
        )
        self.notice.say(" ".join(words.split()), error=True)

    # -- verbs -------------------------------------------------------------------
    def do(self, verb: str) -> None:
        """Call the verb of this name, the window's own or the controller's."""
        kind, _, value = verb.partition("_")
        if kind == "unit" and value in UNITS:
            self.controller.set_unit(value)
        elif kind == "lanes":
            self.controller.set_lanes(value)
        else:
            getattr(self if hasattr(self, verb) else self.controller, verb)()

    def _on_action_triggered(self) -> None:
        self.do(self.sender().data())

    def _on_scenario_triggered(self) -> None:
        self.open_shipped(self.sender().data())

    def toggle_theme(self) -> None:
        dark = self.controller.state.theme.name == "dark"
        self.controller.set_theme("light" if dark else "dark")

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def show_help(self) -> None:
        dialogs.help_dialog(self).exec()

    def show_about(self) -> None:
        dialogs.about_dialog(self).exec()

    def open_shipped(self, name: str) -> None:
        if name in scenario_names():
            self.open_path(scenario_path(name))

    def open_file(self) -> None:
        path = dialogs.ask_open(self, self._settings.open_folder)
        if path is not None:
            self._settings.open_folder = str(path.parent)
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open a scenario; one that is refused changes nothing."""
        try:
            scenario = load(path)
        except InputError as error:
            self.notice.say(str(error), error=True)
            return
        self.notice.hide()
        self.controller.open(scenario)

    # -- exporting ---------------------------------------------------------------
    def export(self) -> None:
        self.exports.export()

    def copy_picture(self) -> None:
        """Marked words before a picture: they are what the person has just chosen."""
        words = self.center.marked_text
        if words:
            QGuiApplication.clipboard().setText(words)
        else:
            self.exports.copy_picture()

    def copy_table(self) -> None:
        self.exports.copy_table()

    def _on_exports_said(self, text: str, error: bool) -> None:
        self.notice.say(text, error=error)

    # -- remembering -------------------------------------------------------------
    def _restore(self) -> None:
        """Hand Qt its bytes back; the settings file's checksum has been verified."""
        for text, restore in (
            (self._settings.geometry, self.restoreGeometry),
            (self._settings.splitters, self.splitter.restoreState),
        ):
            if text:
                restore(QByteArray.fromBase64(text.encode()))

    def _remember(self) -> None:
        s, state = self._settings, self.controller.state
        s.theme, s.lanes, s.unit, s.speed = state.theme.name, state.lanes, state.unit, state.speed
        s.geometry = base64.b64encode(bytes(self.saveGeometry())).decode()
        moved = bytes(self.splitter.saveState()) if self._arranged else b""
        s.splitters = base64.b64encode(moved).decode()
        save_settings(settings_path(), s)

    @guarded(None)
    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self.bar.set_width(self.width())
        if not self._arranged:
            self._share_width()

    def settle(self) -> None:
        """Lay out and draw at once, without waiting for events: for pictures and tests."""
        for _ in range(4):
            QCoreApplication.sendPostedEvents()
            self.controller.draw_now()

    def dispose(self) -> None:
        """Stop what runs and let the plots go: pyqtgraph may not outlive the interpreter."""
        self.controller.shut_down()
        self.exports.shut_down()
        for view in self.plots.views.values():
            view.close()

    @guarded(None)
    def closeEvent(self, event: object) -> None:
        event.accept()
        try:
            self._remember()
        finally:
            self.dispose()


def _state_of(settings: Settings) -> ViewState:
    """The remembered choices, as far as they still exist."""
    state = ViewState(theme=THEMES.get(settings.theme, LIGHT))
    if settings.unit in UNITS:
        state.unit = settings.unit
    if settings.lanes in ("without", "with", "compare"):
        state.lanes = settings.lanes
    state.speed = min(max(settings.speed, 1), 10)
    return state
