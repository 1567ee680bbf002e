"""The moment as a program, the lines of the operation lit: to read, to copy, to save."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QTextCursor, QTextFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout

from bnsim.pictures.program.languages import LANGUAGES, program_of
from bnsim.pictures.program.page import Program
from bnsim.ui.buttons import Segments, tool_button
from bnsim.ui.controller import Controller
from bnsim.views.labels import plain_label
from bnsim.views.seen import is_seen

_KINDS = tuple((row.name, row.title, row.tip) for row in LANGUAGES)
_LANES = (
    ("without", "Without BN", "The lane without batch normalization"),
    ("with", "With BN", "The lane with batch normalization"),
)
SIZE_PX = 12


class CodePanel(QFrame):
    """Shows the program of the moment; what to do with it is asked of others."""

    save_asked = Signal(str)  # the suffix of the file
    copy_asked = Signal(str)

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("card")
        self._controller = controller
        self._kind, self._lane = "numpy", "with"
        self._shown: tuple[object, ...] = ()
        self.program: Program | None = None
        self._build()

    def _build(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 9, 10, 10)
        box.setSpacing(7)
        self.kinds, self.lanes = Segments(_KINDS, "Language"), Segments(_LANES, "Lane of the code")
        self.kinds.chosen.connect(self._on_kinds_chosen)
        self.lanes.chosen.connect(self._on_lanes_chosen)
        self.note = plain_label("", "muted")
        row = QHBoxLayout()
        row.setSpacing(7)
        for widget in (self.kinds, self.lanes, self.note):
            row.addWidget(widget, int(widget is self.note))
        for text, tip, verb in (
            ("Copy", "Copy the program", "copy"),
            ("Save .py", "Save the program, which needs nothing of bnsim", ".py"),
            ("Save .ipynb", "Save it as a notebook", ".ipynb"),
        ):
            button = tool_button(text, tip)
            button.setProperty("verb", verb)
            button.clicked.connect(self._on_button_clicked)
            row.addWidget(button)
        box.addLayout(row)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName("Program of the moment")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(_letters())
        # The arrow keys belong to stepping unless someone reads here.
        self.text.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        box.addWidget(self.text, 1)

    # -- showing -----------------------------------------------------------------
    def show_moment(self) -> None:
        """Write the program of the moment, when it can be seen."""
        self.kinds.show_value(self._kind)
        self.lanes.show_value(self._lane)
        if not is_seen(self):
            return
        session, theme = self._controller.session, self._controller.state.theme
        self.note.setText("" if session.training else "the training step of this batch")
        shown = (session.scenario, self._moment(), self._kind, self._lane, theme)
        if shown != self._shown:
            self._shown = shown
            self._write(program_of(self._kind, session.scenario, self._lane, shown[1]))

    def _moment(self) -> int:
        """In inference the program is that of the same batch in training."""
        return self._controller.session.training_moment

    def _write(self, program: Program) -> None:
        if self.program is None or program.text != self.program.text:
            self.text.setPlainText(program.text)
        self.program = program
        self.text.setExtraSelections([self._lit(line) for line in program.lit])
        if program.lit:
            self._reveal(program.lit[-1])
            self._reveal(program.lit[0])

    def _at(self, line: int) -> QTextCursor:
        return QTextCursor(self.text.document().findBlockByNumber(line))

    def _lit(self, line: int) -> QTextEdit.ExtraSelection:
        found = QTextEdit.ExtraSelection()
        found.cursor = self._at(line)
        found.format.setBackground(QColor(self._controller.state.theme.accent_soft))
        found.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return found

    def _reveal(self, line: int) -> None:
        """Scroll so that a line is seen, with what stands round it."""
        self.text.setTextCursor(self._at(line))
        self.text.centerCursor()

    # -- speaking ----------------------------------------------------------------
    def _on_kinds_chosen(self, kind: str) -> None:
        self._kind = kind
        self._controller.refresh()

    def _on_lanes_chosen(self, lane: str) -> None:
        self._lane = lane
        self._controller.refresh()

    def _on_button_clicked(self) -> None:
        verb = self.sender().property("verb")
        if self.program is None:
            return
        if verb == "copy":
            self.copy_asked.emit(self.program.text)
        else:
            self.save_asked.emit(verb)


def _letters() -> QFont:
    """Letters of one width, as the machine has them."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(SIZE_PX)
    return font
