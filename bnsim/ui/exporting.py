"""Exporting from the window: what, how large, where, and then writing it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget

from bnsim.export.headless import ExportJob, Window, pictures_offered, run_job
from bnsim.files.settings import Settings
from bnsim.sim.spec import Scenario
from bnsim.ui import dialogs


@dataclass(frozen=True, slots=True)
class Moment:
    """What the window shows when a picture is asked for."""

    scenario: Scenario
    t: int
    lanes: str
    selected: tuple[int, int]


def ask_menu(parent: QWidget, picture: str, point: QPoint) -> str | None:
    """The context menu of a picture: which one to export, or None."""
    menu = QMenu(parent)
    for name, text in ((picture, "Export this picture…"), ("window", "Export the window…")):
        menu.addAction(text).setData(name)
    chosen = menu.exec(point)
    menu.deleteLater()
    return None if chosen is None else chosen.data()


def export(
    parent: QWidget, settings: Settings, picture: str, moment: Moment, draw_window: Window
) -> Path | None:
    """Ask, remember the choice, write; None when the person thought better of it.

    Raises
    ------
    InputError
        When the file cannot be written; nothing half-written stays.
    """
    dialog = dialogs.ExportDialog(parent, pictures_offered(), _remembered(settings, picture))
    if not dialog.exec():
        return None
    choice = dialog.choice()
    _remember(settings, choice)
    folder = Path(settings.export_folder or Path.home())
    proposed = folder / f"{moment.scenario.name}-{choice.picture}.png"
    path = dialogs.ask_save(parent, proposed, "PNG picture (*.png)")
    if path is not None:
        settings.export_folder = str(path.parent)
        run_job(_job(moment, choice, path), draw_window)
    return path


def _job(moment: Moment, choice: dialogs.ExportChoice, path: Path) -> ExportJob:
    return ExportJob(
        moment.scenario,
        choice.picture,
        moment.t,
        choice.size,
        choice.dpi,
        choice.theme,
        path,
        moment.lanes,
        moment.selected,
    )


def _remembered(settings: Settings, picture: str) -> dialogs.ExportChoice:
    size = dialogs.SIZES.get(settings.export_size) or dialogs.SIZES["1600 x 1000"]
    return dialogs.ExportChoice(
        picture, size, settings.export_size, settings.export_dpi, settings.export_theme
    )


def _remember(settings: Settings, choice: dialogs.ExportChoice) -> None:
    settings.export_size, settings.export_dpi = choice.size_name, choice.dpi
    settings.export_theme = choice.theme
