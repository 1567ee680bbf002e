"""The audit: every number of the moment in a table, beside those of another lane or moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from bnsim.pictures.audit import AuditTable, audit_table, difference
from bnsim.pictures.names import LANE_WORDS
from bnsim.pictures.palette import LIGHT, Theme
from bnsim.sim.frame import Frame
from bnsim.sim.run import LANES, Lane
from bnsim.ui.audit_rows import NOTHING, Choice, moment_words, rows_of
from bnsim.ui.buttons import Segments, tool_button
from bnsim.ui.fields import combo
from bnsim.views.guard import guarded
from bnsim.views.labels import plain_label
from bnsim.views.number_model import NumberRows
from bnsim.views.number_table import NumberTable
from bnsim.views.seen import is_seen

_LANES = (
    ("without", "Without BN", "The numbers of the lane without batch normalization"),
    ("with", "With BN", "The numbers of the lane with batch normalization"),
)
#: From this width on the controls stand in these rows.
_BARS = (
    (880, (("search", "count", "lanes", "with", "chooser", "mark"),)),
    (500, (("search", "count", "lanes"), ("with", "chooser", "mark"))),
    (0, (("search", "count"), ("lanes", "mark"), ("with", "chooser"))),
)
_WIDE = ("search", "chooser")
LEAST_SIZE = (332, 190)


class AuditPanel(QFrame):
    """Shows every known number of one lane; says which one is selected."""

    lit = Signal(object)  # a Quantity, or None
    branch_asked = Signal(object)  # the key of a branch; the answer is `show_other`
    lane_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        # Not that of the widest arrangement, out of which it could never shrink.
        self.setMinimumSize(*LEAST_SIZE)
        self._frames: dict[Lane, Frame] = {}
        self._lane, self._given, self._theme = "with", "", LIGHT
        self._branches: list[tuple[object, str]] = []
        self._marked: tuple[str, dict[Lane, AuditTable]] | None = None
        self._other: Frame | None = None
        self._choice, self._choices = NOTHING, []
        self._shown: tuple[object, ...] = ()
        self._asking = False
        self._build()
        self._list_choices()

    # -- building ----------------------------------------------------------------
    def _build(self) -> None:
        self.search, self.table = QLineEdit(), NumberTable()
        self.search.setPlaceholderText("Search: h₁, weight, 88.7")
        self.search.setAccessibleName("Search the numbers")
        self.search.setMinimumWidth(90)
        self.table.setAccessibleName("Numbers of the moment")
        self.count = plain_label("", "muted")
        self.lanes = Segments(_LANES, "Lane of the table")
        self.chooser = combo((), "", "Compare with")
        self.mark = tool_button("Mark this moment", "Keep these numbers to compare others with")
        named = plain_label("Compare with", "muted")
        self._parts: dict[str, QWidget] = {
            "search": self.search, "count": self.count, "lanes": self.lanes,
            "with": named, "chooser": self.chooser, "mark": self.mark,
        }  # fmt: skip
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 9, 10, 10)
        box.setSpacing(7)
        self._rows, self._arranged = [QHBoxLayout() for _ in _BARS], ()
        for row in self._rows:
            row.setSpacing(7)
            box.addLayout(row)
        box.addWidget(self.table, 1)
        self._arrange()
        self._connect()

    def _connect(self) -> None:
        for widget in (self.search, self.table):
            widget.installEventFilter(self)
        self.search.textChanged.connect(self._on_search_changed)
        self.lanes.chosen.connect(self._on_lane_chosen)
        self.chooser.activated.connect(self._on_chooser_activated)
        self.mark.clicked.connect(self._on_mark_clicked)
        self.table.row_selected.connect(self.lit)

    def _arrange(self) -> None:
        """The controls in as few rows as the width allows."""
        bars = next(bars for width, bars in _BARS if self.width() >= width)
        if bars == self._arranged:
            return
        self._arranged = bars
        for row in self._rows:
            while row.count():
                row.takeAt(0)
        for row, names in zip(self._rows, bars, strict=False):
            for name in names:
                row.addWidget(self._parts[name], int(name in _WIDE))
            if not set(names) & set(_WIDE):
                row.insertStretch(1, 1)

    # -- showing -----------------------------------------------------------------
    @property
    def lane(self) -> Lane:
        """The lane whose numbers are listed."""
        return self._lane

    def show_moment(self, frames: Mapping[Lane, Frame], lane: Lane, theme: Theme) -> None:
        """Show other numbers; `lane` counts when it is another than last time.

        So a lane that was chosen here stays while the moment moves.
        """
        self._frames, self._theme = dict(frames), theme
        if lane != self._given or self._lane not in self._frames:
            self._lane = self._given = lane
        self.lanes.show_value(self._lane)
        self._list_choices()
        self._refresh()

    def show_other(self, frame: Frame | None) -> None:
        """The moment of the branch that was asked for; None where it has none."""
        self._other = frame
        if not self._asking:
            self._refresh()

    def set_branches(self, branches: Sequence[tuple[object, str]]) -> None:
        """The branches that can be compared with, by key and name."""
        self._branches = list(branches)
        self._list_choices()
        self._refresh()

    def _refresh(self) -> None:
        """Show what has changed, once someone can see it."""
        frame = self._frames.get(self._lane)
        if frame is None or not is_seen(self):
            return
        beside = self._frames.get(self._other_lane())
        here = (frame.record, frame.cursor, beside and beside.record, self._choice)
        if self._choice.what == "branch" and here != self._shown[:4]:
            self._ask()
        other = self._other and (self._other.record, self._other.cursor)
        shown = (*here, other, self._marked, self._theme.name)
        # Records are equal only when they are the same one.
        if shown != self._shown:
            self._shown = shown
            self.table.show_rows(self._number_rows(frame))
            self._show_count()

    def _ask(self) -> None:
        """The numbers of a branch at this moment, which may come at once or later."""
        self._other, self._asking = None, True
        try:
            self.branch_asked.emit(self._choice.key)
        finally:
            self._asking = False

    def _number_rows(self, frame: Frame) -> NumberRows:
        table, other = audit_table(frame), self._compared()
        if other is None:
            return rows_of(table, ("value",), self._theme)
        here, there = self._titles()
        return rows_of(difference(table, other), (here, there, "difference"), self._theme)

    def _compared(self) -> AuditTable | None:
        """The numbers to compare with, as far as there are any."""
        what, frame = self._choice.what, self._other
        if what == "marked" and self._marked is not None:
            return self._marked[1].get(self._lane)
        if what == "lane":
            frame = self._frames.get(self._other_lane())
        return audit_table(frame) if frame is not None and what != "nothing" else None

    def _titles(self) -> tuple[str, str]:
        if self._choice.what == "lane":
            return LANE_WORDS[self._lane], LANE_WORDS[self._other_lane()]
        return ("now", "marked") if self._choice.what == "marked" else ("here", self._choice.text)

    def _other_lane(self) -> Lane:
        return LANES[1 - LANES.index(self._lane)]

    def _show_count(self) -> None:
        model = self.table.numbers
        found, of = len(model.shown), len(model.rows)
        self.count.setText(
            f"{found:,} of {of:,} numbers" if self.search.text() else f"{of:,} numbers"
        )

    # -- choosing ----------------------------------------------------------------
    def _list_choices(self) -> None:
        """What can be compared with now; a choice that is gone becomes nothing."""
        choices = [NOTHING]
        if self._other_lane() in self._frames:
            choices.append(Choice("lane", f"the lane {LANE_WORDS[self._other_lane()]}"))
        if self._marked is not None:
            choices.append(Choice("marked", self._marked[0]))
        choices += [Choice("branch", text, key) for key, text in self._branches]
        if choices == self._choices:
            return
        self._choices = choices
        same = (c for c in choices if (c.what, c.key) == (self._choice.what, self._choice.key))
        self._choice = next(same, NOTHING)
        self.chooser.clear()
        self.chooser.addItems([choice.text for choice in choices])
        self.chooser.setCurrentIndex(choices.index(self._choice))

    def _choose(self, choice: Choice) -> None:
        self._choice, self._other = choice, None
        self.chooser.setCurrentIndex(self._choices.index(choice))
        self._refresh()

    def _on_chooser_activated(self, index: int) -> None:
        self._choose(self._choices[index])

    def _on_lane_chosen(self, lane: Lane) -> None:
        if lane in self._frames and lane != self._lane:
            self._lane = lane
            self._list_choices()
            self._refresh()
            self.lane_chosen.emit(lane)
        self.lanes.show_value(self._lane)

    def _on_mark_clicked(self) -> None:
        """Keep the numbers of every lane, and compare with them from now on."""
        if not self._frames:
            return
        tables = {lane: audit_table(frame) for lane, frame in self._frames.items()}
        self._marked = (moment_words(next(iter(self._frames.values()))), tables)
        self._list_choices()
        self._choose(next(choice for choice in self._choices if choice.what == "marked"))

    def _on_search_changed(self, text: str) -> None:
        self.table.search(text)
        self._show_count()

    # -- what Qt calls -----------------------------------------------------------
    @guarded(False)
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc empties the search, then lets go of the rows; Down goes from it to the table."""
        override = event.type() == QEvent.Type.ShortcutOverride
        if not (override or event.type() == QEvent.Type.KeyPress):
            return False
        if event.key() == Qt.Key.Key_Escape and self._escapes():
            if not override:
                self._escape()
        elif event.key() == Qt.Key.Key_Escape:
            # Nothing to empty: from here on the keys are the window's.
            self.window().setFocus(Qt.FocusReason.OtherFocusReason)
            return False
        elif event.key() == Qt.Key.Key_Down and watched is self.search:
            if not override:
                self._enter_table()
        else:
            return False
        event.accept()
        return True

    def _escapes(self) -> bool:
        return bool(self.search.text()) or self.table.selectionModel().hasSelection()

    def _escape(self) -> None:
        if self.search.text():
            self.search.clear()
        else:
            self.table.clearSelection()

    def _enter_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.table.selectionModel().hasSelection() and len(self.table.numbers.shown):
            self.table.selectRow(0)

    @guarded(None)
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    @guarded(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
