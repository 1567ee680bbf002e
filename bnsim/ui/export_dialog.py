"""File > Export: which picture, as what, how large, and how it will look."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from bnsim.export.animation import MOST_FRAMES
from bnsim.export.headless import formats_for, image_of, pictures_offered
from bnsim.export.job import ExportJob, Window
from bnsim.export.sheet import stretch as moments_between
from bnsim.pictures.offered import WINDOW
from bnsim.pictures.palette import THEMES, Theme
from bnsim.sim.errors import InputError
from bnsim.sim.session import Session
from bnsim.ui.buttons import dialog_buttons
from bnsim.ui.export_choice import (
    ExportChoice,
    Moment,
    is_animation,
    is_table,
    job_of,
    stretch,
)
from bnsim.ui.export_fields import AnimationFields, SizeFields, WordFields
from bnsim.ui.fields import add_row, combo
from bnsim.ui.preview import Preview
from bnsim.ui.theme import qt_palette

START_SIZE = (960, 600)
FORM_WIDTH = 320
#: Pictures that show one lane or both.
_WITH_LANES = ("graph", "sheet", "window")

_LANES = (("compare", "Both"), ("without", "Without BN"), ("with", "With BN"))
_THEME_TITLES = {
    "light": "Light",
    "dark": "Dark",
    "print": "Print (white, black text)",
}


class ExportDialog(QDialog):
    """Asks everything about a picture and shows what will come of it."""

    def __init__(
        self,
        parent: QWidget | None,
        moment: Moment,
        choice: ExportChoice,
        window: Window,
        theme: Theme,
    ) -> None:
        """``window`` draws the picture of a whole window; ``theme`` is the dialog's own."""
        super().__init__(parent)
        self.setWindowTitle("Export picture")
        # A window of its own: it does not inherit the palette of the window behind it.
        self.setPalette(qt_palette(theme))
        self._moment, self._window, self._chosen = moment, window, choice
        # Its own, so that drawing never moves the window; kept, so that nothing is computed twice.
        self._session = Session(moment.scenario)
        self._session.infer(moment.inference)
        self._make_fields(choice)
        self.preview = Preview(self._draw, theme)
        self._lay_out()
        self._fill_formats(choice.format)
        self._connect()
        self.resize(*START_SIZE)
        self._show_choice()

    # -- building ----------------------------------------------------------------
    def _make_fields(self, choice: ExportChoice) -> None:
        themes = [(name, _THEME_TITLES.get(name, name)) for name in THEMES]
        self.picture = combo(pictures_offered(), choice.picture, "Picture")
        self.lanes = combo(_LANES, choice.lanes, "Lanes")
        self.format = combo((), "", "Format")
        self.size_fields = SizeFields(self, choice)
        self.theme = combo(themes, choice.theme, "Theme")
        self.words = WordFields(choice)
        self.animation = AnimationFields(self, choice)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._make_form())
        row.addWidget(self.preview, 1)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = dialog_buttons(self, buttons.Save | buttons.Cancel)
        self.buttons.button(buttons.Save).setText("Export…")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 12)
        box.setSpacing(12)
        box.addLayout(row, 1)
        box.addWidget(self.buttons)

    def _make_form(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("card")
        frame.setFixedWidth(FORM_WIDTH)
        self._form = form = QFormLayout(frame)
        form.setContentsMargins(14, 14, 14, 14)
        form.setVerticalSpacing(7)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        add_row(form, "Picture", self.picture)
        add_row(form, "Lanes", self.lanes)
        add_row(form, "Format", self.format)
        self.animation.add_to(form)
        self.size_fields.add_to(form)
        add_row(form, "Theme", self.theme)
        add_row(form, "Show", self.words)
        return frame

    def _connect(self) -> None:
        self.picture.currentIndexChanged.connect(self._on_picture_changed)
        for box in (self.lanes, self.format, self.theme):
            box.currentIndexChanged.connect(self._on_field_changed)
        for fields in (self.size_fields, self.words, self.animation):
            fields.changed.connect(self._on_field_changed)

    def _fill_formats(self, now: str) -> None:
        """The formats of the chosen picture; the same one stays where it can."""
        self.format.blockSignals(True)
        self.format.clear()
        for writer in formats_for(self.picture.currentData()):
            self.format.addItem(f"{writer.label} ({writer.suffix})", writer.suffix)
        self.format.setCurrentIndex(max(self.format.findData(now), 0))
        self.format.blockSignals(False)

    # -- choosing ----------------------------------------------------------------
    def choice(self) -> ExportChoice:
        """What the person chose."""
        return replace(
            self._chosen,
            picture=self.picture.currentData(),
            lanes=self.lanes.currentData(),
            format=self.format.currentData(),
            theme=self.theme.currentData(),
            **self.size_fields.values(),
            **self.words.values(),
            **self.animation.values(),
        )

    def _on_picture_changed(self) -> None:
        self._fill_formats(self.format.currentData())
        self._show_choice()

    def _on_field_changed(self) -> None:
        self._show_choice()

    # -- showing -----------------------------------------------------------------
    def _show_choice(self) -> None:
        """Only the rows that matter, and the picture that they make."""
        choice = self.choice()
        table, animation = is_table(choice.format), is_animation(choice.format)
        self._form.setRowVisible(self.lanes, choice.picture in _WITH_LANES)
        for row in self.animation.rows():
            self._form.setRowVisible(row, animation)
        for row in (*self.size_fields.rows(), self.theme):
            self._form.setRowVisible(row, not table)
        self._form.setRowVisible(self.words, not table and choice.picture != WINDOW)
        self._ask_preview(choice, table, animation)

    def _ask_preview(self, choice: ExportChoice, table: bool, animation: bool) -> None:
        job, sentence = job_of(self._moment, choice), ""
        try:
            job = self._first_frame(job, choice) if animation else job
        except InputError as error:
            sentence = str(error)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(not sentence)
        if sentence:
            self.animation.tell(0)
            self.preview.say(sentence)
        else:
            self.preview.ask(job, table)

    def _first_frame(self, job: ExportJob, choice: ExportChoice) -> ExportJob:
        batches = self._moment.scenario.batches
        first, final = stretch(choice, self._session.schedule, batches, self._moment.t)
        moments = moments_between(self._session, first, final, choice.step, MOST_FRAMES)
        self.animation.tell(len(moments))
        return replace(job, t=first)

    def _draw(self, job: ExportJob) -> QImage:
        return image_of(job, self._window, self._session)
