"""Pictures out of the window: to a file, to the clipboard, by the mouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, QPointF, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from bnsim.export.headless import pictures_offered
from bnsim.export.job import ExportJob, Window
from bnsim.files.atomic import write_bytes
from bnsim.files.settings import Settings
from bnsim.pictures.program.languages import FILES, program_bytes
from bnsim.pictures.program.page import Program
from bnsim.sim.errors import InputError
from bnsim.ui import dialogs
from bnsim.ui.carrying import Carrier, picture_mime, table_mime
from bnsim.ui.controller import Controller
from bnsim.ui.export_choice import (
    ExportChoice,
    Moment,
    animation_of,
    is_animation,
    job_of,
    remember,
    remembered,
)
from bnsim.ui.export_dialog import ExportDialog
from bnsim.ui.picture_used import PictureUsed, Target
from bnsim.ui.progress import run_with_progress
from bnsim.views import card

MENU = (
    ("export", "Export this picture…"),
    ("copy_picture", "Copy picture"),
    ("copy_table", "Copy table"),
    ("", ""),
    ("export_window", "Export the window…"),
)
#: How long "copied" stays, in milliseconds.
TOLD_FOR = 1500


class Exports(QObject):
    """Does what a person asks of a picture; says what came of it in one sentence."""

    said = Signal(str, bool)  # the sentence, and whether it tells of a failure

    def __init__(
        self, window: QWidget, controller: Controller, settings: Settings, draw_window: Window
    ) -> None:
        super().__init__(window)
        self._window, self._controller = window, controller
        self._settings, self._draw_window = settings, draw_window
        self.used = PictureUsed(self)
        self.carrier = Carrier()
        self._told: QWidget | None = None
        self._told_timer = QTimer(self, singleShot=True, interval=TOLD_FOR)
        self._told_timer.timeout.connect(self._on_told_timer)

    def watch(self, view: QWidget, picture: str, lane: str = "") -> None:
        """Give a view its context menu and let it be dragged out."""
        self.used.watch(Target(picture, lane, view))
        view.context_asked.connect(self._on_view_context_asked)
        view.pulled.connect(self._on_view_pulled)

    # -- what and how ------------------------------------------------------------
    def _moment(self) -> Moment:
        session, state = self._controller.session, self._controller.state
        inference = not session.training
        return Moment(
            session.scenario, session.t, state.selected, inference, state.sample, state.focus
        )

    def _target(self) -> Target:
        return self.used.current() or Target(self._settings.export_picture)

    def _choice(self, target: Target) -> ExportChoice:
        choice = remembered(self._settings, target.lane or self._controller.state.lanes)
        return replace(choice, picture=target.picture)

    def _job(self, target: Target) -> ExportJob:
        """As Export would save it, with the choices of the last time."""
        target = target if target.view else Target("graph")
        return job_of(self._moment(), self._choice(target))

    # -- to a file ---------------------------------------------------------------
    def export(self, target: Target | None = None) -> None:
        """Ask what and where, then write it."""
        self._controller.pause()
        try:
            self._ask_and_write(self._choice(target or self._target()))
        except InputError as error:
            self.said.emit(str(error), True)

    def _ask_and_write(self, choice: ExportChoice) -> None:
        moment, theme = self._moment(), self._controller.state.theme
        dialog = ExportDialog(self._window, moment, choice, self._draw_window, theme)
        accepted, choice = dialog.exec(), dialog.choice()
        label = dialog.format.currentText()
        dialog.deleteLater()
        if not accepted:
            return
        remember(self._settings, choice)
        path = dialogs.ask_save(self._window, self._proposed(moment, choice), label)
        if path is not None:
            self._settings.export_folder = str(path.parent)
            self._write(moment, choice, path)

    def _proposed(self, moment: Moment, choice: ExportChoice) -> Path:
        return self._folder() / f"{moment.scenario.name}-{choice.picture}{choice.format}"

    def _folder(self) -> Path:
        """Where the last file went, as long as it is there."""
        folder = Path(self._settings.export_folder or Path.home())
        return folder if folder.is_dir() else Path.home()

    def _write(self, moment: Moment, choice: ExportChoice, path: Path) -> None:
        make = animation_of if is_animation(choice.format) else job_of
        done = run_with_progress(self._window, make(moment, choice, path), self._draw_window)
        where = f"Saved {path.name!r} in {str(path.parent)!r}."
        self.said.emit(where if done else f"Cancelled: {path.name!r} was not written.", False)

    def save_program(self, program: Program, suffix: str) -> None:
        """Ask where, then write the moment as a program."""
        scenario, label = self._controller.session.scenario, FILES[suffix][0]
        proposed = self._folder() / f"{scenario.name}{suffix}"
        path = dialogs.ask_save(self._window, proposed, label, "Save program")
        if path is None:
            return
        self._settings.export_folder = str(path.parent)
        try:
            write_bytes(path, program_bytes(program, suffix))
        except InputError as error:
            self.said.emit(str(error), True)
        else:
            self.said.emit(f"Saved {path.name!r} in {str(path.parent)!r}.", False)

    # -- to the clipboard --------------------------------------------------------
    def copy_picture(self, target: Target | None = None) -> None:
        """As an image and as SVG."""
        target = target or self._target()
        try:
            mime = picture_mime(self._job(target), self._draw_window)
        except InputError as error:
            self.said.emit(str(error), True)
            return
        QGuiApplication.clipboard().setMimeData(mime)
        self._tell(target, "Picture copied")

    def copy_table(self, target: Target | None = None) -> None:
        """As text that spreadsheets take apart."""
        target = target or self._target()
        try:
            mime = table_mime(self._job(target))
        except InputError as error:
            self.said.emit(str(error), True)
            return
        QGuiApplication.clipboard().setMimeData(mime)
        self._tell(target, "Table copied")

    def _tell(self, target: Target, what: str) -> None:
        """A card on the picture, for a moment: nothing moves for it."""
        view = target.view
        if view is None:
            self.said.emit(f"{what}.", False)
            return
        theme = self._controller.state.theme
        card.show_card(view, QPointF(view.rect().center()), f"{what}: {_title(target)}", theme)
        self._told = view
        self._told_timer.start()

    def _on_told_timer(self) -> None:
        told, self._told = self._told, None
        if told is not None:
            card.hide_card(told)

    # -- by the mouse ------------------------------------------------------------
    def menu(self) -> QMenu:
        """The context menu of a picture."""
        menu = QMenu(self._window)
        for verb, text in MENU:
            if verb:
                menu.addAction(text).setData(verb)
            else:
                menu.addSeparator()
        return menu

    def _on_view_context_asked(self, point: QPoint) -> None:
        target = self.used.target_of(self.sender())
        self.used.use(target)
        menu = self.menu()
        chosen = pick(menu, point)
        verb = "" if chosen is None else chosen.data()
        menu.deleteLater()
        if verb == "export_window":
            self.export(Target("window"))
        elif verb:
            getattr(self, verb)(target)

    def _on_view_pulled(self) -> None:
        target = self.used.target_of(self.sender())
        try:
            self.carrier.drag(target.view, self._job(target), self._draw_window)
        except InputError as error:
            self.said.emit(str(error), True)

    def shut_down(self) -> None:
        """Nothing of ours outlives the window."""
        self._told_timer.stop()
        self.used.forget()
        self.carrier.close()


def pick(menu: QMenu, point: QPoint) -> QAction | None:
    """The entry that a person chooses."""
    return menu.exec(point)


def _title(target: Target) -> str:
    return dict(pictures_offered()).get(target.picture, target.picture).lower()
