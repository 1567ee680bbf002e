"""The audit: what is listed, compared, marked, searched and lit."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from bnsim.files.locate import scenario_names, scenario_path
from bnsim.files.scenario_json import load
from bnsim.pictures.audit import audit_table
from bnsim.pictures.palette import DARK, LIGHT
from bnsim.pictures.quantity import Quantity
from bnsim.sim.session import Session
from bnsim.ui.app import make_application
from bnsim.ui.audit_panel import AuditPanel
from bnsim.ui.audit_rows import moment_words
from bnsim.ui.theme import apply_theme


class Window(QMainWindow):
    """A window whose shortcuts are those that step; it writes down which were pressed."""

    def __init__(self, panel):
        super().__init__()
        self.heard = []
        self.setCentralWidget(panel)
        for text in ("Down", "Up", "Left", "Right", "Ctrl+C", "Esc", "H", "1"):
            action = QAction(text, self)
            action.setShortcut(QKeySequence(text))
            action.triggered.connect(self.hear)
            self.addAction(action)

    def hear(self):
        self.heard.append(self.sender().text())


@pytest.fixture
def session():
    made = Session(load(scenario_path("article")))
    made.seek(12)
    return made


@pytest.fixture
def panel(qtbot, session):
    make_application()
    made = AuditPanel()
    window = Window(made)
    window.resize(1000, 400)
    apply_theme(window, LIGHT)
    window.show()
    window.activateWindow()
    qtbot.waitActive(window)
    qtbot.addWidget(window)
    made.show_moment(session.frames(), "with", LIGHT)
    yield made
    window.close()


def titles(panel):
    model = panel.table.numbers
    return [
        model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())
    ]


def names(panel):
    model = panel.table.numbers
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def choose(panel, text):
    texts = [panel.chooser.itemText(index) for index in range(panel.chooser.count())]
    panel.chooser.setCurrentIndex(texts.index(text))
    panel.chooser.activated.emit(texts.index(text))


def choices(panel):
    return [panel.chooser.itemText(index) for index in range(panel.chooser.count())]


def listed(panel, column=0):
    rows = panel.table.numbers.rows
    numbers = rows.numbers[column]
    return {rows.key(i): float(numbers.values[i]) for i in range(len(rows)) if numbers.known[i]}


def numbers_of(frame):
    table = audit_table(frame)
    return {table.quantity(i): float(v) for i, v in enumerate(table.values)}


@pytest.mark.parametrize("name", scenario_names())
def test_that_the_panel_lists_what_is_known_in_every_scenario(panel, name):
    session = Session(load(scenario_path(name)))
    for t in (0, 5, session.schedule.n, session.last):
        session.seek(t)
        panel.show_moment(session.frames(), "without", DARK)
        panel.lanes.chosen.emit("with")
        rows = panel.table.numbers.rows
        assert rows.ids.tolist() == audit_table(session.frame("with")).code.tolist()
        assert panel.count.text() == f"{len(rows):,} numbers"
        panel.lanes.chosen.emit("without")


def test_that_typing_h1_finds_h1_and_counts(panel, qtbot):
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, "h1")
    assert names(panel)
    assert all("h₁" in name for name in names(panel))
    of = len(panel.table.numbers.rows)
    assert panel.count.text() == f"{len(names(panel))} of {of} numbers"
    assert panel.window().heard == []


@pytest.mark.parametrize("text", ["x̂ of h₂, sample 2", "w(x₁→h₁)", "μ of h₃", "b of o₁"])
def test_that_a_name_finds_its_number(panel, text):
    panel.search.setText(text)
    assert text in names(panel)
    assert len(names(panel)) <= 3


def test_that_esc_empties_the_search_and_then_lets_go_of_the_row(panel, qtbot):
    told = []
    panel.lit.connect(told.append)
    panel.search.setText("h1")
    panel.table.setFocus()
    panel.table.selectRow(0)
    qtbot.keyClick(panel.table, Qt.Key.Key_Escape)
    assert panel.search.text() == ""
    assert panel.table.selectionModel().hasSelection()
    qtbot.keyClick(panel.table, Qt.Key.Key_Escape)
    assert told[-1] is None
    assert panel.window().heard == []
    qtbot.keyClick(panel.table, Qt.Key.Key_Escape)
    assert panel.window().heard == ["Esc"]


def test_that_down_goes_from_the_search_to_the_rows(panel, qtbot):
    told = []
    panel.lit.connect(told.append)
    panel.search.setFocus()
    qtbot.keyClicks(panel.search, "88.7")
    qtbot.keyClick(panel.search, Qt.Key.Key_Down)
    assert panel.table.hasFocus()
    assert told == [Quantity("z", 0, 0, 0)]
    qtbot.keyClick(panel.table, Qt.Key.Key_Down)
    assert told[-1] == Quantity("a", 0, 0, 0)
    assert panel.window().heard == []


def test_that_a_selected_number_stays_selected_in_another_moment_and_lane(panel, session):
    told = []
    panel.search.setText("z of h₁, sample 1")
    panel.table.selectRow(0)
    panel.lit.connect(told.append)
    session.seek(20)
    panel.show_moment(session.frames(), "with", LIGHT)
    panel.lanes.chosen.emit("without")
    panel.search.clear()
    assert told == []
    session.seek(0)
    panel.show_moment(session.frames(), "with", LIGHT)
    assert told == [None]


def test_that_the_lane_that_was_chosen_here_stays_until_another_is_given(panel, session):
    told = []
    panel.lane_chosen.connect(told.append)
    panel.lanes.chosen.emit("without")
    assert (panel.lane, told) == ("without", ["without"])
    session.seek(14)
    panel.show_moment(session.frames(), "with", LIGHT)
    assert panel.lane == "without"
    assert listed(panel) == numbers_of(session.frame("without"))
    panel.show_moment(session.frames(), "without", LIGHT)
    panel.show_moment(session.frames(), "with", LIGHT)
    assert panel.lane == "with"


def test_that_lanes_are_compared_number_by_number(panel, session):
    choose(panel, "the lane without BN")
    assert titles(panel)[-3:] == ["with BN", "without BN", "difference"]
    ours, theirs, gap = (listed(panel, column) for column in range(3))
    assert ours == numbers_of(session.frame("with"))
    assert theirs == numbers_of(session.frame("without"))
    assert gap == {q: theirs[q] - ours[q] for q in ours.keys() & theirs.keys()}
    panel.lanes.chosen.emit("without")
    assert titles(panel)[-3:-1] == ["without BN", "with BN"]
    assert panel.chooser.currentText() == "the lane with BN"
    choose(panel, "nothing")
    assert titles(panel)[-1] == "value"


def test_that_a_marked_moment_is_kept_to_compare_with(panel, session):
    before = numbers_of(session.frame("with"))
    panel.mark.click()
    assert panel.chooser.currentText() == moment_words(session.frame("with"))
    session.seek(session.last)
    panel.show_moment(session.frames(), "with", LIGHT)
    assert titles(panel)[-3:] == ["now", "marked", "difference"]
    assert listed(panel, 0) == numbers_of(session.frame("with"))
    assert listed(panel, 1) == before
    model = panel.table.numbers
    tip = model.headerData(
        model.columnCount() - 1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole
    )
    assert tip == "marked minus now"


def test_that_a_branch_is_asked_for_at_every_moment(panel, session):
    asked = []
    panel.branch_asked.connect(asked.append)
    panel.set_branches([(7, "main"), ("b", "weight 1 instead of 15")])
    choose(panel, "weight 1 instead of 15")
    assert asked == ["b"]
    assert titles(panel)[-1] == "value"
    other = Session(load(scenario_path("cascade")))
    other.seek(9)
    panel.show_other(other.frame("with"))
    assert titles(panel)[-3:] == ["here", "weight 1 instead of 15", "difference"]
    assert listed(panel, 1) == numbers_of(other.frame("with"))
    panel.show_moment(session.frames(), "with", LIGHT)
    assert asked == ["b"]
    session.seek(13)
    panel.show_moment(session.frames(), "with", LIGHT)
    assert asked == ["b", "b"]
    assert titles(panel)[-1] == "value"
    panel.show_other(None)
    assert titles(panel)[-1] == "value"


def test_that_an_answer_at_once_is_shown_at_once(panel, session):
    def answer(key):
        panel.show_other(session.frame("without"))

    panel.branch_asked.connect(answer)
    panel.set_branches([(1, "main")])
    choose(panel, "main")
    session.seek(15)
    panel.show_moment(session.frames(), "with", LIGHT)
    assert listed(panel, 1) == numbers_of(session.frame("without"))


def test_that_a_branch_that_is_gone_is_compared_with_no_more(panel):
    panel.set_branches([(1, "main"), (2, "other")])
    choose(panel, "other")
    panel.set_branches([(1, "main"), (2, "renamed")])
    assert panel.chooser.currentText() == "renamed"
    panel.set_branches([(1, "main")])
    assert panel.chooser.currentText() == "nothing"
    assert choices(panel) == ["nothing", "the lane without BN", "main"]


def test_that_one_lane_alone_can_be_shown(panel, session):
    choose(panel, "the lane without BN")
    panel.show_moment({"without": session.frame("without")}, "without", LIGHT)
    assert choices(panel) == ["nothing"]
    assert listed(panel) == numbers_of(session.frame("without"))
    panel.lanes.chosen.emit("with")
    assert panel.lane == "without"


def test_that_nothing_is_made_while_nobody_can_see_it(panel, session):
    rows = panel.table.numbers.rows
    panel.show_moment(session.frames(), "with", LIGHT)
    assert panel.table.numbers.rows is rows
    panel.hide()
    session.seek(15)
    panel.show_moment(session.frames(), "with", LIGHT)
    assert panel.table.numbers.rows is rows
    panel.show()
    assert listed(panel) == numbers_of(session.frame("with"))


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("size", [(340, 300), (400, 500), (700, 260), (1100, 300)])
def test_that_every_control_has_room(panel, qapp, theme, size):
    window = panel.window()
    apply_theme(window, theme)
    window.resize(*size)
    qapp.processEvents()
    assert window.width() == size[0]
    parts = [panel.search, panel.count, panel.lanes, panel.chooser, panel.mark, panel.table]
    for part in parts:
        assert panel.rect().contains(part.geometry())
        assert not [
            other
            for other in parts
            if other is not part and other.geometry().intersects(part.geometry())
        ]
    assert panel.table.height() > 100
    for part in (panel.count, panel.mark, panel.lanes):
        assert part.width() >= part.sizeHint().width()


def test_that_moments_have_names(session):
    session.seek(0)
    assert moment_words(session.frame("with")) == "batch 1: before the first sample of the batch"
    session.seek(1)
    assert moment_words(session.frame("with")) == "batch 1: sample 1 has passed hidden 1"
    session.seek(session.schedule.n)
    assert moment_words(session.frame("with")) == "batch 1: the batch is over"
