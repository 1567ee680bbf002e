"""The whole window as a picture, and the one way to export any picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QImage

from bnsim.export.headless import WINDOW_BASE, ExportJob, run_job
from bnsim.export.render import render_widget
from bnsim.files.settings import Settings
from bnsim.sim.spec import Scenario
from bnsim.ui.app import make_application
from bnsim.ui.main_window import MainWindow


def export_window(job: ExportJob) -> QImage:
    """A window of its own at the job's moment, never shown on a screen."""
    size = job.size or (round(WINDOW_BASE[0]), round(WINDOW_BASE[1]))
    lanes = "compare" if job.lanes == "both" else job.lanes
    window = MainWindow(job.scenario, Settings(theme=job.theme, lanes=lanes), export_window)
    try:
        return _render(window, job, size)
    finally:
        window.dispose()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _render(window: MainWindow, job: ExportJob, size: tuple[int, int]) -> QImage:
    scale = max(min(size[0] / WINDOW_BASE[0], size[1] / WINDOW_BASE[1]), 0.1)
    window.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    window.resize(round(size[0] / scale), round(size[1] / scale))
    window.show()
    window.controller.session.seek(job.t)
    window.controller.state.selected = job.selected
    window.settle()
    return render_widget(window, size)


def export_picture(
    scenario: Scenario,
    picture: str,
    t: int,
    size: tuple[int, int] | None,
    dpi: int | None,
    theme: str,
    path: Path,
    lane: str = "both",
) -> None:
    """Write one picture of a scenario at moment ``t`` to ``path``.

    Raises
    ------
    InputError
        When the suffix is unknown or the file cannot be written.
    """
    make_application()
    run_job(ExportJob(scenario, picture, t, size, dpi, theme, path, lane), export_window)
