"""Sorting, searching, copying and selecting rows without a loop over them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QFont, QGuiApplication, QKeySequence
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QMainWindow

from bnsim.views.guard import set_handler
from bnsim.views.number_model import (
    NO_ROWS,
    NumberModel,
    NumberRows,
    Numbers,
    Words,
    matching,
    order_by,
)
from bnsim.views.number_table import MOST_KEPT, NumberTable

UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
NEURONS = ("", "h₁", "h₁₀", "o₂")
KINDS = ("weight w", "normalized x̂ x_hat", "gradient ∂L/∂w w d_W")
NAN, INF = float("nan"), float("inf")


def make(values, kinds=None, neurons=None, samples=None, other=None, ids=None):
    """Rows named r0, r1, ... and a list of the rows whose name was asked for."""
    n, asked = len(values), []

    def name(row):
        asked.append(row)
        return f"r{row}"

    def codes(given):
        return np.array(given if given is not None else [0] * n, np.int64)

    sample_words = ("", "1", "2")
    words = (
        Words("kind", codes(kinds), KINDS, KINDS, ("", "#0b8f7d", "")),
        Words("sample", codes(samples), sample_words, ("", "sample 1", "sample 2")),
        Words("", codes(neurons), NEURONS, NEURONS),
    )
    array = np.array(values, np.float64)
    numbers = [Numbers("value", array, np.ones(n, np.bool_))]
    if other is not None:
        known = np.array([v is not None for v in other], np.bool_)
        numbers.append(
            Numbers("other", np.array([v or 0.0 for v in other], float), known, "the tip")
        )
    ids = np.arange(n) if ids is None else np.array(ids)
    rows = NumberRows(ids, name, lambda row: ("key", int(ids[row])), words, tuple(numbers))
    return rows, asked


@pytest.fixture
def table(qtbot):
    made = NumberTable()
    made.resize(700, 300)
    made.show()
    qtbot.addWidget(made)
    return made


def names(table):
    model = table.numbers
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def cell(table, row, title):
    model = table.numbers
    titles = [
        model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())
    ]
    return model.index(row, titles.index(title))


# -- cells ---------------------------------------------------------------------------------
def test_that_numbers_stand_at_full_precision_at_the_right(table):
    rows, _ = make([0.1 + 0.2, -1e-7, INF, NAN], other=[None, 2.0, -INF, 0.5])
    table.show_rows(rows)
    assert [cell(table, row, "value").data() for row in range(4)] == [
        "0.30000000000000004", "−1e−07", "∞", "NaN",
    ]  # fmt: skip
    assert [cell(table, row, "other").data() for row in range(4)] == ["", "2.0", "−∞", "0.5"]
    index = cell(table, 0, "value")
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert index.data(Qt.ItemDataRole.FontRole).featureValue(QFont.Tag("tnum")) == 1
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "0.30000000000000004"


def test_that_kinds_have_the_colour_of_their_stage(table):
    table.show_rows(make([1, 2], kinds=[0, 1])[0])
    assert cell(table, 0, "kind").data(Qt.ItemDataRole.ForegroundRole) is None
    color = cell(table, 1, "kind").data(Qt.ItemDataRole.ForegroundRole)
    assert color.name() == "#0b8f7d"


def test_that_the_model_keeps_qts_rules(qtbot):
    model = NumberModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(make([3, 1, 2])[0])
    model.search("r")
    model.sort(2, DOWN)
    model.search("1")
    model.show(make([], other=[])[0])
    assert model.rowCount() == 0
    del tester


def test_that_an_error_in_a_name_is_reported_and_the_cell_stays_empty(table):
    told = []
    set_handler(told.append)
    try:
        rows, _ = make([1.0])
        table.show_rows(NumberRows(rows.ids, _broken, rows.key, rows.words, rows.numbers))
        assert names(table) == [None]
    finally:
        table.show_rows(NO_ROWS)
        set_handler(None)
    assert told
    assert all(isinstance(error, ZeroDivisionError) for error in told)


def test_that_a_cell_that_does_not_exist_is_empty(table):
    table.show_rows(make([1.0])[0])
    assert table.numbers.data(QModelIndex()) is None
    assert table.numbers.headerData(99, Qt.Orientation.Horizontal) is None
    assert table.numbers.rowCount(table.numbers.index(0, 0)) == 0


def _broken(row):
    return str(row / 0)


# -- sorting -------------------------------------------------------------------------------
def test_that_numbers_are_sorted_by_size_with_nan_and_absent_ones_last():
    rows, _ = make([0] * 7, other=[2.0, None, NAN, -INF, 10.0, 2.0, INF])
    column = len(rows.columns) - 1
    assert order_by(rows, column, False).tolist() == [3, 0, 5, 4, 6, 2, 1]
    assert order_by(rows, column, True).tolist() == [6, 4, 0, 5, 3, 2, 1]


def test_that_words_are_sorted_by_their_own_order_with_none_last():
    rows, _ = make([0] * 4, samples=[2, 0, 1, 2])
    assert order_by(rows, 2, False).tolist() == [2, 0, 3, 1]
    assert order_by(rows, 2, True).tolist() == [0, 3, 2, 1]


def test_that_a_click_on_a_head_sorts_and_a_second_turns_round(table, qtbot):
    table.show_rows(make([3.0, 10.0, -2.0])[0])
    head = table.horizontalHeader()
    place = QPoint(head.sectionViewportPosition(3) + 10, head.height() // 2)
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert names(table) == ["r2", "r0", "r1"]
    qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert names(table) == ["r1", "r0", "r2"]
    table.show_rows(make([3.0, 10.0, 12.0])[0])
    assert names(table) == ["r2", "r1", "r0"]


# -- searching -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [0, 1, 2, 3]),
        ("h1", [0, 2]),
        ("h₁", [0, 2]),
        ("H10", [1]),
        ("h", [0, 1, 2]),
        ("weight", [0]),
        ("w", [0, 3]),
        ("x̂", [1, 2]),
        ("x_hat h10", [1]),
        ("∂L/∂w", [3]),
        ("h1, sample 2", [2]),
        ("sample", [1, 2]),
        ("88.7", [0]),
        ("-0.5", [1]),
        ("−0.5", [1]),
        ("inf", [2]),
        ("∞", [2]),
        ("nan", [3]),
        ("h1 88.7", [0]),
        ("h10 88.7", []),
        ("w(h₁→o₂)", []),
        ("nothing", []),
    ],
)
def test_that_every_word_must_occur_or_begin_a_number(text, found):
    rows, _ = make(
        [88.71, -0.53, INF, NAN], kinds=[0, 1, 1, 2], neurons=[1, 2, 1, 3], samples=[0, 1, 2, 0]
    )
    assert np.flatnonzero(matching(rows, text)).tolist() == found


def test_that_a_number_that_is_not_there_is_not_found():
    rows, _ = make([1.0, 2.0], other=[None, 0.25])
    assert np.flatnonzero(matching(rows, "0")).tolist() == [1]


def test_that_a_table_without_rows_can_be_searched(table):
    table.show_rows(make([])[0])
    table.search("h1 8")
    assert names(table) == []


def test_that_a_hundred_thousand_rows_are_opened_searched_and_sorted_without_a_loop(table, qapp):
    n = 100_000
    rng = np.random.default_rng(0)
    rows, asked = make(
        rng.standard_normal(n), kinds=rng.integers(0, 3, n), neurons=rng.integers(0, 4, n)
    )
    keys = []
    rows = NumberRows(rows.ids, rows.name, keys.append, rows.words, rows.numbers)
    table.show_rows(rows)
    for text in ("h", "h1", "h1 weight", "0.5", "-", ""):
        table.search(text)
        qapp.processEvents()
    table.sortByColumn(3, DOWN)
    table.selectAll()
    qapp.processEvents()
    table.show_rows(rows)
    qapp.processEvents()
    assert table.numbers.rowCount() == n
    assert 0 < len(asked) < 2000
    assert len(keys) < 20
    # With the table's own, a head would look through every row when all are selected.
    assert table.horizontalHeader().selectionModel() is not table.selectionModel()


# -- selecting -----------------------------------------------------------------------------
def test_that_a_selected_row_says_its_key_once(table):
    told = []
    table.row_selected.connect(told.append)
    table.show_rows(make([1.0, 2.0, 3.0])[0])
    table.selectRow(1)
    table.selectRow(1)
    table.clearSelection()
    assert told == [("key", 1), None]


def test_that_the_selection_stays_with_its_number(table):
    told = []
    table.show_rows(make([1.0, 2.0, 3.0], ids=[10, 20, 30])[0])
    table.selectRow(1)
    table.row_selected.connect(told.append)
    table.show_rows(make([5.0, 4.0, 3.0, 2.0], ids=[5, 10, 20, 40])[0])
    assert table.selected().tolist() == [2]
    assert table.currentIndex().row() == 2
    table.sortByColumn(3, UP)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [1]
    assert told == []
    table.show_rows(make([5.0], ids=[5])[0])
    assert told == [None]
    table.show_rows(make([5.0, 1.0], ids=[5, 20])[0])
    assert told == [None, ("key", 20)]


def test_that_a_row_that_a_search_hides_comes_back_selected(table):
    table.show_rows(make([1.0, 2.0], neurons=[1, 3])[0])
    table.selectRow(1)
    table.search("h1")
    assert table.selected().tolist() == []
    table.search("")
    assert table.selected().tolist() == [1]


def test_that_several_rows_stay_selected_and_all_of_very_many_do_not(table):
    table.show_rows(make(list(range(10)))[0])
    table.selectAll()
    table.show_rows(make(list(range(5)))[0])
    assert table.selected().tolist() == [0, 1, 2, 3, 4]
    many = make(list(range(MOST_KEPT + 1)))[0]
    table.show_rows(many)
    table.selectAll()
    assert len(table.selected()) == MOST_KEPT + 1
    table.show_rows(many)
    assert len(table.selected()) <= 1


def test_that_a_selected_row_stays_where_it_is_on_the_screen(table, qapp):
    table.show_rows(make(range(500), ids=range(1000, 1500))[0])
    table.scrollTo(table.numbers.index(300, 0))
    table.selectRow(298)
    qapp.processEvents()
    before = table.visualRect(table.currentIndex()).top()
    table.show_rows(make(range(700), ids=range(800, 1500))[0])
    qapp.processEvents()
    assert table.currentIndex().row() == 498
    assert table.visualRect(table.currentIndex()).top() == before


# -- copying and keys ------------------------------------------------------------------------
def test_that_selected_rows_are_copied_as_names_and_exact_numbers(table, qtbot):
    table.show_rows(make([0.1 + 0.2, -1.5, INF])[0])
    table.sortByColumn(3, DOWN)
    table.setFocus()
    table.selectAll()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert text == "r2\tinf\nr0\t0.30000000000000004\nr1\t-1.5"
    table.show_rows(make([1.0, 2.0], other=[None, 0.5])[0])
    assert table.copied() == "name\tvalue\tother\nr1\t2.0\t0.5\nr0\t1.0\t"
    table.clearSelection()
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == text


class Window(QMainWindow):
    """A window whose shortcuts are those that step; it writes down which were pressed."""

    def __init__(self, table):
        super().__init__()
        self.heard = []
        self.setCentralWidget(table)
        keys = ("Down", "Up", "Left", "Right", "Home", "End", "PgDown", "PgUp", "Ctrl+C", "Space")
        for text in keys:
            action = QAction(text, self)
            action.setShortcut(QKeySequence(text))
            action.triggered.connect(self.hear)
            self.addAction(action)

    def hear(self):
        self.heard.append(self.sender().text())


@pytest.fixture
def window(qtbot, table):
    made = Window(table)
    made.show()
    made.activateWindow()
    qtbot.waitActive(made)
    qtbot.addWidget(made)
    return made


def test_that_arrow_keys_move_in_the_table_and_step_nothing(window, table, qtbot):
    table.show_rows(make(list(range(200)))[0])
    table.setFocus()
    table.selectRow(0)
    for key, row in (
        (Qt.Key.Key_Down, 1), (Qt.Key.Key_Down, 2), (Qt.Key.Key_Up, 1), (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Left, 1), (Qt.Key.Key_End, 199), (Qt.Key.Key_Home, 0),
    ):  # fmt: skip
        qtbot.keyClick(table, key)
        assert table.selected().tolist() == [row]
    qtbot.keyClick(table, Qt.Key.Key_PageDown)
    assert table.currentIndex().row() > 3
    qtbot.keyClick(table, Qt.Key.Key_Home)
    qtbot.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert table.selected().tolist() == [0, 1]
    qtbot.keyClick(table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert window.heard == []
    qtbot.keyClick(table, Qt.Key.Key_Space)
    assert window.heard == ["Space"]


def test_that_letters_ask_for_no_names(table, qtbot):
    rows, asked = make(list(range(5000)))
    table.show_rows(rows)
    table.setFocus()
    table.selectRow(0)
    asked.clear()
    qtbot.keyClicks(table, "zz")
    assert len(asked) < 100


# -- widths ----------------------------------------------------------------------------------
def test_that_the_numbers_stay_in_sight_on_a_narrow_screen(table, qapp):
    table.show_rows(make([1.0, 2.0])[0])
    assert not table.isColumnHidden(1)
    table.resize(310, 300)
    qapp.processEvents()
    assert table.isColumnHidden(1)
    assert table.isColumnHidden(2)
    assert not table.isColumnHidden(3)
    assert table.horizontalHeader().length() <= table.viewport().width()
    table.resize(700, 300)
    qapp.processEvents()
    assert not table.isColumnHidden(1)
