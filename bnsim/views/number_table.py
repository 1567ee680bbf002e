"""A table of very many numbers: selecting, copying, keys and widths."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from bnsim.views.fonts import WIDGET_SIZE, metrics
from bnsim.views.guard import guarded
from bnsim.views.number_model import NumberModel, NumberRows, Numbers, Rows, Words

ROW_HEIGHT: Final = 23
#: A larger selection is not looked for again in new rows.
MOST_KEPT: Final = 1000
#: Least widths of a name, and of a number with all its digits; a tip shows the longest ones.
_NAME, _NUMBER = "∂L/∂w(x₁→h₁), 12", "−0.26378055668404454"
_ROOM: Final = 22
_ARROWS = {
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right,
    Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End,
}  # fmt: skip
_ENDS = {
    QAbstractItemView.CursorAction.MoveHome: 0,
    QAbstractItemView.CursorAction.MoveEnd: -1,
}
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)


class NumberTable(QTableView):
    """Shows rows; says the key of the selected one, which stays selected in other rows."""

    row_selected = Signal(object)  # a key, or None

    def __init__(self) -> None:
        super().__init__()
        self.numbers = NumberModel(self)
        self._kept, self._told = np.empty(0, np.int64), None
        self._current, self._offset = -1, -1
        self.setModel(self.numbers)
        self._dress()
        # A head looks whether all of a column is selected: through every row of it.
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(self.numbers, self))
        self.numbers.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        self.numbers.modelReset.connect(self._on_reset)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setAlternatingRowColors(True)
        self.setCornerButtonEnabled(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        side, head = self.verticalHeader(), self.horizontalHeader()
        side.hide()
        side.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        side.setDefaultSectionSize(ROW_HEIGHT)
        head.setHighlightSections(False)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setSortIndicator(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)

    def show_rows(self, rows: NumberRows) -> None:
        """Show other rows; what is selected, sorted and searched stays."""
        titles = [column and column.title for column in self.numbers.rows.columns]
        self.numbers.show(rows)
        if titles != [column and column.title for column in rows.columns]:
            self._fit()

    def search(self, text: str) -> None:
        """Show only the rows that match."""
        self.numbers.search(text)

    # -- selecting ---------------------------------------------------------------
    def selected(self) -> Rows:
        """The selected rows (of all), in the order in which they stand."""
        ranges = [(part.top(), part.bottom() + 1) for part in self.selectionModel().selection()]
        places = [np.arange(*ends) for ends in sorted(ranges)]
        return self.numbers.shown[np.concatenate(places)] if places else np.empty(0, np.int64)

    def _on_selection_changed(self) -> None:
        rows, now = self.selected(), self.currentIndex()
        if now.isValid() and self.selectionModel().isSelected(now):
            first = int(self.numbers.shown[now.row()])
        else:
            first = int(rows[0]) if len(rows) else -1
        ids = self.numbers.rows.ids
        self._current = int(ids[first]) if first >= 0 else -1
        self._kept = ids[rows if len(rows) <= MOST_KEPT else rows[rows == first]]
        self._tell(first)

    def _tell(self, row: int) -> None:
        key = self.numbers.rows.key(row) if row >= 0 else None
        if key != self._told:
            self._told = key
            self.row_selected.emit(key)

    def _on_about_to_be_reset(self) -> None:
        """Note how far down the selected row stands on the screen."""
        now, top = self.currentIndex(), self.verticalScrollBar().value()
        seen = now.isValid() and self.viewport().rect().intersects(self.visualRect(now))
        self._offset = now.row() - top if seen else -1

    def _on_reset(self) -> None:
        """Select what was selected, wherever it stands now."""
        numbers = self.numbers
        wanted = np.zeros(len(numbers.rows) + 1, np.bool_)
        wanted[numbers.rows.rows_of(self._kept)] = True
        places = np.flatnonzero(wanted[numbers.shown])
        current = np.flatnonzero(numbers.rows.ids[numbers.shown[places]] == self._current)
        self._select(places, int(places[current[0]]) if len(current) else -1)

    def _select(self, places: Rows, current: int) -> None:
        """Select rows by where they stand, without saying what has not changed."""
        runs, chosen = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1), QItemSelection()
        last = max(self.numbers.columnCount() - 1, 0)
        for run in runs if len(places) else ():
            ends = (self.numbers.index(int(run[0]), 0), self.numbers.index(int(run[-1]), last))
            chosen.select(*ends)
        model, flags = self.selectionModel(), QItemSelectionModel.SelectionFlag
        model.blockSignals(True)
        model.select(chosen, flags.ClearAndSelect)
        model.setCurrentIndex(self.numbers.index(max(current, 0), 0), flags.NoUpdate)
        model.blockSignals(False)
        self._follow(current)
        self._tell(int(self.numbers.shown[current]) if current >= 0 else -1)

    def _follow(self, current: int) -> None:
        """Keep the selected row where it was on the screen."""
        self.updateGeometries()
        if current >= 0 and self._offset >= 0:
            self.verticalScrollBar().setValue(current - self._offset)
        self.viewport().update()

    # -- copying -----------------------------------------------------------------
    def copied(self) -> str:
        """Names and exact numbers of the selected rows, with tabs between them.

        The columns are named where there are several of numbers.
        """
        rows = self.numbers.rows
        lines = [
            "\t".join([rows.name(row), *(column.exact(row) for column in rows.numbers)])
            for row in self.selected().tolist()
        ]
        if len(rows.numbers) > 1:
            lines.insert(0, "\t".join(["name", *(column.title for column in rows.numbers)]))
        return "\n".join(lines)

    # -- what Qt calls -----------------------------------------------------------
    @guarded(False)
    def event(self, event: QEvent) -> bool:
        """The keys that move in the table step nothing, and Ctrl+C copies no picture."""
        if event.type() == QEvent.Type.ShortcutOverride and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    @staticmethod
    def _takes(event: QKeyEvent) -> bool:
        standard = QKeySequence.StandardKey
        if event.matches(standard.Copy) or event.matches(standard.SelectAll):
            return True
        bare = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return event.key() in _ARROWS and bare in _PLAIN

    @guarded(None)
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.matches(QKeySequence.StandardKey.Copy):
            super().keyPressEvent(event)
        elif len(self.selected()):
            QGuiApplication.clipboard().setText(self.copied())

    @guarded(None)
    def keyboardSearch(self, _text: str) -> None:
        """Nothing: Qt would ask for every row, and there is a field to search in."""

    @guarded(QModelIndex)
    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last row."""
        if action in _ENDS and len(self.numbers.shown):
            return self.numbers.index(_ENDS[action] % len(self.numbers.shown), 0)
        return super().moveCursor(action, modifiers)

    @guarded(None)
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    # -- widths ------------------------------------------------------------------
    def _fit(self) -> None:
        """Hide columns of words, from the last, until the numbers fit: the name says it all."""
        columns = self.numbers.rows.columns
        widths = dict(enumerate(map(_width, columns)))
        room = self.viewport().width()
        words = [index for index in widths if isinstance(columns[index], Words)]
        hidden = set()
        while words and sum(widths.values()) > room:
            hidden.add(words[-1])
            del widths[words.pop()]
        more = max(room - sum(widths.values()), 0) // max(len(widths), 1)
        for index in range(len(columns)):
            self.setColumnHidden(index, index in hidden)
            if index in widths:
                self.setColumnWidth(index, widths[index] + more)


def _width(column: Words | Numbers | None) -> int:
    """Room for the longest word of a column, or for a number with all its digits."""
    if isinstance(column, Words):
        texts, letters = (column.title, max(column.words, key=len)), metrics(WIDGET_SIZE)
    else:
        texts, letters = (_NAME if column is None else _NUMBER,), metrics(WIDGET_SIZE, tabular=True)
    return round(max(map(letters.horizontalAdvance, texts))) + _ROOM
