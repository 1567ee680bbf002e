"""The window: parts put together, verbs found by name, state remembered."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QMainWindow, QVBoxLayout, QWidget

from bnsim.export.job import Window
from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.files.settings import Settings
from bnsim.pictures.formula.picture import warm
from bnsim.sim.errors import InputError
from bnsim.sim.operation import UNITS
from bnsim.sim.spec import Scenario
from bnsim.ui import dialogs, memory
from bnsim.ui.audit_panel import AuditPanel
from bnsim.ui.branches_panel import BranchesPanel
from bnsim.ui.center import Center
from bnsim.ui.code_panel import CodePanel
from bnsim.ui.controller import Controller
from bnsim.ui.desk import Desk
from bnsim.ui.editing import Editing
from bnsim.ui.exporting import Exports
from bnsim.ui.menus import Menus
from bnsim.ui.network_panel import NetworkPanel
from bnsim.ui.notice import NoticeBar
from bnsim.ui.plots_panel import PlotsPanel
from bnsim.ui.theme import apply_theme
from bnsim.ui.top_bar import TopBar
from bnsim.views.guard import guarded

START_SIZE = (1440, 900)
LEAST_SIZE = (900, 600)
IDLE_MS = 300


class MainWindow(QMainWindow):
    """bnsim's window round one session."""

    def __init__(self, scenario: Scenario, settings: Settings, draw_window: Window) -> None:
        """``draw_window`` makes the picture of a whole window; it builds windows itself."""
        super().__init__()
        self.setWindowTitle("bnsim")
        self.setMinimumSize(*LEAST_SIZE)
        self._settings, self._theme_shown = settings, ""
        self.controller = Controller(scenario, memory.state_of(settings))
        self._build()
        self.exports = Exports(self, self.controller, settings, draw_window)
        self.editing = Editing(self, self.controller)
        self._connect()
        self.resize(*START_SIZE)
        memory.restore(self, self.desk, settings)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(warm)
        self.controller.refresh()

    # -- building ----------------------------------------------------------------
    def _build(self) -> None:
        shipped = [(name, load(scenario_path(name)).title) for name in scenario_names()]
        self.bar = TopBar(shipped, self.controller.state.theme)
        self.notice, self.table = NoticeBar(), AuditPanel()
        self.panel, self.center = NetworkPanel(), Center(self.controller)
        self.plots = PlotsPanel(self.controller)
        self.branches, self.code = BranchesPanel(self.controller), CodePanel(self.controller)
        panels = {"network": self.panel, "branches": self.branches}
        panels |= {"table": self.table, "code": self.code, **self.plots.all()}
        self.desk = Desk(self.center, panels)
        self._menus = Menus(self, shipped, self.desk.toggles())
        self._stack()

    def _stack(self) -> None:
        body = QWidget()
        box = QVBoxLayout(body)
        box.setContentsMargins(12, 10, 12, 12)
        box.setSpacing(8)
        box.addWidget(self.notice)
        box.addWidget(self.desk, 1)
        outer = QWidget()
        column = QVBoxLayout(outer)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(body, 1)
        outer.setObjectName("ground")
        self.setCentralWidget(outer)

    def _connect(self) -> None:
        self.controller.changed.connect(self._on_controller_changed)
        self.controller.noticed.connect(self._on_controller_noticed)
        self.bar.verb.connect(self.do)
        self._menus.verb.connect(self.do)
        self._menus.scenario.connect(self.open_shipped)
        self.bar.scenario_chosen.connect(self.open_shipped)
        self.bar.speed_chosen.connect(self.controller.set_speed)
        self.panel.changed.connect(self.controller.change)
        self.panel.noticed.connect(self._on_panel_noticed)
        for panel in self.desk.panels.values():
            panel.visibilityChanged.connect(self._on_panel_visibility_changed)
        self._connect_understanding()
        self._connect_exports()

    def _connect_understanding(self) -> None:
        """Numbers are changed where they are seen; what is pointed at lights everywhere."""
        for lane, view in self.center.lanes.items():
            self.editing.watch(view, partial(self.controller.frame, lane))
        for view in self.plots.pictures.values():
            self.editing.watch(view, self.plots.frame)
        self.table.lit.connect(self.controller.light)
        self.table.branch_asked.connect(self._on_table_branch_asked)
        self.branches.compare_asked.connect(partial(self.desk.bring, "loss"))
        self.code.copy_asked.connect(self._on_code_copy_asked)
        self.code.save_asked.connect(self._on_code_save_asked)

    def _connect_exports(self) -> None:
        """Every picture can be exported, copied and dragged out."""
        self.exports.said.connect(self._on_exports_said)
        self.exports.used.touched.connect(self.center.unmark)
        for lane, view in self.center.lanes.items():
            self.exports.watch(view, "graph", lane)
        self.exports.watch(self.center.legend, "graph")
        self.exports.watch(self.center.timeline, "timeline")
        for name, view in self.plots.all().items():
            self.exports.watch(view, name)

    # -- showing -----------------------------------------------------------------
    def _on_controller_changed(self) -> None:
        state, session = self.controller.state, self.controller.session
        if state.theme.name != self._theme_shown:
            self._theme_shown = state.theme.name
            apply_theme(self, state.theme)
        scenario = session.scenario
        self.bar.show_state(state, scenario.name, scenario.title, not session.training)
        self.panel.show_scenario(session.shown_scenario)
        self.center.show_moment()
        self.plots.show_moment()
        self.branches.show_moment()
        self.code.show_moment()
        self._show_table()
        self.setWindowTitle(f"{session.scenario.title} · bnsim")

    def _show_table(self) -> None:
        state = self.controller.state
        lane = "without" if state.lanes == "without" else "with"
        self.table.set_branches(self.branches.names())
        self.table.show_moment(self.controller.frames(), lane, state.theme)

    def _on_panel_visibility_changed(self, visible: bool) -> None:
        if visible:
            self.controller.refresh()

    def _on_panel_noticed(self, text: str) -> None:
        self.notice.say(text)

    def _on_table_branch_asked(self, number: int) -> None:
        self.table.show_other(self.controller.session.frame_of(number, self.table.lane))

    def _on_code_copy_asked(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.notice.say("The program is copied.")

    def _on_code_save_asked(self, suffix: str) -> None:
        self.exports.save_program(self.code.program, suffix)

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

    def toggle_theme(self) -> None:
        dark = self.controller.state.theme.name == "dark"
        self.controller.set_theme("light" if dark else "dark")

    def toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def reset_panels(self) -> None:
        self.desk.arrange()
        self.desk.share(self.width(), self.height())

    def show_table(self) -> None:
        self.desk.show_panel("table")

    def show_code(self) -> None:
        self.desk.show_panel("code")

    def new_weights(self) -> None:
        self.panel.draw_anew()

    def show_help(self) -> None:
        self._ask(dialogs.help_dialog(self))

    def show_about(self) -> None:
        self._ask(dialogs.about_dialog(self))

    def _ask(self, dialog: QDialog) -> None:
        """Show a dialog until it is closed; nothing of it stays."""
        dialog.exec()
        dialog.deleteLater()

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

    # -- what Qt calls -----------------------------------------------------------
    @guarded(None)
    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self.bar.set_width(self.width())
        self.desk.share(self.width(), self.height())

    @guarded(None)
    def keyPressEvent(self, event: object) -> None:
        """Esc takes back what is only tried, and follows the steps again."""
        if event.key() == Qt.Key.Key_Escape:
            self.editing.take_back()
            self.controller.focus(None)
        else:
            super().keyPressEvent(event)

    def warm_up(self) -> None:
        """The first formula waits for its font: better soon than when someone steps."""
        self._idle.start()

    def settle(self) -> None:
        """Lay out and draw at once, without waiting for events: for pictures and tests."""
        for _ in range(4):
            QCoreApplication.sendPostedEvents()
            self.controller.draw_now()

    def dispose(self) -> None:
        """Stop what runs and let the plots go: pyqtgraph may not outlive the interpreter."""
        self._idle.stop()
        self.controller.shut_down()
        self.exports.shut_down()
        self.editing.shut_down()
        for view in self.plots.views.values():
            view.close()

    @guarded(None)
    def closeEvent(self, event: object) -> None:
        event.accept()
        try:
            memory.remember(self, self.desk, self.controller.state, self._settings)
        finally:
            self.dispose()
