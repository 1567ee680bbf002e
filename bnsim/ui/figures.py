"""The whole window as a picture, and the one way to export any picture."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QImage

from bnsim.export.figure_set import write_index
from bnsim.export.headless import WINDOW_BASE, run_job
from bnsim.export.job import ExportJob, Progress, schedule_for
from bnsim.export.render import render_widget
from bnsim.files.settings import Settings
from bnsim.ui.app import make_application
from bnsim.ui.main_window import MainWindow


def export_window(job: ExportJob) -> QImage:
    """A window of its own at the job's moment, never shown on a screen."""
    size = job.options.size or (round(WINDOW_BASE[0]), round(WINDOW_BASE[1]))
    lanes = "compare" if job.lanes == "both" else job.lanes
    window = MainWindow(job.scenario, Settings(theme=job.options.theme, lanes=lanes), export_window)
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
    session, state = window.controller.session, window.controller.state
    session.infer(job.inference)
    session.seek(job.t)
    state.selected, state.sample, state.focus = job.selected, job.sample, job.focus
    window.settle()
    return render_widget(window, size)


def export_job(job: ExportJob, progress: Progress | None = None) -> None:
    """Write one picture, with or without a screen.

    Raises
    ------
    InputError
        When the suffix is unknown or the file cannot be written.
    """
    make_application()
    run_job(job, export_window, progress)


def export_jobs(jobs: list[ExportJob]) -> None:
    """Write one figure, or a set of them with its index.

    Raises
    ------
    InputError
        When a suffix is unknown or a file cannot be written.
    """
    for job in jobs:
        export_job(job)
    if len(jobs) > 1:
        write_index(jobs, schedule_for(jobs[0]))
