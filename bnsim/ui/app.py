"""The application: fonts, theme, window, and what happens when something goes wrong."""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from bnsim.export.job import Window
from bnsim.files.locate import resource, scenario_path
from bnsim.files.scenario_json import load
from bnsim.files.settings import load_settings, settings_path
from bnsim.sim.spec import Scenario
from bnsim.ui.main_window import MainWindow
from bnsim.views.fonts import load_fonts
from bnsim.views.guard import install_excepthook, set_handler

FIRST = "article"
#: Qt's offscreen platform says these at every start; they mean nothing.
_NOISE = "This plugin does not support"


def make_application() -> QApplication:
    """The one QApplication, with the bundled letters and a style that follows palettes."""
    app = QApplication.instance()
    if app is None:
        _safe_environment()
        app = QApplication(["bnsim"])
    app.setApplicationName("bnsim")
    app.setStyle("Fusion")
    load_fonts(resource("fonts"))
    return app


def _safe_environment() -> None:
    """A scale factor that is no sane number makes Qt raise at the first scatter plot."""
    try:
        sane = 0.25 <= float(os.environ.get("QT_SCALE_FACTOR", "1")) <= 10
    except ValueError:
        sane = False
    if not sane:
        del os.environ["QT_SCALE_FACTOR"]


def _on_qt_message(kind: QtMsgType, context: object, text: str) -> None:
    if _NOISE not in text and sys.stderr is not None:
        sys.stderr.write(f"bnsim: Qt: {text}\n")


def run_app(
    scenario: Scenario | None, draw_window: Window, t: int = 0, inference: bool = False
) -> int:
    """Open the window at moment ``t``, of training or inference, until it is closed."""
    qInstallMessageHandler(_on_qt_message)
    app = make_application()
    settings, notice = load_settings(settings_path())
    window = MainWindow(scenario or load(scenario_path(FIRST)), settings, draw_window)
    set_handler(window.report)
    install_excepthook(window.report)
    if notice:
        window.notice.say(notice)
    window.controller.session.infer(inference)
    window.controller.seek(t)
    window.show()
    window.warm_up()
    return int(app.exec())
