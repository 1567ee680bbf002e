"""The window on the article's example."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from bnsim.files.locate import scenario_path
from bnsim.files.scenario_json import load
from bnsim.files.settings import Settings
from bnsim.ui.app import make_application
from bnsim.ui.figures import export_window
from bnsim.ui.main_window import MainWindow


@pytest.fixture
def settings():
    return Settings()


@pytest.fixture
def window(qtbot, settings):
    make_application()
    made = MainWindow(load(scenario_path("article")), settings, export_window)
    made.resize(1440, 900)
    made.show()
    made.controller.session.seek(9)
    made.settle()
    # The pointer may still be where the test before has left it: on one of the pictures.
    for view in (*made.center.lanes.values(), *made.plots.views.values()):
        QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    yield made
    made.close()
    made.deleteLater()
