"""How far a long export is, with a button that ends it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressDialog, QPushButton, QWidget

from bnsim.export.headless import run_job
from bnsim.export.job import ExportJob, Window
from bnsim.views.labels import plain_label

#: A shorter export shows nothing, in milliseconds.
PATIENCE = 400


class ProgressMeter:
    """Tells a dialog how far an export is, and the export whether it shall go on.

    The dialog is modal: `setValue` lets Qt itself handle the click on Cancel, and nothing
    else of the window can be touched meanwhile.
    """

    def __init__(self, parent: QWidget, name: str) -> None:
        self.cancelled = False
        self._dialog = dialog = QProgressDialog(parent)
        dialog.setWindowTitle("Exporting")
        dialog.setPalette(parent.palette())
        dialog.setLabel(plain_label(f"Writing {name}", ""))
        cancel = QPushButton("Cancel")
        cancel.setAutoDefault(False)
        dialog.setCancelButton(cancel)
        dialog.setWindowModality(Qt.WindowModality.ApplicationModal)
        dialog.setMinimumDuration(PATIENCE)
        dialog.setMinimumWidth(360)

    def tell(self, done: int, total: int) -> bool:
        """Show it; False when Cancel was pressed."""
        self._dialog.setMaximum(max(total, 1))
        self._dialog.setValue(min(done, total))
        self.cancelled = self._dialog.wasCanceled()
        return not self.cancelled

    def close(self) -> None:
        self._dialog.close()
        self._dialog.deleteLater()


def run_with_progress(parent: QWidget, job: ExportJob, window: Window) -> bool:
    """Write the job's file; False when it was cancelled, and then there is no file."""
    meter = ProgressMeter(parent, job.path.name)
    try:
        run_job(job, window, meter.tell)
    finally:
        meter.close()
    return not meter.cancelled
