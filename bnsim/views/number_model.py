"""Very many numbers in rows that are sorted and searched without a loop over them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from bnsim.pictures.words import MINUS, full
from bnsim.views.fonts import WIDGET_SIZE, font
from bnsim.views.guard import guarded

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

_NUMBER_WORD: Final = re.compile(r"-?(\d|\.\d|inf|nan)")
_BETWEEN: Final = re.compile(r"[\s,;()→]+")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """A column with one of a few words in each row: ``words[codes]``, "" for none.

    A search looks through ``found``, a text for each word; ``colors`` are by word too, ""
    for the ordinary one.  A column without a title is only searched.
    """

    title: str
    codes: Rows
    words: tuple[str, ...]
    found: tuple[str, ...]
    colors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """A column of numbers; where one is not ``known`` its cell stays empty."""

    title: str
    values: NDArray[np.float64]
    known: Mask
    tip: str = ""

    def shown(self, row: int) -> str:
        return full(float(self.values[row])) if self.known[row] else ""

    def exact(self, row: int) -> str:
        """The text that reads back as the same number."""
        return repr(float(self.values[row])) if self.known[row] else ""


@dataclass(frozen=True, eq=False)
class NumberRows:
    """What a table shows: the name of each row, words about it, and its numbers.

    ``ids`` ascend and say in other rows which row is the same one.  ``name`` and ``key``
    are asked for the rows that a person sees, copies or selects, and for no others.
    """

    ids: Rows
    name: Callable[[int], str]
    key: Callable[[int], object]
    words: tuple[Words, ...]
    numbers: tuple[Numbers, ...]

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def columns(self) -> tuple[Words | Numbers | None, ...]:
        """The columns on the screen; None is that of the names."""
        return (None, *(column for column in self.words if column.title), *self.numbers)

    @cached_property
    def digits(self) -> tuple[NDArray[np.bytes_], ...]:
        """Every number as text, made when the first number is searched."""
        texts = (map(repr, column.values.tolist()) for column in self.numbers)
        return tuple(np.array(list(column), np.bytes_) for column in texts)

    def rows_of(self, ids: Rows) -> Rows:
        """Where these ids stand here, without those that do not."""
        places = np.minimum(np.searchsorted(self.ids, ids), max(len(self) - 1, 0))
        return places[self.ids[places] == ids] if len(self) else places[:0]


# -- searching and sorting ---------------------------------------------------------------
def plain(text: str) -> str:
    """A text as a search compares it: h₁ is h1, σ² is s2, and a minus is a hyphen."""
    return unicodedata.normalize("NFKC", text).casefold().replace(MINUS, "-").replace("∞", "inf")


def matching(rows: NumberRows, text: str) -> Mask:
    """The rows in which every word of ``text`` occurs, or begins one of the numbers."""
    found = np.ones(len(rows), np.bool_)
    texts = [[plain(word) for word in column.found] for column in rows.words]
    for word in _wanted(text, texts):
        found &= _with_word(rows, texts, word)
    return found


def _wanted(text: str, texts: Sequence[Sequence[str]]) -> list[str]:
    """The words to look for; "sample 2" is one where a column knows it as one."""
    whole = {entry for column in texts for entry in column}
    wanted: list[str] = []
    for word in _BETWEEN.split(plain(text)):
        if wanted and f"{wanted[-1]} {word}" in whole:
            wanted[-1] += f" {word}"
        elif word:
            wanted.append(word)
    return wanted


def _with_word(rows: NumberRows, texts: Sequence[Sequence[str]], word: str) -> Mask:
    """Where a word occurs; a name that is exactly this word leaves out the longer ones."""
    hits = [[word == entry or word in entry.split() for entry in column] for column in texts]
    if not any(map(any, hits)):
        hits = [[word in entry for entry in column] for column in texts]
    found = np.zeros(len(rows), np.bool_)
    for column, hit in zip(rows.words, hits, strict=True):
        if any(hit):
            found |= np.array(hit)[column.codes]
    if _NUMBER_WORD.match(word):
        for numbers, digits in zip(rows.numbers, rows.digits, strict=True):
            found |= np.strings.startswith(digits, word.encode()) & numbers.known
    return found


def order_by(rows: NumberRows, column: int, descending: bool) -> Rows:
    """Every row by one column, equal ones as they stood; NaN and what is absent come last."""
    by = rows.columns[column]
    if by is None:
        order = np.arange(len(rows))
        return order[::-1] if descending else order
    if isinstance(by, Words):
        empty = np.array([word == "" for word in by.words])[by.codes]
        return np.lexsort((-by.codes if descending else by.codes, empty))
    return np.lexsort((-by.values if descending else by.values, ~by.known))


NO_ROWS: Final = NumberRows(np.empty(0, np.int64), str, str, (), ())


# -- the model ---------------------------------------------------------------------------
class NumberModel(QAbstractTableModel):
    """Rows in an order, as far as they match; cells are made when Qt asks for them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows, self.text, self._by = NO_ROWS, "", (0, False)
        self._order = self.shown = np.empty(0, np.int64)

    def show(self, rows: NumberRows) -> None:
        """Take other rows; order and search stay."""
        self.beginResetModel()
        self.rows = rows
        column, descending = self._by
        self._by = (column, descending) if column < len(rows.columns) else (0, False)
        self._order = order_by(rows, *self._by)
        self._match()
        self.endResetModel()

    def search(self, text: str) -> None:
        """Show the rows that match and no others."""
        self.beginResetModel()
        self.text = text
        self._match()
        self.endResetModel()

    def _match(self) -> None:
        self.shown = self._order[matching(self.rows, self.text)[self._order]]

    @guarded(None)
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(self.rows.columns):
            self._by = column, order == Qt.SortOrder.DescendingOrder
            self.show(self.rows)

    @guarded(0)
    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    @guarded(0)
    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows.columns)

    @guarded(None)
    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        column, row = self.rows.columns[index.column()], int(self.shown[index.row()])
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._cell(column, row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if isinstance(column, Numbers) else _LEFT
        if role == Qt.ItemDataRole.FontRole and isinstance(column, Numbers):
            return font(WIDGET_SIZE, tabular=True)
        if role == Qt.ItemDataRole.ForegroundRole and isinstance(column, Words) and column.colors:
            color = column.colors[column.codes[row]]
            return QColor(color) if color else None
        return None

    def _cell(self, column: Words | Numbers | None, row: int) -> str:
        if column is None:
            return self.rows.name(row)
        return column.words[column.codes[row]] if isinstance(column, Words) else column.shown(row)

    @guarded(None)
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or section >= len(self.rows.columns):
            return None
        column = self.rows.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title if column is not None else "name"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if isinstance(column, Numbers) else _LEFT
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(column, Numbers):
            return column.tip
        return None
